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

  function addImage(nodes: Snapshot, name: string, rows: Int32Array, count: number, sums: Float64Array): void {
    const image = nodes.image(name)
    if (image === undefined || image.numNodes === 0) return
    const scaled = scaledBytes(image.bytes, image.numNodes, nodes.count)
    for (let i = 0; i < count; i++) if (image.has(rows[i] as number)) sums[i] = (sums[i] as number) + scaled
  }

  return {
    name: 'ImageLocality',

    scoreDependence: 'nodes',

    score(_state, pod, nodes, rows, count, scores) {
      const images = imagesOf(pod)
      scores.fill(0, 0, count)
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
