import type { Taint, Toleration } from '../../../../api'
import { cycleStateKey, success, type CycleState, type PodInfo, type Snapshot } from '../../framework/types'
import { normalizedImageName } from '../../plugins/helper/image-name'
import { parseTerm, TermOnColumns } from '../../plugins/helper/node-selector'
import { termText } from '../../plugins/helper/node-selector-facts'
import { addWeights, PodAffinity, weightFacts, type KeyWeights } from '../../plugins/helper/pod-affinity'
import { preferNoScheduleTolerations, tolerationsTolerateTaint } from '../../plugins/helper/tolerations'
import { dropFraction, type PriorityFactory } from '../context'

const isObject = (value: unknown): value is { readonly [key: string]: unknown } => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Scales so that the most gets the full score; `reverse`: so that it gets 0. Upstream: NormalizeReduce. */
function normalizeTo(max: number, reverse: boolean, scores: Float64Array, count: number): void {
  let most = 0
  for (let i = 0; i < count; i++) if ((scores[i] as number) > most) most = scores[i] as number
  for (let i = 0; i < count; i++) {
    const scaled = most === 0 ? 0 : Math.floor((max * (scores[i] as number)) / most)
    scores[i] = reverse ? max - scaled : scaled
  }
}

interface Preferred {
  readonly weight: number
  readonly index: number
  readonly expression: string
  readonly term: TermOnColumns
}
const preferredKey = cycleStateKey<readonly Preferred[]>('classic/NodeAffinityPriority')

/** Sum of the weights of preferred terms that match; matchFields are not looked at. */
export const nodeAffinityPriority: PriorityFactory = ({ version }, name) => {
  function preferredOf(state: CycleState, pod: PodInfo, nodes: Snapshot): readonly Preferred[] {
    let preferred = state.read(preferredKey)
    if (preferred === undefined) {
      const terms: Preferred[] = []
      for (const [index, { weight, preference }] of (pod.pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).entries()) {
        const parsed = weight === 0 ? undefined : parseTerm({ matchExpressions: preference.matchExpressions ?? [] })
        if (parsed !== undefined) terms.push({ weight, index, expression: termText(parsed), term: new TermOnColumns(parsed, nodes) })
      }
      preferred = terms
      state.write(preferredKey, preferred)
    }
    return preferred
  }
  return {
    name,
    scoreDependence: 'row',
    preScore(state, pod, nodes) {
      preferredOf(state, pod, nodes)
      return success
    },
    score(state, pod, nodes, rows, count, scores) {
      const preferred = preferredOf(state, pod, nodes)
      for (let i = 0; i < count; i++) {
        let sum = 0
        for (const { weight, term } of preferred) if (term.matches(rows[i] as number)) sum += weight
        scores[i] = sum
      }
      return undefined
    },
    normalizeScore(_state, _pod, _nodes, _rows, count, scores) {
      normalizeTo(version.maxNodeScore, false, scores, count)
      return undefined
    },
    scoreFacts(state, pod, nodes, row) {
      return preferredOf(state, pod, nodes).map(({ weight, index, expression, term }) => ({ id: 'affinity.preferred', values: { by: 'pod', term: index + 1, weight, matches: term.matches(row), expression } }))
    },
  }
}

const intolerable = (taints: readonly Taint[], tolerations: readonly Toleration[]): readonly Taint[] =>
  taints.filter((taint) => taint.effect === 'PreferNoSchedule' && !tolerationsTolerateTaint(tolerations, taint, false))

/** The fewer PreferNoSchedule taints are not tolerated, the better. */
export const taintTolerationPriority: PriorityFactory = ({ version }, name) => ({
  name,
  scoreDependence: 'row',
  score(_state, pod, nodes, rows, count, scores) {
    const tolerations = preferNoScheduleTolerations(pod.pod.spec?.tolerations)
    const known = new Map<number, number>()
    for (let i = 0; i < count; i++) {
      const set = nodes.taintSet[rows[i] as number] as number
      let n = known.get(set)
      if (n === undefined) known.set(set, n = intolerable(nodes.taintSets[set] ?? [], tolerations).length)
      scores[i] = n
    }
    return undefined
  },
  normalizeScore(_state, _pod, _nodes, _rows, count, scores) {
    normalizeTo(version.maxNodeScore, true, scores, count)
    return undefined
  },
  scoreFacts(_state, pod, nodes, row) {
    const open = intolerable(nodes.taintSets[nodes.taintSet[row] as number] ?? [], preferNoScheduleTolerations(pod.pod.spec?.tolerations))
    return [{ id: 'taint.preferNoSchedule', values: { count: open.length } }, ...open.map(({ key, value, effect }) => ({ id: 'taint.untolerated', values: { key, value: value ?? '', effect } }))]
  },
})

const weightsKey = cycleStateKey<readonly KeyWeights[]>('classic/InterPodAffinityPriority')

/** Weights of preferred terms, the Pod's and others', once for each matching Pod; the bounds of the scale include 0. */
export const interPodAffinityPriority: PriorityFactory = ({ handle, version, hardPodAffinityWeight }, name) => {
  const counts = new PodAffinity(handle)
  return {
    name,
    preScore(state, pod, nodes) {
      state.write(weightsKey, counts.preferences(pod, nodes, hardPodAffinityWeight))
      return success
    },
    score(state, _pod, nodes, rows, count, scores) {
      addWeights(state.read(weightsKey) ?? [], nodes, rows, count, scores)
      return undefined
    },
    normalizeScore(_state, _pod, _nodes, _rows, count, scores) {
      let [low, high] = [0, 0]
      for (let i = 0; i < count; i++) {
        low = Math.min(low, scores[i] as number)
        high = Math.max(high, scores[i] as number)
      }
      for (let i = 0; i < count; i++) scores[i] = high === low ? 0 : dropFraction(version.maxNodeScore * (((scores[i] as number) - low) / (high - low)))
      return undefined
    },
    scoreFacts: (state, _pod, nodes, row) => weightFacts(state.read(weightsKey) ?? [], nodes, row),
  }
}

