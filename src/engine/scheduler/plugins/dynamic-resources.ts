import {
  ApiError, resources, type AllocationResult, type ApiObject, type DeviceRequest, type Fact, type Pod, type PodResourceClaim, type ResourceResourceClaim,
} from '../../../api'
import { deepEqual } from '../../../base'
import { isExtendedResource } from '../framework/requests'
import {
  action, cycleStateKey, detailOfVerdict, skip, status, success, verdict, verdictCode,
  type CycleState, type EnqueueExtensions, type FilterPlugin, type Handle, type NodeInfo, type PermitAnswer, type PodInfo, type PostFilterPlugin, type PreBindPlugin,
  type PreEnqueuePlugin, type PreFilterPlugin, type ReservePlugin, type ScorePlugin, type Snapshot, type Status, type Verdict,
} from '../framework/types'
import { allocate, type AllocatorWorld } from './helper/allocator'
import { CelError } from './helper/cel'
import { allocatedDevices, deviceClassOf, poolsOf, resourceClaimsOf } from './helper/devices'
import { nodeSelectorMatches } from './helper/node-selector'
import { defaultNormalizeScore } from './helper/normalize-score'
import { asPod } from './helper/pods'

type Claim = ResourceResourceClaim

interface NodeAllocation {
  readonly results: readonly AllocationResult[]
  readonly claims: readonly Claim[]
}

interface State {
  readonly claims: readonly Claim[]
  /** Stands for extended resources that a DeviceClass serves; what it asks for differs from node to node. */
  readonly extended: Claim | undefined
  readonly world: AllocatorWorld
  readonly byRow: Map<number, NodeAllocation>
  /** Allocated claims that some node cannot reach. */
  readonly unavailable: Set<Claim>
  readonly errors: string[]
}
/** Written as soon as PreFilter runs: PostFilter takes its absence for an error. */
const seenState = cycleStateKey<boolean>('DynamicResources/seen')
const cycleKey = cycleStateKey<State>('DynamicResources')

/** What Reserve decided and PreBind writes. */
interface Reserved {
  readonly claims: readonly Claim[]
  readonly extended?: Claim
  readonly requestMappings: readonly { readonly containerName: string; readonly requestName: string; readonly resourceName: string }[]
}
const reservedKey = cycleStateKey<Reserved>('DynamicResources/reserved', { saved: true })

const [cannotAllocate, notOnNode, cannotFit, stale, tooLong, failed] = [1, 2, 3, 4, 5, 8]
const textOf: Readonly<Record<number, string>> = {
  [cannotAllocate]: 'cannot allocate all claims',
  [notOnNode]: 'resourceclaim not available on the node',
  [cannotFit]: 'cannot fit resource',
  [stale]: 'cannot schedule extended resource claim',
  [tooLong]: 'timed out trying to allocate devices',
}
const refusal = (detail: number): Verdict => verdict(verdictCode.UnschedulableAndUnresolvable, detail)

const inMemoryName = '<extended-resources>'
const extendedAnnotation = 'resource.kubernetes.io/extended-resource-claim'
const finalizer = 'resource.kubernetes.io/delete-protection'
/** A claim can be reserved for so many Pods. Upstream: ResourceClaimReservedForMaxSize. */
const reservedForMax = 256
/** Alternatives a request may have; the first counts this much for scores. Upstream: FirstAvailableDeviceRequestMaxSize. */
const alternativesMax = 8

const unresolvable = (reason: string): Status => status('UnschedulableAndUnresolvable', reason)
const nameOf = (claim: Claim): string => `${claim.metadata.namespace ?? ''}/${claim.metadata.name ?? ''}`
const isReservedFor = (pod: PodInfo, claim: Claim): boolean => (claim.status?.reservedFor ?? []).some(({ uid }) => uid === pod.uid)

/**
 * Lets a Pod onto nodes where devices can be had for its ResourceClaims, and for extended resources that a DeviceClass serves;
 * allocates and reserves them. Upstream: plugins/dynamicresources.
 */
