import { ApiError, failure, matches, selectorOf, type ApiObject, type Eviction, type Pod, type PodDisruptionBudget } from '../../../api'
import { now, writeOptions, type Answer, type Call, type Server } from '../call'
import type { Fields } from '../draft'
import { badRequest, forbidden, notFound, plainError } from '../errors'
import { bodyKinds } from '../kinds/table'
import type { Kind } from '../kinds/kind'
import { bodyOf } from './write'

const violated = "Cannot evict pod as it would violate the pod's disruption budget."
const disruptedPodsMax = 2_000

/** Asks a Pod to go, if its disruption budget allows it. Upstream: pkg/registry/core/pod/storage/eviction.go. */
export function evict(server: Server, call: Call): Answer {
  const { info, kind, request } = call
  const options = writeOptions(call, 'CreateOptions')
  const eviction = server.pipeline.decode(bodyKinds().eviction, bodyOf({ ...call, kind: bodyKinds().eviction }), options) as unknown as Eviction
  if (eviction.metadata.name !== info.name) throw badRequest('name in URL does not match name in Eviction object')
  if (eviction.metadata.namespace !== undefined && eviction.metadata.namespace !== info.namespace) throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  const deleteOptions = eviction.deleteOptions ?? { apiVersion: 'v1', kind: 'DeleteOptions' }
  const dryRun = options.dryRun || (deleteOptions.dryRun?.length ?? 0) > 0
  const live = server.storage.get(kind, info.namespace, info.name)
  if (live === undefined) throw notFound(kind.resource, info.name)
  const pod = live as unknown as Pod
  const phase = pod.status?.phase
  const ignoresBudgets = phase === 'Succeeded' || phase === 'Failed' || phase === 'Pending' || live.metadata.deletionTimestamp !== undefined
  if (!ignoresBudgets) {
    const budgets = budgetsOf(server, pod)
    if (budgets.length > 1) throw plainError(500, 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.')
    const [budget] = budgets
    if (budget !== undefined && !mayGoUnready(pod, budget)) charge(server, budget, info.name, dryRun)
  }
  let preconditions = deleteOptions.preconditions
  if (!dryRun && live.metadata.deletionTimestamp === undefined) {
    const marked = markDisrupted(server, kind, live)
    // What is deleted is what was just marked, and nothing newer.
    if (preconditions?.resourceVersion !== undefined) preconditions = { ...preconditions, resourceVersion: marked.metadata.resourceVersion ?? '' }
  }
  server.pipeline.delete(kind, info.namespace, info.name, { ...deleteOptions, ...(preconditions === undefined ? {} : { preconditions }) }, { dryRun, userAgent: request.userAgent, warnings: call.warnings })
  return { status: 201, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 } }
}

function budgetsOf(server: Server, pod: Pod): readonly PodDisruptionBudget[] {
  const kind = server.kinds.ofPath('policy', 'v1', 'poddisruptionbudgets') as Kind
  const all = server.storage.list(kind, pod.metadata.namespace).items as unknown as readonly PodDisruptionBudget[]
  return all.filter((budget) => budget.spec?.selector !== undefined && matches(selectorOf(budget.spec.selector), pod.metadata.labels))
}

/** A Pod that is not ready is no loss to a budget that is met (or that says so). */
function mayGoUnready(pod: Pod, budget: PodDisruptionBudget): boolean {
  if (pod.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') === true) return false
  if (budget.spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true
  const { currentHealthy = 0, desiredHealthy = 0 } = budget.status ?? {}
  return currentHealthy >= desiredHealthy && desiredHealthy > 0
}

function tooMany(causeText: string, retryAfterSeconds: number): ApiError {
  return new ApiError(failure(429, 'TooManyRequests', violated, {
    causes: [{ reason: 'DisruptionBudget', message: causeText }], ...(retryAfterSeconds > 0 ? { retryAfterSeconds } : {}),
  }))
}

/** Takes one disruption from the budget, or refuses. */
function charge(server: Server, budget: PodDisruptionBudget, podName: string, dryRun: boolean): void {
  const name = budget.metadata.name ?? ''
  const status = budget.status
  if ((status?.observedGeneration ?? 0) < (budget.metadata.generation ?? 0)) throw tooMany(`The disruption budget ${name} is still being processed by the server.`, 10)
  const allowed = status?.disruptionsAllowed ?? 0
  const asKind = { group: 'policy', plural: 'poddisruptionbudget' }
  if (allowed < 0) throw forbidden(asKind, name, 'pdb disruptions allowed is negative')
  if (Object.keys(status?.disruptedPods ?? {}).length > disruptedPodsMax) throw forbidden(asKind, name, 'DisruptedPods map too big - too many evictions not confirmed by PDB controller')
  if (allowed === 0) {
    const failed = status?.conditions?.find((condition) => condition.type === 'DisruptionAllowed' && condition.status === 'False' && condition.reason === 'SyncFailed')
    const { currentHealthy = 0, desiredHealthy = 0 } = status ?? {}
    throw tooMany(failed !== undefined ? `The disruption budget ${name} does not allow evicting pods currently because it failed sync: ${failed.message}`
      : currentHealthy <= desiredHealthy ? `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`
        : `The disruption budget ${name} does not allow evicting pods currently`, 0)
  }
  if (dryRun) return
  const left = allowed - 1
  const time = now(server)
  const conditions = status?.conditions ?? []
  const before = conditions.find((condition) => condition.type === 'DisruptionAllowed')
  const insufficient = {
    type: 'DisruptionAllowed', status: 'False', observedGeneration: status?.observedGeneration ?? 0, lastTransitionTime: before?.status === 'False' ? before.lastTransitionTime : time, reason: 'InsufficientPods', message: '',
  }
  const draft = {
    ...budget,
    metadata: { ...budget.metadata },
    status: {
      ...status, disruptionsAllowed: left, disruptedPods: { ...status?.disruptedPods, [podName]: time },
      ...(left === 0 ? { conditions: [...conditions.filter((condition) => condition.type !== 'DisruptionAllowed'), insufficient] } : {}),
    },
  }
  server.storage.put(server.kinds.ofPath('policy', 'v1', 'poddisruptionbudgets') as Kind, draft as unknown as Fields)
}

function markDisrupted(server: Server, kind: Kind, live: ApiObject): ApiObject {
  const status = (live as unknown as Pod).status ?? {}
  const condition = { type: 'DisruptionTarget', status: 'True', lastProbeTime: null, lastTransitionTime: now(server), reason: 'EvictionByEvictionAPI', message: 'Eviction API: evicting' }
  const draft = { ...live, metadata: { ...live.metadata }, status: { ...status, conditions: [...(status.conditions ?? []).filter((one) => one.type !== 'DisruptionTarget'), condition] } }
  return server.storage.put(kind, draft as unknown as Fields)
}