const mebibyte = 1024 * 1024
const [minBytes, maxBytes] = [23 * mebibyte, 1000 * mebibyte]

/** Bytes of the containers' images that are there, each scaled by the share of nodes that have it. */
export const imageLocalityPriority: PriorityFactory = ({ version }, name) => {
  const imagesOf = (pod: PodInfo): readonly string[] => (pod.pod.spec?.containers ?? []).map(({ image }) => normalizedImageName(image ?? ''))
  const scaledAt = (nodes: Snapshot, image: string, row: number): number => {
    const column = nodes.image(image)
    return column === undefined || !column.has(row) ? 0 : Math.trunc(column.bytes * (column.numNodes / nodes.count))
  }
  const scoreOf = (sum: number): number => Math.trunc((version.maxNodeScore * (Math.max(minBytes, Math.min(sum, maxBytes)) - minBytes)) / (maxBytes - minBytes))
  return {
    name,
    scoreDependence: 'nodes',
    score(_state, pod, nodes, rows, count, scores) {
      const images = imagesOf(pod)
      for (let i = 0; i < count; i++) scores[i] = scoreOf(images.reduce((sum, image) => sum + scaledAt(nodes, image, rows[i] as number), 0))
      return undefined
    },
    scoreFacts(_state, pod, nodes, row) {
      const images = imagesOf(pod)
      const sum = images.reduce((total, image) => total + scaledAt(nodes, image, row), 0)
      return [
        ...images.map((image) => {
          const column = nodes.image(image)
          return { id: 'image.bytes', values: { image, present: column?.has(row) ?? false, bytes: column?.bytes ?? 0, nodes: column?.numNodes ?? 0, allNodes: nodes.count, scaled: scaledAt(nodes, image, row) } }
        }),
        { id: 'image.sum', values: { sum, min: minBytes, max: maxBytes, score: scoreOf(sum) } },
      ]
    },
  }
}

const avoidAnnotation = 'scheduler.alpha.kubernetes.io/preferAvoidPods'

/** Uids of controllers the node asks to be spared, by kind. An annotation that cannot be read names none. */
function avoidedBy(annotation: string | undefined): ReadonlySet<string> {
  const avoided = new Set<string>()
  if (annotation === undefined) return avoided
  let parsed: unknown
  try {
    parsed = JSON.parse(annotation)
  } catch {
    return avoided
  }
  const entries = isObject(parsed) ? parsed['preferAvoidPods'] : undefined
  for (const entry of Array.isArray(entries) ? (entries as unknown[]) : []) {
    const signature = isObject(entry) ? entry['podSignature'] : undefined
    const controller = isObject(signature) ? signature['podController'] : undefined
    if (isObject(controller)) avoided.add(`${String(controller['kind'])}/${String(controller['uid'])}`)
  }
  return avoided
}

/** A node that asks to be spared the Pod's controller gets 0, every other the full score. */
export const nodePreferAvoidPodsPriority: PriorityFactory = ({ version }, name) => {
  const ownerOf = (pod: PodInfo): string | undefined => {
    const owner = pod.pod.metadata.ownerReferences?.find(({ controller }) => controller === true)
    return owner !== undefined && (owner.kind === 'ReplicationController' || owner.kind === 'ReplicaSet') ? `${owner.kind}/${owner.uid}` : undefined
  }
  const avoids = (nodes: Snapshot, row: number, owner: string | undefined): boolean => owner !== undefined && avoidedBy(nodes.infos[row]?.node.metadata.annotations?.[avoidAnnotation]).has(owner)
  return {
    name,
    score(_state, pod, nodes, rows, count, scores) {
      const owner = ownerOf(pod)
      for (let i = 0; i < count; i++) scores[i] = avoids(nodes, rows[i] as number, owner) ? 0 : version.maxNodeScore
      return undefined
    },
    scoreFacts: (_state, pod, nodes, row) => [{ id: 'avoidPods', values: { avoided: avoids(nodes, row, ownerOf(pod)), controller: ownerOf(pod) ?? '' } }],
  }
}

export interface LabelPreference {
  readonly label: string
  readonly presence: boolean
}

/** The full score for nodes that have the label (or lack it, with `presence: false`). */
export const labelPreference: PriorityFactory<LabelPreference> = ({ version }, name, { label, presence }) => ({
  name,
  scoreDependence: 'row',
  score(_state, _pod, nodes, rows, count, scores) {
    const { ids } = nodes.label(label)
    for (let i = 0; i < count; i++) scores[i] = (ids[rows[i] as number] !== 0) === presence ? version.maxNodeScore : 0
    return undefined
  },
  scoreFacts: (_state, _pod, nodes, row) => [{ id: 'label.presence', values: { key: label, present: nodes.label(label).ids[row] !== 0, wanted: presence } }],
})

/** Without any priority every node counts 1. */
export const equalPriority: PriorityFactory = (_context, name) => ({
  name,
  scoreDependence: 'row',
  score(_state, _pod, _nodes, _rows, count, scores) {
    scores.fill(1, 0, count)
    return undefined
  },
  scoreFacts: () => [],
})
