/**
 * The plugins against rules written out the plain way, over random clusters: every node looks at every Pod, nothing is counted
 * ahead. And against themselves: a Pod taken off a node leaves what a cluster without it says.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { matches, quantityValue, selectorOf, type Node, type Pod, type PodAffinityTerm, type TopologySpreadConstraint } from '../../../api'
import { Random } from '../../../base'
import { makeNode, makePod } from '../testing/builders'
import { makeWorld, runFilter, runScore, type World } from './testing/world'

const hostKey = 'kubernetes.io/hostname'
const zoneKey = 'topology.kubernetes.io/zone'

const labelsOf = (node: Node): Readonly<Record<string, string>> => node.metadata.labels ?? {}
const nameOf = ({ metadata }: Node | Pod): string => metadata.name ?? ''

interface Cluster {
  readonly nodes: readonly Node[]
  readonly pods: readonly Pod[]
  readonly pod: Pod
}

class Chance {
  readonly #random: Random

  constructor(seed: number) {
    this.#random = Random.seeded(seed, 'plain')
  }

  one<T>(...of: readonly T[]): T {
    return of[this.#random.below(of.length)] as T
  }

  often(in10: number): boolean {
    return this.#random.below(10) < in10
  }

  cluster(): Cluster {
    const nodes = Array.from({ length: 1 + this.#random.below(6) }, (_, i) => this.#node(`n${i}`))
    const pods = Array.from({ length: this.#random.below(12) }, (_, i) => this.#pod(`q${i}`, nameOf(this.one(...nodes))))
    return { nodes, pods, pod: this.#pod('p', undefined) }
  }

  #node(name: string): Node {
    return makeNode(name, {
      labels: { ...(this.often(8) ? { [zoneKey]: this.one('a', 'b', 'c') } : {}), ...(this.often(5) ? { disk: this.one('ssd', 'hdd') } : {}) },
      allocatable: { cpu: this.one('1', '2', '4'), pods: this.one('3', '110') },
      spec: this.often(3) ? { taints: [{ key: 'k', value: this.one('v', 'w'), effect: this.one('NoSchedule', 'NoExecute', 'PreferNoSchedule') }] } : {},
    })
  }

  #pod(name: string, node: string | undefined): Pod {
    const labels = { app: this.one('x', 'y', 'z') }
    const terms = (): PodAffinityTerm[] => (this.often(3) ? [this.#term()] : [])
    const preferred = (): object[] => (this.often(3) ? [{ weight: this.one(1, 7, 100), podAffinityTerm: this.#term() }] : [])
    return makePod(name, {
      labels, ...(node === undefined ? {} : { node }), namespace: this.one('default', 'default', 'other'),
      metadata: this.often(1) && node !== undefined ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {},
      spec: {
        containers: [{
          name: 'c', image: 'i', resources: { requests: { cpu: this.one('0', '100m', '600m', '1500m'), memory: this.one('0', '1Gi') } },
          ...(this.often(3) ? { ports: [{ containerPort: 80, hostPort: this.one(80, 81), protocol: this.one('TCP', 'UDP'), ...(this.often(5) ? { hostIP: this.one('10.0.0.1', '10.0.0.2', '0.0.0.0') } : {}) }] } : {}),
        }],
        ...(this.often(3) ? { tolerations: [{ key: 'k', ...this.one<object>({ operator: 'Exists' }, { operator: 'Equal', value: 'v' }, { value: 'w', effect: 'NoSchedule' }) }] } : {}),
        ...(this.often(2) ? { nodeSelector: { disk: this.one('ssd', 'hdd') } } : {}),
        affinity: {
          podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms(), preferredDuringSchedulingIgnoredDuringExecution: preferred() as never },
          podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: terms(), preferredDuringSchedulingIgnoredDuringExecution: preferred() as never },
        },
        topologySpreadConstraints: Array.from({ length: this.#random.below(3) }, (_, i) => this.#constraint(i)),
      },
    })
  }

  #term(): PodAffinityTerm {
    return { topologyKey: this.one(hostKey, zoneKey), labelSelector: { matchLabels: { app: this.one('x', 'y', 'z') } }, ...(this.often(3) ? { namespaces: [this.one('default', 'other')] } : {}) }
  }

  #constraint(i: number): TopologySpreadConstraint {
    return {
      maxSkew: this.one(1, 2), topologyKey: i === 0 ? zoneKey : hostKey, whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { app: this.one('x', 'y') } },
      ...(this.often(2) ? { minDomains: this.one(1, 2, 4) } : {}), ...(this.often(3) ? { nodeTaintsPolicy: 'Honor' } : {}), ...(this.often(2) ? { nodeAffinityPolicy: 'Ignore' } : {}),
    }
  }
}

// The rules. `true`: the node will do.

const requestOf = (pod: Pod, resource: string): number => {
  const scale = resource === 'cpu' ? 1000 : 1
  return Math.round((pod.spec?.containers ?? []).reduce((sum, { resources }) => sum + quantityValueOr0(resources?.requests?.[resource], scale), 0))
}
const quantityValueOr0 = (quantity: string | number | undefined, scale: number): number => {
  if (quantity === undefined) return 0
  const text = String(quantity)
  return text.endsWith('m') ? (Number(text.slice(0, -1)) / 1000) * scale : quantityValue(text) * scale
}
const on = (pods: readonly Pod[], node: Node): readonly Pod[] => pods.filter(({ spec }) => spec?.nodeName === nameOf(node))

function fits({ pods, pod }: Cluster, node: Node): boolean {
  const there = on(pods, node)
  if (there.length + 1 > Number(node.status?.allocatable?.['pods'])) return false
  return ['cpu', 'memory'].every((resource) => {
    const requested = requestOf(pod, resource)
    return requested === 0 || requested + there.reduce((sum, other) => sum + requestOf(other, resource), 0) <= quantityValueOr0(node.status?.allocatable?.[resource], resource === 'cpu' ? 1000 : 1)
  })
}

function toleratesHard(pod: Pod, node: Node): boolean {
  return (node.spec?.taints ?? []).every((taint) => taint.effect === 'PreferNoSchedule' || (pod.spec?.tolerations ?? []).some((toleration) =>
    (toleration.effect === undefined || toleration.effect === taint.effect) && toleration.key === taint.key && (toleration.operator === 'Exists' || toleration.value === taint.value)))
}

const selects = (pod: Pod, node: Node): boolean => Object.entries(pod.spec?.nodeSelector ?? {}).every(([key, value]) => labelsOf(node)[key] === value)

function hasPorts({ pods, pod }: Cluster, node: Node): boolean {
  const portsOf = ({ spec }: Pod): { ip: string; port: number; protocol: string }[] =>
    (spec?.containers ?? []).flatMap(({ ports = [] }) => ports.map(({ hostIP = '0.0.0.0', hostPort = 0, protocol = 'TCP' }) => ({ ip: hostIP, port: hostPort, protocol })))
  return portsOf(pod).every((mine) => on(pods, node).flatMap(portsOf).every((theirs) =>
    mine.port !== theirs.port || mine.protocol !== theirs.protocol || (mine.ip !== theirs.ip && mine.ip !== '0.0.0.0' && theirs.ip !== '0.0.0.0')))
}

const selected = (pod: Pod, term: { readonly labelSelector?: PodAffinityTerm['labelSelector'] }): boolean => matches(selectorOf(term.labelSelector ?? {}), pod.metadata.labels ?? {})

function spreads({ nodes, pods, pod }: Cluster, node: Node): boolean {
  const constraints = pod.spec?.topologySpreadConstraints ?? []
  return constraints.every((constraint) => {
    const { topologyKey, maxSkew, minDomains = 1, nodeAffinityPolicy = 'Honor', nodeTaintsPolicy = 'Ignore' } = constraint
    const domain = labelsOf(node)[topologyKey]
    if (domain === undefined) return false
    const counted = nodes.filter((other) => constraints.every((each) => labelsOf(other)[each.topologyKey] !== undefined)
      && (nodeAffinityPolicy === 'Ignore' || selects(pod, other)) && (nodeTaintsPolicy === 'Ignore' || toleratesHard(pod, other)))
    const count = new Map<string, number>()
    for (const other of counted) {
      const own = labelsOf(other)[topologyKey] as string
      const matching = on(pods, other).filter((there) => there.metadata.namespace === pod.metadata.namespace && there.metadata.deletionTimestamp === undefined && selected(there, constraint))
      count.set(own, (count.get(own) ?? 0) + matching.length)
    }
    const least = count.size < minDomains ? 0 : Math.min(...count.values(), Number.MAX_SAFE_INTEGER)
    const self = selected(pod, constraint) ? 1 : 0
    return (count.get(domain) ?? 0) + self - least <= maxSkew
  })
}

const namespacesOf = (owner: Pod, { namespaces = [] }: PodAffinityTerm): readonly string[] => (namespaces.length > 0 ? namespaces : [owner.metadata.namespace ?? ''])
const means = (owner: Pod, term: PodAffinityTerm, other: Pod): boolean => namespacesOf(owner, term).includes(other.metadata.namespace ?? '') && selected(other, term)
const termsOf = (pod: Pod, kind: 'podAffinity' | 'podAntiAffinity'): readonly PodAffinityTerm[] => pod.spec?.affinity?.[kind]?.requiredDuringSchedulingIgnoredDuringExecution ?? []

function sameDomain(nodes: readonly Node[], key: string, node: Node, other: Pod): boolean {
  const theirs = nodes.find((candidate) => nameOf(candidate) === other.spec?.nodeName)
  const domain = labelsOf(node)[key]
  return domain !== undefined && theirs !== undefined && labelsOf(theirs)[key] === domain
}

function isAmongFriends({ nodes, pods, pod }: Cluster, node: Node): boolean {
  const avoided = pods.some((other) => termsOf(other, 'podAntiAffinity').some((term) => means(other, term, pod) && sameDomain(nodes, term.topologyKey, node, other)))
  const avoids = termsOf(pod, 'podAntiAffinity').some((term) => pods.some((other) => means(pod, term, other) && sameDomain(nodes, term.topologyKey, node, other)))
  const wanted = termsOf(pod, 'podAffinity')
  if (avoided || avoids || !wanted.every(({ topologyKey }) => labelsOf(node)[topologyKey] !== undefined)) return false
  // Only Pods that all terms mean count for any of them.
  const friends = pods.filter((other) => wanted.every((term) => means(pod, term, other)))
  if (wanted.every((term) => friends.some((other) => sameDomain(nodes, term.topologyKey, node, other)))) return true
  const nowhere = !friends.some((other) => wanted.some((term) => nodes.some((candidate) => sameDomain(nodes, term.topologyKey, candidate, other))))
  return nowhere && wanted.every((term) => means(pod, term, pod))
}

/** Preferences, the Pod's and others'; others' required affinity counts 1. */
function pull({ nodes, pods, pod }: Cluster, node: Node): number {
  const preferred = (owner: Pod, kind: 'podAffinity' | 'podAntiAffinity'): readonly { readonly weight: number; readonly podAffinityTerm: PodAffinityTerm }[] => owner.spec?.affinity?.[kind]?.preferredDuringSchedulingIgnoredDuringExecution ?? []
  let sum = 0
  for (const other of pods) {
    for (const [kind, sign] of [['podAffinity', 1], ['podAntiAffinity', -1]] as const) {
      for (const { weight, podAffinityTerm: term } of preferred(pod, kind)) if (means(pod, term, other) && sameDomain(nodes, term.topologyKey, node, other)) sum += sign * weight
      for (const { weight, podAffinityTerm: term } of preferred(other, kind)) if (means(other, term, pod) && sameDomain(nodes, term.topologyKey, node, other)) sum += sign * weight
    }
    for (const term of termsOf(other, 'podAffinity')) if (means(other, term, pod) && sameDomain(nodes, term.topologyKey, node, other)) sum += 1
  }
  return sum
}