export function dynamicResources(_args: unknown, handle: Handle):
PreEnqueuePlugin & PreFilterPlugin & FilterPlugin & PostFilterPlugin & ScorePlugin & ReservePlugin & PreBindPlugin & EnqueueExtensions {
  const claimLister = resourceClaimsOf(handle)
  const extendedGate = handle.featureGate('DRAExtendedResource')

  /** The claims of a Pod, or why they are not all there. */
  function claimsOf(pod: Pod): readonly Claim[] | string {
    const claims: Claim[] = []
    for (const reference of pod.spec?.resourceClaims ?? []) {
      const name = claimName(pod, reference)
      if (typeof name !== 'string') {
        if (name.error !== undefined) return name.error
        continue
      }
      const key = `${pod.metadata.namespace ?? ''}/${name}`
      const claim = claimLister.get(key)
      if (claim === undefined) return `could not find ResourceClaim "${key}"`
      if (claim.metadata.deletionTimestamp !== undefined) return `resourceclaim "${name}" is being deleted`
      if (reference.resourceClaimTemplateName !== undefined && !isOwnedBy(claim, pod)) {
        return `ResourceClaim ${key} was not created for pod ${pod.metadata.namespace ?? ''}/${pod.metadata.name ?? ''} (pod is not owner)`
      }
      claims.push(claim)
    }
    return claims
  }

  /** The Pod's scalars that a DeviceClass serves, by name to class. */
  function servedResources(pod: PodInfo): ReadonlyMap<string, string> {
    const served = new Map<string, string>()
    if (!extendedGate) return served
    for (const { name, amount } of pod.template.requests.scalars) {
      const deviceClass = amount === 0 ? undefined : deviceClassOf(handle, name)
      if (deviceClass !== undefined) served.set(name, deviceClass.metadata.name ?? '')
    }
    return served
  }

  const needsDevices = (pod: PodInfo): boolean => (pod.pod.spec?.resourceClaims?.length ?? 0) > 0 || servedResources(pod).size > 0

  function extendedClaim(pod: PodInfo): Claim | undefined {
    if (servedResources(pod).size === 0) return undefined
    for (const claim of claimLister.list()) if (claim.metadata.annotations?.[extendedAnnotation] === 'true' && isOwnedBy(claim, pod.pod)) return claim
    return {
      apiVersion: 'resource.k8s.io/v1', kind: 'ResourceClaim',
      metadata: {
        namespace: pod.namespace, name: inMemoryName, generateName: `${pod.name}-extended-resources-`, annotations: { [extendedAnnotation]: 'true' },
        ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: pod.name, uid: pod.uid, controller: true, blockOwnerDeletion: true }],
      },
      spec: {},
    }
  }

  /** Classes that a claim names must exist. */
  function checkClasses(claim: Claim): Status | undefined {
    for (const { name, exactly, firstAvailable } of claim.spec?.devices?.requests ?? []) {
      const classes = exactly !== undefined ? [{ name, deviceClassName: exactly.deviceClassName }] : (firstAvailable ?? []).map((sub) => ({ name: `${name}/${sub.name}`, deviceClassName: sub.deviceClassName }))
      if (classes.length === 0) return unresolvable(`resource claim ${nameOf(claim)}, request ${name}: unknown request type`)
      for (const { name: request, deviceClassName } of classes) {
        if (handle.listers.deviceClasses.get(deviceClassName) === undefined) return unresolvable(`request ${request}: device class ${deviceClassName} does not exist`)
      }
    }
    return undefined
  }

  function makeState(pod: PodInfo): State | Status {
    const own = claimsOf(pod.pod)
    if (typeof own === 'string') return unresolvable(own)
    const extended = extendedClaim(pod)
    const claims = extended === undefined ? own : [...own, extended]
    if (claims.length === 0) return skip
    for (const claim of claims) {
      if (claim.status?.allocation !== undefined) {
        if ((claim.status.reservedFor?.length ?? 0) >= reservedForMax && !isReservedFor(pod, claim)) return unresolvable('resourceclaim in use')
        continue
      }
      const refused = claim === extended ? undefined : checkClasses(claim)
      if (refused !== undefined) return refused
    }
    const world: AllocatorWorld = {
      pools: poolsOf(handle.listers.resourceSlices.list()), taken: allocatedDevices(claimLister.list()), deviceTaints: handle.featureGate('DRADeviceTaints'),
      classOf: (name) => handle.listers.deviceClasses.get(name),
    }
    return { claims, extended, world, byRow: new Map(), unavailable: new Set(), errors: [] }
  }

  /** Requests for the extended resources that a node does not have by itself, one a container and resource. */
  function extendedRequests(pod: PodInfo, missing: ReadonlyMap<string, string>): { readonly requests: readonly DeviceRequest[]; readonly mappings: Reserved['requestMappings'] } {
    const requests: DeviceRequest[] = []
    const mappings: { containerName: string; requestName: string; resourceName: string }[] = []
    const containers = [...(pod.pod.spec?.initContainers ?? []), ...(pod.pod.spec?.containers ?? [])]
    for (const [resourceName, deviceClassName] of missing) {
      for (const [index, container] of containers.entries()) {
        const own = container.resources?.requests ?? {}
        const count = Number(own[resourceName] ?? 0)
        if (!Number.isInteger(count) || count <= 0) continue
        const requestName = `container-${index}-request-${Object.keys(own).sort().indexOf(resourceName)}`
        requests.push({ name: requestName, exactly: { deviceClassName, allocationMode: 'ExactCount', count } })
        mappings.push({ containerName: container.name, requestName, resourceName })
      }
    }
    return { requests, mappings }
  }

  interface Decided {
    readonly verdict: Verdict
    readonly allocation?: NodeAllocation
    readonly unreachable: readonly Claim[]
  }

  const plain: Decided = { verdict: 0, unreachable: [] }

  function decide(own: State, pod: PodInfo, nodes: Snapshot, row: number): Decided {
    const node = nodes.infos[row] as NodeInfo
    const missing = new Map<string, string>()
    if (own.extended !== undefined) {
      if (own.extended.spec?.devices?.requests !== undefined) return { verdict: refusal(stale), unreachable: [] }
      const served = servedResources(pod)
      for (const { name, amount } of pod.template.requests.scalars) {
        if (amount === 0 || !isExtendedResource(name)) continue
        const column = nodes.scalar(name)
        const plugged = column !== undefined && (column.allocatable[row] as number) > 0
        const className = served.get(name)
        if (className === undefined && (column === undefined || column.present[row] === 0)) return { verdict: refusal(cannotFit), unreachable: [] }
        if (className !== undefined && !plugged) missing.set(name, className)
      }
      if (own.claims.length === 1 && missing.size === 0) return plain
    }
    const unreachable = own.claims.filter(({ status: claimStatus }) => {
      const selector = claimStatus?.allocation?.nodeSelector
      return selector !== undefined && !nodeSelectorMatches(selector.nodeSelectorTerms, node.labels, node.name)
    })
    const toAllocate = own.claims.filter((claim) => claim.status?.allocation === undefined)
      .map((claim) => (claim === own.extended ? { ...claim, spec: { devices: { requests: extendedRequests(pod, missing).requests } } } : claim))
    let allocation: NodeAllocation | undefined
    if (toAllocate.length > 0) {
      try {
        const found = allocate(toAllocate, node, own.world)
        if (found === 'none') return { verdict: refusal(cannotAllocate), unreachable }
        if (found === 'timeout') return { verdict: refusal(tooLong), unreachable }
        allocation = { results: found.results, claims: toAllocate }
      } catch (error) {
        if (!(error instanceof CelError)) throw error
        let index = own.errors.indexOf(error.message)
        if (index < 0) index = own.errors.push(error.message) - 1
        return { verdict: verdict(verdictCode.Error, failed + index), unreachable }
      }
    }
    if (unreachable.length > 0) return { verdict: refusal(notOnNode), unreachable }
    return { verdict: 0, unreachable: [], ...(allocation === undefined ? {} : { allocation }) }
  }

  function decideAndKeep(own: State, pod: PodInfo, nodes: Snapshot, row: number): Verdict {
    const decided = decide(own, pod, nodes, row)
    for (const claim of decided.unreachable) own.unavailable.add(claim)
    if (decided.allocation !== undefined) own.byRow.set(row, decided.allocation)
    return decided.verdict
  }

  function allocationOn(state: CycleState, pod: PodInfo, nodeName: string): { readonly own: State; readonly allocation: NodeAllocation | undefined } | undefined {
    let own = state.read(cycleKey)
    if (own === undefined) {
      const made = makeState(pod)
      if ('code' in made) return undefined
      own = made
    }
    const row = handle.snapshot.rowOf(nodeName)
    if (row !== undefined && !own.byRow.has(row)) decideAndKeep(own, pod, handle.snapshot, row)
    return { own, allocation: row === undefined ? undefined : own.byRow.get(row) }
  }

  const reservation = (pod: PodInfo): { readonly resource: string; readonly name: string; readonly uid: string } => ({ resource: 'pods', name: pod.name, uid: pod.uid })

  function reservedBy(pod: PodInfo, claim: Claim, allocation: AllocationResult | undefined): Claim {
    const reservedFor = isReservedFor(pod, claim) ? claim.status?.reservedFor ?? [] : [...(claim.status?.reservedFor ?? []), reservation(pod)]
    const finalizers = claim.metadata.finalizers ?? []
    return {
      ...claim,
      metadata: allocation === undefined || finalizers.includes(finalizer) ? claim.metadata : { ...claim.metadata, finalizers: [...finalizers, finalizer] },
      status: { ...claim.status, ...(allocation === undefined ? {} : { allocation }), reservedFor },
    }
  }

  const assume = (claim: Claim): void => { handle.assume('resourceClaims', claim as unknown as ApiObject) }
  const forget = (claim: Claim): void => { handle.forget('resourceClaims', nameOf(claim)) }

  function write(pod: PodInfo, reserved: Reserved): void {
    const { client } = handle
    if (client === undefined) return
    for (const claim of reserved.claims) {
      const current = claimLister.get(nameOf(claim)) ?? claim
      const isNew = current.metadata.finalizers?.includes(finalizer) === true && claim.status?.allocation !== undefined
      const stored = isNew ? client.update(resources.resourceclaims, { ...claim, metadata: { ...claim.metadata } }) : claim
      const metadata = stored.metadata.resourceVersion === undefined ? claim.metadata : { ...claim.metadata, resourceVersion: stored.metadata.resourceVersion }
      assume(client.update(resources.resourceclaims, { ...claim, metadata }, 'status'))
    }
    if (reserved.extended === undefined) return
    const { name: _, ...metadata } = reserved.extended.metadata
    const { status: claimStatus, ...rest } = reserved.extended
    const created = client.create(resources.resourceclaims, { ...rest, metadata } as Claim)
    assume(client.update(resources.resourceclaims, { ...created, ...(claimStatus === undefined ? {} : { status: claimStatus }) }, 'status'))
    forget(reserved.extended)
    client.patch({ resource: resources.pods, namespace: pod.namespace, name: pod.name }, 'application/merge-patch+json', {
      status: { extendedResourceClaimStatus: { resourceClaimName: created.metadata.name, requestMappings: reserved.requestMappings } },
    }, 'status')
  }

  return {
    name: 'DynamicResources',

    preEnqueue(pod) {
      const claims = claimsOf(pod.pod)
      return typeof claims === 'string' ? unresolvable(claims) : success
    },

    preFilter(state, pod) {
      state.write(seenState, true)
      const own = makeState(pod)
      if ('code' in own) return own
      state.write(cycleKey, own)
      return success
    },

    filter(state, pod, nodes, rows, from, to, verdicts) {
      const own = state.read(cycleKey) as State
      for (let i = from; i < to; i++) if (verdicts[i] === 0) verdicts[i] = decideAndKeep(own, pod, nodes, rows[i] as number)
    },

    reasons(state, _pod, value) {
      const detail = detailOfVerdict(value)
      return [textOf[detail] ?? state.read(cycleKey)?.errors[detail - failed] ?? '']
    },

    filterFacts(state, pod, nodes, row) {
      const own = state.read(cycleKey)
      if (own === undefined) return []
      const decided = decide(own, pod, nodes, row)
      const facts: Fact[] = []
      for (const claim of own.claims) {
        const selectorMisses = decided.unreachable.includes(claim)
        if (claim.status?.allocation !== undefined) facts.push({ id: selectorMisses ? 'devices.elsewhere' : 'devices.allocated', values: { claim: claim.metadata.name ?? '' } })
      }
      for (const [index, claim] of (decided.allocation?.claims ?? []).entries()) {
        for (const { request, driver, pool, device } of decided.allocation?.results[index]?.devices?.results ?? []) facts.push({ id: 'devices.found', values: { claim: claim.metadata.name ?? '', request, driver, pool, device } })
      }
      if (decided.verdict === refusal(cannotAllocate)) {
        for (const claim of own.claims) {
          for (const { name, exactly } of claim.spec?.devices?.requests ?? []) facts.push({ id: 'devices.wanted', values: { claim: claim.metadata.name ?? '', request: name, deviceClass: exactly?.deviceClassName ?? '', count: exactly?.count ?? 1 } })
        }
        for (const [resource, deviceClass] of own.extended === undefined ? [] : servedResources(pod)) facts.push({ id: 'devices.wantedResource', values: { resource, deviceClass } })
      }
      return facts
    },

    postFilter(state, pod) {
      if (state.read(seenState) !== true) return status('Error', 'not found')
      const own = state.read(cycleKey)
      if (own === undefined) return status('Unschedulable')
      for (const claim of own.unavailable) {
        const holders = claim.status?.reservedFor ?? []
        if (claim === own.extended || holders.length > 1 || (holders.length === 1 && !isReservedFor(pod, claim))) continue
        handle.client?.update(resources.resourceclaims, { ...claim, status: {} }, 'status')
        return status('Unschedulable', 'deallocation of ResourceClaim completed')
      }
      if (own.extended !== undefined && own.extended.metadata.name !== inMemoryName) {
        handle.client?.delete({ resource: resources.resourceclaims, namespace: pod.namespace, name: own.extended.metadata.name ?? '' })
        return status('Unschedulable', 'deletion of ResourceClaim completed')
      }
      return status('Unschedulable', 'still not schedulable')
    },

    // Without claims it is 0 everywhere.
    scoreDependence: (pod) => (needsDevices(pod) ? 'cluster' : 'row'),

    score(state, _pod, _nodes, rows, count, scores) {
      const own = state.read(cycleKey)
      if (own === undefined) scores.fill(0, 0, count)
      else for (let i = 0; i < count; i++) scores[i] = preference(own.byRow.get(rows[i] as number))
      return undefined
    },

    normalizeScore(_state, _pod, _nodes, _rows, count, scores) {
      defaultNormalizeScore(scores, count, false)
      return undefined
    },

    scoreFacts(state, _pod, _nodes, row) {
      const allocation = state.read(cycleKey)?.byRow.get(row)
      return allocation === undefined ? [] : [{ id: 'devices.preference', values: { score: preference(allocation) } }]
    },

    reserve(state, pod, nodeName) {
      if (!needsDevices(pod)) return success
      const found = allocationOn(state, pod, nodeName)
      if (found === undefined) return success
      const { own, allocation } = found
      const claims: Claim[] = []
      let extended: Claim | undefined
      for (const claim of own.claims) {
        const index = allocation?.claims.findIndex((candidate) => candidate === claim || (claim === own.extended && candidate.metadata === claim.metadata)) ?? -1
        const result = index < 0 ? undefined : allocation?.results[index]
        if (claim === own.extended) {
          if (result === undefined || allocation === undefined) continue
          extended = reservedBy(pod, { ...(allocation.claims[index] as Claim), metadata: { ...claim.metadata, name: `${inMemoryName}-${pod.uid}` } }, result)
          assume(extended)
        } else {
          const reserved = reservedBy(pod, claim, result)
          claims.push(reserved)
          assume(reserved)
        }
      }
      const requests = new Set(extended?.spec?.devices?.requests?.map(({ name }) => name))
      const mappings = extended === undefined ? [] : extendedRequests(pod, servedResources(pod)).mappings.filter(({ requestName }) => requests.has(requestName))
      state.write(reservedKey, { claims, requestMappings: mappings, ...(extended === undefined ? {} : { extended }) })
      return success
    },

    unreserve(state, pod) {
      const reserved = state.read(reservedKey)
      if (reserved === undefined) return
      for (const claim of reserved.claims) {
        forget(claim)
        const current = claimLister.get(nameOf(claim))
        if (current === undefined || !isReservedFor(pod, current)) continue
        const reservedFor = (current.status?.reservedFor ?? []).filter(({ uid }) => uid !== pod.uid)
        handle.client?.patch({ resource: resources.resourceclaims, namespace: pod.namespace, name: claim.metadata.name ?? '' }, 'application/merge-patch+json', { status: { reservedFor } }, 'status')
      }
      if (reserved.extended !== undefined) forget(reserved.extended)
      state.delete(reservedKey)
    },

    preBindPreFlight: (state) => (state.read(reservedKey) === undefined ? skip : success),

    preBind(state, pod): PermitAnswer {
      const reserved = state.read(reservedKey)
      if (reserved === undefined) return success
      try {
        write(pod, reserved)
        return success
      } catch (error) {
        if (error instanceof ApiError) return status('Error', error.message)
        throw error
      }
    },

    eventsToRegister: () => [
      { resource: 'Node', action: action.Add | action.UpdateNodeLabel | action.UpdateNodeTaint | action.UpdateNodeAllocatable },
      {
        resource: 'ResourceClaim', action: action.Add | action.Update | action.Delete,
        hint: (pod, before, after) => {
          const [was, is] = [before as unknown as Claim | undefined, after as unknown as Claim | undefined]
          // A claim that lets go of its devices helps everybody who waits for some.
          if (is === undefined || (was?.status?.allocation !== undefined && is.status?.allocation === undefined)) return was?.status?.allocation === undefined ? 'QueueSkip' : 'Queue'
          const claims = claimsOf(pod.pod)
          if (typeof claims === 'string') return 'QueueSkip'
          if (!claims.some((claim) => claim.metadata.uid === is.metadata.uid)) return 'QueueSkip'
          return was === undefined || !deepEqual(was.status, is.status) ? 'Queue' : 'QueueSkip'
        },
      },
      {
        resource: 'TargetPod', action: action.UpdatePodGeneratedResourceClaim,
        hint: (_pod, _before, after) => (typeof claimsOf(asPod(after)) === 'string' ? 'QueueSkip' : 'Queue'),
      },
      { resource: 'DeviceClass', action: action.Add | action.Update },
      { resource: 'ResourceSlice', action: action.Add | action.Update },
    ],
  }
}

