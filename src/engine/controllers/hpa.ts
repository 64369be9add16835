import { deepEqual } from '../../base'
import {
  amountOf, ApiError, apiVersionOf, canonicalQuantity, keyOf, matches, pathOf, resources, selectorOf, selectorOfMap, virtualOf, type ApiList, type CrossVersionObjectReference, type CustomResourceDefinition, type HorizontalPodAutoscaler, type HorizontalPodAutoscalerCondition,
  type HorizontalPodAutoscalerStatus, type HPAScalingRules, type LabelSelector, type MetricSpec, type MetricStatus, type ObjectMeta, type Pod, type Resource, type Scale, type Selector, type Status,
} from '../../api'
import type { Informer } from '../client'
import { Controller, type ControllerEnvironment, type SyncQueue } from './controller'
import { resourceOfDefinition } from './custom-resources'
import { defaultTolerance, replicasFor, type PodMetric, type Tolerance } from './hpa-replicas'
import { byName } from './owners'
import { nowText, podInformer } from './pods'

const resource = resources.horizontalpodautoscalers
/** Upstream: --horizontal-pod-autoscaler-sync-period and …-downscale-stabilization. */
const syncMs = 15_000
const stabilizationMs = 300_000
const scalable: readonly Resource[] = [resources.deployments, resources.replicasets, resources.statefulsets, resources.replicationcontrollers]

type Target = {
  readonly metadata: ObjectMeta
  readonly spec?: { readonly replicas?: number; readonly selector?: unknown }
  /** Of a custom object: the selector of its scale, as a text. */
  readonly selectorText?: string
}

interface Recommendation {
  readonly replicas: number
  readonly at: number
}

interface ScaleEvent {
  readonly change: number
  readonly at: number
}

interface Memory {
  readonly recommendations: readonly Recommendation[]
  readonly ups: readonly ScaleEvent[]
  readonly downs: readonly ScaleEvent[]
}

interface Proposal {
  readonly replicas: number
  readonly metric: string
  readonly at: number
  readonly statuses: readonly (MetricStatus | undefined)[]
}

/** Scales by what Pods use. Upstream: pkg/controller/podautoscaler, HorizontalController. */
export class HorizontalPodAutoscalerController extends Controller {
  readonly #autoscalers: Informer<HorizontalPodAutoscaler>
  readonly #pods: Informer<Pod>
  readonly #targets: ReadonlyMap<Resource, Informer<Target>>
  readonly #definitions: Informer<CustomResourceDefinition>
  readonly #queue: SyncQueue
  #memory = new Map<string, Memory>()

