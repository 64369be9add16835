import type { ContainerImage } from '../../../api'
import type { ActorContext } from '../../kernel'
import { bytesOf, fullImageName, imageOf, layersOf, type Image, type Layer } from './images'

/** Asking the registry and unpacking take their time, whatever the size. */
const overheadMs = 150

export interface ImageManagerOptions {
  readonly context: ActorContext
  /** Bandwidth, shared by all pulls under way at once. */
  readonly bytesPerMs: number
  /** Pulls at once. Kubernetes' default is one (serializeImagePulls). */
  readonly parallelMax: () => number
}

/** Somebody waits for an image. */
export interface PullRequest {
  readonly uid: string
  readonly container: number
  readonly image: Image
  /** The name the Pod uses. */
  readonly writtenAs: string
  /** Why the registry will not give it; then nothing is transferred. */
  readonly failure?: string
  readonly askedAt: number
}

/** How far a pull has come. */
export interface PullProgress {
  readonly image: string
  /** Its turn has not come yet. */
  readonly waits: boolean
  /** Its share of the bandwidth at this moment. */
  readonly bytesPerMs: number
  readonly layers: readonly { readonly id: string; readonly bytes: number; readonly here: boolean; readonly done: number }[]
}

/** A pull that came to its end. */
export interface PullResult extends PullRequest {
  readonly startedAt: number
}

interface Pull extends PullRequest {
  readonly startedAt: number
  /** Left to transfer at `at`, counting the overhead as bytes at full bandwidth. */
  bytesLeft: number
}

interface PresentImage {
  readonly names: readonly string[]
  readonly bytes: number
  readonly layers: readonly string[]
  usedAt: number
}

interface ImageManagerState {
  readonly images: readonly [string, PresentImage][]
  readonly waiting: readonly PullRequest[]
  readonly active: readonly Pull[]
  readonly at: number
  readonly generation: number
}

/**
 * The images on a node's disk and the pulls under way. Layers that are there already are not transferred again.
 * Upstream: pkg/kubelet/images.
 */
export class ImageManager {
  readonly #options: ImageManagerOptions
  /** By full name. */
  #images = new Map<string, PresentImage>()
  #waiting: PullRequest[] = []
  #active: Pull[] = []
  #at = 0
  /** Timers of an earlier plan carry another number. */
  #generation = 0

  constructor(options: ImageManagerOptions) {
    this.#options = options
  }

