import { deepEqual } from '../../../base'
import { selectorOf, virtualOf, type Container, type Labels, type LabelSelector, type Pod, type PodAffinityTerm, type PodSpec, type Volume, type WeightedPodAffinityTerm } from '../../../api'
import type { FeatureGates } from './feature-gates'
import { mayBeResized, podResource, type PodResource } from './requests'
import type { AffinityTerm, HostPort, PodInfo, PodTemplate, ResourceAmounts, WeightedAffinityTerm } from './types'

const noLabels: Labels = Object.freeze({})
const none: readonly never[] = Object.freeze([])
const noSpec: PodSpec = Object.freeze({ containers: none })

/** Templates kept before all are forgotten and found again: hostile input must not fill the memory. */
const templatesMax = 20_000

/** Objects in a store always have a uid; a Pod of a vector may not, and its name is as good. */
export function uidOf(pod: Pod): string {
  return pod.metadata.uid ?? keyOfPod(pod)
}

export function keyOfPod({ metadata }: Pod): string {
  return `${metadata.namespace ?? ''}/${metadata.name ?? ''}`
}

/** Makes `PodInfo`s; Pods of equal specs get one shared template. A memo: everything in it can be worked out again. */
export class PodInfos {
  readonly #gates: FeatureGates
  /** By a few words of the spec; what else they say is compared. */
  readonly #templates = new Map<string, Similar>()
  /** Found before for the very same spec: versions of a Pod share theirs, and Pods may. */
  readonly #bySpec = new WeakMap<PodSpec, Template>()
  readonly #infos = new WeakMap<Pod, PodInfo>()
  #nextId = 1
  #count = 0

  constructor(gates: FeatureGates) {
    this.#gates = gates
  }

  /** Stored objects never change, so one object has one info. */
  of(pod: Pod): PodInfo {
    let info = this.#infos.get(pod)
    if (info === undefined) this.#infos.set(pod, info = this.#make(pod))
    return info
  }

  /** The same Pod as it will be once bound to a node. */
  bound(info: PodInfo, node: string): PodInfo {
    const pod: Pod = { ...info.pod, spec: { ...info.spec, nodeName: node } }
    return new Info(pod, info.template as Template, info, info.key)
  }

  /**
   * A Pod of which an earlier version is known: mostly only its status is another, and the template it was found to have is the one it
   * has. Not remembered by the object, as whoever has the earlier version keeps this one in its place.
   */
  changed(before: PodInfo, pod: Pod): PodInfo {
    if (before.pod === pod) return before
    const { metadata } = pod
    const spec = pod.spec ?? noSpec
    const template = before.template as Template
    const isNamesake = (metadata.namespace ?? '') === before.namespace && metadata.name === before.name
    if (!isNamesake || !sameSpec(before.spec, spec)) return this.#make(pod)
    const now = deepEqual(metadata.labels ?? noLabels, before.labels) ? template : this.#relabeled(template, pod)
    if (spec !== before.spec) this.#bySpec.set(spec, now)
    return this.#info(pod, now, before.key)
  }

  /** The template of other labels and else the same: binding adds a label for the zone, and there are few zones. */
  #relabeled(template: Template, pod: Pod): Template {
    const { metadata, spec } = pod
    for (const known of template.relabeled) if (deepEqual(known.labels, metadata.labels ?? noLabels)) return known
    const found = this.#find(pod, spec ?? noSpec, template.namespace, metadata.labels ?? noLabels)
    if (template.relabeled.length < fewMax) template.relabeled.push(found)
    return found
  }

  #make(pod: Pod): PodInfo {
    return this.#info(pod, this.#template(pod))
  }

  #info(pod: Pod, template: Template, key = keyOfPod(pod)): PodInfo {
    return new Info(pod, template, mayBeResized(pod) ? podResource(pod, this.#gates) : template, key)
  }

  #template(pod: Pod): Template {
    const spec = pod.spec ?? noSpec
    const namespace = pod.metadata.namespace ?? ''
    const labels = pod.metadata.labels ?? noLabels
    const known = this.#bySpec.get(spec)
    if (known !== undefined && known.namespace === namespace && deepEqual(known.labels, labels)) return known
    const template = this.#find(pod, spec, namespace, labels)
    this.#bySpec.set(spec, template)
    return template
  }

  #find(pod: Pod, spec: PodSpec, namespace: string, labels: Labels): Template {
    let words = namespace
    for (const name in labels) words += `,${labels[name]}`
    for (const { image, resources } of spec.containers ?? none) words += ` ${image ?? ''} ${resources?.requests?.['cpu'] ?? ''}`
    let similar = this.#templates.get(words)
    if (similar === undefined) {
      if (this.#count >= templatesMax) {
        this.#templates.clear()
        this.#count = 0
      }
      this.#templates.set(words, similar = { few: [], byText: new Map() })
    }
    for (const template of similar.few) {
      if (template.namespace === namespace && deepEqual(template.labels, labels) && sameSpec(template.spec, spec)) return template
    }
    const text = similar.few.length < fewMax ? '' : JSON.stringify([namespace, labels, { ...spec, nodeName: undefined }], (key, value: unknown) => (key === 'volumeMounts' ? undefined : key === 'volumes' ? countedVolumes(value as PodSpec['volumes']) : value))
    let template = similar.byText.get(text)
    if (template === undefined || text === '') {
      template = new Template(this.#nextId++, pod, this.#gates)
      this.#count++
      if (text === '') similar.few.push(template)
      else similar.byText.set(text, template)
    }
    return template
  }
}