const worldOf = ({ nodes, pods }: Cluster): World => makeWorld({ nodes, pods })
const seeds = fc.integer({ min: 0, max: 0x7fffffff })
const runs = { numRuns: 400 }

describe('every node looks at every Pod', () => {
  test.each<[string, (cluster: Cluster, node: Node) => boolean]>([
    ['NodeResourcesFit', fits], ['TaintToleration', ({ pod }, node) => toleratesHard(pod, node)], ['NodeAffinity', ({ pod }, node) => selects(pod, node)], ['NodePorts', hasPorts],
    ['PodTopologySpread', spreads], ['InterPodAffinity', isAmongFriends],
  ])('%s', (plugin, rule) => {
    fc.assert(fc.property(seeds, (seed) => {
      const cluster = new Chance(seed).cluster()
      const { nodes } = runFilter(worldOf(cluster), plugin, cluster.pod)
      expect(Object.fromEntries(Object.entries(nodes).map(([node, reason]) => [node, reason === '']))).toEqual(Object.fromEntries(cluster.nodes.map((node) => [nameOf(node), rule(cluster, node)])))
    }), runs)
  })

  test('InterPodAffinity scores', () => {
    fc.assert(fc.property(seeds, (seed) => {
      const cluster = new Chance(seed).cluster()
      expect(runScore(worldOf(cluster), 'InterPodAffinity', cluster.pod).raw).toEqual(Object.fromEntries(cluster.nodes.map((node) => [nameOf(node), pull(cluster, node)])))
    }), runs)
  })
})

