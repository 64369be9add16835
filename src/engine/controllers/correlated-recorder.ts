import type { ActorContext } from '../kernel'
import { type Client, EventRecorder, type EventRecorderOptions, type EventSubject } from '../client'

/** Upstream: defaultAggregateMaxEvents and defaultAggregateIntervalInSeconds. */
const similarMax = 10
const similarMs = 600_000
/** Upstream: defaultSpamBurst and defaultSpamQPS. */
const burst = 25
const refillMs = 300_000
/** Objects and kinds of events remembered. Upstream: maxLruCacheEntries. */
const knownMax = 4096

interface Similar {
  readonly messages: readonly string[]
  /** What stands for all further ones: the first of them. Upstream shows the latest. */
  readonly combined?: string
  readonly at: number
}

interface Bucket {
  readonly tokens: number
  readonly at: number
}

/**
 * Keeps a controller that makes thousands of Pods from writing thousands of Events about it: beyond ten that differ only in
 * their message they count as one, and beyond a burst an object's events are dropped. Upstream: client-go tools/record,
 * EventCorrelator (EventAggregator, EventSourceObjectSpamFilter).
 */
export class CorrelatedRecorder {
  readonly #recorder: EventRecorder
  readonly #context: ActorContext
  #similar = new Map<string, Similar>()
  #buckets = new Map<string, Bucket>()

  constructor(client: Client, context: ActorContext, options: EventRecorderOptions) {
    this.#recorder = new EventRecorder(client, context, options)
    this.#context = context
  }

  event(about: EventSubject, type: 'Normal' | 'Warning', reason: string, message: string): void {
    const object = `${about.kind} ${about.metadata.namespace ?? ''}/${about.metadata.name ?? ''} ${about.metadata.uid ?? ''}`
    if (!this.#take(object)) return
    this.#recorder.event(about, type, reason, this.#combine(`${object} ${type} ${reason}`, message))
  }

  save(): unknown {
    return { recorder: this.#recorder.save(), similar: [...this.#similar], buckets: [...this.#buckets] }
  }

  load(state: unknown): void {
    const saved = state as { readonly recorder: unknown; readonly similar: [string, Similar][]; readonly buckets: [string, Bucket][] }
    this.#recorder.load(saved.recorder)
    this.#similar = new Map(saved.similar)
    this.#buckets = new Map(saved.buckets)
  }

  #take(object: string): boolean {
    const now = this.#context.now()
    const before = this.#buckets.get(object) ?? { tokens: burst, at: now }
    const tokens = Math.min(burst, before.tokens + (now - before.at) / refillMs)
    remember(this.#buckets, object, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now })
    return tokens >= 1
  }

  #combine(key: string, message: string): string {
    const now = this.#context.now()
    const before = this.#similar.get(key)
    const known: Similar = before !== undefined && now - before.at <= similarMs ? before : { messages: [], at: now }
    if (known.messages.includes(message)) {
      remember(this.#similar, key, { ...known, at: now })
      return message
    }
    if (known.messages.length < similarMax) {
      remember(this.#similar, key, { ...known, messages: [...known.messages, message], at: now })
      return message
    }
    const combined = known.combined ?? `(combined from similar events): ${message}`
    remember(this.#similar, key, { ...known, combined, at: now })
    return combined
  }
}

function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key)
  map.set(key, value)
  if (map.size > knownMax) map.delete(map.keys().next().value as string)
}
