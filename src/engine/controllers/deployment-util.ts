import { canonicalJson, deepEqual } from '../../base'
import type { Deployment, DeploymentCondition, DeploymentStatus, PodTemplateSpec, ReplicaSet } from '../../api'
import { scaledValue } from './int-or-percent'
import { byAge } from './owners'

export const revisionAnnotation = 'deployment.kubernetes.io/revision'
export const revisionHistoryAnnotation = 'deployment.kubernetes.io/revision-history'
export const desiredReplicasAnnotation = 'deployment.kubernetes.io/desired-replicas'
export const maxReplicasAnnotation = 'deployment.kubernetes.io/max-replicas'
export const templateHashLabel = 'pod-template-hash'
const rollbackToAnnotation = 'deprecated.deployment.rollback.to'

/** These stay with the object that has them. Upstream: annotationsToSkip. */
const annotationsToSkip = new Set([
  'kubectl.kubernetes.io/last-applied-configuration', revisionAnnotation, revisionHistoryAnnotation, desiredReplicasAnnotation, maxReplicasAnnotation, rollbackToAnnotation,
])

/** Longest revision history kept on a ReplicaSet, in characters. Upstream: maxRevHistoryLengthInChars. */
const revisionHistoryLengthMax = 2000

type Annotations = Readonly<Record<string, string>>

export const replicasOf = (set: { readonly spec?: { readonly replicas?: number } }): number => set.spec?.replicas ?? 1

export const totalReplicas = (sets: readonly ReplicaSet[]): number => sets.reduce((sum, set) => sum + replicasOf(set), 0)
export const actualReplicas = (sets: readonly ReplicaSet[]): number => sets.reduce((sum, set) => sum + (set.status?.replicas ?? 0), 0)
export const availableReplicas = (sets: readonly ReplicaSet[]): number => sets.reduce((sum, set) => sum + (set.status?.availableReplicas ?? 0), 0)
export const activeSets = (sets: readonly ReplicaSet[]): ReplicaSet[] => sets.filter((set) => replicasOf(set) > 0)

export function isRollingUpdate(deployment: Deployment): boolean {
  return (deployment.spec.strategy?.type ?? 'RollingUpdate') === 'RollingUpdate'
}

/** Both as counts; never both 0. Upstream: ResolveFenceposts. */
function fenceposts(deployment: Deployment): { readonly surge: number; readonly unavailable: number } {
  const { maxSurge, maxUnavailable } = deployment.spec.strategy?.rollingUpdate ?? {}
  const surge = scaledValue(maxSurge ?? '25%', replicasOf(deployment), true)
  const unavailable = scaledValue(maxUnavailable ?? '25%', replicasOf(deployment), false)
  return surge === 0 && unavailable === 0 ? { surge, unavailable: 1 } : { surge, unavailable }
}

export function maxSurge(deployment: Deployment): number {
  return isRollingUpdate(deployment) ? fenceposts(deployment).surge : 0
}

export function maxUnavailable(deployment: Deployment): number {
  if (!isRollingUpdate(deployment) || replicasOf(deployment) === 0) return 0
  return Math.min(fenceposts(deployment).unavailable, replicasOf(deployment))
}

const templateTexts = new WeakMap<PodTemplateSpec, string>()

/** Text of a template without the hash label; equal for templates that ask for the same Pods. Upstream: EqualIgnoreHash. */
export function templateText(template: PodTemplateSpec): string {
  let text = templateTexts.get(template)
  if (text === undefined) {
    const { [templateHashLabel]: _hash, ...labels } = template.metadata?.labels ?? {}
    text = canonicalJson({ ...template, metadata: { ...template.metadata, labels } })
    // A memo on frozen objects, not state.
    templateTexts.set(template, text)
  }
  return text
}

/** The set that has the Deployment's template; of several the oldest. Upstream: FindNewReplicaSet. */
export function findNewReplicaSet(deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  const wanted = templateText(deployment.spec.template)
  return [...sets].sort(byAge).find((set) => set.spec.template !== undefined && templateText(set.spec.template) === wanted)
}

