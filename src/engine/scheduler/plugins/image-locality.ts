import { maxNodeScore, type PodInfo, type ScorePlugin, type Snapshot } from '../framework/types'
import { podImages } from './helper/image-name'

const mebibyte = 1024 * 1024
const minThreshold = 23 * mebibyte
const maxContainerThreshold = 1000 * mebibyte

/** An image counts by its size and by the share of nodes that have it, so that one node does not draw every Pod of a new image. */
const scaledBytes = (bytes: number, numNodes: number, allNodes: number): number => Math.trunc(bytes * (numNodes / allNodes))

export function imageScore(bytes: number, images: number): number {
  const most = maxContainerThreshold * images
  const clamped = Math.max(minThreshold, Math.min(bytes, most))
  return Math.trunc((maxNodeScore * (clamped - minThreshold)) / (most - minThreshold))
}

/**
 * Prefers nodes that have the Pod's images already. An image counts each time it is named: by containers, init containers and
 * image volumes. Upstream: plugins/imagelocality.
 */
export function imageLocality(): ScorePlugin {
  const memo = new WeakMap<PodInfo['template'], readonly string[]>()
  const imagesOf = (pod: PodInfo): readonly string[] => {
    let images = memo.get(pod.template)
    if (images === undefined) {
      images = podImages(pod.pod)
      memo.set(pod.template, images)
    }
    return images
  }

  /** What one image counts on a node that has it. */
  function bytesOf(nodes: Snapshot, name: string): number {
    const image = nodes.image(name)
    return image === undefined || image.numNodes === 0 ? 0 : scaledBytes(image.bytes, image.numNodes, nodes.count)
  }

  /** Of a node that has all images: the highest there is. */
  function best(nodes: Snapshot, images: readonly string[]): number {
    let sum = 0
    for (const name of images) sum += bytesOf(nodes, name)
    return imageScore(sum, images.length)
  }

  function addImage(nodes: Snapshot, name: string, rows: Int32Array, count: number, sums: Float64Array): void {
    const image = nodes.image(name)
    if (image === undefined || image.numNodes === 0) return
    const scaled = bytesOf(nodes, name)
    for (let i = 0; i < count; i++) if (image.has(rows[i] as number)) sums[i] = (sums[i] as number) + scaled
  }

  return {
    name: 'ImageLocality',

    scoreDependence: 'nodes',

    // With one image a node has it or not, and without any to speak of all are alike; bytes as such say the most.
    scoreVersion(pod, nodes) {
      const images = imagesOf(pod)
      const highest = best(nodes, images)
      return images.length === 1 || highest === 0 ? `${highest}` : images.map((name) => bytesOf(nodes, name)).join()
    },

    score(_state, pod, nodes, rows, count, scores) {
      const images = imagesOf(pod)
      scores.fill(0, 0, count)
      if (best(nodes, images) === 0) return undefined
      for (const name of images) addImage(nodes, name, rows, count, scores)
      for (let i = 0; i < count; i++) scores[i] = imageScore(scores[i] as number, images.length)
      return undefined
    },

    scoreFacts(_state, pod, nodes, row) {
      const images = imagesOf(pod)
      let sum = 0
      const facts = images.map((name) => {
        const image = nodes.image(name)
        const present = image?.has(row) ?? false
        const scaled = image === undefined || !present ? 0 : scaledBytes(image.bytes, image.numNodes, nodes.count)
        sum += scaled
        return { id: 'image.bytes', values: { image: name, present, bytes: image?.bytes ?? 0, nodes: image?.numNodes ?? 0, allNodes: nodes.count, scaled } }
      })
      return [...facts, { id: 'image.sum', values: { sum, min: minThreshold, max: maxContainerThreshold * images.length, score: imageScore(sum, images.length) } }]
    },
  }
}
