import { matches, selectorOfMap, type Labels, type Selector } from '../../../../api'
import { cycleStateKey, success, type CounterQuery, type CycleState, type NodeInfo, type PodInfo, type Snapshot } from '../../framework/types'
import { RequiredAffinityOnColumns, requiredNodeAffinityOf } from '../../plugins/helper/node-selector'
import { dropFraction, type PriorityFactory } from '../context'
import { constraintsOf } from '../predicates/even-pods-spread'
import { allOf, selectorsOf, servicesOf } from '../selectors'

/** Pods of the Pod's namespace, not on their way out, that match all of some selectors. */
function queryOf(pod: PodInfo, selectors: readonly Selector[]): CounterQuery | undefined {
  return selectors.length === 0 ? undefined : { namespaces: new Set([pod.namespace]), selector: allOf(selectors), skipTerminating: true }
}

const zoneWeighting = 2.0 / 3.0

interface Spread {
  readonly byRow: Int32Array | undefined
}
const selectorSpreadKey = cycleStateKey<Spread>('classic/SelectorSpreadPriority')

/** Region and zone of a node as one text; "" for a node without either. */
function zoneKey(labels: Labels, zoneLabels: readonly string[], regionLabels: readonly string[]): string {
  const first = (keys: readonly string[]): string => {
    const key = keys.find((candidate) => Object.hasOwn(labels, candidate))
    return key === undefined ? '' : (labels[key] as string)
  }
  const [region, zone] = [first(regionLabels), first(zoneLabels)]
  return region === '' && zone === '' ? '' : `${region}:\u0000:${zone}`
}

interface ZoneSums {
  readonly most: number
  readonly mostInZone: number
  readonly byZone: ReadonlyMap<string, number>
}

