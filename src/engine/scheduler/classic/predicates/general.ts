import type { Fact } from '../../../../api'
import { cycleStateKey, detailOfVerdict, verdict, verdictCode, type CycleState, type NodeInfo, type PodInfo, type ScalarColumn, type Snapshot } from '../../framework/types'
import { portsConflict } from '../../plugins/helper/host-ports'
import { RequiredAffinityOnColumns, requiredNodeAffinityOf } from '../../plugins/helper/node-selector'
import { requiredAffinityFacts } from '../../plugins/helper/node-selector-facts'
import type { ClassicContext, PredicateFactory } from '../context'

// Bits of a verdict's detail. The Pod's scalars come after the resources, the other parts of GeneralPredicates last.
const [pods, cpu, memory, ephemeral] = [1, 2, 4, 8]
const firstScalarBit = 4
/** Scalars that have a bit of their own. A Pod with more has its reasons listed in the cycle state. */
const scalarBitsMax = 21
const [listedReasons, otherHost, portTaken, otherLabels] = [1 << 25, 1 << 26, 1 << 27, 1 << 28]

const listedKey = cycleStateKey<(readonly string[])[]>('classic/GeneralPredicates')

const tooMuch = 'Insufficient'

/** Names of a Pod's scalars as their reasons are listed. */
const scalarNames = (pod: PodInfo): readonly string[] => pod.template.requests.scalars.map(({ name }) => name).sort()

/** `lacking` takes the names of scalars when there are too many for bits. */
function resourceBits(
  pod: PodInfo, nodes: Snapshot, row: number, names: readonly string[], columns: readonly (ScalarColumn | undefined)[], lacking: string[] | undefined,
): number {
  const { cpuMilli, memoryBytes, ephemeralBytes, scalars } = pod.template.requests
  let bits = (nodes.podCount[row] as number) + 1 > (nodes.allowedPods[row] as number) ? pods : 0
  // A request of zero of another resource is a request all the same: then everything is looked at.
  if (cpuMilli === 0 && memoryBytes === 0 && ephemeralBytes === 0 && scalars.length === 0) return bits
  if ((nodes.allocatableCpuMilli[row] as number) < cpuMilli + (nodes.requestedCpuMilli[row] as number)) bits |= cpu
  if ((nodes.allocatableMemoryBytes[row] as number) < memoryBytes + (nodes.requestedMemoryBytes[row] as number)) bits |= memory
  if ((nodes.allocatableEphemeralBytes[row] as number) < ephemeralBytes + (nodes.requestedEphemeralBytes[row] as number)) bits |= ephemeral
  for (const [index, name] of names.entries()) {
    const amount = scalars.find((scalar) => scalar.name === name)?.amount ?? 0
    const column = columns[index]
    if ((column?.allocatable[row] ?? 0) < amount + (column?.requested[row] ?? 0)) {
      if (lacking !== undefined) lacking.push(name)
      else bits |= 1 << (firstScalarBit + index)
    }
  }
  return bits
}

function resourceReasons(bits: number, pod: PodInfo): string[] {
  const reasons: string[] = []
  if ((bits & pods) !== 0) reasons.push(`${tooMuch} pods`)
  if ((bits & cpu) !== 0) reasons.push(`${tooMuch} cpu`)
  if ((bits & memory) !== 0) reasons.push(`${tooMuch} memory`)
  if ((bits & ephemeral) !== 0) reasons.push(`${tooMuch} ephemeral-storage`)
  for (const [index, name] of scalarNames(pod).entries()) if (index < scalarBitsMax && (bits & (1 << (firstScalarBit + index))) !== 0) reasons.push(`${tooMuch} ${name}`)
  return reasons
}

function otherReasons(bits: number): string[] {
  const reasons: string[] = []
  if ((bits & otherHost) !== 0) reasons.push("node(s) didn't match the requested hostname")
  if ((bits & portTaken) !== 0) reasons.push("node(s) didn't have free ports for the requested pod ports")
  if ((bits & otherLabels) !== 0) reasons.push("node(s) didn't match node selector")
  return reasons
}

function resourceFacts(pod: PodInfo, nodes: Snapshot, row: number): Fact[] {
  const { cpuMilli, memoryBytes, ephemeralBytes, scalars } = pod.template.requests
  const facts: Fact[] = []
  const add = (resource: string, requested: number, used: number, allocatable: number): void => {
    facts.push({ id: requested <= allocatable - used ? 'fit.sufficient' : 'fit.insufficient', values: { resource, requested, used, allocatable, free: allocatable - used } })
  }
  add('pods', 1, nodes.podCount[row] as number, nodes.allowedPods[row] as number)
  if (cpuMilli === 0 && memoryBytes === 0 && ephemeralBytes === 0 && scalars.length === 0) return facts
  add('cpu', cpuMilli, nodes.requestedCpuMilli[row] as number, nodes.allocatableCpuMilli[row] as number)
  add('memory', memoryBytes, nodes.requestedMemoryBytes[row] as number, nodes.allocatableMemoryBytes[row] as number)
  if (ephemeralBytes > 0) add('ephemeral-storage', ephemeralBytes, nodes.requestedEphemeralBytes[row] as number, nodes.allocatableEphemeralBytes[row] as number)
  for (const { name, amount } of scalars) add(name, amount, nodes.scalar(name)?.requested[row] ?? 0, nodes.scalar(name)?.allocatable[row] ?? 0)
  return facts
}