  constructor(environment: ControllerEnvironment) {
    super(environment, { name: 'horizontal-pod-autoscaler', component: 'horizontal-pod-autoscaler' })
    this.#queue = this.addQueue((key) => { this.#sync(key) })
    this.#autoscalers = this.watches(environment.informers.for<HorizontalPodAutoscaler>(resource))
    this.#pods = this.watches(podInformer(environment.informers))
    this.#targets = new Map(scalable.map((kind) => [kind, this.watches(environment.informers.for<Target>(kind))]))
    this.#definitions = this.watches(environment.informers.for<CustomResourceDefinition>(resources.customresourcedefinitions))
    this.#autoscalers.addHandler({
      onAdd: (autoscaler) => { this.#queue.addObject(autoscaler) },
      onUpdate: (old, autoscaler) => { if (!deepEqual(old.spec, autoscaler.spec)) this.#queue.addObject(autoscaler) },
      onDelete: (autoscaler) => { this.#memory.delete(keyOf(autoscaler)) },
    })
  }

  protected override saveOwn(): unknown {
    return [...this.#memory]
  }

  protected override loadOwn(state: unknown): void {
    this.#memory = new Map(state as [string, Memory][])
  }

  #sync(key: string): void {
    const autoscaler = this.#autoscalers.get(key)
    if (autoscaler === undefined || autoscaler.metadata.deletionTimestamp !== undefined) return
    this.#queue.addAfter(key, syncMs)
    const change = new StatusChange(autoscaler, nowText(this.context.now()))
    this.#reconcile(key, autoscaler, change)
    const status = change.status()
    if (!deepEqual(autoscaler.status ?? {}, status)) this.client.update<HorizontalPodAutoscaler>(resource, { ...autoscaler, status }, 'status')
  }

  /** Upstream: reconcileAutoscaler. */
  #reconcile(key: string, autoscaler: HorizontalPodAutoscaler, change: StatusChange): void {
    const reference = autoscaler.spec.scaleTargetRef
    const builtin = scalable.find((other) => other.kind === reference.kind && (reference.apiVersion === undefined || apiVersionOf(other) === reference.apiVersion))
    const kind = builtin ?? this.#customKind(reference)
    const target = kind === undefined ? undefined : builtin === undefined ? this.#customTarget(kind, autoscaler.metadata.namespace ?? '', reference.name) : this.#targets.get(kind)?.get(`${autoscaler.metadata.namespace ?? ''}/${reference.name}`)
    if (kind === undefined || target === undefined) {
      const message = kind === undefined
        ? `no matches for kind "${reference.kind}" in group "${reference.apiVersion ?? ''}"`
        : `${kind.plural}${kind.group === '' ? '' : `.${kind.group}`} "${reference.name}" not found`
      this.recorder.event(autoscaler, 'Warning', 'FailedGetScale', message)
      change.condition('AbleToScale', 'False', 'FailedGetScale', `the HPA controller was unable to get the target's current scale: ${message}`)
      return
    }
    change.condition('AbleToScale', 'True', 'SucceededGetScale', "the HPA controller was able to get the target's current scale")
    const current = target.spec?.replicas ?? 1
    const min = autoscaler.spec.minReplicas ?? 1
    const max = autoscaler.spec.maxReplicas
    this.#remember(key, current)
    change.current = current
    let desired: number
    let reason = ''
    if (current === 0 && min !== 0) {
      desired = 0
      change.condition('ScalingActive', 'False', 'ScalingDisabled', 'scaling is disabled since the replica count of the target is zero')
    } else if (current > max) {
      reason = 'Current number of replicas above Spec.MaxReplicas'
      desired = max
    } else if (current < min) {
      reason = 'Current number of replicas below Spec.MinReplicas'
      desired = min
    } else if (target.selectorText === '') {
      this.recorder.event(autoscaler, 'Warning', 'SelectorRequired', 'selector is required')
      change.condition('ScalingActive', 'False', 'InvalidSelector', "the HPA target's scale is missing a selector")
      change.desired = autoscaler.status?.desiredReplicas ?? current
      return
    } else {
      const proposal = this.#propose(autoscaler, target, current, change)
      if (proposal === undefined) {
        change.desired = autoscaler.status?.desiredReplicas ?? current
        return
      }
      change.metrics = proposal.statuses
      reason = proposal.replicas > current ? `${proposal.metric} above target` : proposal.replicas < current ? 'All metrics below target' : ''
      desired = this.#normalize(key, autoscaler, current, proposal.replicas, min, max, change)
    }
    change.desired = desired
    if (desired === current) return
    try {
      this.client.patch({ resource: kind, namespace: autoscaler.metadata.namespace, name: reference.name }, 'application/merge-patch+json', { spec: { replicas: desired } }, 'scale')
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      this.recorder.event(autoscaler, 'Warning', 'FailedRescale', `New size: ${desired}; reason: ${reason}; error: ${error.message}`)
      change.condition('AbleToScale', 'False', 'FailedUpdateScale', `the HPA controller was unable to update the target scale: ${error.message}`)
      change.desired = current
      throw error
    }
    change.condition('AbleToScale', 'True', 'SucceededRescale', `the HPA controller was able to update the target scale to ${desired}`)
    change.scaled = true
    this.recorder.event(autoscaler, 'Normal', 'SuccessfulRescale', `New size: ${desired}; reason: ${reason}`)
    const memory = this.#memory.get(key) as Memory
    const event = { change: Math.abs(desired - current), at: this.context.now() }
    this.#memory.set(key, desired > current ? { ...memory, ups: [...memory.ups, event] } : { ...memory, downs: [...memory.downs, event] })
    this.context.trace({ type: 'note', from: this.context.name, what: 'autoscaled', subject: key, facts: { from: current, to: desired } })
  }