/** Templates that a few words do not tell apart. */
interface Similar {
  /** Compared one by one. */
  readonly few: Template[]
  /** The rest, when they are many: by all of their text. */
  readonly byText: Map<string, Template>
}

/** How many templates are compared one by one: quicker than making a text, as long as they are few. */
const fewMax = 8

/**
 * Equal but for the node, and for where containers mount what: the volume with the token of the service account has a random name in
 * every Pod, and no plugin looks at it.
 */
function sameSpec(a: PodSpec, b: PodSpec): boolean {
  if (a === b) return true
  for (const field in a) if (a[field as keyof PodSpec] !== b[field as keyof PodSpec] && !sameField(field as keyof PodSpec, a, b)) return false
  for (const field in b) if (field !== 'nodeName' && b[field as keyof PodSpec] !== undefined && a[field as keyof PodSpec] === undefined) return false
  return true
}

function sameField(field: keyof PodSpec, a: PodSpec, b: PodSpec): boolean {
  switch (field) {
    case 'nodeName': return true
    case 'volumes': return deepEqual(countedVolumes(a.volumes), countedVolumes(b.volumes)) && (a.volumes === undefined) === (b.volumes === undefined)
    case 'containers': case 'initContainers': return sameContainers(a[field], b[field])
    default: return deepEqual(a[field], b[field])
  }
}

function sameContainers(a: PodSpec['containers'] | undefined, b: PodSpec['containers'] | undefined): boolean {
  if (a === b) return true
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return deepEqual(a, b)
  return a.every((container: Container, i) => {
    const other = b[i] as Container
    if (container === other) return true
    for (const field in container) if (field !== 'volumeMounts' && !deepEqual(container[field as keyof Container], other[field as keyof Container])) return false
    for (const field in other) if (field !== 'volumeMounts' && other[field as keyof Container] !== undefined && container[field as keyof Container] === undefined) return false
    return true
  })
}

/** The volumes a plugin may have an opinion on. What is projected into a Pod is no disk and ties it to nothing. */
function countedVolumes(volumes: PodSpec['volumes']): PodSpec['volumes'] {
  return Array.isArray(volumes) ? volumes.filter((volume) => (volume as Volume | null)?.projected === undefined) : volumes
}

class Template implements PodTemplate {
  readonly id: number
  readonly namespace: string
  readonly labels: Labels
  readonly spec: PodSpec
  readonly requests: ResourceAmounts
  readonly nonZeroCpuMilli: number
  readonly nonZeroMemoryBytes: number
  readonly hostPorts: readonly HostPort[]
  readonly requiredAffinity: readonly AffinityTerm[]
  readonly requiredAntiAffinity: readonly AffinityTerm[]
  readonly preferredAffinity: readonly WeightedAffinityTerm[]
  readonly preferredAntiAffinity: readonly WeightedAffinityTerm[]
  readonly affinityError?: string
  /** Templates of other labels that Pods of this one came to have, as far as remembered. */
  readonly relabeled: Template[] = []

  constructor(id: number, pod: Pod, gates: FeatureGates) {
    this.id = id
    this.namespace = pod.metadata.namespace ?? ''
    this.labels = pod.metadata.labels ?? noLabels
    this.spec = pod.spec ?? noSpec
    const resource = podResource(withoutStatus(pod), gates)
    this.requests = resource.requests
    this.nonZeroCpuMilli = resource.nonZeroCpuMilli
    this.nonZeroMemoryBytes = resource.nonZeroMemoryBytes
    this.hostPorts = hostPortsOf(pod)
    const { podAffinity, podAntiAffinity } = pod.spec?.affinity ?? {}
    const errors: string[] = []
    this.requiredAffinity = terms(pod, podAffinity?.requiredDuringSchedulingIgnoredDuringExecution, 'requiredAffinityTerms', errors)
    this.requiredAntiAffinity = terms(pod, podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution, 'requiredAntiAffinityTerms', errors)
    this.preferredAffinity = weighted(pod, podAffinity?.preferredDuringSchedulingIgnoredDuringExecution, 'preferredAffinityTerms', errors)
    this.preferredAntiAffinity = weighted(pod, podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution, 'preferredAntiAffinityTerms', errors)
    if (errors.length > 0) this.affinityError = errors.length === 1 ? (errors[0] as string) : `[${errors.join(', ')}]`
  }
}