function anyPortTaken(pod: PodInfo, node: NodeInfo): boolean {
  return pod.template.hostPorts.some((port) => node.usedPorts.conflicts(port))
}

function portFacts(pod: PodInfo, node: NodeInfo): Fact[] {
  return pod.template.hostPorts.map((port) => {
    const holder = node.pods.find((other) => other.template.hostPorts.some((theirs) => portsConflict(port, theirs)))
    return { id: holder === undefined ? 'ports.free' : 'ports.conflict', values: { port: port.port, protocol: port.protocol, ip: port.ip, ...(holder === undefined ? {} : { pod: holder.key }) } }
  })
}

const compiledSelector = cycleStateKey<RequiredAffinityOnColumns>('classic/MatchNodeSelector')

/** nodeSelector and required node affinity, compiled once a cycle. */
function selectorOf(state: CycleState, pod: PodInfo, nodes: Snapshot): RequiredAffinityOnColumns {
  let compiled = state.read(compiledSelector)
  if (compiled === undefined) {
    compiled = new RequiredAffinityOnColumns(requiredNodeAffinityOf(pod.pod), nodes)
    state.write(compiledSelector, compiled)
  }
  return compiled
}

type Part = 'resources' | 'host' | 'ports' | 'selector'

const hopeless = otherHost | otherLabels

/** One or more of the four parts as a predicate; all are evaluated and their reasons joined. */
const generalOf = (...parts: readonly Part[]): PredicateFactory => (_context: ClassicContext, name) => {
  const has = (part: Part): boolean => parts.includes(part)
  const [resources, host, ports, selector] = [has('resources'), has('host'), has('ports'), has('selector')]
  return {
    name,
    filterDependence: (pod) => ((host && (pod.pod.spec?.nodeName ?? '') !== '') || pod.template.requests.scalars.length > scalarBitsMax ? 'cluster' : 'row'),
    filter(state, pod, nodes, rows, from, to, verdicts) {
      const names = resources ? scalarNames(pod) : []
      const columns = names.map((scalar) => nodes.scalar(scalar))
      const wantedRow = host && (pod.pod.spec?.nodeName ?? '') !== '' ? (nodes.rowOf(pod.pod.spec?.nodeName ?? '') ?? -1) : undefined
      const checkPorts = ports && pod.template.hostPorts.length > 0
      const affinity = selector ? selectorOf(state, pod, nodes) : undefined
      for (let i = from; i < to; i++) {
        if (verdicts[i] !== 0) continue
        const row = rows[i] as number
        const lacking: string[] | undefined = names.length > scalarBitsMax ? [] : undefined
        let bits = resources ? resourceBits(pod, nodes, row, names, columns, lacking) : 0
        if (wantedRow !== undefined && wantedRow !== row) bits |= otherHost
        if (checkPorts && nodes.portCount[row] !== 0 && anyPortTaken(pod, nodes.infos[row] as NodeInfo)) bits |= portTaken
        if (affinity !== undefined && !affinity.matches(row)) bits |= otherLabels
        if (lacking !== undefined && lacking.length > 0) {
          const listed = state.read(listedKey) ?? []
          state.write(listedKey, listed)
          const reasons = [...resourceReasons(bits, pod), ...lacking.map((scalar) => `${tooMuch} ${scalar}`), ...otherReasons(bits)]
          const known = listed.findIndex((list) => list.join('\n') === reasons.join('\n'))
          bits = (bits & hopeless) | listedReasons | ((known < 0 ? listed.push(reasons) - 1 : known) & (listedReasons - 1))
        }
        if (bits !== 0) verdicts[i] = verdict((bits & hopeless) !== 0 ? verdictCode.UnschedulableAndUnresolvable : verdictCode.Unschedulable, bits)
      }
    },
    reasons(state, pod, value) {
      const bits = detailOfVerdict(value)
      if ((bits & listedReasons) !== 0) return state.read(listedKey)?.[bits & (listedReasons - 1)] ?? []
      return [...resourceReasons(bits, pod), ...otherReasons(bits)]
    },
    filterFacts(state, pod, nodes, row) {
      const node = nodes.infos[row]
      if (node === undefined) return []
      const facts = resources ? resourceFacts(pod, nodes, row) : []
      const wanted = pod.pod.spec?.nodeName ?? ''
      if (host && wanted !== '') facts.push({ id: 'nodeName', values: { wanted, node: node.name } })
      if (ports) facts.push(...portFacts(pod, node))
      if (selector && !selectorOf(state, pod, nodes).isEmpty) facts.push(...requiredAffinityFacts(requiredNodeAffinityOf(pod.pod), node, 'pod'))
      return facts
    },
  }
}

export const podFitsResources = generalOf('resources')
export const hostName = generalOf('host')
export const podFitsHostPorts = generalOf('ports')
export const matchNodeSelector = generalOf('selector')
export const generalPredicates = generalOf('resources', 'host', 'ports', 'selector')