export function revisionOf(object: { readonly metadata: { readonly annotations?: Annotations } }): number {
  const text = object.metadata.annotations?.[revisionAnnotation]
  return text !== undefined && /^[0-9]+$/.test(text) ? Number(text) : 0
}

export function maxRevision(sets: readonly ReplicaSet[]): number {
  return Math.max(0, ...sets.map(revisionOf))
}

/** A whole number written as an annotation; undefined without one. */
export function intAnnotation(set: ReplicaSet, name: string): number | undefined {
  const text = set.metadata.annotations?.[name]
  return text !== undefined && /^-?[0-9]+$/.test(text) ? Number(text) : undefined
}

export function withReplicasAnnotations(set: ReplicaSet, desired: number, max: number): ReplicaSet {
  const wanted = { [desiredReplicasAnnotation]: String(desired), [maxReplicasAnnotation]: String(max) }
  const annotations = set.metadata.annotations ?? {}
  if (annotations[desiredReplicasAnnotation] === String(desired) && annotations[maxReplicasAnnotation] === String(max)) return set
  return { ...set, metadata: { ...set.metadata, annotations: { ...annotations, ...wanted } } }
}

/** The same set when nothing had to change. Upstream: SetNewReplicaSetAnnotations. */
export function withNewReplicaSetAnnotations(deployment: Deployment, set: ReplicaSet, revision: number, exists: boolean): ReplicaSet {
  const before: Annotations = set.metadata.annotations ?? {}
  const annotations: Record<string, string> = { ...before }
  for (const [name, value] of Object.entries(deployment.metadata.annotations ?? {})) {
    if (!annotationsToSkip.has(name)) annotations[name] = value
  }
  const oldText = annotations[revisionAnnotation]
  const old = revisionOf(set)
  if (old < revision) {
    annotations[revisionAnnotation] = String(revision)
    if (oldText !== undefined) {
      const history = (annotations[revisionHistoryAnnotation] ?? '').split(',').filter((part) => part !== '')
      history.push(oldText)
      while (history.length > 1 && history.join(',').length > revisionHistoryLengthMax) history.shift()
      annotations[revisionHistoryAnnotation] = history.join(',')
    }
  }
  let changed = deepEqual(before, annotations) ? set : { ...set, metadata: { ...set.metadata, annotations } }
  if (!exists) changed = withReplicasAnnotations(changed, replicasOf(deployment), replicasOf(deployment) + maxSurge(deployment))
  return changed
}

/** How many Pods more may be wanted before the ceiling (replicas and maxSurge) is reached; negative above it. */
export function roomForNew(deployment: Deployment, all: readonly ReplicaSet[]): number {
  return replicasOf(deployment) + maxSurge(deployment) - totalReplicas(all)
}

/** How many Pods the new set should have now. Upstream: NewRSNewReplicas. */
export function newReplicaSetSize(deployment: Deployment, all: readonly ReplicaSet[], newSet: ReplicaSet): number {
  if (!isRollingUpdate(deployment)) return replicasOf(deployment)
  const room = roomForNew(deployment, all)
  if (room <= 0) return replicasOf(newSet)
  return replicasOf(newSet) + Math.min(room, replicasOf(deployment) - replicasOf(newSet))
}

/** The new set runs everything and says so. Upstream: IsSaturated. */
export function isSaturated(deployment: Deployment, newSet: ReplicaSet | undefined): boolean {
  if (newSet === undefined) return false
  const desired = intAnnotation(newSet, desiredReplicasAnnotation)
  const replicas = replicasOf(deployment)
  return replicasOf(newSet) === replicas && desired === replicas && (newSet.status?.availableReplicas ?? 0) === replicas
}

/** The one set that runs Pods, or the newest when none does; undefined when several do. Upstream: FindActiveOrLatest. */
export function findActiveOrLatest(newSet: ReplicaSet | undefined, oldSets: readonly ReplicaSet[]): ReplicaSet | undefined {
  const newestFirst = [...oldSets].sort(byAge).reverse()
  const active = activeSets(newSet === undefined ? newestFirst : [...newestFirst, newSet])
  if (active.length === 1) return active[0]
  return active.length === 0 ? newSet ?? newestFirst[0] : undefined
}