/** How early in its list each request's alternative stands that was found. */
function preference(allocation: NodeAllocation | undefined): number {
  let sum = 0
  for (const [index, claim] of (allocation?.claims ?? []).entries()) {
    const used = new Set(allocation?.results[index]?.devices?.results?.map(({ request }) => request))
    for (const { name, firstAvailable } of claim.spec?.devices?.requests ?? []) {
      const place = (firstAvailable ?? []).findIndex((sub) => used.has(`${name}/${sub.name}`))
      if (place >= 0) sum += alternativesMax - place
    }
  }
  return sum
}

const isOwnedBy = (claim: Claim, pod: Pod): boolean => claim.metadata.ownerReferences?.some(({ controller, uid }) => controller === true && uid === pod.metadata.uid) ?? false

/** The claim's name; nothing when none was generated because none is needed; an error while it is still to come. */
function claimName(pod: Pod, reference: PodResourceClaim): string | { readonly error?: string } {
  if (reference.resourceClaimName !== undefined) return reference.resourceClaimName
  const where = `pod "${pod.metadata.namespace ?? ''}/${pod.metadata.name ?? ''}"`
  if (reference.resourceClaimTemplateName === undefined) return { error: `${where}: none of the supported fields are set` }
  const generated = pod.status?.resourceClaimStatuses?.find(({ name }) => name === reference.name)
  if (generated === undefined) return { error: `${where}: ResourceClaim not created yet` }
  return generated.resourceClaimName ?? {}
}
