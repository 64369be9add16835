import { fnv32a, hashOf } from '../../../base'

/** An image as a registry serves it. */
export interface Image {
  /** In full: "docker.io/library/nginx:1.27". */
  readonly name: string
  /** "docker.io/library/nginx@sha256:…" */
  readonly digest: string
  readonly layers: readonly Layer[]
}

export interface Layer {
  readonly id: string
  readonly bytes: number
}

const mebi = 1024 * 1024
const bytesMin = 5 * mebi
const bytesMax = 300 * mebi

/** True sizes of well-known images, in bytes, as nodes report them. Others get a size from their name. */
const knownBytes: Readonly<Record<string, number>> = {
  'registry.k8s.io/pause': 745_472,
  'registry.k8s.io/coredns/coredns': 22_384_805,
  'registry.k8s.io/etcd': 59_042_302,
  'registry.k8s.io/kube-apiserver': 27_683_730,
  'registry.k8s.io/kube-controller-manager': 22_819_474,
  'registry.k8s.io/kube-scheduler': 17_382_272,
  'registry.k8s.io/kube-proxy': 31_891_685,
  'registry.k8s.io/metrics-server/metrics-server': 19_494_617,
  'docker.io/library/nginx': 72_223_946,
  'docker.io/library/busybox': 2_223_659,
  'docker.io/library/alpine': 3_652_536,
  'docker.io/library/redis': 45_006_722,
  'docker.io/library/mysql': 173_250_419,
  'docker.io/library/postgres': 161_225_128,
  'docker.io/library/httpd': 58_910_400,
  'docker.io/library/ubuntu': 29_754_290,
  'docker.io/library/python': 367_300_000,
  'docker.io/library/perl': 336_365_312,
  'docker.io/library/bash': 6_203_841,
  'gcr.io/google-samples/gb-frontend': 512_161_546,
  'gcr.io/google_samples/gb-redisslave': 109_508_753,
  'k8s.gcr.io/redis': 419_003_740,
  'registry.k8s.io/redis': 419_003_740,
}

/** What many images stand on; which one, their name says. Shared layers are pulled once a node. */
const baseLayers: readonly Layer[] = [
  { id: 'base/debian', bytes: 28 * mebi },
  { id: 'base/ubuntu', bytes: 29 * mebi },
  { id: 'base/alpine', bytes: 3 * mebi },
  { id: 'base/distroless', bytes: 2 * mebi },
]

/**
 * The full name of an image as a runtime resolves it: "nginx" is "docker.io/library/nginx:latest".
 * Upstream: distribution/reference, ParseNormalizedNamed and TagNameOnly.
 */
export function fullImageName(image: string): string {
  const { repository, tag, digest } = splitImage(image)
  return digest === undefined ? `${repository}:${tag ?? 'latest'}` : `${repository}@${digest}`
}

interface ImageParts {
  readonly repository: string
  readonly tag?: string
  readonly digest?: string
}

function splitImage(image: string): ImageParts {
  const [beforeDigest, digest] = image.split('@') as [string, string | undefined]
  const slash = beforeDigest.lastIndexOf('/')
  const colon = beforeDigest.indexOf(':', slash + 1)
  const path = colon < 0 ? beforeDigest : beforeDigest.slice(0, colon)
  const tag = colon < 0 ? undefined : beforeDigest.slice(colon + 1)
  const first = path.split('/')[0] as string
  const hasHost = path.includes('/') && (first.includes('.') || first.includes(':') || first === 'localhost')
  const repository = hasHost ? path : `docker.io/${path.includes('/') ? path : `library/${path}`}`
  return { repository, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) }
}

/** The registry an image comes from: "docker.io". */
export function registryOf(image: string): string {
  return splitImage(image).repository.split('/')[0] as string
}

/**
 * What the registry holds under a name: always the same for the same name. `bytes` overrides its size.
 * The layers are a base shared with other images, one shared by all tags of the repository, and one of its own.
 */
export function imageOf(name: string, bytes?: number): Image {
  if (bytes !== undefined) return readImage(name, bytes)
  let image = imageMemo.get(name)
  if (image === undefined) {
    if (imageMemo.size > 1_000) imageMemo.clear()
    imageMemo.set(name, image = readImage(name, undefined))
  }
  return image
}

// A memo: it says nothing that the name does not say.
const imageMemo = new Map<string, Image>()

function readImage(name: string, bytes: number | undefined): Image {
  const full = fullImageName(name)
  const { repository, digest } = splitImage(full)
  const total = bytes ?? knownBytes[repository] ?? bytesMin + (fnv32a(repository) % (bytesMax - bytesMin))
  const base = baseLayers[fnv32a(`base ${repository}`) % baseLayers.length] as Layer
  const rest = total - base.bytes
  const shared = Math.floor(rest * 0.6)
  const layers = bytes !== undefined || rest < mebi
    ? [{ id: `${full}/${total}`, bytes: total }]
    : [base, { id: repository, bytes: shared }, { id: full, bytes: rest - shared }]
  return { name: full, digest: `${repository}@${digest ?? `sha256:${digestText(full)}`}`, layers }
}

/** Layers of an image on a disk with their sizes, from what is kept of it: their ids and the size of the whole. One whose layers nobody knows is one. */
export function layersOf(name: string, bytes: number, ids: readonly string[]): readonly Layer[] {
  if (ids.length <= 1) return [{ id: ids[0] ?? name, bytes }]
  return imageOf(name).layers
}

export function bytesOf(image: Image): number {
  return image.layers.reduce((sum, layer) => sum + layer.bytes, 0)
}

/** 64 hexadecimal digits that stand for a content hash. */
export function digestText(text: string): string {
  return hashOf(text) + hashOf(`1 ${text}`) + hashOf(`2 ${text}`) + hashOf(`3 ${text}`)
}

/** Upstream defaulting: no tag or "latest" is asked for anew each time. */
export function pullPolicyOf(container: { readonly image?: string; readonly imagePullPolicy?: string }): string {
  if (container.imagePullPolicy !== undefined) return container.imagePullPolicy
  const { tag, digest } = splitImage(container.image ?? '')
  return digest === undefined && (tag ?? 'latest') === 'latest' ? 'Always' : 'IfNotPresent'
}
