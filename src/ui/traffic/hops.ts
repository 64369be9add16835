import type { ChainView, RuleView, TrafficRecord, TrafficWalk } from '../../api'

/** A place of the picture that the packet comes through. The thread is tied to it. */
export interface Hop {
  /** Value of `data-anchor` of what stands for it. */
  readonly anchor: string
  readonly side: 'left' | 'right'
}

/** A chain as the picture shows it, with the rule that led on. */
export interface ShownChain {
  readonly chain: ChainView
  readonly hit: RuleView | undefined
}

/** The chains worth a card: those that led the packet on, or ended its way. Of the others people are told how many rules they were. */
export function shownChains(walk: Pick<TrafficWalk, 'chains'>, outcome?: TrafficRecord['outcome']): { readonly cards: readonly ShownChain[]; readonly others: number; readonly masqueraded: boolean } {
  const cards: ShownChain[] = []
  let [others, masqueraded] = [0, false]
  for (const chain of walk.chains) {
    if (chain.chain === 'KUBE-MARK-MASQ') masqueraded = true
    const ended = chain.rules.find((rule) => rule.outcome === 'matched' && (rule.target === 'DROP' || rule.target.startsWith('REJECT')))
    const isService = chain.table === 'nat' && /^KUBE-(SERVICES|NODEPORTS|EXT-|FW-|SVC-|SVL-|SEP-|PORTALS-|NODEPORT-|NODE-PORT)/.test(chain.chain)
    const isEnd = ended !== undefined && (outcome === 'rejected' || outcome === 'dropped')
    if (!isService && !isEnd) {
      others += chain.tried
      continue
    }
    // A chain that only marked the packet on the way: the last rule that matched leads on.
    const hit = ended ?? chain.rules.findLast((rule) => rule.outcome === 'matched' && rule.target !== 'KUBE-MARK-MASQ')
    if (hit === undefined && chain.total === 0) continue
    cards.push({ chain, hit })
  }
  return { cards, others, masqueraded }
}

export function ruleAnchor(card: number, index: number): string {
  return `rule ${card} ${index}`
}

/** The address that a rule shares traffic out to: "shop/web:http -> 10.244.1.2:8080", or where it rewrites to. */
export function endpointOf(rule: RuleView): string | undefined {
  return /-> ([0-9.]+:[0-9]+)$/.exec(rule.comment ?? '')?.[1] ?? /^DNAT --to-destination ([0-9.]+:[0-9]+)$/.exec(rule.target)?.[1]
}

/** The packet's way through the picture, in order. */
export function hopsOf(walk: TrafficWalk): readonly Hop[] {
  const { record } = walk
  const hops: Hop[] = [{ anchor: 'client', side: 'right' }, { anchor: 'dns', side: 'right' }]
  if (record.destination === undefined) return hops
  hops.push({ anchor: 'leaves', side: 'right' })
  if (record.means === 'conntrack') hops.push({ anchor: 'entry', side: 'left' })
  else {
    const { cards } = shownChains(walk, record.outcome)
    const led = cards.flatMap(({ hit }, index) => (hit === undefined ? [] : [{ anchor: ruleAnchor(index, hit.index), target: hit.target }]))
    // From the chain that shares out to the one that rewrites the thread goes round on the right, towards the endpoints.
    for (const [index, { anchor, target }] of led.entries()) hops.push({ anchor, side: index > 0 && target.startsWith('DNAT') && record.mode === 'iptables' ? 'right' : 'left' })
    if (walk.virtualServer !== undefined) hops.push({ anchor: 'server', side: 'left' }, ...(walk.virtualServer.chosen < 0 ? [] : [{ anchor: `real ${walk.virtualServer.chosen}`, side: 'right' } as const]))
    if (walk.process !== undefined) hops.push({ anchor: 'process', side: 'left' }, ...(record.endpoint === undefined ? [] : [{ anchor: `turn ${record.endpoint}`, side: 'right' } as const]))
    if (record.means === 'direct') hops.push({ anchor: 'direct', side: 'left' })
  }
  if (record.endpoint !== undefined) hops.push({ anchor: `end ${record.endpoint}`, side: 'left' })
  return hops
}
