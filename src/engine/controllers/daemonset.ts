import { deepEqual } from '../../base'
import {
  ApiError, keyOf, matches, resources, selectorOf, type ControllerRevision, type DaemonSet, type DaemonSetStatus, type Node, type NodeAffinity, type Pod, type PodTemplateSpec,
  type Toleration,
} from '../../api'
import type { Informer } from '../client'
import { Controller, type ControllerEnvironment, type SyncQueue } from './controller'
import { Expectations } from './expectations'
import { byRevision, createRevision, podRevisionLabel, revisionInformer, sameData, templatePatch, type NewRevision } from './history'
import { scaledValue } from './int-or-percent'
import { matchesNode } from './node-affinity'
import { byAge, byName, byNamespace, claim, controllerOf, newControllerRef } from './owners'
import { availableInMs, isNamespaceTerminating, isPodAvailable, isPodFinished, isPodReady, podFromTemplate, podInformer, PodControl, slowStartBatch } from './pods'
import { tolerates } from './taints'

const resource = resources.daemonsets
const generationLabel = 'pod-template-generation'
const generationAnnotation = 'deprecated.daemonset.template.generation'
/** Upstream: BurstReplicas of the daemon controller. */
const burst = 250
/** A daemon Pod that keeps failing is replaced ever more slowly. Upstream: failedPodsBackoff. */
const failureBackoffMsInitial = 1_000
const failureBackoffMsMax = 15 * 60_000

/** What tells the present template's Pods from older ones. */
interface Version {
  readonly hash: string
  readonly generation: string
}

/** A Pod on every Node that takes it. Upstream: pkg/controller/daemon. */
export class DaemonSetController extends Controller {
  readonly #sets: Informer<DaemonSet>
  readonly #pods: Informer<Pod>
  readonly #nodes: Informer<Node>
  readonly #revisions: Informer<ControllerRevision>
  readonly #queue: SyncQueue
  readonly #expectations = new Expectations(() => this.context.now())
  readonly #podControl: PodControl
  /** By "uid/node": the present wait and since when. */
  #backoff = new Map<string, { readonly ms: number; readonly at: number }>()

  constructor(environment: ControllerEnvironment) {
    super(environment, { name: 'daemonset' })
    this.#queue = this.addQueue((key) => { this.#sync(key) })
    this.#podControl = new PodControl(this.client, this.recorder)
    this.#sets = this.watches(environment.informers.for<DaemonSet>(resource)).addIndex('namespace', byNamespace)
    this.#pods = this.watches(podInformer(environment.informers))
    this.#nodes = this.watches(environment.informers.for<Node>(resources.nodes))
    this.#revisions = this.watches(revisionInformer(environment.informers))
    this.#sets.addHandler({
      onAdd: (set) => { this.#queue.addObject(set) },
      onUpdate: (_old, set) => { this.#queue.addObject(set) },
      onDelete: (set) => { this.#expectations.forget(keyOf(set)) },
    })
    this.#pods.addHandler({
      onAdd: (pod) => {
        if (pod.metadata.deletionTimestamp !== undefined) this.#podDeleted(pod)
        else this.#podChanged(pod, true)
      },
      onUpdate: (old, pod) => {
        if (controllerOf(old)?.uid !== controllerOf(pod)?.uid) this.#enqueueOwner(old)
        if (pod.metadata.deletionTimestamp !== undefined && old.metadata.deletionTimestamp === undefined) this.#podDeleted(pod)
        else this.#podChanged(pod, false)
      },
      onDelete: (pod) => { this.#podDeleted(pod) },
    })
    const enqueueAll = (): void => { for (const set of this.#sets.list()) this.#queue.addObject(set) }
    this.#nodes.addHandler({
      onAdd: enqueueAll,
      onUpdate: (old, node) => {
        // Heartbeats and images change nothing about who may run where.
        if (deepEqual(old.metadata.labels, node.metadata.labels) && deepEqual(old.spec?.taints, node.spec?.taints)) return
        // Upstream: syncNodeUpdate: only where there is a Pod to make or to take away. Here also where a Node takes Pods again:
        // one it has kept all the time may have been counted as misscheduled.
        const present = new Set(this.#pods.byIndex('node', node.metadata.name ?? '').map((pod) => controllerOf(pod)?.uid))
        for (const set of this.#sets.list()) {
          const { run, keep } = fits(set, node)
          const scheduled = present.has(set.metadata.uid)
          if ((run && (!scheduled || !fits(set, old).run)) || (!keep && scheduled)) this.#queue.addObject(set)
        }
      },
      onDelete: enqueueAll,
    })
  }

  protected override saveOwn(): unknown {
    return { expectations: this.#expectations.save(), backoff: [...this.#backoff] }
  }

  protected override loadOwn(state: unknown): void {
    const saved = state as { readonly expectations: unknown; readonly backoff: [string, { readonly ms: number; readonly at: number }][] }
    this.#expectations.load(saved.expectations)
    this.#backoff = new Map(saved.backoff)
  }

  #ownerOf(pod: Pod): DaemonSet | undefined {
    const reference = controllerOf(pod)
    if (reference?.kind !== resource.kind) return undefined
    const set = this.#sets.get(`${pod.metadata.namespace ?? ''}/${reference.name}`)
    return set?.metadata.uid === reference.uid ? set : undefined
  }

  #enqueueOwner(pod: Pod): void {
    const set = this.#ownerOf(pod)
    if (set !== undefined) this.#queue.addObject(set)
  }