/** Fewer Pods of the same Services and controllers on the node, and twice as important in the zone, is better. */
export const selectorSpreadPriority: PriorityFactory = ({ handle, version }, name) => {
  const { maxNodeScore, zoneLabels, regionLabels } = version
  const zoneOf = (nodes: Snapshot, row: number): string => zoneKey((nodes.infos[row] as NodeInfo).labels, zoneLabels, regionLabels)
  function spreadOf(state: CycleState, pod: PodInfo, nodes: Snapshot): Spread {
    let spread = state.read(selectorSpreadKey)
    if (spread === undefined) {
      const query = queryOf(pod, selectorsOf(handle.listers, pod))
      spread = { byRow: query === undefined ? undefined : nodes.counter(query).byRow }
      state.write(selectorSpreadKey, spread)
    }
    return spread
  }
  function sums(nodes: Snapshot, rows: Int32Array, count: number, scores: Float64Array): ZoneSums {
    let most = 0
    const byZone = new Map<string, number>()
    for (let i = 0; i < count; i++) {
      const own = scores[i] as number
      if (own > most) most = own
      const zone = zoneOf(nodes, rows[i] as number)
      if (zone !== '') byZone.set(zone, (byZone.get(zone) ?? 0) + own)
    }
    return { most, byZone, mostInZone: Math.max(0, ...byZone.values()) }
  }
  const rate = (most: number, own: number): number => (most > 0 ? maxNodeScore * ((most - own) / most) : maxNodeScore)
  return {
    name,
    preScore(state, pod, nodes) {
      spreadOf(state, pod, nodes)
      return success
    },
    score(state, pod, nodes, rows, count, scores) {
      const { byRow } = spreadOf(state, pod, nodes)
      for (let i = 0; i < count; i++) scores[i] = byRow === undefined ? 0 : (byRow[rows[i] as number] as number)
      return undefined
    },
    normalizeScore(_state, _pod, nodes, rows, count, scores) {
      const { most, mostInZone, byZone } = sums(nodes, rows, count, scores)
      for (let i = 0; i < count; i++) {
        let score = rate(most, scores[i] as number)
        const zone = zoneOf(nodes, rows[i] as number)
        if (zone !== '') score = score * (1.0 - zoneWeighting) + zoneWeighting * rate(mostInZone, byZone.get(zone) ?? 0)
        scores[i] = dropFraction(score)
      }
      return undefined
    },
    scoreFacts(state, pod, nodes, row) {
      const { byRow } = spreadOf(state, pod, nodes)
      const zone = zoneOf(nodes, row).replace(':\u0000:', '/').replace(/^\//, '')
      return [{ id: 'selectorSpread', values: { matching: byRow === undefined ? 0 : (byRow[row] as number), selectors: selectorsOf(handle.listers, pod).length, zone } }]
    },
  }
}

export interface ServiceAntiAffinity {
  readonly label: string
}

const antiAffinityKey = cycleStateKey<Spread>('classic/serviceAntiAffinity')

/** Spreads the Pods of the first Service that selects the Pod over the values of a node label. */
export const serviceAntiAffinity: PriorityFactory<ServiceAntiAffinity> = ({ handle, version }, name, { label }) => {
  function spreadOf(state: CycleState, pod: PodInfo, nodes: Snapshot): Spread {
    let spread = state.read(antiAffinityKey)
    if (spread === undefined) {
      const [service] = servicesOf(handle.listers, pod)
      const query = service === undefined ? undefined : queryOf(pod, [selectorOfMap(service.spec?.selector ?? {})])
      spread = { byRow: query === undefined ? undefined : nodes.counter(query).byRow }
      state.write(antiAffinityKey, spread)
    }
    return spread
  }
  return {
    name,
    preScore(state, pod, nodes) {
      state.delete(antiAffinityKey)
      spreadOf(state, pod, nodes)
      return success
    },
    score(state, pod, nodes, rows, count, scores) {
      const { byRow } = spreadOf(state, pod, nodes)
      for (let i = 0; i < count; i++) scores[i] = byRow === undefined ? 0 : (byRow[rows[i] as number] as number)
      return undefined
    },
    normalizeScore(_state, _pod, nodes, rows, count, scores) {
      const { ids, values } = nodes.label(label)
      const byValue = new Float64Array(values.length)
      let all = 0
      for (let i = 0; i < count; i++) {
        all += scores[i] as number
        const id = ids[rows[i] as number] as number
        byValue[id] = (byValue[id] as number) + (scores[i] as number)
      }
      for (let i = 0; i < count; i++) {
        const id = ids[rows[i] as number] as number
        scores[i] = id === 0 ? 0 : all === 0 ? version.maxNodeScore : dropFraction(version.maxNodeScore * ((all - (byValue[id] as number)) / all))
      }
      return undefined
    },
    scoreFacts(state, pod, nodes, row) {
      const { ids, values } = nodes.label(label)
      return [{ id: 'serviceAntiAffinity', values: { label, value: values[ids[row] as number] ?? '', matching: spreadOf(state, pod, nodes).byRow?.[row] ?? 0 } }]
    },
  }
}

interface SoftSpread {
  /** By constraint: sums of its key, by value id; -1 for values that no scored node has. */
  readonly sums: readonly { readonly key: string; readonly byId: Float64Array }[]
}
const softSpreadKey = cycleStateKey<SoftSpread>('classic/EvenPodsSpreadPriority')

/** Soft spreading: fewer matching Pods, of any namespace, in the node's domains is better. */
export const evenPodsSpreadPriority: PriorityFactory = ({ version }, name) => {
  const { maxNodeScore } = version
  const isScored = (own: SoftSpread, nodes: Snapshot, row: number): boolean => own.sums.every(({ key }) => nodes.label(key).ids[row] !== 0)
  const rawOf = (own: SoftSpread, nodes: Snapshot, row: number): number => own.sums.reduce((sum, { key, byId }) => sum + (byId[nodes.label(key).ids[row] as number] as number), 0)
  return {
    name,
    preScore(state, pod, nodes, rows, count) {
      const constraints = constraintsOf(pod, 'ScheduleAnyway')
      if (constraints.length === 0) return success
      // Constraints of one key share its counts.
      const byKey = new Map(constraints.map(({ topologyKey }) => [topologyKey, new Float64Array(nodes.label(topologyKey).values.length).fill(-1)]))
      const own: SoftSpread = { sums: constraints.map(({ topologyKey }) => ({ key: topologyKey, byId: byKey.get(topologyKey) as Float64Array })) }
      for (let i = 0; i < count; i++) {
        const row = rows[i] as number
        if (isScored(own, nodes, row)) for (const [key, byId] of byKey) byId[nodes.label(key).ids[row] as number] = 0
      }
      const affinity = new RequiredAffinityOnColumns(requiredNodeAffinityOf(pod.pod), nodes)
      for (let i = 0; i < nodes.count; i++) {
        const row = nodes.order[i] as number
        if (!isScored(own, nodes, row) || !affinity.matches(row)) continue
        const { pods } = nodes.infos[row] as NodeInfo
        for (const { topologyKey, selector } of constraints) {
          const byId = byKey.get(topologyKey) as Float64Array
          const id = nodes.label(topologyKey).ids[row] as number
          if ((byId[id] as number) < 0) continue
          for (const other of pods) if (matches(selector, other.labels)) byId[id] = (byId[id] as number) + 1
        }
      }
      state.write(softSpreadKey, own)
      return success
    },
    score(state, _pod, nodes, rows, count, scores) {
      const own = state.read(softSpreadKey)
      for (let i = 0; i < count; i++) {
        const row = rows[i] as number
        scores[i] = own === undefined || !isScored(own, nodes, row) ? 0 : rawOf(own, nodes, row)
      }
      return undefined
    },
    normalizeScore(state, _pod, nodes, rows, count, scores) {
      const own = state.read(softSpreadKey)
      if (own === undefined) return undefined
      let total = 0
      let least = Number.MAX_SAFE_INTEGER
      for (let i = 0; i < count; i++) {
        if (!isScored(own, nodes, rows[i] as number)) continue
        total += scores[i] as number
        if ((scores[i] as number) < least) least = scores[i] as number
      }
      const any = least !== Number.MAX_SAFE_INTEGER
      const flat = any && total === least
      for (let i = 0; i < count; i++) {
        if (!isScored(own, nodes, rows[i] as number)) scores[i] = flat && version.name === '1.17' ? maxNodeScore : 0
        else scores[i] = flat ? maxNodeScore : dropFraction(maxNodeScore * ((total - (scores[i] as number)) / (total - least)))
      }
      return undefined
    },
    scoreFacts(state, _pod, nodes, row) {
      const own = state.read(softSpreadKey)
      if (own === undefined) return []
      if (!isScored(own, nodes, row)) return [{ id: 'spread.ignored', values: { missing: own.sums.find(({ key }) => nodes.label(key).ids[row] === 0)?.key ?? '' } }]
      return own.sums.map(({ key, byId }) => {
        const { ids, values } = nodes.label(key)
        const id = ids[row] as number
        return { id: 'spread.count', values: { topologyKey: key, domain: values[id] ?? '', matching: byId[id] as number, weight: 1, maxSkew: 1, score: byId[id] as number } }
      })
    },
  }
}

