import type { LabelSelectorRequirement, NodeSelectorTerm, Pod, PodSpec, Toleration } from '../../api'

/** One line of what a Pod asks for. `key` is a key of the catalogue; an empty value means "nothing". */
export interface Ask {
  readonly key: string
  readonly value: string
  readonly mono: boolean
}

/** What a Pod asks of its node, as short as it can be said; the words of YAML stay YAML's. */
export function asksOf(pod: Pod, words: { readonly hard: string; readonly soft: string; readonly noRequests: string; readonly kept: string }): readonly Ask[] {
  const spec = pod.spec
  if (!spec) return []
  const asks: Ask[] = []
  const add = (key: string, value: string, mono = true): void => { if (value !== '') asks.push({ key, value, mono }) }
  const requests = amounts(spec, 'requests')
  asks.push(requests === '' ? { key: 'ask.requests', value: words.noRequests, mono: false } : { key: 'ask.requests', value: requests, mono: true })
  add('ask.limits', amounts(spec, 'limits'))
  add('ask.requires', [
    ...Object.entries(spec.nodeSelector ?? {}).map(([key, value]) => `${short(key)}=${value}`),
    ...(spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []).map(term),
  ].join(' · '))
  add('ask.prefers', (spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((preferred) => term(preferred.preference)).join(' · '))
  const podTerms = [
    ...(spec.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map((one) => `+ ${short(one.topologyKey)}`),
    ...(spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map((one) => `− ${short(one.topologyKey)}`),
    ...(spec.affinity?.podAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((one) => `+ ${short(one.podAffinityTerm.topologyKey)} ${words.soft}`),
    ...(spec.affinity?.podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map((one) => `− ${short(one.podAffinityTerm.topologyKey)} ${words.soft}`),
  ]
  add('ask.affinity', podTerms.join(' · '))
  add('ask.spread', (spec.topologySpreadConstraints ?? []).map((constraint) => (constraint.whenUnsatisfiable === 'DoNotSchedule' ? `${short(constraint.topologyKey)} ≤ ${constraint.maxSkew} ${words.hard}` : `${short(constraint.topologyKey)} ${words.soft}`)).join(' · '))
  const tolerations = (spec.tolerations ?? []).filter((one) => !isDefault(one)).map(toleration)
  if (tolerations.length > 0) add('ask.tolerates', tolerations.join(' · '))
  else asks.push({ key: 'ask.tolerates', value: (spec.tolerations ?? []).length > 0 ? words.kept : '', mono: false })
  const ports = spec.containers.flatMap((container) => (container.ports ?? []).flatMap((port) => (port.hostPort === undefined ? [] : [`${port.hostPort}/${port.protocol ?? 'TCP'}`])))
  add('ask.ports', ports.join(' · '))
  if (spec.priority !== undefined && spec.priority !== 0) add('ask.priority', `${spec.priorityClassName ?? ''} ${spec.priority}`.trim())
  if (spec.schedulerName !== undefined && spec.schedulerName !== 'default-scheduler') add('ask.scheduler', spec.schedulerName)
  return asks
}

export function imagesOf(pod: Pod): readonly string[] {
  return [...new Set((pod.spec?.containers ?? []).map((container) => container.image ?? '').filter((image) => image !== ''))]
}

/** Requests as written when one container asks; several are listed apart by "+". */
function amounts(spec: PodSpec, of: 'requests' | 'limits'): string {
  const containers = spec.containers.map((container) => container.resources?.[of]).filter((one) => one !== undefined && Object.keys(one).length > 0)
  const names = [...new Set(containers.flatMap((one) => Object.keys(one ?? {})))]
  return names.map((name) => `${name} ${containers.map((one) => one?.[name]).filter((value) => value !== undefined).map(String).join(' + ')}`).join(' · ')
}

function short(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1)
}

function requirement(one: LabelSelectorRequirement | { readonly key: string; readonly operator: string; readonly values?: readonly string[] }): string {
  return `${short(one.key)} ${one.operator}${one.values && one.values.length > 0 ? ` [${one.values.join(', ')}]` : ''}`
}

function term(one: NodeSelectorTerm): string {
  return [...(one.matchExpressions ?? []), ...(one.matchFields ?? [])].map(requirement).join(', ')
}

/** The two tolerations that admission gives every Pod. */
function isDefault(one: Toleration): boolean {
  return one.tolerationSeconds === 300 && (one.key === 'node.kubernetes.io/not-ready' || one.key === 'node.kubernetes.io/unreachable')
}

function toleration(one: Toleration): string {
  if (one.key === undefined || one.key === '') return one.effect ? `*:${one.effect}` : '*'
  return `${one.key}${one.operator === 'Exists' || one.value === undefined ? '' : `=${one.value}`}${one.effect ? `:${one.effect}` : ''}`
}
