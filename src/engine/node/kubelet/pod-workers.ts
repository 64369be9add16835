import { deepEqual } from '../../../base'
import { amountOf, ApiError, keyOf, resources, timeText, virtualMs, virtualOf, type Container, type ContainerStatus, type Node, type Pod, type PodStatus } from '../../../api'
import type { Client, EventRecorder } from '../../client'
import type { ActorContext, EventBody } from '../../kernel'
import { leakPassesAt, withLeak, type Ailments } from '../ailments'
import { hasUsageModel, passesAt, phaseOf, usageAt, usageModelOf } from '../cadvisor'
import { stepsMs, type Runtime } from '../runtime'
import { admit } from './admission'
import { annotatedMs, behaviourAnnotation, behaviourOf, type Behaviour } from './behaviour'
import { sumUsage, type PodUsage } from './eviction'
import type { ImageManager, PullResult } from './image-manager'
import { bytesOf, fullImageName, imageOf, pullPolicyOf, registryOf } from './images'
import { readLog, type LogAnswer, type LogQuery } from './logs'
import { adoptedRecord, containerAt, containerNamed, copyRecord, isRunning, isTerminated, newRecord, type ContainerRecord, type PodRecord, type Stopping } from './pod-record'
import { podStatusOf, restarts } from './pod-status'
import { nextProbe, probeKinds, probeMessage, probeOf, type ProbeKind } from './probes'
import { withoutStale } from './status-patch'

export interface PodWorkersOptions {
  readonly nodeName: string
  readonly context: ActorContext
  readonly client: Client
  readonly recorder: EventRecorder
  readonly images: ImageManager
  readonly runtime: () => Runtime
  /** The Pod and the Node as last heard. */
  readonly pod: (key: string) => Pod | undefined
  readonly node: () => Node | undefined
  readonly hostIp: () => string
  /** A Pod address that is not used; undefined while the network is not up or none is left. */
  readonly takeAddress: (used: (ip: string) => boolean) => string | undefined
  readonly containerStartMs: number
  /** The runtime begins anew until then (virtual ms); in the past while it is there. */
  readonly runtimeBackAt: () => number
  /** The images on disk are others now. */
  readonly imagesChanged: () => void
  readonly ailments?: Ailments | undefined
  /** Requests a second that a Pod is being asked, by its key. */
  readonly requestRate?: ((pod: string) => number) | undefined
  /** Number of this kubelet's process: timers of an earlier one carry another. */
  readonly life: () => number
  /** Why the node, being in need, does not take a Pod. */
  readonly refusal: (pod: Pod) => string | undefined
}

/** Upstream: backOffPeriod and MaxContainerBackOff, of crashes and of failed pulls. */
const backoffMsInitial = 10_000
const backoffMsMax = 300_000
/** A status that could not be written is tried again after so long. */
const retryMs = 1_000

/**
 * Brings each Pod of the node to what its spec says, one step at a time, and reports how far it is.
 * Upstream: pkg/kubelet, podWorkers, kuberuntime.SyncPod, status.Manager.
 */
export class PodWorkers {
  readonly #options: PodWorkersOptions
  /** By uid. */
  #records = new Map<string, PodRecord>()
  /** A Pod here has the address. */
  readonly #isUsed = (ip: string): boolean => {
    for (const other of this.#records.values()) if (other.ip === ip && !other.finished) return true
    return false
  }

  constructor(options: PodWorkersOptions) {
    this.#options = options
  }

  get records(): IterableIterator<PodRecord> {
    return this.#records.values()
  }

  record(uid: string): PodRecord | undefined {
    return this.#records.get(uid)
  }

