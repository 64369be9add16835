import { inCidr, parseCidr, type Cidr } from '../../../base'
import type { Protocol } from './service-ports'
import type { Chain, Rule, Table } from './tables'

export interface Packet {
  readonly protocol: Protocol
  readonly source: string
  destination: string
  port: number
  /** Whether the source is an address of the node whose rules are walked. */
  readonly sourceLocal: boolean
  marked: boolean
}

/** What a walk asks of the world: chance, the lists of `recent`, the sets, and which addresses are the node's own. */
export interface WalkEnvironment {
  /** 31 random bits. */
  readonly draw: () => number
  /** Whether the client is in the list and was there within so many seconds. */
  readonly recent: (list: string, seconds: number) => boolean
  readonly remember: (list: string) => void
  readonly isLocal: (ip: string) => boolean
  readonly inSet: (set: string, member: string) => boolean
}

/** A rule that matched, or that drew a number and lost. */
export interface Note {
  readonly rule: number
  readonly matched: boolean
  /** 31 bits. */
  readonly draw?: number
}

/** One chain on the way: how many of its rules were tried, in order from the first. */
export interface Visit {
  readonly table: Table['name']
  readonly chain: string
  tried: number
  readonly notes: Note[]
}

export type Verdict = 'accept' | 'drop' | 'reject' | 'dnat' | 'redirect' | 'masquerade' | 'return'

const blocks = new WeakMap<Rule, { readonly source?: Cidr; readonly notSource?: Cidr }>()

/** What "10.244.0.0/16" stands for, or an address alone. Nothing lies in what is neither. */
function blockOf(text: string): Cidr {
  return parseCidr(text.includes('/') ? text : `${text}/32`) ?? { base: Number.NaN, size: 0, bits: 32 }
}

/** Whether an address lies in a block such as "10.244.0.0/16". */
export function inBlock(ip: string, cidr: string): boolean {
  return inCidr(ip, blockOf(cidr))
}

/** Walks a chain and those it jumps to. Appends to `visits`; gives the verdict that ended the walk, or undefined when all returned. */
export function walkChain(table: Table, chainName: string, packet: Packet, environment: WalkEnvironment, visits: Visit[]): Verdict | undefined {
  const chain = table.chains.get(chainName)
  if (chain === undefined) return undefined
  const visit: Visit = { table: table.name, chain: chainName, tried: 0, notes: [] }
  visits.push(visit)
  const { rules } = chain
  // The kernel tries each rule in turn, and so many are counted; in a chain of thousands those for another address are known to miss.
  const candidates = rules.length > indexedFrom ? candidatesOf(chain, packet.destination) : undefined
  const count = candidates?.length ?? rules.length
  for (let at = 0; at < count; at++) {
    const index = candidates === undefined ? at : candidates[at] as number
    const rule = rules[index] as Rule
    visit.tried = index + 1
    if (rule.destination !== undefined && rule.destination !== packet.destination) continue
    if (rule.port !== undefined && rule.port !== packet.port) continue
    if (rule.protocol !== undefined && rule.protocol !== packet.protocol) continue
    if (!matches(rule, packet, environment)) continue
    let draw: number | undefined
    if (rule.chance !== undefined) {
      draw = environment.draw()
      if (draw >= rule.chance) {
        visit.notes.push({ rule: index, matched: false, draw })
        continue
      }
    }
    visit.notes.push({ rule: index, matched: true, ...(draw === undefined ? {} : { draw }) })
    if (rule.recentSet !== undefined) environment.remember(rule.recentSet)
    const { then } = rule
    switch (then.is) {
      case 'jump': {
        const verdict = walkChain(table, then.chain, packet, environment, visits)
        if (verdict !== undefined && verdict !== 'return') return verdict
        break
      }
      case 'mark':
        packet.marked = then.set
        break
      case 'dnat':
        packet.destination = then.ip
        packet.port = then.port
        return 'dnat'
      case 'redirect':
        packet.port = then.port
        return 'redirect'
      case 'return': return 'return'
      default: return then.is
    }
  }
  visit.tried = rules.length
  return undefined
}

const indexedFrom = 32
const indexes = new WeakMap<Chain, { readonly others: readonly number[]; readonly byDestination: ReadonlyMap<string, readonly number[]> }>()

/** The rules that ask for this destination or for none, by their place. */
function candidatesOf(chain: Chain, destination: string): readonly number[] {
  let known = indexes.get(chain)
  if (known === undefined) {
    const byDestination = new Map<string, number[]>()
    const others: number[] = []
    for (const [index, rule] of chain.rules.entries()) {
      if (rule.destination === undefined) others.push(index)
      else {
        const list = byDestination.get(rule.destination)
        if (list === undefined) byDestination.set(rule.destination, [index])
        else list.push(index)
      }
    }
    indexes.set(chain, known = { others, byDestination })
  }
  const own = known.byDestination.get(destination)
  return own === undefined ? known.others : [...own, ...known.others].sort((a, b) => a - b)
}

function matches(rule: Rule, packet: Packet, environment: WalkEnvironment): boolean {
  // Only the first packet of a connection is ever walked.
  if (rule.states !== undefined && rule.states !== 'NEW') return false
  if (rule.marked !== undefined && rule.marked !== packet.marked) return false
  if (rule.sourceLocal === true && !packet.sourceLocal) return false
  if (rule.destinationLocal === true && !environment.isLocal(packet.destination)) return false
  if (rule.source !== undefined || rule.notSource !== undefined) {
    let known = blocks.get(rule)
    if (known === undefined) {
      known = { ...(rule.source === undefined ? {} : { source: blockOf(rule.source) }), ...(rule.notSource === undefined ? {} : { notSource: blockOf(rule.notSource) }) }
      blocks.set(rule, known)
    }
    if (known.source !== undefined && !inCidr(packet.source, known.source)) return false
    if (known.notSource !== undefined && inCidr(packet.source, known.notSource)) return false
  }
  if (rule.set !== undefined && !environment.inSet(rule.set.name, memberOf(rule.set.parts, packet))) return false
  return rule.recentCheck === undefined || environment.recent(rule.recentCheck.list, rule.recentCheck.seconds)
}

function memberOf(parts: string, { destination, protocol, port, source }: Packet): string {
  switch (parts) {
    case 'dst': return String(port)
    case 'dst,dst,src': return `${destination},${protocol}:${port},${source}`
    default: return `${destination},${protocol}:${port}`
  }
}