  /** What the Node says lies on its disk. */
  adopt(images: readonly ContainerImage[]): void {
    for (const { names = [], sizeBytes = 0 } of images) {
      const tagged = names.filter((name) => !name.includes('@'))
      for (const name of tagged.length > 0 ? tagged : names) {
        const full = fullImageName(name)
        if (!this.#images.has(full)) this.#images.set(full, { names, bytes: sizeBytes, layers: [], usedAt: this.#options.context.now() })
      }
    }
  }

  has(image: string): boolean {
    return this.#images.has(imageOf(image).name)
  }

  /** A container begins to use it: garbage collection takes the least recently used first. */
  used(image: string): void {
    const present = this.#images.get(imageOf(image).name)
    if (present !== undefined) present.usedAt = this.#options.context.now()
  }

  remove(image: string): number {
    const full = fullImageName(image)
    const present = this.#images.get(full)
    this.#images.delete(full)
    return present?.bytes ?? 0
  }

  /** On the disk: what several images stand on lies there once. */
  get bytes(): number {
    let sum = 0
    const seen = new Set<string>()
    for (const { layers } of this.list()) {
      for (const { id, bytes } of layers) {
        if (seen.has(id)) continue
        seen.add(id)
        sum += bytes
      }
    }
    return sum
  }

  /** All of them with their layers, in order of name. */
  list(): readonly { readonly name: string; readonly bytes: number; readonly usedAt: number; readonly layers: readonly Layer[] }[] {
    return [...this.#images].map(([name, { bytes, usedAt, layers }]) => ({ name, bytes, usedAt, layers: layersOf(name, bytes, layers) })).sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** Pulls under way or waiting. */
  get pulling(): number {
    return this.#waiting.length + this.#active.length
  }

  /** Full names, least recently used first. */
  leastRecentlyUsed(): readonly { readonly name: string; readonly bytes: number; readonly usedAt: number }[] {
    return [...this.#images].map(([name, { bytes, usedAt }]) => ({ name, bytes, usedAt })).sort((a, b) => a.usedAt - b.usedAt || (a.name < b.name ? -1 : 1))
  }

  /** As node.status.images: largest first, at most 50. Upstream: nodestatus.Images. */
  report(): ContainerImage[] {
    const unique = new Map<string, PresentImage>()
    for (const image of this.#images.values()) unique.set(image.names.join(' '), image)
    return [...unique.values()]
      .sort((a, b) => b.bytes - a.bytes || ((a.names[0] ?? '') < (b.names[0] ?? '') ? -1 : 1))
      .slice(0, 50)
      .map(({ names, bytes }) => ({ names: names.slice(0, 5), sizeBytes: bytes }))
  }

  /** Asks for an image; the answer comes as `finished` after a timer of type "image-pull". */
  pull(request: Omit<PullRequest, 'askedAt'>): void {
    this.#waiting.push({ ...request, askedAt: this.#options.context.now() })
    this.#plan()
  }

  /** How far a Pod's pull is: the layers that are to come one after the other, those that lie here already whole. Undefined while it has none. */
  progress(uid: string): PullProgress | undefined {
    const active = this.#active.find((pull) => pull.uid === uid)
    const pull = active ?? this.#waiting.find((request) => request.uid === uid)
    if (pull === undefined) return undefined
    const share = this.#options.bytesPerMs / Math.max(1, this.#active.length)
    const layers = pull.failure === undefined ? pull.image.layers.map(({ id, bytes }) => ({ id, bytes, here: this.has(pull.image.name) || this.#hasLayer({ id, bytes }) })) : []
    const wanted = layers.reduce((sum, layer) => sum + (layer.here ? 0 : layer.bytes), 0)
    // Asking the registry comes first: as long as more is left than is wanted, nothing has been transferred.
    let come = active === undefined ? 0 : Math.max(0, wanted - (active.bytesLeft - (this.#options.context.now() - this.#at) * share))
    return {
      image: pull.writtenAs, waits: active === undefined, bytesPerMs: share,
      layers: layers.map((layer) => {
        const done = layer.here ? layer.bytes : Math.min(layer.bytes, Math.floor(come))
        if (!layer.here) come -= done
        return { ...layer, done }
      }),
    }
  }

  /** Nobody waits any more: pulls of these Pods are given up. */
  cancel(uid: string): void {
    const before = this.#waiting.length + this.#active.length
    this.#elapse()
    this.#waiting = this.#waiting.filter((request) => request.uid !== uid)
    this.#active = this.#active.filter((pull) => pull.uid !== uid)
    if (this.#waiting.length + this.#active.length !== before) this.#plan()
  }

  /** A timer of type "image-pull" is due: those that are done. */
  finished(generation: unknown): PullResult[] {
    if (generation !== this.#generation) return []
    this.#elapse()
    const done = this.#active.filter((pull) => pull.bytesLeft <= 0)
    this.#active = this.#active.filter((pull) => pull.bytesLeft > 0)
    // On the disk before the next pulls are planned: they may be for the same layers.
    for (const pull of done) if (pull.failure === undefined) this.#store(pull.image, pull.writtenAs)
    this.#plan()
    return done
  }

  #store(image: Image, writtenAs: string): void {
    const shortTag = writtenAs.includes('@') || writtenAs.slice(writtenAs.lastIndexOf('/') + 1).includes(':') ? writtenAs : `${writtenAs}:latest`
    // The scheduler's ImageLocality compares with the name as the Pod writes it, so that name is among the names, as dockershim reported it.
    const names = shortTag === image.name || writtenAs.includes('@') ? [image.digest, image.name] : [image.digest, image.name, shortTag]
    this.#images.set(image.name, { names, bytes: bytesOf(image), layers: image.layers.map((layer) => layer.id), usedAt: this.#options.context.now() })
  }

  save(): unknown {
    const state: ImageManagerState = {
      images: [...this.#images].map(([name, image]) => [name, { ...image }]), waiting: [...this.#waiting],
      active: this.#active.map((pull) => ({ ...pull })), at: this.#at, generation: this.#generation,
    }
    return state
  }

  load(state: unknown): void {
    const saved = state as ImageManagerState
    this.#images = new Map(saved.images.map(([name, image]) => [name, { ...image }]))
    this.#waiting = [...saved.waiting]
    this.#active = saved.active.map((pull) => ({ ...pull }))
    this.#at = saved.at
    this.#generation = saved.generation
  }

  /** Books what has been transferred since the last look. */
  #elapse(): void {
    const now = this.#options.context.now()
    if (this.#active.length > 0) {
      const share = ((now - this.#at) * this.#options.bytesPerMs) / this.#active.length
      for (const pull of this.#active) pull.bytesLeft -= share
    }
    this.#at = now
  }

  #plan(): void {
    const { context, bytesPerMs, parallelMax } = this.#options
    this.#elapse()
    while (this.#waiting.length > 0 && this.#active.length < parallelMax()) {
      const request = this.#waiting.shift() as PullRequest
      const layers = request.failure === undefined && !this.has(request.image.name) ? request.image.layers : []
      const absent = layers.filter((layer) => !this.#hasLayer(layer))
      const bytes = absent.reduce((sum, layer) => sum + layer.bytes, 0)
      this.#active.push({ ...request, startedAt: context.now(), bytesLeft: bytes + overheadMs * bytesPerMs })
    }
    this.#generation++
    if (this.#active.length === 0) return
    const least = Math.min(...this.#active.map((pull) => pull.bytesLeft))
    const delay = Math.max(0, Math.ceil((least * this.#active.length) / bytesPerMs - 1e-6))
    context.schedule(delay, { type: 'image-pull', generation: this.#generation })
  }

  #hasLayer(layer: Layer): boolean {
    for (const image of this.#images.values()) if (image.layers.includes(layer.id)) return true
    return false
  }
}
