import { ApiError, microTimeText, resources, timeText, virtualMs, type ApiObject, type Event, type VirtualMs } from '../../api'
import type { ActorContext } from '../kernel'
import type { Client } from './client'

/** What an event is about. */
export interface EventSubject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: ApiObject['metadata']
}

export interface EventRecorderOptions {
  /** source.component, or reportingController when `api` is "events.k8s.io". */
  readonly component: string
  readonly host?: string
  /** kube-scheduler writes events with action and reportingController (events.k8s.io style); others the older way. */
  readonly style?: 'core' | 'events'
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

interface Known {
  readonly name: string
  readonly namespace: string
  readonly count: number
}

/** How many different events are remembered for counting repeats. Upstream: maxLruCacheEntries. */
const knownMax = 4096

/**
 * Writes Events in the words of the component; an equal one again raises `count` instead of making another.
 * Upstream: client-go tools/record, EventCorrelator. A refused event is dropped, as upstream: nobody waits for it.
 */
export class EventRecorder {
  readonly #client: Client
  readonly #context: ActorContext
  readonly #options: EventRecorderOptions
  #known = new Map<string, Known>()

  constructor(client: Client, context: ActorContext, options: EventRecorderOptions) {
    this.#client = client
    this.#context = context
    this.#options = options
  }

  event(about: EventSubject, type: 'Normal' | 'Warning', reason: string, message: string, action?: string, related?: EventSubject): void {
    const { style = 'core' } = this.#options
    const namespace = about.metadata.namespace || 'default'
    const { name: subject = '', uid = '' } = about.metadata
    const key = `${about.kind}\u0000${namespace}\u0000${subject}\u0000${uid}\u0000${type}\u0000${reason}\u0000${action ?? ''}\u0000${message}`
    const now = virtualMs(this.#context.now())
    try {
      const known = this.#known.get(key)
      if (known !== undefined) {
        const count = known.count + 1
        const patch = style === 'core' ? { count, lastTimestamp: timeText(now) } : { series: { count, lastObservedTime: microTimeText(now) } }
        try {
          this.#client.patch({ resource: resources.events, namespace, name: known.name }, 'application/merge-patch+json', patch)
          this.#remember(key, { ...known, count })
          return
        } catch (error) {
          if (!ApiError.is(error, 'NotFound')) throw error
        }
      }
      // Upstream: name.<hexadecimal nanoseconds>. The stream stands in for the nanoseconds a virtual clock does not have.
      const suffix = this.#context.random.text(16, '0123456789abcdef')
      const name = `${subject}.${suffix}`
      const event: Writable<Event> = { apiVersion: 'v1', kind: 'Event', metadata: { name, namespace }, involvedObject: reference(about), reason, message, type }
      if (related !== undefined) event.related = reference(related)
      this.#sign(event, now, action ?? reason)
      this.#client.create(resources.events, event)
      this.#remember(key, { name, namespace, count: 1 })
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
    }
  }

  /** Who says it, and when. */
  #sign(event: Writable<Event>, now: VirtualMs, action: string): void {
    const { component, host, style = 'core' } = this.#options
    if (style === 'core') {
      const time = timeText(now)
      event.source = host ? { component, host } : { component }
      event.reportingComponent = component
      if (host) event.reportingInstance = host
      event.firstTimestamp = time
      event.lastTimestamp = time
      event.count = 1
    } else {
      event.action = action
      event.eventTime = microTimeText(now)
      event.reportingComponent = component
      event.reportingInstance = `${component}-${host ?? 'control-plane'}`
      event.source = {}
    }
  }

  save(): unknown {
    return [...this.#known]
  }

  load(state: unknown): void {
    this.#known = new Map(state as [string, Known][])
  }

  #remember(key: string, known: Known): void {
    this.#known.delete(key)
    this.#known.set(key, known)
    if (this.#known.size > knownMax) this.#known.delete(this.#known.keys().next().value as string)
  }
}

function reference(about: EventSubject): Event['involvedObject'] {
  const { namespace, name, uid, resourceVersion } = about.metadata
  const { apiVersion, kind } = about
  // Of what is stored and namespaced all is known.
  if (namespace && name && uid && resourceVersion) return { apiVersion, kind, namespace, name, uid, resourceVersion }
  return {
    apiVersion, kind, ...(namespace ? { namespace } : {}),
    ...(name ? { name } : {}), ...(uid ? { uid } : {}), ...(resourceVersion ? { resourceVersion } : {}),
  }
}
