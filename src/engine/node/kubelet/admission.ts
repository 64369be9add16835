import { amountOf, holds, podRequests, type Amounts, type Node, type NodeSelectorTerm, type Pod, type Requirement, type Taint, type Toleration } from '../../../api'

export interface Rejection {
  /** Status reason: "OutOfcpu", "NodeAffinity", "NodePorts", "TaintToleration". */
  readonly reason: string
  readonly message: string
}

/**
 * Whether the node takes the Pod after all: the scheduler decided on an older picture, and Pods can be bound past it.
 * Upstream: lifecycle.predicateAdmitHandler, generalFilter.
 */
export function admit(pod: Pod, node: Node, others: readonly Pod[]): Rejection | undefined {
  const allocatable = node.status?.allocatable ?? {}
  const podsMax = amountOf('pods', allocatable['pods'])
  if (others.length + 1 > podsMax) return outOf('pods', 1, others.length, podsMax)
  const wanted = podRequests(pod)
  const requests = others.map(podRequests)
  // Extended resources that devices of a ResourceClaim stand for are counted there. Upstream: lifecycle, removing DRA-backed extended resources.
  const claims = pod.status?.extendedResourceClaimStatus?.requestMappings
  for (const name of askedFor(wanted)) {
    const amount = wanted.get(name) ?? 0
    if (amount === 0 || claims?.some(({ resourceName }) => resourceName === name) === true) continue
    // A node that does not speak of a resource the scheduler did not ask about has it without end (disk); extended ones it lacks.
    if (allocatable[name] === undefined && name === 'ephemeral-storage') continue
    const capacity = amountOf(name, allocatable[name])
    let taken = 0
    for (const other of requests) taken += other.get(name) ?? 0
    if (amount > capacity - taken) return outOf(name, amount, taken, capacity)
  }
  if (!matchesNode(pod, node)) return predicate('NodeAffinity', "node(s) didn't match Pod's node affinity/selector")
  if (portsTaken(pod, others)) return predicate('NodePorts', "node(s) didn't have free ports for the requested pod ports")
  const untolerated = node.spec?.taints?.find((taint) => taint.effect === 'NoExecute' && !(pod.spec?.tolerations ?? []).some((toleration) => tolerates(toleration, taint)))
  if (untolerated !== undefined) return predicate('TaintToleration', "node(s) had taints that the pod didn't tolerate")
  return undefined
}

const basics: readonly string[] = ['cpu', 'memory', 'ephemeral-storage']

/** The resources in the order in which they are looked at: extended ones last, by name. */
function askedFor(wanted: Amounts): readonly string[] {
  let extended: string[] | undefined
  for (const name of wanted.keys()) if (!basics.includes(name)) (extended ??= []).push(name)
  return extended === undefined ? basics : [...basics, ...extended.sort()]
}

function outOf(resource: string, requested: number, used: number, capacity: number): Rejection {
  return { reason: `OutOf${resource}`, message: `Node didn't have enough resource: ${resource}, requested: ${requested}, used: ${used}, capacity: ${capacity}` }
}

function predicate(name: string, reason: string): Rejection {
  return { reason: name, message: `Predicate ${name} failed: ${reason}` }
}

/** nodeSelector and required node affinity. Upstream: nodeaffinity.GetRequiredNodeAffinity(pod).Match. */
export function matchesNode(pod: Pod, node: Node): boolean {
  const labels = node.metadata.labels ?? {}
  const selector = pod.spec?.nodeSelector
  if (selector !== undefined) for (const name of Object.keys(selector)) if (labels[name] !== selector[name]) return false
  const terms = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
  return terms === undefined || terms.some((term) => matchesTerm(term, node))
}

function matchesTerm(term: NodeSelectorTerm, node: Node): boolean {
  const { matchExpressions = [], matchFields = [] } = term
  if (matchExpressions.length === 0 && matchFields.length === 0) return false
  const asRequirement = (expression: (typeof matchExpressions)[number]): Requirement => (
    { key: expression.key, operator: expression.operator as Requirement['operator'], values: expression.values ?? [] })
  const fields = { 'metadata.name': node.metadata.name ?? '' }
  return matchExpressions.every((expression) => holds(asRequirement(expression), node.metadata.labels)) && matchFields.every((field) => holds(asRequirement(field), fields))
}

interface HostPort {
  readonly ip: string
  readonly protocol: string
  readonly port: number
}

function hostPorts(pod: Pod): HostPort[] {
  const ports: HostPort[] = []
  for (const container of pod.spec?.containers ?? []) {
    for (const { hostPort = 0, hostIP = '0.0.0.0', protocol = 'TCP' } of container.ports ?? []) if (hostPort > 0) ports.push({ ip: hostIP, protocol, port: hostPort })
  }
  return ports
}

function portsTaken(pod: Pod, others: readonly Pod[]): boolean {
  const wanted = hostPorts(pod)
  if (wanted.length === 0) return false
  const taken = others.flatMap(hostPorts)
  return wanted.some((port) => taken.some((other) => port.port === other.port && port.protocol === other.protocol
    && (port.ip === other.ip || port.ip === '0.0.0.0' || other.ip === '0.0.0.0')))
}

/** Upstream: Toleration.ToleratesTaint. */
function tolerates(toleration: Toleration, taint: Taint): boolean {
  if ((toleration.effect ?? '') !== '' && toleration.effect !== taint.effect) return false
  if ((toleration.key ?? '') !== '' && toleration.key !== taint.key) return false
  return toleration.operator === 'Exists' || (toleration.value ?? '') === (taint.value ?? '')
}