  /** What was recommended, and how it was scaled, within the windows that matter; the present size is where it began. */
  #remember(key: string, current: number): void {
    const now = this.context.now()
    const memory = this.#memory.get(key) ?? { recommendations: [{ replicas: current, at: now }], ups: [], downs: [] }
    const fresh = <T extends { readonly at: number }>(list: readonly T[]): readonly T[] => list.filter(({ at }) => now - at <= 3_600_000)
    this.#memory.set(key, { recommendations: fresh(memory.recommendations), ups: fresh(memory.ups), downs: fresh(memory.downs) })
  }

  /** A kind that a definition brings. */
  #customKind({ apiVersion = '', kind }: CrossVersionObjectReference): Resource | undefined {
    const [group] = apiVersion.split('/')
    for (const definition of this.#definitions.list()) {
      if (definition.spec.group !== group) continue
      const resource = resourceOfDefinition(definition)
      if (resource?.kind === kind) return resource
    }
    return undefined
  }

  /** A custom object as its scale shows it; `undefined` when it has none. */
  #customTarget(kind: Resource, namespace: string, name: string): Target | undefined {
    const response = this.client.transport.request({ method: 'GET', path: pathOf(kind, kind.namespaced ? namespace : undefined, name, 'scale'), userAgent: this.client.userAgent })
    if (response.status >= 400) return undefined
    const scale = response.body as Scale
    return { metadata: scale.metadata, spec: { replicas: scale.spec?.replicas ?? 0 }, selectorText: scale.status?.selector ?? '' }
  }

  #podsOf(namespace: string, selector: Selector): Pod[] {
    return this.#pods.byIndex('namespace', namespace).filter((pod) => matches(selector, pod.metadata.labels))
  }

  #podsNamed(namespace: string, labelSelector: string): Pod[] {
    const names = new Set(this.client.list<Pod>(resources.pods, { namespace, labelSelector }).items.map((pod) => pod.metadata.name))
    return this.#pods.byIndex('namespace', namespace).filter((pod) => names.has(pod.metadata.name))
  }

  /** The largest of what the metrics ask for. Upstream: computeReplicasForMetrics. */
  #propose(autoscaler: HorizontalPodAutoscaler, target: Target, current: number, change: StatusChange): Proposal | undefined {
    const namespace = autoscaler.metadata.namespace ?? ''
    const pods = (target.selectorText === undefined ? this.#podsOf(namespace, selectorOfTarget(target)) : this.#podsNamed(namespace, target.selectorText)).sort(byName)
    const specs = autoscaler.spec.metrics ?? []
    let best: Proposal | undefined
    let failure: { readonly reason: string; readonly message: string } | undefined
    let failed = 0
    const statuses: (MetricStatus | undefined)[] = []
    for (const spec of specs) {
      const answer = this.#ask(autoscaler, spec, pods, current)
      if ('reason' in answer) {
        failed++
        failure ??= answer
        statuses.push(undefined)
        continue
      }
      statuses.push(answer.status)
      if (best === undefined || answer.replicas > best.replicas) best = { replicas: answer.replicas, metric: answer.metric, at: this.context.now(), statuses: [] }
    }
    // With some metrics unknown it may grow, but not shrink.
    if (failure !== undefined && (best === undefined || (failed > 0 && best.replicas < current))) {
      this.recorder.event(autoscaler, 'Warning', failure.reason, failure.message)
      this.recorder.event(autoscaler, 'Warning', 'FailedComputeMetricsReplicas', `invalid metrics (${failed} invalid out of ${specs.length}), first error is: ${failure.message}`)
      change.condition('ScalingActive', 'False', failure.reason, `the HPA was unable to compute the replica count: ${failure.message}`)
      return undefined
    }
    if (best === undefined) return undefined
    change.condition('ScalingActive', 'True', 'ValidMetricFound', `the HPA was able to successfully calculate a replica count from ${best.metric}`)
    return { ...best, statuses }
  }

  #ask(autoscaler: HorizontalPodAutoscaler, spec: MetricSpec, pods: readonly Pod[], currentReplicas: number):
  { readonly replicas: number; readonly metric: string; readonly status: MetricStatus } | { readonly reason: string; readonly message: string } {
    const source = spec.resource ?? spec.containerResource
    if (source === undefined) {
      const reason = spec.type === 'Pods' ? 'FailedGetPodsMetric' : spec.type === 'Object' ? 'FailedGetObjectMetric' : 'FailedGetExternalMetric'
      return { reason, message: `unable to get metric: no ${spec.type === 'External' ? 'external' : 'custom'} metrics API is registered` }
    }
    const container = spec.containerResource?.container
    const reason = container === undefined ? 'FailedGetResourceMetric' : 'FailedGetContainerResourceMetric'
    const metrics = this.#metrics(autoscaler.metadata.namespace ?? '', source.name, container)
    if (typeof metrics === 'string') return { reason, message: `failed to get ${source.name} utilization: unable to get metrics for resource ${source.name}: unable to fetch metrics from resource metrics API: ${metrics}` }
    const { averageUtilization, averageValue } = source.target
    const answer = replicasFor({
      currentReplicas, resource: source.name, container, pods, metrics, now: this.context.now(), tolerance: tolerancesOf(autoscaler),
      target: averageUtilization === undefined ? { average: amountOf(source.name, averageValue) } : { utilization: averageUtilization },
    })
    if (typeof answer === 'string') return { reason, message: `failed to get ${source.name} utilization: ${answer}` }
    const where = container === undefined ? '' : 'container '
    const metric = `${source.name} ${where}resource${averageUtilization === undefined ? '' : ' utilization (percentage of request)'}`
    const value = {
      averageValue: quantityText(source.name, answer.average), ...(answer.utilization === undefined || averageUtilization === undefined ? {} : { averageUtilization: answer.utilization }),
    }
    return {
      replicas: answer.replicas, metric,
      status: container === undefined
        ? { type: 'Resource', resource: { name: source.name, current: value } }
        : { type: 'ContainerResource', containerResource: { name: source.name, container, current: value } },
    }
  }

  /** By Pod name; a text when the metrics API does not answer. */
  #metrics(namespace: string, name: string, container: string | undefined): ReadonlyMap<string, PodMetric> | string {
    const response = this.client.transport.request({ method: 'GET', path: `/apis/metrics.k8s.io/v1beta1/namespaces/${namespace}/pods`, userAgent: this.client.userAgent })
    if (response.status >= 400) return (response.body as Status).message ?? `status ${response.status}`
    const metrics = new Map<string, PodMetric>()
    for (const item of (response.body as ApiList<PodMetrics>).items) {
      let value = 0
      let known = false
      for (const { name: containerName, usage } of item.containers) {
        if (container !== undefined && container !== containerName) continue
        const amount = usage[name]
        if (amount === undefined) continue
        known = true
        value += amountOf(name, amount)
      }
      if (known) metrics.set(item.metadata.name ?? '', { value, at: virtualOf(item.timestamp), windowMs: 15_000 })
    }
    return metrics
  }

  /** From what is wanted to what may be. Upstream: normalizeDesiredReplicas and …WithBehaviors. */
  #normalize(key: string, autoscaler: HorizontalPodAutoscaler, current: number, wanted: number, min: number, max: number, change: StatusChange): number {
    const now = this.context.now()
    const memory = this.#memory.get(key) as Memory
    this.#memory.set(key, { ...memory, recommendations: [...memory.recommendations, { replicas: wanted, at: now }] })
    const behavior = autoscaler.spec.behavior
    const upWindow = (behavior?.scaleUp?.stabilizationWindowSeconds ?? 0) * 1000
    const downWindow = behavior?.scaleDown?.stabilizationWindowSeconds === undefined ? stabilizationMs : behavior.scaleDown.stabilizationWindowSeconds * 1000
    let [low, high] = [wanted, wanted]
    for (const { replicas, at } of memory.recommendations) {
      if (now - at < upWindow) low = Math.min(low, replicas)
      if (now - at < downWindow) high = Math.max(high, replicas)
    }
    let stable = current
    if (stable < low) stable = low
    if (stable > high) stable = high
    if (stable !== wanted) {
      const down = wanted < stable
      change.condition('AbleToScale', 'True', down ? 'ScaleDownStabilized' : 'ScaleUpStabilized', `recent recommendations were ${down ? 'higher than current one, applying the highest' : 'lower than current one, applying the lowest'} recent recommendation`)
    } else change.condition('AbleToScale', 'True', 'ReadyForNewScale', 'recommended size matches current size')
    let allowed: number
    let limit: { readonly reason: string; readonly message: string } | undefined
    if (stable > current) {
      const ceiling = behavior?.scaleUp === undefined ? Math.max(2 * current, 4) : upLimit(current, behavior.scaleUp, memory, now)
      allowed = Math.min(stable, ceiling, max)
      if (stable > max && ceiling >= max) limit = { reason: 'TooManyReplicas', message: 'the desired replica count is more than the maximum replica count' }
      else if (stable > ceiling) limit = { reason: 'ScaleUpLimit', message: 'the desired replica count is increasing faster than the maximum scale rate' }
    } else if (stable < current) {
      const floor = behavior?.scaleDown === undefined ? 0 : downLimit(current, behavior.scaleDown, memory, now)
      allowed = Math.max(stable, floor, min)
      if (stable < min && floor <= min) limit = { reason: 'TooFewReplicas', message: 'the desired replica count is less than the minimum replica count' }
      else if (stable < floor) limit = { reason: 'ScaleDownLimit', message: 'the desired replica count is decreasing faster than the maximum scale rate' }
    } else {
      allowed = Math.min(Math.max(stable, min), max)
      if (wanted > max && stable >= max) limit = { reason: 'TooManyReplicas', message: 'the desired replica count is more than the maximum replica count' }
      else if (wanted < min) limit = { reason: 'TooFewReplicas', message: 'the desired replica count is less than the minimum replica count' }
    }
    if (limit === undefined) change.condition('ScalingLimited', 'False', 'DesiredWithinRange', 'the desired count is within the acceptable range')
    else change.condition('ScalingLimited', 'True', limit.reason, limit.message)
    return allowed
  }
}