  save(): unknown {
    return [...this.#records.values()].map(copyRecord)
  }

  load(state: unknown): void {
    this.#records = new Map((state as readonly PodRecord[]).map((record) => [record.uid, copyRecord(record)]))
  }

  /** A Pod has come to the node, or has been found on it. `bootedAt`: the machine was off until then, so that nothing runs that began before, whatever the status says. */
  added(pod: Pod, bootedAt: number | null = null): void {
    const uid = pod.metadata.uid ?? ''
    if (this.#records.has(uid)) {
      this.changed(pod)
      return
    }
    if (isFinished(pod)) {
      if (pod.metadata.deletionTimestamp !== undefined) this.#deleteNow(pod)
      return
    }
    if (isAlive(pod)) {
      const record = adoptedRecord(pod, uid, keyOf(pod))
      // What an earlier life of this kubelet started is reported anew; what came from another cluster is left as it came.
      if (record.containers.some((container) => this.#isOurs(record, container))) record.pristine = false
      this.#records.set(uid, record)
      if (bootedAt !== null && !hasBegunSince(pod, bootedAt)) this.#diedWith(pod, record, 255, 'Unknown')
      for (const [index, container] of record.containers.entries()) if (isRunning(container)) this.#plan(pod, record, index)
      this.#planDeadline(pod, record)
      if (pod.metadata.deletionTimestamp !== undefined) this.#stop(pod, record, 'deleted', this.#graceMs(pod))
      else this.advance(record)
      return
    }
    if (pod.metadata.deletionTimestamp !== undefined) {
      this.#deleteNow(pod)
      return
    }
    const refusal = this.#options.refusal(pod)
    if (refusal !== undefined) {
      this.#reject(pod, 'Evicted', refusal)
      return
    }
    const node = this.#options.node()
    const rejection = node === undefined ? undefined : admit(pod, node, this.#admitted())
    if (rejection !== undefined) {
      this.#reject(pod, rejection.reason, rejection.message)
      return
    }
    const record = newRecord(pod, uid, keyOf(pod))
    this.#records.set(uid, record)
    const waiting = record.containers.some((container) => container.kind === 'init') ? 'PodInitializing' : 'ContainerCreating'
    for (const container of record.containers) container.state = { waiting: { reason: waiting } }
    this.#writeStatus(pod, record)
    this.#planDeadline(pod, record)
    this.advance(record)
  }

  /** What ran is dead, its sandbox with it. Upstream: containerd's unknownExitCode (255), kuberuntime computePodActions. */
  #diedWith(pod: Pod, record: PodRecord, exitCode: number, reason: string): void {
    record.pristine = false
    record.sandbox = false
    record.ip = ''
    for (const container of record.containers) if (isRunning(container)) this.#terminate(container, exitCode, reason)
    if (pod.metadata.deletionTimestamp === undefined && (pod.spec?.restartPolicy ?? 'Always') !== 'Never') this.#event(pod, 'Normal', 'SandboxChanged', 'Pod sandbox changed, it will be killed and re-created.')
  }

  /** The Pod object is another one now. */
  changed(pod: Pod, old?: Pod): void {
    const record = this.#records.get(pod.metadata.uid ?? '')
    if (record === undefined) {
      // Nothing of it runs here: it may have been refused, and nobody could be told.
      if (pod.metadata.deletionTimestamp !== undefined) this.#deleteNow(pod)
      return
    }
    if (pod.metadata.deletionTimestamp !== undefined) {
      if (record.finished) this.#deleteNow(pod)
      else if (record.stopping === null) this.#stop(pod, record, 'deleted', this.#graceMs(pod))
      else if (record.stopping.why !== 'deleted') record.stopping = { ...record.stopping, why: 'deleted' }
      return
    }
    // Most changes are echoes of what was written here; then there is nothing to do.
    if (old === undefined || !deepEqual(old.metadata.annotations, pod.metadata.annotations) || !deepEqual(old.spec, pod.spec)) {
      for (const [index, container] of record.containers.entries()) {
        if (!isRunning(container)) continue
        this.#planProbes(pod, record, index)
        this.#planOutOfMemory(pod, record, index)
      }
      this.advance(record)
    }
    // Somebody else wrote the status (the node controller, a person): what is true is said again.
    if (Number(pod.metadata.resourceVersion ?? 0) > record.version && !sameReadiness(pod.status, record.status)) this.#writeStatus(pod, record, true)
  }

  /** The Pod object is gone: whatever still runs is killed. */
  removed(pod: Pod): void {
    const uid = pod.metadata.uid ?? ''
    if (this.#records.delete(uid)) this.#options.images.cancel(uid)
  }

  /** Pods that wait for the network may go on. */
  networkReady(): void {
    for (const record of [...this.#records.values()]) if (!record.sandbox) this.advance(record)
  }

  /** The node gives a Pod up. Upstream: eviction manager, evictPod. */
  evict(pod: Pod, reason: string, message: string, graceMs: number): void {
    const record = this.#records.get(pod.metadata.uid ?? '')
    if (record === undefined || record.finished || record.stopping !== null) return
    record.ended = { reason, message }
    this.#stop(pod, record, 'evicted', graceMs)
  }

  /** What runs, with what it uses now. */
  usages(): PodUsage[] {
    const now = this.#options.context.now()
    const usages: PodUsage[] = []
    for (const record of this.#records.values()) {
      const pod = this.#options.pod(record.key)
      if (pod === undefined || pod.metadata.uid !== record.uid) continue
      const containers = record.containers.flatMap((container, index) => {
        const spec = containerAt(pod, index)
        if (!isRunning(container) || spec === undefined) return []
        const startedAt = virtualOf(container.state.running?.startedAt)
        const usage = usageAt(pod, spec, Number.isNaN(startedAt) ? now : now - startedAt, this.#options.requestRate?.(record.key) ?? 0)
        return [{ name: container.name, usage: withLeak(usage, this.#options.ailments?.leak(record.key), Number.isNaN(startedAt) ? now : startedAt, now) }]
      })
      if (containers.length > 0) usages.push({ pod, containers, total: sumUsage(containers.map(({ usage }) => usage)) })
    }
    return usages
  }

  /** Somebody has said how a Pod here behaves. */
  get anyModelled(): boolean {
    for (const record of this.#records.values()) {
      const pod = record.finished ? undefined : this.#options.pod(record.key)
      if (pod !== undefined && (hasUsageModel(pod) || this.#options.ailments?.leak(record.key) !== undefined)) return true
    }
    return false
  }

  log(query: LogQuery): LogAnswer {
    const record = this.#records.get(query.uid)
    const pod = record === undefined ? undefined : this.#options.pod(record.key)
    const index = record?.containers.findIndex((container) => container.name === query.container) ?? -1
    const spec = pod === undefined ? undefined : containerAt(pod, index)
    if (record === undefined || pod === undefined || spec === undefined) return { status: 404, text: `pod "${query.pod}" not found` }
    return readLog(pod, record.containers[index] as ContainerRecord, spec, query, this.#options.context.now())
  }

  /** Full names of images that running containers stand on. */
  imagesInUse(): Set<string> {
    const images = new Set<string>()
    for (const record of this.#records.values()) if (!record.finished) for (const container of record.containers) images.add(fullImageName(container.image))
    return images
  }

  /** A timer of a Pod's is due. */
  handle(body: EventBody, record: PodRecord): void {
    // A process that begins plans anew for all that it finds.
    if (body['process'] !== undefined && body['process'] !== this.#options.life()) return
    const pod = this.#options.pod(record.key)
    if (pod === undefined || pod.metadata.uid !== record.uid) return
    const index = body['container'] as number
    const container = record.containers[index]
    switch (body['what']) {
      case 'sandboxed': if (record.busy?.since === body['since']) this.#sandboxed(pod, record); break
      case 'started': if (record.busy?.since === body['since']) this.#started(pod, record, index); break
      case 'exited':
        if (container !== undefined && container.life === body['life'] && isRunning(container)) this.#exited(pod, record, index, body['exitCode'] as number, body['reason'] as string)
        break
      case 'wake': this.advance(record); break
      case 'status': this.#writeStatus(pod, record); break
      case 'probe':
        if (container !== undefined && container.life === body['life'] && isRunning(container)) this.#probe(pod, record, index, body['kind'] as ProbeKind, body['turn'] as number)
        break
      case 'oom':
        if (container !== undefined && container.life === body['life'] && isRunning(container) && container.probes['oom-turn']?.successes === body['turn']) this.#exited(pod, record, index, 137, 'OOMKilled')
        break
      case 'usage': for (const [at, each] of record.containers.entries()) if (isRunning(each)) this.#planOutOfMemory(pod, record, at); break
      case 'deadline':
        if (!record.finished && record.stopping === null) {
          record.ended = { reason: 'DeadlineExceeded', message: 'Pod was active on the node longer than the specified deadline' }
          this.#stop(pod, record, 'deadline', this.#graceMs(pod))
        }
        break
    }
  }

  /** A pull is done, well or not. */
  pulled(pull: PullResult): void {
    const { uid, container: index, startedAt, askedAt, failure } = pull
    if (failure === undefined) this.#options.imagesChanged()
    const record = this.#records.get(uid)
    const container = record?.containers[index]
    if (record === undefined || container === undefined || record.busy?.step !== 'pull') return
    const pod = this.#options.pod(record.key)
    if (pod === undefined || pod.metadata.uid !== uid) return
    const spec = containerAt(pod, index) as Container
    const name = spec.image ?? ''
    const now = this.#options.context.now()
    record.busy = null
    const bytes = bytesOf(pull.image)
    this.#span('end', record, index, 'pull', { image: name, bytes, node: this.#options.nodeName, ...(failure === undefined ? {} : { error: failure }) })
    if (failure !== undefined) {
      container.pullBackoffMs = container.pullBackoffMs === 0 ? backoffMsInitial : Math.min(container.pullBackoffMs * 2, backoffMsMax)
      container.pullFailedAt = now
      container.state = { waiting: { reason: 'ErrImagePull', message: failure } }
      this.#event(pod, 'Warning', 'Failed', `Failed to pull image "${name}": ${failure}`)
      this.#event(pod, 'Warning', 'Failed', 'Error: ErrImagePull')
      this.#writeStatus(pod, record)
      this.#timer(record, index, 'wake', retryMs)
      return
    }
    container.pullBackoffMs = 0
    if (this.#waitsForRuntime(record)) return
    this.#event(pod, 'Normal', 'Pulled', `Successfully pulled image "${name}" in ${goDuration(now - startedAt)} (${goDuration(now - askedAt)} including waiting). Image size: ${bytes} bytes.`)
    this.#create(pod, record, index)
  }

  /** Does the next thing that can be done for the Pod. Level-triggered: may be called at any time. */
  advance(record: PodRecord): void {
    const pod = this.#options.pod(record.key)
    if (pod === undefined || pod.metadata.uid !== record.uid) return
    if (record.finished || record.stopping !== null || record.busy !== null) return
    if (this.#waitsForRuntime(record)) return
    if (!record.sandbox) {
      // A new one only for somebody who will run in it.
      if (this.#isOver(pod, record)) this.#finish(pod, record)
      else this.#makeSandbox(pod, record)
      return
    }
    this.#startNext(pod, record)
    if (this.#isOver(pod, record)) this.#finish(pod, record)
  }

  #startNext(pod: Pod, record: PodRecord): void {
    const now = this.#options.context.now()
    let wakeAt: number | undefined
    const initialized = record.containers.some((container) => container.kind === 'app' && (isRunning(container) || container.life > 0))
    for (const [index, container] of record.containers.entries()) {
      if (container.kind === 'init') {
        if (initialized || container.state.terminated?.exitCode === 0) continue
        if (isRunning(container)) break
      } else if (container.kind === 'sidecar') {
        if (isRunning(container)) {
          if (container.started) continue
          break // the next ones wait until it has started
        }
      } else if (isRunning(container)) continue
      const exit = container.state.terminated
      if (exit !== undefined && !restarts(pod, container, exit.exitCode)) {
        if (container.kind === 'init') break
        continue
      }
      const notBefore = this.#notBefore(pod, record, index)
      if (notBefore > now) {
        wakeAt = wakeAt === undefined ? notBefore : Math.min(wakeAt, notBefore)
        if (container.kind === 'app') continue
        break
      }
      if (this.#start(pod, record, index)) return
      if (container.kind !== 'app') break
    }
    if (wakeAt !== undefined) this.#timer(record, -1, 'wake', wakeAt - now)
    this.#writeStatus(pod, record)
  }

  /** When a container may be started; says so in its state while that lies ahead. */
  #notBefore(pod: Pod, record: PodRecord, index: number): number {
    const container = record.containers[index] as ContainerRecord
    const now = this.#options.context.now()
    const { terminated } = container.state
    if (terminated !== undefined) {
      const finishedAt = container.notBefore
      const forgotten = container.crashBackoffMs === 0 || finishedAt - container.crashBackoffAt > 2 * backoffMsMax
      const until = forgotten ? finishedAt : finishedAt + container.crashBackoffMs
      if (until > now) {
        const where = `${pod.metadata.name ?? ''}_${pod.metadata.namespace ?? ''}(${record.uid})`
        container.lastState = { terminated }
        container.state = { waiting: { reason: 'CrashLoopBackOff', message: `back-off ${goDuration(container.crashBackoffMs)} restarting failed container=${container.name} pod=${where}` } }
        container.notBefore = until
        this.#event(pod, 'Warning', 'BackOff', `Back-off restarting failed container ${container.name} in pod ${where}`)
      }
      return until
    }
    if (container.state.waiting?.reason === 'ErrImagePull' && container.pullBackoffMs > 0) {
      const name = containerAt(pod, index)?.image ?? ''
      container.state = { waiting: { reason: 'ImagePullBackOff', message: `Back-off pulling image "${name}": ErrImagePull: ${container.state.waiting.message ?? ''}` } }
      this.#event(pod, 'Normal', 'BackOff', `Back-off pulling image "${name}"`)
      this.#event(pod, 'Warning', 'Failed', 'Error: ImagePullBackOff')
    }
    if (container.pullBackoffMs > 0) return container.pullFailedAt + container.pullBackoffMs
    return container.notBefore
  }

  /** Begins to make the sandbox, if there is an address for it. Upstream: kuberuntime createPodSandbox; the address is what CNI ADD, or docker, answers. */
  #makeSandbox(pod: Pod, record: PodRecord): void {
    const network = pod.spec?.hostNetwork !== true
    if (network) {
      const ip = this.#options.takeAddress(this.#isUsed)
      if (ip === undefined) return
      record.ip = ip
    }
    record.busy = { container: -1, step: 'sandbox', since: this.#options.context.now() }
    const runtime = this.#options.runtime()
    this.#whenDone(record, -1, 'sandboxed', stepsMs(runtime.sandboxSteps, this.#options.containerStartMs, network), record.busy.since)
  }

  #sandboxed(pod: Pod, record: PodRecord): void {
    if (record.busy?.step !== 'sandbox') return
    record.busy = null
    record.sandbox = true
    if (record.stopping !== null) this.#stopOn(pod, record)
    else this.advance(record)
  }

  /** Nobody answers at the runtime's endpoint: whoever wants something asks again when it is back. */
  #waitsForRuntime(record: PodRecord): boolean {
    const left = this.#options.runtimeBackAt() - this.#options.context.now()
    if (left <= 0) return false
    this.#timer(record, -1, 'wake', left)
    return true
  }

  /**
   * The runtime begins anew (`next` is another one), and with `kill` all its containers have died with it. They end with 137, as killed
   * ones do; the kubelet sees it, makes new sandboxes and starts by the restart policy what is to run.
   * Upstream: moby, daemon.restore without live-restore; kuberuntime computePodActions.
   */
  runtimeRestarted(kill: boolean): void {
    for (const record of [...this.#records.values()]) {
      const pod = this.#options.pod(record.key)
      if (pod === undefined || pod.metadata.uid !== record.uid || record.finished) continue
      // What was just being made has come to nothing, or has to be asked for again.
      if (record.busy?.step === 'start' || record.busy?.step === 'sandbox') {
        if (record.busy.step === 'start') this.#span('end', record, record.busy.container, 'start', { cancelled: true, node: this.#options.nodeName })
        record.busy = null
      }
      if (kill) this.#diedWith(pod, record, 137, 'Error')
      if (record.stopping !== null) this.#stopOn(pod, record)
      else this.advance(record)
      if (kill && !record.finished) this.#writeStatus(pod, record)
    }
  }

  /** Begins to start a container. False when it cannot be started now: others may be. */
  #start(pod: Pod, record: PodRecord, index: number): boolean {
    const container = record.containers[index] as ContainerRecord
    const spec = containerAt(pod, index) as Container
    const name = spec.image ?? ''
    const policy = pullPolicyOf(spec)
    const present = this.#options.images.has(name)
    if (isTerminated(container) || container.state.waiting?.reason === 'CrashLoopBackOff') {
      const forgotten = container.crashBackoffMs === 0 || container.notBefore - container.crashBackoffAt > 2 * backoffMsMax
      container.crashBackoffMs = forgotten ? backoffMsInitial : Math.min(container.crashBackoffMs * 2, backoffMsMax)
      container.crashBackoffAt = this.#options.context.now()
    }
    if (policy === 'Never' && !present) {
      const message = `Container image "${name}" is not present with pull policy of Never`
      if (container.state.waiting?.reason !== 'ErrImageNeverPull') {
        container.state = { waiting: { reason: 'ErrImageNeverPull', message } }
        this.#event(pod, 'Warning', 'ErrImageNeverPull', message)
        this.#event(pod, 'Warning', 'Failed', 'Error: ErrImageNeverPull')
      }
      container.notBefore = this.#options.context.now() + backoffMsInitial
      this.#timer(record, index, 'wake', backoffMsInitial)
      return false
    }
    if (present && policy !== 'Always') {
      this.#event(pod, 'Normal', 'Pulled', `Container image "${name}" already present on machine and can be accessed by the pod`)
      this.#create(pod, record, index)
      return true
    }
    const image = imageOf(name, annotatedBytes(pod, spec.name))
    this.#event(pod, 'Normal', 'Pulling', `Pulling image "${name}"`)
    record.busy = { container: index, step: 'pull', since: this.#options.context.now() }
    this.#span('begin', record, index, 'pull', { image: name, bytes: bytesOf(image), node: this.#options.nodeName })
    const failure = this.#pullFailure(pod, spec)
    this.#options.images.pull({ uid: record.uid, container: index, image, writtenAs: name, ...(failure === undefined ? {} : { failure }) })
    return true
  }

  /** Why the registry will not give the image: the person said so, the registry is down, or there is none under such a name. */
  #pullFailure(pod: Pod, container: Container): string | undefined {
    const name = container.image ?? ''
    const said = behaviourAnnotation(pod, 'image-error', container.name)
    const full = fullImageName(name)
    if (said !== undefined) return `rpc error: code = NotFound desc = failed to pull and unpack image "${full}": ${said}`
    const registry = registryOf(name)
    const down = this.#options.node()?.metadata.annotations?.['berth.dev/registry'] === 'down' || this.#options.ailments?.registryDown() === true
    if (down || /\.(invalid|test)$/.test(registry)) {
      const why = down ? `dial tcp: connect: connection refused` : `dial tcp: lookup ${registry}: no such host`
      return `rpc error: code = Unknown desc = failed to pull and unpack image "${full}": failed to resolve reference "${full}": failed to do request: Head "https://${registry}/v2/": ${why}`
    }
    return undefined
  }

  #create(pod: Pod, record: PodRecord, index: number): void {
    const container = record.containers[index] as ContainerRecord
    const spec = containerAt(pod, index) as Container
    this.#event(pod, 'Normal', 'Created', 'Container created')
    this.#options.images.used(spec.image ?? '')
    record.busy = { container: index, step: 'start', since: this.#options.context.now() }
    this.#span('begin', record, index, 'start', { container: container.name, node: this.#options.nodeName })
    // The container counts as started when its postStart hook is done. Upstream: kuberuntime startContainer.
    this.#whenDone(record, index, 'started', stepsMs(this.#options.runtime().containerSteps, this.#options.containerStartMs) + this.#behaviour(pod, container).postStartMs, record.busy.since)
  }

  #started(pod: Pod, record: PodRecord, index: number): void {
    const container = record.containers[index] as ContainerRecord
    const spec = containerAt(pod, index) as Container
    if (record.busy?.step !== 'start' || record.busy.container !== index) return
    record.busy = null
    this.#span('end', record, index, 'start', { container: container.name, node: this.#options.nodeName })
    if (record.stopping !== null) {
      this.#stopOn(pod, record)
      return
    }
    if (container.state.terminated !== undefined) container.lastState = { terminated: container.state.terminated }
    if (container.life > 0) container.restarts++
    container.life++
    const image = imageOf(spec.image ?? '', annotatedBytes(pod, spec.name))
    container.id = this.#options.runtime().containerId(record.uid, container.name, container.restarts)
    container.image = image.name
    container.imageId = image.digest
    container.state = { running: { startedAt: this.#now() } }
    container.notBefore = 0
    container.probes = {}
    container.started = spec.startupProbe === undefined
    container.ready = container.kind !== 'init' && container.started && spec.readinessProbe === undefined
    this.#event(pod, 'Normal', 'Started', 'Container started')
    this.#plan(pod, record, index)
    this.advance(record)
  }

  /** What will happen to a container that runs now. */
  #plan(pod: Pod, record: PodRecord, index: number): void {
    const container = record.containers[index] as ContainerRecord
    const behaviour = this.#behaviour(pod, container)
    // What came running from another cluster goes on running, unless it was said how long.
    if (behaviour.runMs !== undefined && (this.#isOurs(record, container) || annotatedMs(pod, 'run-seconds', container.name) !== undefined)) {
      const left = virtualOf(container.state.running?.startedAt) + behaviour.runMs - this.#options.context.now()
      this.#timer(record, index, 'exited', left > 0 ? Math.min(left, behaviour.runMs) : 0, { life: container.life, exitCode: behaviour.exitCode, reason: behaviour.exitCode === 0 ? 'Completed' : 'Error' })
    }
    this.#planProbes(pod, record, index)
    this.#planOutOfMemory(pod, record, index)
  }

  /** A container that passes its memory limit is killed by the kernel at that moment. */
  #planOutOfMemory(pod: Pod, record: PodRecord, index: number): void {
    const container = record.containers[index] as ContainerRecord
    const spec = containerAt(pod, index)
    const limit = amountOf('memory', spec?.resources?.limits?.['memory'])
    const leak = this.#options.ailments?.leak(record.key)
    // A turn that was planned while something leaked is taken back when it does no more.
    if (spec === undefined || !(limit > 0) || (!hasUsageModel(pod) && leak === undefined && container.probes['oom-turn'] === undefined)) return
    const startedAt = virtualOf(container.state.running?.startedAt)
    const { memory } = usageModelOf(pod, spec)
    const phase = phaseOf(record.uid, container.name)
    const leaks = leak === undefined || Number.isNaN(startedAt) ? undefined : leakPassesAt(memory, phase, leak, startedAt, limit, this.#options.context.now())
    const after = leaks === undefined ? passesAt(memory, limit, phase) : leaks - startedAt
    const turn = (container.probes['oom-turn']?.successes ?? 0) + 1
    container.probes = { ...container.probes, 'oom-turn': { successes: turn, failures: 0 } }
    if (after !== undefined) this.#timer(record, index, 'oom', Math.max(1, startedAt + after - this.#options.context.now()), { life: container.life, turn })
  }

  #isOurs(record: PodRecord, container: ContainerRecord): boolean {
    return container.id !== '' && container.id === this.#options.runtime().containerId(record.uid, container.name, container.restarts)
  }

  #planDeadline(pod: Pod, record: PodRecord): void {
    const seconds = pod.spec?.activeDeadlineSeconds
    if (seconds === undefined) return
    const startedAt = virtualOf(record.status.startTime)
    this.#timer(record, -1, 'deadline', (Number.isNaN(startedAt) ? this.#options.context.now() : startedAt) + seconds * 1000 - this.#options.context.now())
  }

  #planProbes(pod: Pod, record: PodRecord, index: number): void {
    for (const kind of probeKinds) this.#planProbe(pod, record, index, kind)
  }

  /** Only the probes that can change something are made: a healthy container costs none. */
  #planProbe(pod: Pod, record: PodRecord, index: number, kind: ProbeKind): void {
    const container = record.containers[index] as ContainerRecord
    const spec = containerAt(pod, index)
    const startedAt = virtualOf(container.state.running?.startedAt)
    if (spec === undefined || probeOf(kind, spec) === undefined || Number.isNaN(startedAt) || container.kind === 'init') return
    const at = nextProbe(kind, spec, container, this.#behaviour(pod, container), startedAt, this.#options.context.now())
    if (at === undefined) return
    const turn = (container.probes[`${kind}-turn`]?.successes ?? 0) + 1
    container.probes = { ...container.probes, [`${kind}-turn`]: { successes: turn, failures: 0 } }
    this.#timer(record, index, 'probe', at - this.#options.context.now(), { life: container.life, kind, turn })
  }

  /** Upstream: prober.worker.doProbe. */
  #probe(pod: Pod, record: PodRecord, index: number, kind: ProbeKind, turn: number): void {
    const container = record.containers[index] as ContainerRecord
    if (container.probes[`${kind}-turn`]?.successes !== turn || record.stopping !== null) return
    const spec = containerAt(pod, index) as Container
    const probe = probeOf(kind, spec)
    if (probe === undefined) return
    const behaviour = this.#behaviour(pod, container)
    const age = this.#options.context.now() - virtualOf(container.state.running?.startedAt)
    const well = age >= behaviour.readyAfterMs && (kind === 'startup' || behaviour.unhealthyAfterMs === undefined || age < behaviour.unhealthyAfterMs)
    const before = container.probes[kind] ?? { successes: 0, failures: 0 }
    const count = well ? { successes: before.successes + 1, failures: 0 } : { successes: 0, failures: before.failures + 1 }
    container.probes = { ...container.probes, [kind]: count }
    if (!well) this.#event(pod, 'Warning', 'Unhealthy', `${kind === 'readiness' ? 'Readiness' : kind === 'liveness' ? 'Liveness' : 'Startup'} probe failed: ${probeMessage(probe, record.ip, spec)}`)
    const succeeded = count.successes >= (probe.successThreshold ?? 1)
    const failed = count.failures >= (probe.failureThreshold ?? 3)
    if (kind === 'readiness' && (succeeded || failed)) container.ready = succeeded && container.started
    if (kind === 'startup' && succeeded && !container.started) {
      container.started = true
      if (spec.readinessProbe === undefined) container.ready = true
      this.#planProbes(pod, record, index)
    }
    if (kind !== 'readiness' && failed) {
      this.#event(pod, 'Normal', 'Killing', `Container ${container.name} failed ${kind} probe, will be restarted`)
      this.#timer(record, index, 'exited', Math.min(behaviour.stopMs, this.#graceMs(pod)), { life: container.life, exitCode: 137, reason: 'Error' })
      return
    }
    this.#planProbe(pod, record, index, kind)
    this.advance(record)
  }

  #exited(pod: Pod, record: PodRecord, index: number, exitCode: number, reason: string): void {
    this.#terminate(record.containers[index] as ContainerRecord, exitCode, reason)
    if (record.stopping !== null) this.#stopOn(pod, record)
    else this.advance(record)
  }

  #terminate(container: ContainerRecord, exitCode: number, reason: string): void {
    container.state = {
      terminated: {
        exitCode, reason, ...(container.state.running?.startedAt === undefined ? {} : { startedAt: container.state.running.startedAt }), finishedAt: this.#now(),
        ...(container.id === '' ? {} : { containerID: container.id }),
      },
    }
    container.ready = false
    container.started = false
    // From here the back-off counts. Upstream takes finishedAt, cut to the second; the virtual clock need not.
    container.notBefore = this.#options.context.now()
  }

  /** Nothing more will run: all that is meant to end has ended. */
  #isOver(pod: Pod, record: PodRecord): boolean {
    if (record.stopping !== null || record.busy !== null) return false
    const failedInit = record.containers.some((container) => container.kind === 'init' && isTerminated(container)
      && container.state.terminated?.exitCode !== 0 && !restarts(pod, container, container.state.terminated?.exitCode ?? 0))
    if (failedInit) return true
    return record.containers.every((container) => container.kind !== 'app'
      || (container.state.terminated !== undefined && !restarts(pod, container, container.state.terminated.exitCode)))
  }

  #finish(pod: Pod, record: PodRecord): void {
    if (record.containers.some(isRunning)) this.#stop(pod, record, 'completed', this.#graceMs(pod))
    else this.#settle(pod, record)
  }

  /** Ends all that runs, within the grace period: first the containers, then the sidecars, last started first. */
  #stop(pod: Pod, record: PodRecord, why: Stopping['why'], graceMs: number): void {
    const now = this.#options.context.now()
    record.stopping = { why, since: now, killAt: now + graceMs }
    if (record.busy?.step === 'pull') {
      this.#options.images.cancel(record.uid)
      this.#span('end', record, record.busy.container, 'pull', { cancelled: true, node: this.#options.nodeName })
      record.busy = null
    }
    for (const container of record.containers) if (container.kind === 'app' && isRunning(container)) container.probes = {}
    this.#stopOn(pod, record)
  }

  #stopOn(pod: Pod, record: PodRecord): void {
    const stopping = record.stopping as Stopping
    const running = record.containers.map((container, index) => ({ container, index })).filter(({ container }) => isRunning(container))
    if (record.busy !== null) return // a container that is just being started is stopped when it has
    if (running.length === 0) {
      this.#settle(pod, record)
      return
    }
    const apps = running.filter(({ container }) => container.kind === 'app')
    const next = apps.length > 0 ? apps : running.slice(-1)
    const now = this.#options.context.now()
    for (const { container, index } of next) {
      if (container.probes['stopping'] !== undefined) continue
      container.probes = { stopping: { successes: 1, failures: 0 } }
      this.#event(pod, 'Normal', 'Killing', `Stopping container ${container.name}`)
      const behaviour = this.#behaviour(pod, container)
      const stopMs = behaviour.preStopMs + behaviour.stopMs
      const left = Math.max(0, stopping.killAt - now)
      const killed = stopMs > left
      this.#timer(record, index, 'exited', Math.min(stopMs, left), {
        life: container.life, exitCode: killed ? 137 : 0, reason: killed ? 'Error' : 'Completed',
      })
    }
  }

  /** Nothing runs any more. */
  #settle(pod: Pod, record: PodRecord): void {
    const why = record.stopping?.why
    record.finished = true
    for (const container of record.containers) {
      container.ready = false
      container.started = false
      // What never ran ends as it is. Upstream: a container that cannot be known any more is said to have ended with 137.
      if (container.state.waiting !== undefined && why !== undefined && why !== 'completed') {
        container.state = { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown', message: 'The container could not be located when the pod was terminated' } }
      }
    }
    this.#options.images.cancel(record.uid)
    this.#writeStatus(pod, record)
    if (why === 'deleted' || pod.metadata.deletionTimestamp !== undefined) this.#deleteNow(pod)
  }

  /** The last word: the object may go. */
  #deleteNow(pod: Pod): void {
    try {
      this.#options.client.delete(
        { resource: resources.pods, namespace: pod.metadata.namespace, name: pod.metadata.name ?? '' },
        { gracePeriodSeconds: 0, preconditions: { uid: pod.metadata.uid ?? '' } },
      )
    } catch (error) {
      if (ApiError.is(error, 'NotFound') || ApiError.is(error, 'Conflict')) return
      if (!(error instanceof ApiError)) throw error
      const record = this.#records.get(pod.metadata.uid ?? '')
      this.#options.context.schedule(retryMs, { type: 'pod-delete', key: record?.key ?? keyOf(pod), uid: pod.metadata.uid ?? '' })
    }
  }

  /** A deletion that was refused is tried again. */
  retryDelete(body: EventBody): void {
    const pod = this.#options.pod(body['key'] as string)
    const refused = body['refused'] as { readonly reason: string; readonly message: string } | undefined
    if (refused !== undefined && pod !== undefined && pod.metadata.uid === body['uid'] && !isFinished(pod) && !this.#records.has(pod.metadata.uid ?? '')) this.#sayRejected(pod, refused.reason, refused.message)
    if (pod !== undefined && pod.metadata.uid === body['uid'] && pod.metadata.deletionTimestamp !== undefined) this.#deleteNow(pod)
  }

  #reject(pod: Pod, reason: string, message: string): void {
    this.#event(pod, 'Warning', reason, message)
    this.#sayRejected(pod, reason, message)
  }

  /** Said until somebody has heard it. */
  #sayRejected(pod: Pod, reason: string, message: string): void {
    const status: PodStatus = { ...pod.status, phase: 'Failed', reason, message: `Pod was rejected: ${message}`, startTime: this.#now() }
    if (this.#patchStatus(pod, status) !== undefined) return
    this.#options.context.schedule(retryMs, { type: 'pod-delete', key: keyOf(pod), uid: pod.metadata.uid ?? '', refused: { reason, message } })
  }

  /** Pods that count on the node: all that have not ended. */
  #admitted(): Pod[] {
    const pods: Pod[] = []
    for (const record of this.#records.values()) {
      if (record.finished) continue
      const pod = this.#options.pod(record.key)
      if (pod !== undefined) pods.push(pod)
    }
    return pods
  }

  #writeStatus(pod: Pod, record: PodRecord, force = false): void {
    if (record.pristine) {
      if (!force && saysTheSame(record)) return
      record.pristine = false
    }
    const status = podStatusOf(pod, record, { now: this.#now(), hostIp: this.#options.hostIp() })
    if (!force && deepEqual(status, record.status)) return
    const version = this.#patchStatus(pod, status, record.status)
    if (version === undefined) {
      this.#timer(record, -1, 'status', retryMs)
      return
    }
    record.status = status
    record.version = Math.max(record.version, version)
  }

  /** The revision of what was written, 0 when nobody wants to know any more; undefined when it has to be tried again. */
  #patchStatus(pod: Pod, status: PodStatus, before?: PodStatus): number | undefined {
    try {
      const written = this.#options.client.patch<Pod>(
        { resource: resources.pods, namespace: pod.metadata.namespace, name: pod.metadata.name ?? '' }, 'application/strategic-merge-patch+json',
        { metadata: { uid: pod.metadata.uid }, status: withoutStale(status, pod.status, before) }, 'status',
      )
      return Number(written.metadata.resourceVersion ?? 0)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      // Gone, or another Pod by now.
      return error.reason === 'NotFound' || error.reason === 'Conflict' ? 0 : undefined
    }
  }

  #graceMs(pod: Pod): number {
    return (pod.metadata.deletionGracePeriodSeconds ?? pod.spec?.terminationGracePeriodSeconds ?? 30) * 1000
  }

  #behaviour(pod: Pod, container: ContainerRecord): Behaviour {
    return behaviourOf(pod, containerNamed(pod, container.name) as Container, container.kind)
  }

