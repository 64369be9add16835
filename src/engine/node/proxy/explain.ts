import type { ChainView, RuleView } from '../../../api'
import type { NodeRules } from './node-rules'
import { ruleText, targetText, type Rule } from './tables'
import type { Note, Visit } from './walk'

/** Of a chain with more rules than this, those around the ones that matched are shown. */
const shownMax = 24
const around = 2

/** A rule as people read it. */
function ruleView(chain: string, rule: Rule, index: number, note: Note | undefined, tried: number): RuleView {
  return {
    index, text: ruleText(chain, rule), match: matchText(rule), target: targetText(rule.then),
    ...(rule.comment === undefined ? {} : { comment: rule.comment }),
    ...(rule.chance === undefined ? {} : { probability: rule.chance / 2 ** 31 }),
    ...(note?.draw === undefined ? {} : { draw: note.draw / 2 ** 31 }),
    outcome: note?.matched === true ? 'matched' : index < tried ? 'missed' : 'not-reached',
  }
}

/** The chains a packet went through, with what each rule said. */
export function chainViews(node: string, rules: NodeRules, visits: readonly Visit[]): readonly ChainView[] {
  return visits.map((visit): ChainView => {
    const chain = (visit.table === 'nat' ? rules.nat : rules.filter).chains.get(visit.chain)
    const all = chain?.rules ?? []
    const notes = new Map(visit.notes.map((note) => [note.rule, note]))
    const wanted = all.length <= shownMax ? undefined : new Set<number>([0, ...visit.notes.flatMap((note) => (note.matched ? Array.from({ length: 2 * around + 1 }, (_, offset) => note.rule - around + offset) : [note.rule]))])
    return {
      node, table: visit.table, chain: visit.chain, total: all.length, tried: visit.tried,
      rules: all.flatMap((rule, index) => (wanted === undefined || wanted.has(index) ? [ruleView(visit.chain, rule, index, notes.get(index), visit.tried)] : [])).slice(0, 4 * shownMax),
    }
  })
}

/** What a rule asks, in iptables' own words, without its comment and what its modules are called. */
function matchText(rule: Rule): string {
  const words: string[] = []
  const block = (address: string): string => (address.includes('/') ? address : `${address}/32`)
  if (rule.notSource !== undefined) words.push(`! -s ${block(rule.notSource)}`)
  if (rule.source !== undefined) words.push(`-s ${block(rule.source)}`)
  if (rule.destination !== undefined) words.push(`-d ${block(rule.destination)}`)
  if (rule.protocol !== undefined) words.push(`-p ${rule.protocol}`)
  if (rule.port !== undefined) words.push(`--dport ${rule.port}`)
  if (rule.states !== undefined) words.push(`--ctstate ${rule.states}`)
  if (rule.sourceLocal === true) words.push('--src-type LOCAL')
  if (rule.destinationLocal === true) words.push('--dst-type LOCAL')
  if (rule.marked !== undefined) words.push(`${rule.marked ? '' : '! '}--mark 0x4000`)
  if (rule.set !== undefined) words.push(`--match-set ${rule.set.name} ${rule.set.parts}`)
  if (rule.recentCheck !== undefined) words.push(`recent --rcheck --seconds ${rule.recentCheck.seconds}`)
  if (rule.chance !== undefined) words.push(`--probability ${(rule.chance / 2 ** 31).toFixed(4)}`)
  return words.join(' ')
}