/** How far from its target a metric may be, as shares: 0.1 unless the behavior says otherwise. */
export function tolerancesOf(autoscaler: HorizontalPodAutoscaler): Tolerance {
  const { scaleUp, scaleDown } = autoscaler.spec.behavior ?? {}
  const share = (rules: HPAScalingRules | undefined): number => (rules?.tolerance === undefined ? defaultTolerance : amountOf('cpu', rules.tolerance) / 1000)
  return { up: share(scaleUp), down: share(scaleDown) }
}

/** Upstream: calculateScaleUpLimitWithScalingRules. */
function upLimit(current: number, rules: HPAScalingRules, memory: Memory, now: number): number {
  if (rules.selectPolicy === 'Disabled') return current
  const limits = (rules.policies ?? []).map((policy) => {
    const since = (events: readonly ScaleEvent[]): number => events.filter(({ at }) => now - at < policy.periodSeconds * 1000).reduce((sum, event) => sum + event.change, 0)
    const start = current - since(memory.ups) + since(memory.downs)
    return policy.type === 'Pods' ? start + policy.value : Math.ceil(start * (1 + policy.value / 100))
  })
  return limits.length === 0 ? Number.MAX_SAFE_INTEGER : rules.selectPolicy === 'Min' ? Math.min(...limits) : Math.max(...limits)
}