  #now(): string {
    return timeText(virtualMs(this.#options.context.now()))
  }

  #event(pod: Pod, type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.#options.recorder.event(pod, type, reason, message)
  }

  /** Tells when what a Pod is busy with is done. */
  #whenDone(record: PodRecord, container: number, what: 'sandboxed' | 'started', delayMs: number, since: number): void {
    this.#options.context.schedule(Math.max(0, Math.ceil(delayMs)), { type: 'pod', uid: record.uid, container, what, process: this.#options.life(), since })
  }

  #timer(record: PodRecord, container: number, what: string, delayMs: number, more: Readonly<Record<string, unknown>> = {}): void {
    this.#options.context.schedule(Math.max(0, Math.ceil(delayMs)), { type: 'pod', uid: record.uid, container, what, process: this.#options.life(), ...more })
  }

  #span(type: 'begin' | 'end', record: PodRecord, index: number, what: 'pull' | 'start', facts: Readonly<Record<string, string | number | boolean>>): void {
    const container = record.containers[index] as ContainerRecord
    const span = `${record.uid}/${container.name}/${container.life}/${container.pullFailedAt}/${what}`
    this.#options.context.trace({ type, from: this.#options.context.name, span, what, subject: record.key, facts })
  }
}

function isFinished(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
}

