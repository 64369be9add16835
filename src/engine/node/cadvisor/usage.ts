import { amountOf, type Container, type Pod } from '../../../api'
import { fnv32a } from '../../../base'
import { behaviourAnnotation } from '../kubelet/behaviour'

/** What a container uses at a moment. */
export interface Usage {
  readonly cpuMilli: number
  /** Working set: what cannot be taken away without harm. */
  readonly memoryBytes: number
  /** Written to the container's own layer and logs. */
  readonly diskBytes: number
  readonly processes: number
}

/** How a resource is used over time. `low` is used at rest, `high` at most. */
export interface Model {
  readonly kind: 'steady' | 'wave' | 'burst' | 'leak' | 'follow'
  readonly low: number
  readonly high: number
  /** wave, burst: length of a period in ms. */
  readonly periodMs: number
  /** burst: how long the peak lasts, in ms. */
  readonly peakMs: number
  /** leak: growth per second. follow: more for each request a second. */
  readonly perSecond: number
}

export interface UsageModel {
  readonly cpu: Model
  readonly memory: Model
  readonly disk: Model
  readonly processes: Model
}

const steady = (level: number): Model => ({ kind: 'steady', low: level, high: level, periodMs: 60_000, peakMs: 0, perSecond: 0 })
const mebi = 1024 * 1024

/**
 * Without a word about it a container uses half the CPU and three quarters of the memory it asks for, which is what clusters
 * look like; one that asks for nothing uses a little.
 */
function defaultModel(container: Container): UsageModel {
  const { requests = {}, limits = {} } = container.resources ?? {}
  const cpu = amountOf('cpu', requests['cpu'])
  const memory = amountOf('memory', requests['memory'])
  const memoryLimit = amountOf('memory', limits['memory'])
  return {
    cpu: steady(cpu > 0 ? Math.round(cpu / 2) : 1),
    memory: steady(memory > 0 ? Math.round(memory * 0.75) : Math.min(8 * mebi, memoryLimit > 0 ? memoryLimit * 0.75 : Number.POSITIVE_INFINITY)),
    disk: steady(0),
    processes: steady(1),
  }
}

/**
 * Reads "berth.dev/usage[.<container>]": words "resource=model", apart by spaces.
 *
 *     cpu=200m                        steady
 *     cpu=50m..800m/60s               a wave between the two, once a minute
 *     memory=64Mi..512Mi/5m*10s       a burst: at rest 64Mi, for 10 s of every 5 m 512Mi
 *     memory=64Mi+1Mi/s               a leak
 *     cpu=20m+3m/rps                  follows the traffic: 3m more for each request a second that comes through kube-proxy
 *
 * Resources: cpu, memory, disk, processes. What is not named or cannot be read keeps its default.
 */
export function usageModelOf(pod: Pod, container: Container): UsageModel {
  const model = { ...defaultModel(container) } as { -readonly [Name in keyof UsageModel]: UsageModel[Name] }
  const text = behaviourAnnotation(pod, 'usage', container.name)
  for (const word of (text ?? '').split(/\s+/)) {
    const equals = word.indexOf('=')
    const name = word.slice(0, equals)
    if (name !== 'cpu' && name !== 'memory' && name !== 'disk' && name !== 'processes') continue
    model[name] = parseModel(name, word.slice(equals + 1)) ?? model[name]
  }
  return model
}

function parseModel(name: string, text: string): Model | undefined {
  const amount = (part: string | undefined): number => amountOf(name === 'cpu' ? 'cpu' : 'memory', part ?? '')
  const follow = /^(.+)\+(.+)\/rps$/.exec(text)
  if (follow !== null) {
    const [low, perSecond] = [amount(follow[1]), amount(follow[2])]
    return Number.isNaN(low) || Number.isNaN(perSecond) ? undefined : { ...steady(low), kind: 'follow', high: Number.POSITIVE_INFINITY, perSecond }
  }
  const leak = /^(.+)\+(.+)\/s$/.exec(text)
  if (leak !== null) {
    const [low, perSecond] = [amount(leak[1]), amount(leak[2])]
    return Number.isNaN(low) || Number.isNaN(perSecond) ? undefined : { ...steady(low), kind: 'leak', high: Number.POSITIVE_INFINITY, perSecond }
  }
  const range = /^(.+)\.\.([^/]+)\/([^*]+)(?:\*(.+))?$/.exec(text)
  if (range !== null) {
    const [low, high, periodMs] = [amount(range[1]), amount(range[2]), durationMs(range[3])]
    const peakMs = range[4] === undefined ? 0 : durationMs(range[4])
    if ([low, high, periodMs, peakMs].some(Number.isNaN) || periodMs < 1000) return undefined
    return { kind: range[4] === undefined ? 'wave' : 'burst', low, high, periodMs, peakMs, perSecond: 0 }
  }
  const level = amount(text)
  return Number.isNaN(level) ? undefined : steady(level)
}

