import { ApiError, microTimeText, resources, timeText, virtualMs, type ApiObject, type Event } from '../../api'
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
    const { component, host, style = 'core' } = this.#options
    const namespace = about.metadata.namespace || 'default'
    const key = [about.kind, namespace, about.metadata.name, about.metadata.uid, type, reason, action ?? '', message].join('\u0000')
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
      const name = `${about.metadata.name ?? ''}.${suffix}`
      const event: Event = {
        apiVersion: 'v1', kind: 'Event', metadata: { name, namespace },
        involvedObject: reference(about), reason, message, type,
        ...(related ? { related: reference(related) } : {}),
        ...(style === 'core'
          ? { source: { component, ...(host ? { host } : {}) }, reportingComponent: component, ...(host ? { reportingInstance: host } : {}), firstTimestamp: timeText(now), lastTimestamp: timeText(now), count: 1 }
          : { action: action ?? reason, eventTime: microTimeText(now), reportingComponent: component, reportingInstance: `${component}-${host ?? 'control-plane'}`, source: {} }),
      }
      this.#client.create(resources.events, event)
      this.#remember(key, { name, namespace, count: 1 })
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
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
  return {
    apiVersion: about.apiVersion, kind: about.kind, ...(namespace ? { namespace } : {}),
    ...(name ? { name } : {}), ...(uid ? { uid } : {}), ...(resourceVersion ? { resourceVersion } : {}),
  }
}