/** Its status says that something of it runs here already: an imported Pod, or one that an earlier kubelet started. */
export function isAlive(pod: Pod): boolean {
  return (pod.status?.containerStatuses?.some(hasRun) ?? false) || (pod.status?.initContainerStatuses?.some(hasRun) ?? false)
}

function hasRun({ state }: ContainerStatus): boolean {
  return state?.running !== undefined || state?.terminated !== undefined
}

/** Something of the Pod has run since. Statuses know whole seconds: what began in the very second of the boot counts as from before, and only begins once more. */
function hasBegunSince(pod: Pod, bootedAt: number): boolean {
  const boot = Math.ceil(bootedAt / 1_000) * 1_000
  return [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])]
    .some(({ state }) => [state?.running?.startedAt, state?.terminated?.finishedAt].some((time) => time !== undefined && virtualOf(time) >= boot))
}

/** The containers are as the adopted status says. */
function saysTheSame(record: PodRecord): boolean {
  if (record.finished || record.ended !== null) return false
  const statuses = [...(record.status.initContainerStatuses ?? []), ...(record.status.containerStatuses ?? [])]
  return record.containers.every((container) => {
    const status = statuses.find((other) => other.name === container.name)
    return status === undefined ? container.life === 0 : deepEqual(status.state ?? {}, container.state) && status.ready === container.ready
  })
}

