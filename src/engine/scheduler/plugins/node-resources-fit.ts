import { parseQuantity, quantityValue, type DeviceClass, type Fact, type Node, type Pod } from '../../../api'
import { mulDiv64, roundHalfAway } from '../../../base'
import type { NodeResourcesFitArgs } from '../framework/args'
import { amountsOf, hasPodLevelRequests, isExtendedResource, isScalarResource, podRequests } from '../framework/requests'
import {
  action, cycleStateKey, detailOfVerdict, maxNodeScore, success, verdict, verdictCode,
  type EnqueueExtensions, type FilterPlugin, type Handle, type PodInfo, type PodTemplate, type PreFilterPlugin, type PreScorePlugin, type ResourceAmounts,
  type ScalarColumn, type ScorePlugin, type Snapshot, type Verdict,
} from '../framework/types'
import { deviceClassOf, deviceClassPrefix, dynamicColumns } from './helper/extended-resources'
import { asNode, asPod, holdsNode } from './helper/pods'
import { amountIn, resourceColumns, type ResourceColumns } from './helper/resource-columns'
import { brokenLinear } from './helper/shape'

// Bits of a verdict's detail; the Pod's scalars follow, in the order of its template.
const [tooManyPods, lacksCpu, lacksMemory, lacksEphemeral] = [1, 2, 4, 8]
const firstScalarBit = 4
/** Scalars that have a bit of their own. A Pod with more has its shortfalls listed in the cycle state. */
const scalarBitsMax = 24
const isListed = 1 << 28

interface Wanted {
  readonly name: string
  readonly amount: number
  readonly bit: number
  /** A DeviceClass serves it: nodes without it in their allocatable are DynamicResources' concern. */
  readonly delegated: boolean
}

interface FilterState {
  readonly wanted: readonly Wanted[]
  /** Lists of names that a verdict's detail points into, when there are too many for bits. */
  readonly listed: (readonly string[])[]
}
const filterState = cycleStateKey<FilterState>('PreFilterNodeResourcesFit')

interface Scored extends ResourceColumns {
  readonly name: string
  readonly weight: number
  readonly podRequest: number
}

const gateNames = ['PodLevelResources', 'InPlacePodVerticalScaling', 'InPlacePodLevelResourcesVerticalScaling'] as const
const nonMissing: ReadonlyMap<string, bigint> = new Map([['cpu', 100n * 1_000_000n], ['memory', 209_715_200n * 1_000_000_000n]])

function plainReasons(bits: number): string[] {
  const reasons: string[] = []
  if ((bits & tooManyPods) !== 0) reasons.push('Too many pods')
  if ((bits & lacksCpu) !== 0) reasons.push('Insufficient cpu')
  if ((bits & lacksMemory) !== 0) reasons.push('Insufficient memory')
  if ((bits & lacksEphemeral) !== 0) reasons.push('Insufficient ephemeral-storage')
  return reasons
}

function asksNothing(requests: ResourceAmounts): boolean {
  return requests.cpuMilli === 0 && requests.memoryBytes === 0 && requests.ephemeralBytes === 0 && requests.scalars.length === 0
}

/**
 * Refuses nodes without room for what the Pod requests, all shortfalls at once; scores nodes by how much of their resources is
 * (to be) used. Existing Pods count what they were allocated; for scores a container without request counts 100m and 200Mi.
 * Upstream: plugins/noderesources, fit.go.
 */
