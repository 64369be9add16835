import type { LogEntry, State } from '../controllers'
import { prune, unordered, type Json } from './project'

interface Side {
  readonly before: State
  readonly after: State
  readonly log: readonly LogEntry[]
}

const token = /<(hash|rand|minute):([0-9]+)>/g
const alphabet = 'bcdfghjklmnpqrstvwxz2456789'
const patterns: Readonly<Record<string, string>> = { hash: `[${alphabet}]{7,10}`, rand: `[${alphabet}]{5}`, minute: '[0-9]+' }

/**
 * The table from recorded to own names. Hashes and minutes are bound when they first appear and stay; names with a random
 * ending are handed out anew after each step, among objects that are alike (README, "How to compare").
 */
export class Names {
  /** "<hash:1>" → own hash. */
  readonly #tokens = new Map<string, string>()
  /** "Pod web-<hash:1>-<rand:1>" → own name. */
  #own = new Map<string, string>()

  /** A recorded text with own names and hashes in it. */
  own(text: string): string {
    let out = text
    // Longest first: a Pod's name holds its ReplicaSet's.
    for (const [key, own] of [...this.#own].sort(([a], [b]) => b.length - a.length)) out = out.replaceAll(key.slice(key.indexOf(' ') + 1), own)
    for (const [recorded, own] of this.#tokens) out = out.replaceAll(recorded, own)
    return out
  }

  ownTree(value: unknown): unknown {
    return JSON.parse(this.own(JSON.stringify(value))) as unknown
  }

  /** An own tree with recorded names in it. */
  recorded(value: unknown): unknown {
    let text = JSON.stringify(value)
    for (const [key, own] of [...this.#own].sort(([, a], [, b]) => b.length - a.length)) text = text.replaceAll(own, key.slice(key.indexOf(' ') + 1))
    for (const [recorded, own] of this.#tokens) text = text.replaceAll(own, recorded)
    return JSON.parse(text) as unknown
  }

  /** Brings the table up to date after a step. Returns what cannot be matched. */
  match(recorded: Side & { readonly input: unknown }, own: Side): string | undefined {
    this.#bindTokens(recorded, own)
    const input = JSON.stringify(recorded.input)
    const next = new Map<string, string>()
    const kinds = new Set([...Object.keys(recorded.before), ...Object.keys(recorded.after), ...recorded.log.map((entry) => entry.kind)])
    for (const kind of kinds) {
      const wanted = this.#entries(kind, recorded, (name) => input.includes(name), (value) => value)
      const randoms = wanted.filter((entry) => entry.name.includes('<rand:'))
      if (randoms.length === 0) continue
      const back = new Map([...this.#own].filter(([key]) => key.startsWith(`${kind} `)).map(([key, name]) => [name, key.slice(kind.length + 1)]))
      const have = this.#entries(kind, own, (name) => back.has(name) && input.includes(back.get(name) as string), (value) => this.#translated(value))
      const taken = new Set<string>()
      const left: typeof randoms = []
      for (const entry of randoms) {
        const kept = this.#own.get(`${kind} ${entry.name}`)
        const same = kept === undefined ? undefined : have.find((other) => other.name === kept && signature(other) === signature(entry))
        if (same === undefined) left.push(entry)
        else {
          taken.add(same.name)
          next.set(`${kind} ${entry.name}`, same.name)
        }
      }
      for (const entry of left) {
        const shape = this.#shape(entry.name)
        const found = have.find((other) => !taken.has(other.name) && shape.test(other.name) && signature(other) === signature(entry))
        if (found === undefined) {
          const near = have.filter((other) => !taken.has(other.name) && shape.test(other.name)).map(signature)
          return `no ${kind} of ours is ${entry.name}: expected ${signature(entry)}, left are ${near.length === 0 ? 'none' : near.join(' | ')}`
        }
        taken.add(found.name)
        next.set(`${kind} ${entry.name}`, found.name)
      }
    }
    // Names that neither side shows any more are of no use.
    this.#own = next
    return undefined
  }

  #bindTokens(recorded: Side, own: Side): void {
    for (const entry of recorded.log) {
      if (entry.type !== 'ADDED' || entry.kind === 'Pod') continue
      const unbound = [...entry.name.matchAll(token)].filter((match) => match[1] !== 'rand' && !this.#tokens.has(match[0]))
      if (unbound.length === 0) continue
      const pattern = this.#pattern(entry.name)
      const used = new Set(this.#tokens.values())
      for (const other of own.log) {
        if (other.type !== 'ADDED' || other.kind !== entry.kind) continue
        const match = pattern.exec(other.name)
        const value = match?.[1]
        if (value === undefined || used.has(value)) continue
        this.#tokens.set((unbound[0] as RegExpMatchArray)[0], value)
        break
      }
    }
  }

  /** Matches own names of the form of a recorded one; what is bound must be equal, the first unbound token is group 1. */
  #pattern(name: string): RegExp {
    let grouped = false
    const source = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(token, (whole, kind: string) => {
      const bound = this.#tokens.get(whole)
      if (bound !== undefined) return bound
      if (kind === 'rand' || grouped) return patterns[kind] as string
      grouped = true
      return `(${patterns[kind] as string})`
    })
    return new RegExp(`^${source}$`)
  }

  #shape(name: string): RegExp {
    return this.#pattern(name)
  }

  #translated(value: Json | null): Json | null {
    if (value === null) return null
    let text = JSON.stringify(value)
    for (const [recorded, own] of this.#tokens) text = text.replaceAll(own, recorded)
    return JSON.parse(text) as Json
  }

  /** Every object of a kind that a side shows before, during or after the step. */
  #entries(kind: string, side: Side, inInput: (name: string) => boolean, translate: (value: Json | null) => Json | null): Entry[] {
    const names = new Set<string>()
    for (const state of [side.before, side.after]) for (const object of state[kind] ?? []) names.add(object.name)
    for (const entry of side.log) if (entry.kind === kind && (entry.type === 'ADDED' || entry.type === 'DELETED')) names.add(entry.name)
    const at = (state: State, name: string): Json | null => {
      const found = state[kind]?.find((object) => object.name === name)
      if (found === undefined) return null
      const { name: _name, ...rest } = found
      return translate(unordered(prune(rest) as Json | undefined))
    }
    return [...names].map((name) => ({ name, before: at(side.before, name), after: at(side.after, name), inInput: inInput(name), kind }))
  }
}

interface Entry {
  readonly name: string
  readonly kind: string
  readonly before: Json | null
  readonly after: Json | null
  readonly inInput: boolean
}

function signature(entry: Entry): string {
  // What other objects say of each other in their names is compared with the state as a whole.
  const view = entry.kind === 'Pod' ? [entry.before, entry.after, entry.inInput] : [entry.before !== null, entry.after !== null]
  return JSON.stringify(sorted(view))
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, member]) => [key, sorted(member)]))
}