function sameReadiness(a: PodStatus | undefined, b: PodStatus): boolean {
  const ready = (status: PodStatus | undefined): string | undefined => status?.conditions?.find((condition) => condition.type === 'Ready')?.status
  return a?.phase === b.phase && ready(a) === ready(b)
}

function annotatedBytes(pod: Pod, container: string): number | undefined {
  const text = behaviourAnnotation(pod, 'image-size', container)
  if (text === undefined) return undefined
  const match = /^([0-9]+)(Ki|Mi|Gi|k|M|G)?$/.exec(text)
  if (match === null) return undefined
  const unit = { Ki: 1024, Mi: 1024 ** 2, Gi: 1024 ** 3, k: 1e3, M: 1e6, G: 1e9 }[match[2] as 'Ki'] ?? 1
  return Number(match[1]) * unit
}

/** As Go prints a duration: "850ms", "1.2s", "2m3.5s", "5m0s". */
export function goDuration(ms: number): string {
  if (ms < 1000) return ms === 0 ? '0s' : `${ms}ms`
  const seconds = Number(((ms % 60_000) / 1000).toFixed(3))
  const minutes = Math.floor(ms / 60_000)
  if (minutes === 0) return `${seconds}s`
  const hours = Math.floor(minutes / 60)
  return hours === 0 ? `${minutes}m${seconds}s` : `${hours}h${minutes % 60}m${seconds}s`
}