/** "90s", "5m", "1h": NaN for anything else. */
function durationMs(text: string | undefined): number {
  const match = /^([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)$/.exec(text ?? '')
  if (match === null) return Number.NaN
  return Number(match[1]) * { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[match[2] as 'ms' | 's' | 'm' | 'h']
}

/** Level of a model `ageMs` after the start. `phase` (0 to 1) shifts waves and bursts, so that replicas do not move as one. `rate`: requests a second. */
export function levelAt(model: Model, ageMs: number, phase: number, rate = 0): number {
  const at = (ageMs / model.periodMs + phase) % 1
  switch (model.kind) {
    case 'steady': return model.low
    case 'wave': return model.low + ((model.high - model.low) * (1 - cosineTurn(at))) / 2
    case 'burst': return at * model.periodMs < model.peakMs ? model.high : model.low
    case 'leak': return model.low + (model.perSecond * Math.max(0, ageMs)) / 1000
    case 'follow': return model.low + model.perSecond * rate
  }
}

/**
 * Cosine of a turn (0 to 1) by a polynomial: Math.cos may differ in its last bit between browsers, and histories must not.
 * Error below 0.005, exact at quarters.
 */
function cosineTurn(turn: number): number {
  const x = Math.abs(((turn + 0.5) % 1) - 0.5) * 4 // 0 to 2: quarter turns from the top
  const y = x <= 1 ? x : 2 - x
  const value = 1 - y * y * (1.25 - 0.25 * y * y)
  return x <= 1 ? value : -value
}

/** Milliseconds after the start at which a level is first passed; undefined when it never is. Whole seconds, as a sampler would see it. */
export function passesAt(model: Model, limit: number, phase: number): number | undefined {
  if (model.low > limit) return 0
  if (model.high <= limit) return undefined
  switch (model.kind) {
    // What comes with the traffic cannot be told in advance: whoever samples looks.
    case 'steady': case 'follow': return undefined
    case 'leak': return model.perSecond <= 0 ? undefined : Math.ceil((limit - model.low) / model.perSecond) * 1000 + 1000
    case 'wave': case 'burst':
      for (let ms = 0; ms <= 2 * model.periodMs; ms += 1000) if (levelAt(model, ms, phase) > limit) return ms
      return undefined
  }
}

/** Where in its period a container is when it starts: its own, and always the same. */
export function phaseOf(uid: string, container: string): number {
  return fnv32a(`${uid}/${container}`) / 2 ** 32
}

/** Somebody has said how the Pod behaves: only such Pods can bring a node into need. */
export function hasUsageModel(pod: Pod): boolean {
  const { annotations } = pod.metadata
  if (annotations === undefined) return false
  for (const name of Object.keys(annotations)) if (name === 'berth.dev/usage' || name.startsWith('berth.dev/usage.')) return true
  return false
}

/** What a running container uses. `rate`: requests a second that its Pod is being asked. */
export function usageAt(pod: Pod, container: Container, ageMs: number, rate = 0): Usage {
  return usageOf(usageModelOf(pod, container), pod, container, ageMs, rate)
}

/** The same at several ages, for a plot. */
export function usageSeries(pod: Pod, container: Container, agesMs: readonly number[], rate = 0): Usage[] {
  const model = usageModelOf(pod, container)
  return agesMs.map((ageMs) => usageOf(model, pod, container, ageMs, rate))
}

/** CPU that a container would use if nothing throttled it, in millicores. */
export function cpuWanted(pod: Pod, container: Container, agesMs: readonly number[], rate = 0): number[] {
  const { cpu } = usageModelOf(pod, container)
  const phase = phaseOf(pod.metadata.uid ?? '', container.name)
  return agesMs.map((ageMs) => levelAt(cpu, ageMs, phase, rate))
}

function usageOf(model: UsageModel, pod: Pod, container: Container, ageMs: number, rate: number): Usage {
  const phase = phaseOf(pod.metadata.uid ?? '', container.name)
  const cpuLimit = amountOf('cpu', container.resources?.limits?.['cpu'])
  const cpu = levelAt(model.cpu, ageMs, phase, rate)
  return {
    // More than the limit is throttled away.
    cpuMilli: Math.round(cpuLimit > 0 ? Math.min(cpu, cpuLimit) : cpu),
    memoryBytes: Math.round(levelAt(model.memory, ageMs, phase, rate)),
    diskBytes: Math.round(levelAt(model.disk, ageMs, phase, rate)),
    processes: Math.max(1, Math.round(levelAt(model.processes, ageMs, phase, rate))),
  }
}
