import { apiVersionOf, schemaType, type ApiObject, type Resource } from '../../../api'
import { assert } from '../../../base'
import { decodeObject } from '../decode'
import type { Fields } from '../draft'
import { FieldSet } from '../managed-fields/field-set'
import { definitions } from './definitions'
import type { Kind, KindDefinition } from './kind'
import { viewDefinitions } from './views'
import { bodyDefinitions, componentStatuses, virtualDefinitions } from './virtual'

/** Fields that nobody can set through the main road of a kind with a status, and those /status leaves alone. */
export function completeKind(definition: KindDefinition<ApiObject>, schema: Kind['schema'], custom = false): Kind {
  const empty = decodeObject({}, schema).object
  const reset = definition.resetFields ?? (definition.status === true ? [['status']] : [])
  const statusReset = definition.statusResetFields ?? (definition.status === true ? definition.statusKeepsLabels === true ? [['spec'], ['metadata', 'labels']] : [['spec']] : [])
  return {
    ...definition, schema, apiVersion: apiVersionOf(definition.resource), empty: Object.freeze(empty) as Fields,
    resetFieldSet: FieldSet.of(...reset), statusResetFieldSet: FieldSet.of(...statusReset), ...(custom ? { custom: true } : {}),
  }
}

let builtin: readonly Kind[] | undefined
let bodies: Record<keyof typeof bodyDefinitions, Kind> | undefined

/** The kinds of bodies that subresources take. */
export function bodyKinds(): Record<keyof typeof bodyDefinitions, Kind> {
  const complete = (definition: KindDefinition<ApiObject>): Kind => completeKind(definition, schemaType(definition.type))
  return bodies ??= { eviction: complete(bodyDefinitions.eviction), tokenRequest: complete(bodyDefinitions.tokenRequest), scale: complete(bodyDefinitions.scale) }
}

/** The kinds Kubernetes comes with. A memo: they are constant. */
export function builtinKinds(): readonly Kind[] {
  if (builtin !== undefined) return builtin
  const complete = (definition: KindDefinition<ApiObject>): Kind => completeKind(definition, schemaType(definition.type))
  const kinds = [...definitions, componentStatuses, ...virtualDefinitions].map(complete)
  const stored = (group: string, version: string, plural: string): Kind =>
    kinds.find(({ resource }) => resource.group === group && resource.version === version && resource.plural === plural) as Kind
  return builtin = [...kinds, ...viewDefinitions(stored).map(complete)]
}

/** Every kind served, by path and by name: the built-in ones and those that CustomResourceDefinitions add. */
export class KindTable {
  readonly #byPath = new Map<string, Kind>()
  readonly #byKind = new Map<string, Kind>()
  readonly #custom = new Map<string, readonly Kind[]>()

  constructor() {
    for (const kind of builtinKinds()) this.#add(kind)
  }

  #add(kind: Kind): void {
    this.#byPath.set(pathKey(kind.resource), kind)
    this.#byKind.set(`${kind.apiVersion}/${kind.resource.kind}`, kind)
  }

  all(): IterableIterator<Kind> {
    return this.#byPath.values()
  }

  ofPath(group: string, version: string, plural: string): Kind | undefined {
    return this.#byPath.get(`${group}/${version}/${plural}`)
  }

  ofKind(apiVersion: string, kind: string): Kind | undefined {
    return this.#byKind.get(`${apiVersion}/${kind}`)
  }

  ofResource(resource: Resource): Kind {
    const kind = this.#byPath.get(pathKey(resource))
    assert(kind !== undefined, `the resource ${resource.plural} is not served`)
    return kind
  }

  /** By the version it is stored in: a kind of a group, whatever version. */
  ofGroupResource(group: string, plural: string): Kind | undefined {
    for (const kind of this.#byPath.values()) if (kind.resource.group === group && kind.resource.plural === plural) return kind
    return undefined
  }

  hasGroup(group: string): boolean {
    for (const kind of this.#byPath.values()) if (kind.resource.group === group) return true
    return false
  }

  get namespaces(): Kind {
    return this.ofPath('', 'v1', 'namespaces') as Kind
  }

  /** What a CustomResourceDefinition serves from now on; none: nothing any more. */
  setCustom(definition: string, kinds: readonly Kind[]): void {
    for (const kind of this.#custom.get(definition) ?? []) {
      this.#byPath.delete(pathKey(kind.resource))
      this.#byKind.delete(`${kind.apiVersion}/${kind.resource.kind}`)
    }
    if (kinds.length === 0) this.#custom.delete(definition)
    else this.#custom.set(definition, kinds)
    for (const kind of kinds) this.#add(kind)
  }

  customDefinitions(): string[] {
    return [...this.#custom.keys()]
  }
}

const pathKey = (resource: Resource): string => `${resource.group}/${resource.version}/${resource.plural}`