/** A set's share of a change of size. Upstream: GetReplicaSetProportion. */
export function proportionOf(set: ReplicaSet, deployment: Deployment, toAdd: number, added: number): number {
  if (replicasOf(set) === 0 || toAdd === 0 || toAdd === added) return 0
  const allowed = toAdd - added
  const fraction = fractionOf(set, deployment)
  return toAdd > 0 ? Math.min(fraction, allowed) : Math.max(fraction, allowed)
}

function fractionOf(set: ReplicaSet, deployment: Deployment): number {
  const replicas = replicasOf(set)
  if (replicasOf(deployment) === 0) return -replicas
  const maxNow = replicasOf(deployment) + maxSurge(deployment)
  let maxBefore = intAnnotation(set, maxReplicasAnnotation) ?? 0
  if (maxBefore === 0) maxBefore = deployment.status?.replicas ?? 0
  if (maxBefore === 0) return 0
  const size = (replicas * maxNow) / maxBefore
  return (size < 0 ? Math.trunc(size - 0.5) : Math.trunc(size + 0.5)) - replicas
}

/** Largest first; of equals the newest. Upstream: ReplicaSetsBySizeNewer. */
export function bySizeNewer(a: ReplicaSet, b: ReplicaSet): number {
  return replicasOf(b) - replicasOf(a) || byAge(b, a)
}

/** Largest first; of equals the oldest. Upstream: ReplicaSetsBySizeOlder. */
export function bySizeOlder(a: ReplicaSet, b: ReplicaSet): number {
  return replicasOf(b) - replicasOf(a) || byAge(a, b)
}

export function conditionOf(status: DeploymentStatus | undefined, type: string): DeploymentCondition | undefined {
  return status?.conditions?.find((condition) => condition.type === type)
}

/** Upstream: SetDeploymentCondition: equal status and reason change nothing; an equal status keeps its time. */
export function withCondition(status: DeploymentStatus, condition: DeploymentCondition): DeploymentStatus {
  const current = conditionOf(status, condition.type ?? '')
  if (current !== undefined && current.status === condition.status && current.reason === condition.reason) return status
  const since = current !== undefined && current.status === condition.status ? current.lastTransitionTime : condition.lastTransitionTime
  const others = (status.conditions ?? []).filter((other) => other.type !== condition.type)
  return { ...status, conditions: [...others, { ...condition, ...(since === undefined ? {} : { lastTransitionTime: since }) }] }
}

export function withoutCondition(status: DeploymentStatus, type: string): DeploymentStatus {
  if (conditionOf(status, type) === undefined) return status
  return { ...status, conditions: (status.conditions ?? []).filter((condition) => condition.type !== type) }
}

/** A deadline of MaxInt32 means none. Upstream: HasProgressDeadline. */
export function hasProgressDeadline(deployment: Deployment): boolean {
  const deadline = deployment.spec.progressDeadlineSeconds
  return deadline !== undefined && deadline !== 2 ** 31 - 1
}

/** Upstream: DeploymentComplete. */
export function isComplete(deployment: Deployment, status: DeploymentStatus): boolean {
  const replicas = replicasOf(deployment)
  return (status.updatedReplicas ?? 0) === replicas && (status.replicas ?? 0) === replicas && (status.availableReplicas ?? 0) === replicas
    && (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
}

/** Upstream: DeploymentProgressing. */
export function isProgressing(deployment: Deployment, status: DeploymentStatus): boolean {
  const old = deployment.status ?? {}
  const of = (value: number | undefined): number => value ?? 0
  return of(status.updatedReplicas) > of(old.updatedReplicas)
    || of(status.replicas) - of(status.updatedReplicas) < of(old.replicas) - of(old.updatedReplicas)
    || of(status.readyReplicas) > of(old.readyReplicas)
    || of(status.availableReplicas) > of(old.availableReplicas)
}