  #podChanged(pod: Pod, added: boolean): void {
    if (controllerOf(pod) !== undefined) {
      const set = this.#ownerOf(pod)
      if (set === undefined) return
      if (added) this.#expectations.creationObserved(keyOf(set))
      this.#queue.addObject(set)
      return
    }
    for (const set of this.#sets.byIndex('namespace', pod.metadata.namespace ?? '')) {
      if (matches(selectorOf(set.spec.selector), pod.metadata.labels)) this.#queue.addObject(set)
    }
  }

  #podDeleted(pod: Pod): void {
    const set = this.#ownerOf(pod)
    if (set === undefined) return
    this.#expectations.deletionObserved(keyOf(set), keyOf(pod))
    this.#queue.addObject(set)
  }

  #sync(key: string): void {
    const set = this.#sets.get(key)
    if (set === undefined) {
      this.#expectations.forget(key)
      return
    }
    if (Object.keys(set.spec.selector.matchLabels ?? {}).length === 0 && (set.spec.selector.matchExpressions ?? []).length === 0) {
      this.recorder.event(set, 'Warning', 'SelectingAll', 'This daemon set is selecting all pods. A non-empty selector is required.')
      return
    }
    if (set.metadata.deletionTimestamp !== undefined) return
    const nodes = [...this.#nodes.list()].sort(byName)
    const { current, old } = this.#history(set)
    // The api-server counts the template's generations in an annotation; where that is missing, the revisions run in step with them.
    const version: Version = { hash: current.metadata.labels?.[podRevisionLabel] ?? '', generation: set.metadata.annotations?.[generationAnnotation] ?? String(current.revision ?? 1) }
    if (!this.#expectations.satisfied(key)) {
      this.#writeStatus(key, set, nodes, version, false)
      return
    }
    let failed = this.#manage(key, set, nodes, version)
    if (failed === undefined && this.#expectations.satisfied(key)) {
      if ((set.spec.updateStrategy?.type ?? 'RollingUpdate') === 'RollingUpdate') failed = this.#rollOn(key, set, nodes, version)
    }
    if (failed === undefined) this.#cleanUpHistory(set, old)
    this.#writeStatus(key, set, nodes, version, true)
    if (failed !== undefined) throw failed
  }

  /** Pods of the set by the node they are on or meant for. Upstream: getNodesToDaemonPods. */
  #podsByNode(set: DaemonSet): Map<string, Pod[]> {
    const selector = selectorOf(set.spec.selector)
    const pods = claim(
      [...this.#pods.byIndex('controller', set.metadata.uid ?? ''), ...this.#pods.byIndex('orphans', set.metadata.namespace ?? '').filter((pod) => matches(selector, pod.metadata.labels)).sort(byName)],
      { client: this.client, owner: set, ownerResource: resource, resource: resources.pods, matches: (pod) => matches(selector, pod.metadata.labels) },
    )
    const byNode = new Map<string, Pod[]>()
    for (const pod of pods.sort(byName)) {
      if (isPodFinished(pod) && pod.metadata.deletionTimestamp !== undefined) continue
      const node = targetNode(pod)
      if (node === undefined) continue
      const present = byNode.get(node)
      if (present === undefined) byNode.set(node, [pod])
      else present.push(pod)
    }
    return byNode
  }

  /** Upstream: manage. */
  #manage(key: string, set: DaemonSet, nodes: readonly Node[], version: Version): ApiError | undefined {
    const byNode = this.#podsByNode(set)
    const create: string[] = []
    const remove: Pod[] = []
    const known = new Set<string>()
    for (const node of nodes) {
      const name = node.metadata.name ?? ''
      known.add(name)
      const { run, keep } = fits(set, node)
      const pods = byNode.get(name)
      if (run && pods === undefined) create.push(name)
      else if (keep && pods !== undefined) remove.push(...this.#surplus(key, set, name, pods, version))
      else if (!keep && pods !== undefined) remove.push(...pods.filter((pod) => pod.metadata.deletionTimestamp === undefined))
    }
    // Meant for nodes that are gone and never bound. Upstream: getUnscheduledPodsWithoutNode.
    for (const [node, pods] of byNode) if (!known.has(node)) remove.push(...pods.filter((pod) => (pod.spec?.nodeName ?? '') === ''))
    return this.#syncNodes(key, set, remove, create, version)
  }

  /** Those of a node's Pods that have to go. Upstream: podsShouldBeOnNode. */
  #surplus(key: string, set: DaemonSet, node: string, pods: readonly Pod[], version: Version): Pod[] {
    const remove: Pod[] = []
    const running: Pod[] = []
    for (const pod of pods) {
      if (pod.metadata.deletionTimestamp !== undefined) continue
      const { phase } = pod.status ?? {}
      if (phase === 'Failed') {
        const waitMs = this.#failureWait(`${set.metadata.uid ?? ''}/${node}`)
        if (waitMs > 0) {
          this.#queue.addAfter(key, waitMs)
          continue
        }
        this.recorder.event(set, 'Warning', 'FailedDaemonPod', `Found failed daemon pod ${keyOf(pod)} on node ${node}, will try to kill it`)
        remove.push(pod)
      } else if (phase === 'Succeeded') {
        this.recorder.event(set, 'Normal', 'SucceededDaemonPod', `Found succeeded daemon pod ${keyOf(pod)} on node ${node}, will try to delete it`)
        remove.push(pod)
      } else running.push(pod)
    }
    if (running.length <= 1) return remove
    running.sort(byAge)
    if (surgeOf(set, 1) === 0) return [...remove, ...running.slice(1)]
    // With surge an old and a new Pod may stand side by side; of each kind the oldest stays.
    const fresh = running.filter((pod) => isUpdated(pod, version))
    const old = running.filter((pod) => !isUpdated(pod, version))
    remove.push(...fresh.slice(1), ...old.slice(1))
    const [oldest, newest] = [old[0], fresh[0]]
    if (oldest !== undefined && newest !== undefined) {
      if (!isPodReady(oldest) || isPodAvailable(newest, set.spec.minReadySeconds ?? 0, this.context.now())) remove.push(oldest)
    }
    return remove
  }

  #failureWait(key: string): number {
    const now = this.context.now()
    const entry = this.#backoff.get(key)
    if (entry !== undefined && now - entry.at < entry.ms) return entry.ms - (now - entry.at)
    const forgotten = entry === undefined || now - entry.at > 2 * failureBackoffMsMax
    this.#backoff.set(key, { ms: forgotten ? failureBackoffMsInitial : Math.min(entry.ms * 2, failureBackoffMsMax), at: now })
    return 0
  }

  /** Creates and deletes. Returns what went wrong first. Upstream: syncNodes. */
  #syncNodes(key: string, set: DaemonSet, removeAll: readonly Pod[], createAll: readonly string[], version: Version): ApiError | undefined {
    const create = createAll.slice(0, burst)
    const remove = removeAll.slice(0, burst)
    this.#expectations.expect(key, create.length, remove.map(keyOf))
    const template = daemonTemplate(set, version)
    const { done, error } = slowStartBatch(create.length, (index) => {
      const pod = podFromTemplate(template, set.metadata.namespace ?? '', newControllerRef(set, resource), { generateName: `${set.metadata.name ?? ''}-` })
      try {
        this.#podControl.create({ ...pod, spec: { ...(pod.spec ?? { containers: [] }), affinity: { ...pod.spec?.affinity, nodeAffinity: pinned(pod.spec?.affinity?.nodeAffinity, create[index] as string) } } }, set)
      } catch (failure) {
        if (failure instanceof ApiError && isNamespaceTerminating(failure)) this.#expectations.creationObserved(key)
        else throw failure
      }
    })
    for (let skipped = create.length - done; skipped > 0; skipped--) this.#expectations.creationObserved(key)
    let failed = error
    for (const pod of remove) {
      try {
        this.#podControl.delete(pod, set)
      } catch (failure) {
        if (!(failure instanceof ApiError)) throw failure
        this.#expectations.deletionObserved(key, keyOf(pod))
        failed ??= failure
      }
    }
    return failed
  }

  /** Upstream: rollingUpdate. */
  #rollOn(key: string, set: DaemonSet, nodes: readonly Node[], version: Version): ApiError | undefined {
    const byNode = this.#podsByNode(set)
    let desired = 0
    for (const node of nodes) {
      if (!fits(set, node).run) continue
      desired++
      const name = node.metadata.name ?? ''
      if (!byNode.has(name)) byNode.set(name, [])
    }
    const surge = surgeOf(set, desired)
    let unavailableMax = scaledValue(set.spec.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1, desired, true)
    if (unavailableMax === 0 && surge === 0) unavailableMax = 1
    const now = this.context.now()
    const isAvailable = (pod: Pod): boolean => isPodAvailable(pod, set.spec.minReadySeconds ?? 0, now)
    const places = [...byNode].sort(([a], [b]) => (a < b ? -1 : 1)).map(([node, pods]) => {
      const alive = pods.filter((pod) => pod.metadata.deletionTimestamp === undefined)
      const fresh = alive.filter((pod) => isUpdated(pod, version))
      const old = alive.filter((pod) => !isUpdated(pod, version))
      return { node, fresh: fresh[0], old: old[0], clear: fresh.length <= 1 && old.length <= 1 }
    })
    if (surge === 0) {
      let unavailable = 0
      const replacements: Pod[] = []
      const candidates: Pod[] = []
      for (const { fresh, old, clear } of places) {
        if (!clear || (fresh === undefined) === (old === undefined)) unavailable++
        else if (fresh !== undefined) { if (!isAvailable(fresh)) unavailable++ }
        else if (old !== undefined && isAvailable(old)) candidates.push(old)
        else if (old !== undefined) {
          replacements.push(old)
          unavailable++
        }
      }
      return this.#syncNodes(key, set, [...replacements, ...candidates.slice(0, Math.max(0, unavailableMax - unavailable))], [], version)
    }
    let surging = 0
    const remove: Pod[] = []
    const allowed: string[] = []
    const candidates: string[] = []
    for (const { node, fresh, old, clear } of places) {
      if (!clear) surging++
      else if (old === undefined) continue
      else if (fresh === undefined) (isAvailable(old) ? candidates : allowed).push(node)
      else if (!isAvailable(old)) remove.push(old)
      else {
        surging++
        if (isAvailable(fresh)) remove.push(old)
      }
    }
    return this.#syncNodes(key, set, remove, [...allowed, ...candidates.slice(0, Math.max(0, surge - surging))], version)
  }

  /** The revision of the present template, made when new, and the older ones. Upstream: constructHistory. */
  #history(set: DaemonSet): { readonly current: ControllerRevision; readonly old: readonly ControllerRevision[] } {
    const selector = selectorOf(set.spec.selector)
    const revisions = claim(
      this.#revisions.byIndex('namespace', set.metadata.namespace ?? '').filter((revision) => {
        const owner = controllerOf(revision)
        return owner === undefined ? matches(selector, revision.metadata.labels) : owner.uid === set.metadata.uid
      }).sort(byName),
      { client: this.client, owner: set, ownerResource: resource, resource: resources.controllerrevisions, matches: (revision) => matches(selector, revision.metadata.labels) },
    ).sort(byRevision)
    const data = templatePatch(set.spec.template)
    const probe: ControllerRevision = { apiVersion: 'apps/v1', kind: 'ControllerRevision', metadata: {}, data }
    const equal = revisions.filter((revision) => sameData(revision, probe))
    const old = revisions.filter((revision) => !equal.includes(revision))
    const number = Math.max(0, ...old.map((revision) => revision.revision ?? 0)) + 1
    let current = equal.at(-1)
    if (current === undefined) {
      const wanted: NewRevision = {
        client: this.client, owner: set, ownerResource: resource, labels: set.spec.template.metadata?.labels ?? {}, data, revision: number,
        collisionCount: set.status?.collisionCount ?? 0, hashLabel: podRevisionLabel,
      }
      current = createRevision(wanted).revision
    } else if ((current.revision ?? 0) < number) {
      current = this.client.update<ControllerRevision>(resources.controllerrevisions, { ...current, revision: number })
    }
    return { current, old: [...old, ...equal.slice(0, -1)] }
  }

  #cleanUpHistory(set: DaemonSet, old: readonly ControllerRevision[]): void {
    let surplus = old.length - (set.spec.revisionHistoryLimit ?? 10)
    if (surplus <= 0) return
    const live = new Set([...this.#podsByNode(set).values()].flat().map((pod) => pod.metadata.labels?.[podRevisionLabel]))
    for (const revision of [...old].sort(byRevision)) {
      if (surplus <= 0) return
      if (live.has(revision.metadata.labels?.[podRevisionLabel])) continue
      try {
        this.client.delete({ resource: resources.controllerrevisions, namespace: revision.metadata.namespace, name: revision.metadata.name ?? '' })
      } catch (error) {
        if (!ApiError.is(error, 'NotFound')) throw error
      }
      surplus--
    }
  }

  /** Upstream: updateDaemonSetStatus. */
  #writeStatus(key: string, set: DaemonSet, nodes: readonly Node[], version: Version, observed: boolean): void {
    const byNode = this.#podsByNode(set)
    const now = this.context.now()
    const minReadySeconds = set.spec.minReadySeconds ?? 0
    let [desired, current, misscheduled, ready, updated, available] = [0, 0, 0, 0, 0, 0]
    let next: number | undefined
    for (const node of nodes) {
      const pods = byNode.get(node.metadata.name ?? '') ?? []
      if (!fits(set, node).run) {
        if (pods.length > 0) misscheduled++
        continue
      }
      desired++
      const pod = [...pods].sort(byAge)[0]
      if (pod === undefined) continue
      current++
      if (isPodReady(pod)) {
        ready++
        if (isPodAvailable(pod, minReadySeconds, now)) available++
        const left = availableInMs(pod, minReadySeconds, now)
        if (left !== undefined && (next === undefined || left < next)) next = left
      }
      if (isUpdated(pod, version)) updated++
    }
    const old: Partial<DaemonSetStatus> = set.status ?? {}
    const status: DaemonSetStatus = {
      ...old, desiredNumberScheduled: desired, currentNumberScheduled: current, numberMisscheduled: misscheduled, numberReady: ready, updatedNumberScheduled: updated,
      numberAvailable: available, numberUnavailable: desired - available,
      ...(observed ? { observedGeneration: set.metadata.generation ?? 0 } : {}),
    }
    const counts = ['desiredNumberScheduled', 'currentNumberScheduled', 'numberMisscheduled', 'numberReady', 'updatedNumberScheduled', 'numberAvailable', 'numberUnavailable', 'observedGeneration'] as const
    if (!counts.every((name) => (old[name] ?? 0) === (status[name] ?? 0))) this.client.update<DaemonSet>(resource, { ...set, status }, 'status')
    if (next !== undefined) this.#queue.addAfter(key, next)
  }
}

