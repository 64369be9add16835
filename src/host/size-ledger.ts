import { controllerOf, type ApiObject } from '../api'
import { firstIndex } from './growing'
import type { Happening } from './run'

/** The sizes of a set of Pods from an event on. */
export interface SetSize {
  readonly event: number
  readonly at: number
  readonly uid: string
  /** Pods that exist and are not on their way out, and those that are available. */
  readonly exist: number
  readonly available: number
}

interface Status {
  readonly replicas?: number
  readonly availableReplicas?: number
  readonly currentNumberScheduled?: number
  readonly numberAvailable?: number
}

const kinds: ReadonlySet<string> = new Set(['ReplicaSet', 'ReplicationController', 'StatefulSet', 'DaemonSet'])
const pointsMax = 2_000
const setsMax = 2_000

/**
 * How many Pods each set had, when: what the lanes of a rollout are drawn from. The past stays known after going back, and so does
 * the known future, until a branch cuts it. The same event told again changes nothing.
 */
export class SizeLedger {
  /** By uid of the set. */
  readonly #sets = new Map<string, SetSize[]>()
  /** Sets by the uid of their owner, in order of their first size. */
  readonly #byOwner = new Map<string, string[]>()

  add(happening: Happening): void {
    for (const { before, object } of happening.changes) {
      const subject = object ?? before
      if (subject === undefined || !kinds.has(subject.kind)) continue
      const [old, now] = [sizeOf(before), sizeOf(object)]
      if (before !== undefined && old.exist === now.exist && old.available === now.available) continue
      this.#note(subject, { event: happening.event, at: happening.at, uid: subject.metadata.uid ?? '', ...now })
    }
  }

  /** What is known of sets that belong to an owner, and of the owner itself; each oldest first. */
  of(owner: string): readonly (readonly SetSize[])[] {
    return [...this.#byOwner.get(owner) ?? [], owner].map((uid) => this.#sets.get(uid) ?? []).filter((points) => points.length > 0)
  }

  /** A branch: what came after an event is no longer true. */
  cut(event: number): void {
    for (const [uid, points] of this.#sets) {
      points.length = firstIndex(points, (point) => point.event > event)
      if (points.length === 0) this.#sets.delete(uid)
    }
  }

  #note(subject: ApiObject, size: SetSize): void {
    let points = this.#sets.get(size.uid)
    if (points === undefined) {
      this.#sets.set(size.uid, points = [])
      const owner = controllerOf(subject)
      if (owner !== undefined) {
        const known = this.#byOwner.get(owner.uid) ?? []
        if (!known.includes(size.uid)) known.push(size.uid)
        this.#byOwner.set(owner.uid, known)
      }
      if (this.#sets.size > setsMax) this.#forgetOldest()
    }
    const index = firstIndex(points, (point) => point.event >= size.event)
    const there = points[index]
    if (there?.event === size.event) points[index] = size
    else points.splice(index, 0, size)
    // Of very long histories the older half keeps half its detail.
    if (points.length > pointsMax) points.splice(0, points.length, ...points.filter((_, place) => place >= pointsMax / 2 || place % 2 === 0))
  }

  #forgetOldest(): void {
    const [uid] = this.#sets.keys()
    if (uid !== undefined) this.#sets.delete(uid)
    for (const [owner, sets] of this.#byOwner) {
      const left = sets.filter((each) => this.#sets.has(each))
      if (left.length === 0) this.#byOwner.delete(owner)
      else if (left.length < sets.length) this.#byOwner.set(owner, left)
    }
  }
}

function sizeOf(object: ApiObject | undefined): { readonly exist: number; readonly available: number } {
  const status = object?.['status'] as Status | undefined
  return { exist: status?.replicas ?? status?.currentNumberScheduled ?? 0, available: status?.availableReplicas ?? status?.numberAvailable ?? 0 }
}