/** Upstream: calculateScaleDownLimitWithBehaviors. */
function downLimit(current: number, rules: HPAScalingRules, memory: Memory, now: number): number {
  if (rules.selectPolicy === 'Disabled') return current
  const limits = (rules.policies ?? []).map((policy) => {
    const since = (events: readonly ScaleEvent[]): number => events.filter(({ at }) => now - at < policy.periodSeconds * 1000).reduce((sum, event) => sum + event.change, 0)
    const start = current + since(memory.downs) - since(memory.ups)
    return policy.type === 'Pods' ? start - policy.value : Math.floor(start * (1 - policy.value / 100))
  })
  return limits.length === 0 ? 0 : rules.selectPolicy === 'Min' ? Math.max(...limits) : Math.min(...limits)
}

/** metrics.k8s.io/v1beta1, PodMetrics. */
interface PodMetrics {
  readonly metadata: ObjectMeta
  readonly timestamp: string
  readonly containers: readonly { readonly name: string; readonly usage: Readonly<Record<string, string>> }[]
}

function selectorOfTarget(target: Target): Selector {
  const selector = target.spec?.selector as LabelSelector | Readonly<Record<string, string>> | undefined
  if (selector === undefined) return 'nothing'
  // ReplicationControllers select by a plain map.
  return 'matchLabels' in selector || 'matchExpressions' in selector ? selectorOf(selector as LabelSelector) : selectorOfMap(selector as Readonly<Record<string, string>>)
}