/** Whether a Node takes a Pod of the set, and whether it keeps one it has. Upstream: NodeShouldRunDaemonPod. */
function fits(set: DaemonSet, node: Node): { readonly run: boolean; readonly keep: boolean } {
  const { template } = set.spec
  const pinnedTo = template.spec?.nodeName ?? ''
  if (pinnedTo !== '' && pinnedTo !== node.metadata.name) return { run: false, keep: false }
  if (!matchesNode(template.spec, node)) return { run: false, keep: false }
  const tolerations = daemonTolerations(template)
  const tolerated = (effects: readonly string[]): boolean => (node.spec?.taints ?? [])
    .every((taint) => !effects.includes(taint.effect) || tolerations.some((toleration) => tolerates(toleration, taint)))
  if (!tolerated(['NoSchedule', 'NoExecute'])) return { run: false, keep: tolerated(['NoExecute']) }
  return { run: true, keep: true }
}

/** Upstream: AddOrUpdateDaemonPodTolerations. */
function daemonTolerations(template: PodTemplateSpec): readonly Toleration[] {
  const added: Toleration[] = [
    { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
    { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' },
    { key: 'node.kubernetes.io/disk-pressure', operator: 'Exists', effect: 'NoSchedule' },
    { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' },
    { key: 'node.kubernetes.io/pid-pressure', operator: 'Exists', effect: 'NoSchedule' },
    { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' },
    ...(template.spec?.hostNetwork === true ? [{ key: 'node.kubernetes.io/network-unavailable', operator: 'Exists', effect: 'NoSchedule' }] : []),
  ]
  const own = template.spec?.tolerations ?? []
  const same = (a: Toleration, b: Toleration): boolean => a.key === b.key && (a.effect ?? '') === (b.effect ?? '') && (a.operator ?? 'Equal') === (b.operator ?? 'Equal') && (a.value ?? '') === (b.value ?? '')
  return [...own.map((toleration) => added.find((other) => same(other, toleration)) ?? toleration), ...added.filter((toleration) => !own.some((other) => same(other, toleration)))]
}

/** Upstream: CreatePodTemplate. */
function daemonTemplate(set: DaemonSet, version: Version): PodTemplateSpec {
  const { template } = set.spec
  return {
    ...template,
    metadata: {
      ...template.metadata,
      labels: { ...template.metadata?.labels, [generationLabel]: version.generation, [podRevisionLabel]: version.hash },
    },
    spec: { ...(template.spec ?? { containers: [] }), tolerations: daemonTolerations(template) },
  }
}

/** The affinity that only the one Node matches; other terms stay. Upstream: ReplaceDaemonSetPodNodeNameNodeAffinity. */
function pinned(affinity: NodeAffinity | undefined, node: string): NodeAffinity {
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [node] }]
  const terms = affinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  return {
    ...affinity,
    requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms.length === 0 ? [{ matchFields }] : terms.map((term) => ({ ...term, matchFields })) },
  }
}

/** The Node a daemon Pod is on or meant for. Upstream: GetTargetNodeName. */
function targetNode(pod: Pod): string | undefined {
  if ((pod.spec?.nodeName ?? '') !== '') return pod.spec?.nodeName
  for (const term of pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []) {
    for (const field of term.matchFields ?? []) if (field.key === 'metadata.name' && field.operator === 'In' && (field.values ?? []).length === 1) return field.values?.[0]
  }
  return undefined
}

/** Upstream: util.IsPodUpdated. */
function isUpdated(pod: Pod, version: Version): boolean {
  const labels = pod.metadata.labels ?? {}
  return labels[generationLabel] === version.generation || (version.hash !== '' && labels[podRevisionLabel] === version.hash)
}

function surgeOf(set: DaemonSet, desired: number): number {
  return scaledValue(set.spec.updateStrategy?.rollingUpdate?.maxSurge, desired, true)
}