class Info implements PodInfo {
  readonly pod: Pod
  readonly spec: PodSpec
  readonly key: string
  readonly uid: string
  readonly name: string
  readonly namespace: string
  readonly labels: Labels
  readonly priority: number
  readonly terminating: boolean
  readonly startTime: number
  readonly template: PodTemplate
  readonly requests: ResourceAmounts
  readonly nonZeroCpuMilli: number
  readonly nonZeroMemoryBytes: number

  constructor(pod: Pod, template: Template, resource: PodResource, key: string) {
    this.pod = pod
    this.spec = pod.spec ?? noSpec
    this.name = pod.metadata.name ?? ''
    this.namespace = pod.metadata.namespace ?? ''
    this.key = key
    this.uid = pod.metadata.uid ?? this.key
    this.labels = pod.metadata.labels ?? noLabels
    this.priority = this.spec.priority ?? 0
    this.terminating = pod.metadata.deletionTimestamp !== undefined
    this.startTime = pod.status?.startTime === undefined ? Number.NaN : virtualOf(pod.status.startTime)
    this.template = template
    this.requests = resource.requests
    this.nonZeroCpuMilli = resource.nonZeroCpuMilli
    this.nonZeroMemoryBytes = resource.nonZeroMemoryBytes
  }
}

function withoutStatus(pod: Pod): Pod {
  const { status: _, ...rest } = pod
  return rest as Pod
}

/** Upstream: scheduler/util, GetHostPorts: of containers that run for the Pod's whole life. */
function hostPortsOf(pod: Pod): readonly HostPort[] {
  const ports: HostPort[] = []
  const sidecars = (pod.spec?.initContainers ?? none).filter(({ restartPolicy }) => restartPolicy === 'Always')
  for (const container of [...sidecars, ...(pod.spec?.containers ?? none)]) {
    for (const { hostPort, hostIP, protocol } of container.ports ?? none) {
      if (hostPort !== undefined && hostPort > 0) ports.push({ ip: hostIP || '0.0.0.0', protocol: protocol || 'TCP', port: hostPort })
    }
  }
  return ports
}

function terms(pod: Pod, from: readonly PodAffinityTerm[] | undefined, kind: string, errors: string[]): readonly AffinityTerm[] {
  if (from === undefined || from === null || from.length === 0) return none
  const parsed: AffinityTerm[] = []
  for (const term of from) {
    const error = selectorError(term.labelSelector) ?? selectorError(term.namespaceSelector)
    if (error !== undefined) {
      errors.push(`${kind}: ${error}`)
      return none
    }
    parsed.push(affinityTerm(pod, term))
  }
  return parsed
}

function weighted(pod: Pod, from: readonly WeightedPodAffinityTerm[] | undefined, kind: string, errors: string[]): readonly WeightedAffinityTerm[] {
  if (from === undefined || from === null || from.length === 0) return none
  const parsed = terms(pod, from.map(({ podAffinityTerm }) => podAffinityTerm), kind, errors)
  return parsed.map((term, i) => ({ term, weight: from[i]?.weight ?? 0 }))
}

function affinityTerm(pod: Pod, term: PodAffinityTerm): AffinityTerm {
  const named = term.namespaces ?? none
  const namespaces = named.length === 0 && term.namespaceSelector === undefined ? [pod.metadata.namespace ?? ''] : [...new Set(named)].sort()
  const selector = selectorOf(term.labelSelector)
  const namespaceSelector = selectorOf(term.namespaceSelector)
  return {
    key: JSON.stringify([term.topologyKey, namespaces, selector, namespaceSelector]),
    topologyKey: term.topologyKey, selector, namespaces: new Set(namespaces), namespaceSelector,
  }
}

/** What apimachinery says of a selector that the api-server would not have let in. Upstream: metav1.LabelSelectorAsSelector. */
export function selectorError(selector: LabelSelector | undefined): string | undefined {
  for (const { key, operator, values } of selector?.matchExpressions ?? none) {
    const count = values?.length ?? 0
    switch (operator) {
      case 'In': case 'NotIn':
        if (count === 0) return `values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty`
        break
      case 'Exists': case 'DoesNotExist':
        if (count > 0) return `values: Invalid value: [${(values ?? none).map((value) => JSON.stringify(value)).join(',')}]: values set must be empty for exists and does not exist`
        break
      default: return `"${operator}" is not a valid label selector operator`
    }
    if (key === '') return 'key: Invalid value: "": name part must be non-empty'
  }
  return undefined
}
