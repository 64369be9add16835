import type { ApiObject, CustomResourceDefinition, CustomResourceDefinitionVersion, CustomResourceSubresourceScale, Resource } from '../../../api'
import { internalError } from '../errors'
import { isFields, setKey, type Fields } from '../draft'
import { FieldErrors } from '../field-errors'
import { versionView } from '../kinds/views'
import { completeKind } from '../kinds/table'
import type { Kind, KindDefinition, ScaleRoad } from '../kinds/kind'
import { columnsOf, goText } from './columns'
import { conditionOf } from './conditions'
import { findByPath, parseJsonPath } from './json-path'
import { shape } from './prune'
import { validateRules } from './rules'
import { nodeOfKind, type JsonSchema } from './schema'
import { validateBySchema, validateEmbedded, validateLists } from './validate'

// The kinds that a CustomResourceDefinition brings. Upstream: apiextensions-apiserver/pkg/apiserver/customresource_handler.go, registry/customresource.

/** The kinds served for a definition: one a served version, all seeing what is stored in the storage version. None before it is established. */
export function kindsOf(definition: CustomResourceDefinition): readonly Kind[] {
  if (conditionOf(definition, 'Established')?.status !== 'True') return []
  const stored = storedKindOf(definition)
  if (stored === undefined) return []
  const kinds: Kind[] = []
  for (const version of definition.spec.versions) {
    if (!version.served) continue
    if (version.storage) kinds.push(stored)
    else kinds.push(viewOf(definition, version, stored))
  }
  return kinds
}

/** The kind as it is stored, served or not. */
export function storedKindOf(definition: CustomResourceDefinition): Kind | undefined {
  const version = definition.spec.versions.find((one) => one.storage)
  return version === undefined ? undefined : kindOf(definition, version)
}

/** Another version: read and judged by its own schema, stored as the storage version. Conversion "None": only apiVersion differs. */
function viewOf(definition: CustomResourceDefinition, version: CustomResourceDefinitionVersion, storage: Kind): Kind {
  const own = kindOf(definition, version)
  // Written by this road, an object is judged by this version.
  const stored: Kind = {
    ...storage, ...(own.selectableFields === undefined ? {} : { selectableFields: own.selectableFields }),
    validate: own.validate as NonNullable<Kind['validate']>, validateUpdate: own.validateUpdate as NonNullable<Kind['validateUpdate']>, validateStatus: own.validateStatus as NonNullable<Kind['validateStatus']>,
  }
  return { ...own, view: versionView(() => stored, own.resource) }
}

function kindOf(definition: CustomResourceDefinition, version: CustomResourceDefinitionVersion): Kind {
  const { group, scope } = definition.spec
  const names = definition.status?.acceptedNames?.plural === undefined || definition.status.acceptedNames.plural === '' ? definition.spec.names : definition.status.acceptedNames
  const schema = version.schema?.openAPIV3Schema
  const resource: Resource = {
    group, version: version.name, plural: names.plural, singular: names.singular ?? names.kind.toLowerCase(), kind: names.kind,
    shortNames: names.shortNames ?? [], categories: names.categories ?? [], namespaced: scope === 'Namespaced',
  }
  const gvk = { group, version: version.name, kind: names.kind }
  const hasStatus = version.subresources?.status !== undefined
  const scale = version.subresources?.scale
  const fields = version.selectableFields ?? []
  const others = Object.keys(schema?.properties ?? {}).filter((key) => key !== 'status' && key !== 'metadata')
  const entry: KindDefinition<ApiObject> = {
    resource, type: '', generation: true, conditionalUpdate: true, status: hasStatus, ...columnsOf(version),
    ...(hasStatus ? { statusResetFields: [...others.map((key) => [key]), ['metadata']] } : {}),
    ...(version.deprecated === true ? { deprecation: version.deprecationWarning ?? `${group}/${version.name} ${names.kind} is deprecated` } : {}),
    ...(scale === undefined ? {} : { scale: scaleRoad(scale) }),
    ...(fields.length === 0 ? {} : { selectableFields: Object.fromEntries(fields.map(({ jsonPath }) => [jsonPath.replace(/^\./, ''), selectable(jsonPath)])) }),
    generationOf: (object) => {
      const { metadata: _m, apiVersion: _a, status, ...rest } = object
      return hasStatus ? rest : { ...rest, status }
    },
    prepareStatus(object, old) {
      // Through /status nothing but the status is written, and who wrote it.
      const { managedFields, resourceVersion } = object.metadata
      object.metadata = { ...old.metadata, ...(resourceVersion === undefined ? {} : { resourceVersion }) } as typeof object.metadata
      if (managedFields === undefined) delete object.metadata.managedFields
      else object.metadata.managedFields = managedFields
    },
    shape: (body) => shape(body, schema),
    validate: (object, errors) => { judge(object, schema, scale, errors) },
    validateUpdate: (object, old, errors) => { judge(object, schema, scale, errors, old) },
    validateStatus: (object, old, errors) => { judge(object, schema, scale, errors, old) },
  }
  return {
    ...completeKind(entry, nodeOfKind(schema, gvk), true), empty: Object.freeze({}) as Fields, openApi: openApiOf(schema),
    ...(definition.metadata.deletionTimestamp === undefined ? {} : { terminating: true }),
  }
}