describe('Pods that leave a node, as preemption tries it', () => {
  /** What comes of one node, in words. */
  function answer({ framework, past }: World, pod: Pod, node: string, move: (act: (name: string, to: 'off' | 'back') => void) => void): string {
    const info = past.infos.of(pod)
    const state = framework.newState()
    framework.runPreFilter(state, info)
    const row = past.table.rowOf(node) as number
    const placed = [...past.table.info(row).pods]
    move((name, to) => { framework.movePod(state, info, row, placed.find((one) => one.name === name) as NonNullable<(typeof placed)[number]>, to) })
    const { verdict, plugin } = framework.filterRow(state, info, row)
    return verdict === 0 ? '' : `${framework.filter[plugin]?.name ?? ''}: ${framework.filter[plugin]?.reasons(state, info, verdict).join('; ') ?? ''}`
  }

  test('leave what a cluster without them says, and what was there when they come back', () => {
    fc.assert(fc.property(seeds, fc.nat(), (seed, pick) => {
      const cluster = new Chance(seed).cluster()
      const node = nameOf(cluster.nodes[pick % cluster.nodes.length] as Node)
      // Of Pods on their way out spreading counts none, yet takes off those that leave: upstream's way.
      const leaving = cluster.pods.filter(({ metadata, spec }, i) => spec?.nodeName === node && metadata.deletionTimestamp === undefined && (pick >> i) % 2 === 1)
      const take = (...to: readonly ('off' | 'back')[]): string => answer(worldOf(cluster), cluster.pod, node, (act) => {
        for (const direction of to) for (const pod of leaving) act(nameOf(pod), direction)
      })
      expect(take('off')).toEqual(answer(worldOf({ ...cluster, pods: cluster.pods.filter((pod) => !leaving.includes(pod)) }), cluster.pod, node, () => undefined))
      expect(take('off', 'back')).toEqual(take())
    }), { numRuns: 1000 })
  })
})