export function nodeResourcesFit(args: NodeResourcesFitArgs, handle: Handle): PreFilterPlugin & FilterPlugin & PreScorePlugin & ScorePlugin & EnqueueExtensions {
  const gates: Readonly<Record<string, boolean>> = Object.fromEntries(gateNames.map((name) => [name, handle.featureGate(name)]))
  const dynamic = handle.featureGate('DRAExtendedResource')
  const ignored = new Set(args.ignoredResources)
  const ignoredGroups = new Set(args.ignoredResourceGroups)
  const { resources, type } = args.scoringStrategy
  const ratio = type === 'RequestedToCapacityRatio' ? brokenLinear(args.scoringStrategy.requestedToCapacityRatio?.shape ?? []) : undefined
  const strategyFact = ({ LeastAllocated: 'leastAllocated', MostAllocated: 'mostAllocated', RequestedToCapacityRatio: 'requestedToCapacityRatio' } as const)[type]

  function isIgnored(name: string): boolean {
    return isExtendedResource(name) && (ignored.has(name) || ignoredGroups.has(name.slice(0, name.indexOf('/'))))
  }

  function wantedOf(requests: ResourceAmounts): readonly Wanted[] {
    const wanted: Wanted[] = []
    for (const [index, { name, amount }] of requests.scalars.entries()) {
      if (amount === 0 || isIgnored(name)) continue
      wanted.push({ name, amount, bit: index < scalarBitsMax ? 1 << (firstScalarBit + index) : 0, delegated: dynamic && deviceClassOf(handle, name) !== undefined })
    }
    return wanted
  }

  function delegates(wanted: Wanted, column: ScalarColumn | undefined, row: number): boolean {
    return wanted.delegated && (column === undefined || (column.allocatable[row] as number) === 0)
  }

  /** Bits of what a row lacks; `hopeless` when even the empty node would not do. */
  function shortfall(nodes: Snapshot, row: number, requests: ResourceAmounts, { wanted, listed }: FilterState, columns: readonly (ScalarColumn | undefined)[]): Verdict {
    let bits = 0
    let hopeless = false
    const many = requests.scalars.length > scalarBitsMax
    const lacking: string[] | undefined = many ? [] : undefined
    if ((nodes.podCount[row] as number) + 1 > (nodes.allowedPods[row] as number)) bits = tooManyPods
    const { cpuMilli, memoryBytes, ephemeralBytes } = requests
    if (cpuMilli > 0) {
      const allocatable = nodes.allocatableCpuMilli[row] as number
      if (cpuMilli > allocatable - (nodes.requestedCpuMilli[row] as number)) {
        bits |= lacksCpu
        if (cpuMilli > allocatable) hopeless = true
      }
    }
    if (memoryBytes > 0) {
      const allocatable = nodes.allocatableMemoryBytes[row] as number
      if (memoryBytes > allocatable - (nodes.requestedMemoryBytes[row] as number)) {
        bits |= lacksMemory
        if (memoryBytes > allocatable) hopeless = true
      }
    }
    if (ephemeralBytes > 0) {
      const allocatable = nodes.allocatableEphemeralBytes[row] as number
      if (ephemeralBytes > allocatable - (nodes.requestedEphemeralBytes[row] as number)) {
        bits |= lacksEphemeral
        if (ephemeralBytes > allocatable) hopeless = true
      }
    }
    for (let k = 0; k < wanted.length; k++) {
      const scalar = wanted[k] as Wanted
      const column = columns[k]
      if (delegates(scalar, column, row)) continue
      const allocatable = column === undefined ? 0 : (column.allocatable[row] as number)
      const used = column === undefined ? 0 : (column.requested[row] as number)
      if (scalar.amount > allocatable - used) {
        if (lacking === undefined) bits |= scalar.bit
        else lacking.push(scalar.name)
        if (scalar.amount > allocatable) hopeless = true
      }
    }
    if (lacking !== undefined && lacking.length > 0) {
      const names = [...plainReasons(bits), ...lacking.map((name) => `Insufficient ${name}`)]
      const known = listed.findIndex((list) => list.length === names.length && list.every((name, i) => name === names[i]))
      bits = isListed | (known < 0 ? listed.push(names) - 1 : known)
    }
    if (bits === 0) return 0
    return verdict(hopeless ? verdictCode.UnschedulableAndUnresolvable : verdictCode.Unschedulable, bits)
  }

  // Requests as scores see them leave out what is asked for the Pod as a whole, as upstream's scorer does.
  const scoredRequests = new WeakMap<PodTemplate, readonly number[]>()
  function podScoredRequests(pod: PodInfo): readonly number[] {
    let requests = scoredRequests.get(pod.template)
    if (requests === undefined) {
      const { template } = pod
      if (!hasPodLevelRequests(pod.pod)) {
        requests = resources.map(({ name }) => (name === 'cpu' ? template.nonZeroCpuMilli : name === 'memory' ? template.nonZeroMemoryBytes : amountIn(template.requests, name)))
      } else {
        const amounts = amountsOf(podRequests(pod.pod, gates, { skipPodLevel: true, nonMissing }))
        requests = resources.map(({ name }) => amountIn(amounts, name))
      }
      scoredRequests.set(template, requests)
    }
    return requests
  }

  function scored(nodes: Snapshot, pod: PodInfo): readonly Scored[] {
    const requests = podScoredRequests(pod)
    const found: Scored[] = []
    for (const [k, { name, weight }] of resources.entries()) {
      const podRequest = requests[k] as number
      // A scalar the Pod does not ask for drops out, weight and all.
      if (podRequest === 0 && isScalarResource(name)) continue
      const column = dynamicColumns(handle, nodes, name) ?? resourceColumns(nodes, name, false)
      if (column !== undefined) found.push({ name, weight, podRequest, allocatable: column.allocatable, requested: column.requested })
    }
    return found
  }

  /** 0 to 100 for one resource of one node. `allocatable` is not 0. */
  function resourceScore(requested: number, allocatable: number): number {
    if (ratio !== undefined) return ratio(requested > allocatable ? 100 : mulDiv64(requested, 100, allocatable))
    if (type === 'LeastAllocated') return requested > allocatable ? 0 : mulDiv64(allocatable - requested, maxNodeScore, allocatable)
    return mulDiv64(requested > allocatable ? allocatable : requested, maxNodeScore, allocatable)
  }

  function mean(sum: number, weights: number): number {
    if (weights === 0) return 0
    return ratio !== undefined ? roundHalfAway(sum / weights) : Math.trunc(sum / weights)
  }

  function scoreOf(scoredResources: readonly Scored[], row: number): number {
    let sum = 0
    let weights = 0
    for (let k = 0; k < scoredResources.length; k++) {
      const resource = scoredResources[k] as Scored
      const allocatable = resource.allocatable[row] as number
      if (allocatable === 0) continue
      const score = resourceScore((resource.requested[row] as number) + resource.podRequest, allocatable)
      if (ratio !== undefined && score <= 0) continue
      sum += score * resource.weight
      weights += resource.weight
    }
    return mean(sum, weights)
  }

  /** Whether a node, empty, could hold the Pod. */
  function couldHold(pod: PodInfo, node: Node): boolean {
    const { requests } = pod.template
    const allocatable = allocatableOf(node)
    if (amountIn(allocatable, 'pods') < 1) return false
    if (requests.cpuMilli > allocatable.cpuMilli || requests.memoryBytes > allocatable.memoryBytes || requests.ephemeralBytes > allocatable.ephemeralBytes) return false
    return requests.scalars.every(({ name, amount }) => {
      const has = amountIn(allocatable, name)
      return amount === 0 || amount <= has || (has === 0 && dynamic && deviceClassOf(handle, name) !== undefined)
    })
  }

  function grewInWant(pod: PodInfo, before: Node, after: Node): boolean {
    const { requests } = pod.template
    const [had, has] = [allocatableOf(before), allocatableOf(after)]
    if (amountIn(has, 'pods') > amountIn(had, 'pods')) return true
    if (requests.cpuMilli > 0 && has.cpuMilli > had.cpuMilli) return true
    if (requests.memoryBytes > 0 && has.memoryBytes > had.memoryBytes) return true
    if (requests.ephemeralBytes > 0 && has.ephemeralBytes > had.ephemeralBytes) return true
    return requests.scalars.some(({ name, amount }) => amount > 0
      && (amountIn(has, name) > amountIn(had, name) || (amountIn(has, name) === 0 && dynamic && deviceClassOf(handle, name) !== undefined)))
  }

  /** Whether a running Pod gave back some of what the waiting one requests. */
  function shrankInWant(pod: PodInfo, before: Pod, after: Pod): boolean {
    const { requests } = pod.template
    const [had, has] = [amountsOf(podRequests(before, gates)), amountsOf(podRequests(after, gates))]
    if (requests.cpuMilli > 0 && had.cpuMilli > has.cpuMilli) return true
    if (requests.memoryBytes > 0 && had.memoryBytes > has.memoryBytes) return true
    if (requests.ephemeralBytes > 0 && had.ephemeralBytes > has.ephemeralBytes) return true
    return requests.scalars.some(({ name, amount }) => amount > 0 && amountIn(had, name) > amountIn(has, name))
  }

  return {
    name: 'NodeResourcesFit',

    preFilter(state, pod) {
      state.write(filterState, { wanted: wantedOf(pod.template.requests), listed: [] })
      return success
    },

    // With a DeviceClass behind a request the verdict also hangs on that.
    filterDependence: ({ template: { requests: { scalars } } }) =>
      (scalars.length > scalarBitsMax || (dynamic && scalars.some(({ name }) => deviceClassOf(handle, name) !== undefined)) ? 'cluster' : 'row'),

    filter(state, pod, nodes, rows, from, to, verdicts) {
      const { requests } = pod.template
      const own = state.read(filterState) ?? { wanted: wantedOf(requests), listed: [] }
      const columns = own.wanted.map(({ name }) => nodes.scalar(name))
      if (asksNothing(requests)) {
        const { podCount, allowedPods } = nodes
        for (let i = from; i < to; i++) {
          const row = rows[i] as number
          if (verdicts[i] === 0 && (podCount[row] as number) + 1 > (allowedPods[row] as number)) verdicts[i] = verdict(verdictCode.Unschedulable, tooManyPods)
        }
        return
      }
      for (let i = from; i < to; i++) if (verdicts[i] === 0) verdicts[i] = shortfall(nodes, rows[i] as number, requests, own, columns)
    },

    reasons(state, pod, value) {
      const bits = detailOfVerdict(value)
      if ((bits & isListed) !== 0) return state.read(filterState)?.listed[bits & ~isListed] ?? []
      const { scalars } = pod.template.requests
      return [...plainReasons(bits), ...scalars.filter((_, index) => index < scalarBitsMax && (bits & (1 << (firstScalarBit + index))) !== 0).map(({ name }) => `Insufficient ${name}`)]
    },

    filterFacts(_state, pod, nodes, row) {
      const { requests } = pod.template
      const wanted = wantedOf(requests)
      const facts: Fact[] = []
      const add = (resource: string, requested: number, used: number, allocatable: number): void => {
        const fits = requested <= allocatable - used
        facts.push({ id: fits ? 'fit.sufficient' : 'fit.insufficient', values: { resource, requested, used, allocatable, free: allocatable - used, ...(fits ? {} : { hopeless: resource !== 'pods' && requested > allocatable }) } })
      }
      add('pods', 1, nodes.podCount[row] as number, nodes.allowedPods[row] as number)
      if (requests.cpuMilli > 0) add('cpu', requests.cpuMilli, nodes.requestedCpuMilli[row] as number, nodes.allocatableCpuMilli[row] as number)
      if (requests.memoryBytes > 0) add('memory', requests.memoryBytes, nodes.requestedMemoryBytes[row] as number, nodes.allocatableMemoryBytes[row] as number)
      if (requests.ephemeralBytes > 0) add('ephemeral-storage', requests.ephemeralBytes, nodes.requestedEphemeralBytes[row] as number, nodes.allocatableEphemeralBytes[row] as number)
      for (const scalar of wanted) {
        const column = nodes.scalar(scalar.name)
        if (delegates(scalar, column, row)) facts.push({ id: 'fit.delegated', values: { resource: scalar.name, requested: scalar.amount } })
        else add(scalar.name, scalar.amount, column?.requested[row] ?? 0, column?.allocatable[row] ?? 0)
      }
      return facts
    },

    preScore: () => success,

    scoreDependence: (pod) => (dynamic && pod.template.requests.scalars.some(({ name }) => deviceClassOf(handle, name) !== undefined) ? 'cluster' : 'row'),

    score(_state, pod, nodes, rows, count, scores) {
      const scoredResources = scored(nodes, pod)
      for (let i = 0; i < count; i++) scores[i] = scoreOf(scoredResources, rows[i] as number)
      return undefined
    },

    scoreFacts(_state, pod, nodes, row) {
      const scoredResources = scored(nodes, pod)
      const facts: Fact[] = []
      for (const { name, weight, podRequest, allocatable: allocatables, requested: used } of scoredResources) {
        const allocatable = allocatables[row] as number
        if (allocatable === 0) continue
        const requested = (used[row] as number) + podRequest
        const score = resourceScore(requested, allocatable)
        facts.push({ id: strategyFact, values: { resource: name, allocatable, used: used[row] as number, podRequest, requested, score, weight, counted: ratio === undefined || score > 0 } })
      }
      facts.push({ id: 'score.mean', values: { score: scoreOf(scoredResources, row) } })
      return facts
    },

    eventsToRegister: () => [
      {
        resource: 'AssignedPod', action: action.Delete,
        hint: (_pod, before) => (holdsNode(asPod(before)) ? 'Queue' : 'QueueSkip'),
      },
      {
        resource: 'AssignedPod', action: action.UpdatePodScaleDown,
        hint: (pod, before, after) => (shrankInWant(pod, asPod(before), asPod(after)) ? 'Queue' : 'QueueSkip'),
      },
      { resource: 'TargetPod', action: action.UpdatePodScaleDown },
      {
        resource: 'Node', action: action.Add | action.UpdateNodeAllocatable,
        hint: (pod, before, after) => {
          if (!couldHold(pod, asNode(after))) return 'QueueSkip'
          return before === undefined || grewInWant(pod, asNode(before), asNode(after)) ? 'Queue' : 'QueueSkip'
        },
      },
      ...(dynamic ? [{
        resource: 'DeviceClass' as const, action: action.Add | action.Update,
        hint: (pod: PodInfo, before: unknown, after: unknown) => {
          const [was, is] = [before as DeviceClass | undefined, after as DeviceClass]
          if (was !== undefined && (was.spec?.extendedResourceName ?? '') === (is.spec?.extendedResourceName ?? '')) return 'QueueSkip' as const
          const asks = (name: string): boolean => pod.template.requests.scalars.some((scalar) => scalar.name === name)
          if (was === undefined && asks(deviceClassPrefix + (is.metadata.name ?? ''))) return 'Queue' as const
          return is.spec?.extendedResourceName !== undefined && asks(is.spec?.extendedResourceName) ? 'Queue' as const : 'QueueSkip' as const
        },
      }] : []),
    ],
  }
}

/** A Node's allocatable, as amounts; the number of Pods is the scalar "pods". */
function allocatableOf(node: Node): ResourceAmounts {
  const allocatable = node.status?.allocatable ?? {}
  const sum = new Map(Object.entries(allocatable).map(([name, quantity]) => [name, parseQuantity(quantity)?.nanos ?? 0n]))
  const amounts = amountsOf(sum)
  return { ...amounts, scalars: [...amounts.scalars, { name: 'pods', amount: quantityValue(allocatable['pods']) }] }
}