function judge(object: ApiObject, schema: JsonSchema | undefined, scale: CustomResourceSubresourceScale | undefined, errors: FieldErrors, old?: ApiObject): void {
  if (schema !== undefined) {
    // What the server itself writes there is no business of the definition.
    const { name, generateName } = object.metadata
    validateBySchema({ ...object, metadata: { ...(name === undefined ? {} : { name }), ...(generateName === undefined ? {} : { generateName }) } }, schema, errors, '', old)
  }
  if (scale !== undefined) validateScale(object, scale, errors)
  if (schema === undefined) return
  validateEmbedded(object, schema, '', errors)
  // Doubles that are there already may stay.
  const before = new FieldErrors()
  if (old !== undefined) validateLists(old, schema, '', before)
  if (!before.any) validateLists(object, schema, '', errors)
  validateRules(object, schema, errors, old)
}

const int32Max = 2_147_483_647

/** The value at ".spec.replicas"; `undefined` when it is not there. */
function at(object: unknown, path: string): unknown {
  let value = object
  for (const part of path.replace(/^\./, '').split('.')) {
    if (!isFields(value) || !Object.hasOwn(value, part)) return undefined
    value = value[part]
  }
  return value
}

function goType(value: unknown): string {
  if (value === null) return '<nil>'
  if (Array.isArray(value)) return '[]interface {}'
  return typeof value === 'object' ? 'map[string]interface {}' : typeof value === 'boolean' ? 'bool' : typeof value === 'number' ? (Number.isInteger(value) ? 'int64' : 'float64') : typeof value
}

/** Upstream: customResourceValidator.ValidateScaleSpec, ValidateScaleStatus. */
function validateScale(object: ApiObject, scale: CustomResourceSubresourceScale, errors: FieldErrors): void {
  for (const path of [scale.specReplicasPath, scale.statusReplicasPath]) {
    const value = at(object, path)
    if (value === undefined) continue
    if (typeof value !== 'number' || !Number.isInteger(value)) errors.invalid(path, 0, `${path} accessor error: ${goText(value)} is of the type ${goType(value)}, expected int64`)
    else if (value < 0) errors.invalid(path, value, 'should be a non-negative integer')
    else if (value > int32Max) errors.invalid(path, value, `should be less than or equal to ${int32Max}`)
  }
  if (scale.labelSelectorPath !== undefined && scale.labelSelectorPath !== '') {
    const value = at(object, scale.labelSelectorPath)
    if (value !== undefined && typeof value !== 'string') errors.invalid(scale.labelSelectorPath, '', `${scale.labelSelectorPath} accessor error: ${goText(value)} is of the type ${goType(value)}, expected string`)
  }
}

/** Upstream: registry/customresource/etcd.go, ScaleREST. */
function scaleRoad(scale: CustomResourceSubresourceScale): ScaleRoad {
  const count = (object: ApiObject, path: string): number | undefined => {
    const value = at(object, path)
    return typeof value === 'number' ? value : undefined
  }
  return {
    replicasOf(object) {
      const replicas = count(object, scale.specReplicasPath)
      if (replicas === undefined) throw internalError(`the spec replicas field ${JSON.stringify(scale.specReplicasPath)} does not exist`)
      return replicas
    },
    statusReplicasOf: (object) => count(object, scale.statusReplicasPath) ?? 0,
    selectorOf(object) {
      const value = scale.labelSelectorPath === undefined || scale.labelSelectorPath === '' ? undefined : at(object, scale.labelSelectorPath)
      return typeof value === 'string' ? value : ''
    },
    setReplicas(draft, replicas) {
      const parts = scale.specReplicasPath.replace(/^\./, '').split('.')
      let target: Fields = draft
      for (const part of parts.slice(0, -1)) {
        const below = Object.hasOwn(target, part) ? target[part] : undefined
        if (isFields(below)) target = below
        else {
          const made: Fields = {}
          setKey(target, part, made)
          target = made
        }
      }
      setKey(target, parts[parts.length - 1] as string, replicas)
    },
  }
}

function selectable(jsonPath: string): (object: ApiObject) => string {
  const path = parseJsonPath(jsonPath)
  if ('problem' in path) return () => ''
  return (object) => {
    const [value] = findByPath(object, path)
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
  }
}

/** The schema as clients read it. */
function openApiOf(schema: JsonSchema | undefined): Fields {
  if (schema === undefined) return { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
  return schema as unknown as Fields
}
