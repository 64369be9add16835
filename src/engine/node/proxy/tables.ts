import type { Protocol } from './service-ports'

/** What happens to a packet that a rule matches. */
export type Target =
  | { readonly is: 'jump'; readonly chain: string }
  | { readonly is: 'dnat'; readonly ip: string; readonly port: number }
  | { readonly is: 'redirect'; readonly port: number }
  | { readonly is: 'masquerade' }
  | { readonly is: 'mark'; readonly set: boolean }
  | { readonly is: 'accept' | 'reject' | 'drop' | 'return' }

/** A rule of iptables, as far as kube-proxy writes any. What is absent is not asked. */
export interface Rule {
  readonly comment?: string
  readonly source?: string
  readonly notSource?: string
  readonly destination?: string
  readonly protocol?: Protocol
  readonly port?: number
  readonly states?: string
  readonly sourceLocal?: boolean
  readonly destinationLocal?: boolean
  /** The masquerade mark is set (true) or not (false). */
  readonly marked?: boolean
  /** Session affinity: was the client in this list within so many seconds? */
  readonly recentCheck?: { readonly list: string; readonly seconds: number }
  readonly recentSet?: string
  /** Matches when 31 random bits are below it. */
  readonly chance?: number
  /** An ipset and which parts of the packet are looked up in it. */
  readonly set?: { readonly name: string; readonly parts: string }
  readonly then: Target
}

export interface Chain {
  readonly name: string
  readonly builtIn: boolean
  readonly rules: readonly Rule[]
}

export interface Table {
  readonly name: 'nat' | 'filter'
  readonly chains: ReadonlyMap<string, Chain>
}

/** The mark that says: masquerade this packet when it leaves. 0x4000, upstream's --iptables-masquerade-bit 14. */
const mark = '0x4000'

/**
 * The kernel keeps a probability as 31 bits: 1/3, which kube-proxy writes as 0.3333333333, becomes 715827883 of 2^31, and iptables-save
 * says 0.33333333349. Upstream: computeProbability; libxt_statistic.
 */
export function chanceOf(among: number): number {
  return Math.round(2 ** 31 * Number((1 / among).toFixed(10)))
}

export function probabilityText(chance: number): string {
  return (chance / 2 ** 31).toFixed(11)
}

/** A rule as `iptables-save` prints it. */
export function ruleText(chain: string, rule: Rule): string {
  const words = [`-A ${chain}`]
  const block = (address: string): string => (address.includes('/') ? address : `${address}/32`)
  if (rule.notSource !== undefined) words.push(`! -s ${block(rule.notSource)}`)
  if (rule.source !== undefined) words.push(`-s ${block(rule.source)}`)
  if (rule.destination !== undefined) words.push(`-d ${block(rule.destination)}`)
  if (rule.protocol !== undefined) words.push(`-p ${rule.protocol}`)
  // Words stand as they were given: where kube-proxy jumps for new connections it says so first.
  const states = rule.states === undefined ? undefined : `-m conntrack --ctstate ${rule.states}`
  if (states !== undefined && rule.states === 'NEW') words.push(states)
  if (rule.comment !== undefined) words.push(`-m comment --comment "${rule.comment}"`)
  if (states !== undefined && rule.states !== 'NEW') words.push(states)
  if (rule.recentCheck !== undefined) words.push(`-m recent --rcheck --seconds ${rule.recentCheck.seconds} --reap --name ${rule.recentCheck.list} --mask 255.255.255.255 --rsource`)
  if (rule.recentSet !== undefined) words.push(`-m recent --set --name ${rule.recentSet} --mask 255.255.255.255 --rsource`)
  if (rule.chance !== undefined) words.push(`-m statistic --mode random --probability ${probabilityText(rule.chance)}`)
  if (rule.sourceLocal === true) words.push('-m addrtype --src-type LOCAL')
  if (rule.destinationLocal === true) words.push('-m addrtype --dst-type LOCAL')
  if (rule.marked !== undefined) words.push(`-m mark ${rule.marked ? '' : '! '}--mark ${mark}/${mark}`)
  if (rule.set !== undefined) words.push(`-m set --match-set ${rule.set.name} ${rule.set.parts}`)
  if (rule.protocol !== undefined && (rule.port !== undefined || rule.then.is === 'dnat')) words.push(`-m ${rule.protocol}`)
  if (rule.port !== undefined) words.push(`--dport ${rule.port}`)
  words.push(`-j ${targetText(rule.then)}`)
  return words.join(' ')
}

export function targetText(target: Target): string {
  switch (target.is) {
    case 'jump': return target.chain
    case 'dnat': return `DNAT --to-destination ${target.ip}:${target.port}`
    case 'redirect': return `REDIRECT --to-ports ${target.port}`
    case 'masquerade': return 'MASQUERADE --random-fully'
    case 'mark': return `MARK --set-xmark ${mark}/${target.set ? mark : '0x0'}`
    case 'accept': return 'ACCEPT'
    case 'reject': return 'REJECT --reject-with icmp-port-unreachable'
    case 'drop': return 'DROP'
    case 'return': return 'RETURN'
  }
}

/** Tables as `iptables-save` prints them, without counters: built-in chains first, others by name, rules as they stand. */
export function saveText(tables: readonly Table[]): string {
  const lines: string[] = []
  for (const table of tables) {
    lines.push(`*${table.name}`)
    const chains = [...table.chains.values()]
    for (const chain of chains) lines.push(`:${chain.name} ${chain.builtIn ? 'ACCEPT' : '-'} [0:0]`)
    for (const chain of chains) for (const rule of chain.rules) lines.push(ruleText(chain.name, rule))
    lines.push('COMMIT')
  }
  return `${lines.join('\n')}\n`
}

/** Puts chains together as a table: built-in ones in the kernel's order, then kube-proxy's by name. */
export function makeTable(name: Table['name'], builtIn: readonly (readonly [string, readonly Rule[]])[], own: ReadonlyMap<string, readonly Rule[]>): Table {
  const chains = new Map<string, Chain>()
  for (const [chain, rules] of builtIn) chains.set(chain, { name: chain, builtIn: true, rules })
  for (const chain of [...own.keys()].sort()) chains.set(chain, { name: chain, builtIn: false, rules: own.get(chain) ?? [] })
  return { name, chains }
}