function quantityText(name: string, amount: number): string {
  const nanos = BigInt(Math.round(amount)) * (name === 'cpu' ? 1_000_000n : 1_000_000_000n)
  return canonicalQuantity({ nanos, format: 'DecimalSI' })
}

/** Gathers what the status will say; conditions keep their time while their status stays. */
class StatusChange {
  current: number
  desired: number
  metrics: readonly (MetricStatus | undefined)[] | undefined
  scaled = false
  readonly #autoscaler: HorizontalPodAutoscaler
  readonly #now: string
  #conditions: HorizontalPodAutoscalerCondition[]

  constructor(autoscaler: HorizontalPodAutoscaler, now: string) {
    this.#autoscaler = autoscaler
    this.#now = now
    this.#conditions = [...(autoscaler.status?.conditions ?? [])]
    this.current = autoscaler.status?.currentReplicas ?? 0
    this.desired = autoscaler.status?.desiredReplicas ?? 0
  }

  condition(type: string, status: 'True' | 'False', reason: string, message: string): void {
    const index = this.#conditions.findIndex((other) => other.type === type)
    const before = this.#conditions[index]
    const condition = { type, status, reason, message, lastTransitionTime: before?.status === status ? before.lastTransitionTime ?? this.#now : this.#now }
    if (index < 0) this.#conditions.push(condition)
    else this.#conditions[index] = condition
  }

  status(): HorizontalPodAutoscalerStatus {
    const old = this.#autoscaler.status
    const known = this.metrics?.filter((metric) => metric !== undefined) ?? old?.currentMetrics ?? []
    return {
      ...(this.#autoscaler.metadata.generation === undefined ? {} : { observedGeneration: this.#autoscaler.metadata.generation }),
      ...(this.scaled ? { lastScaleTime: this.#now } : old?.lastScaleTime === undefined ? {} : { lastScaleTime: old.lastScaleTime }),
      currentReplicas: this.current, desiredReplicas: this.desired,
      ...(known.length === 0 ? {} : { currentMetrics: known }),
      conditions: this.#conditions,
    }
  }
}
