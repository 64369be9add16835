import { getKey, isFields } from '../draft'

// The JSONPath of printer columns: one path, relaxed (without braces). Upstream: client-go/util/jsonpath.

type Step =
  | { readonly type: 'field'; readonly name: string }
  | { readonly type: 'all' }
  | { readonly type: 'deep' }
  | { readonly type: 'slice'; readonly from: number | undefined; readonly to: number | undefined; readonly by: number }
  | { readonly type: 'index'; readonly at: number }
  | { readonly type: 'union'; readonly names: readonly string[] }
  | { readonly type: 'filter'; readonly left: Operand; readonly operator: string; readonly right: Operand | undefined }

type Operand = { readonly path: readonly Step[] } | { readonly value: unknown }

/** A path that was read. */
export type JsonPath = readonly Step[]

class PathProblem extends Error {}

/** Reads `.spec.replicas`, `.status.conditions[?(@.type=="Ready")].status` and the like; a text says what is wrong with it. */
export function parseJsonPath(text: string): JsonPath | { readonly problem: string } {
  try {
    return new Parser(text).whole()
  } catch (error) {
    if (error instanceof PathProblem) return { problem: error.message }
    throw error
  }
}

class Parser {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  whole(): Step[] {
    if (this.#text === '') throw new PathProblem('unrecognized identifier')
    const steps = this.#steps('')
    if (this.#at < this.#text.length) throw new PathProblem(`unrecognized character in action: U+${this.#text.charCodeAt(this.#at).toString(16).toUpperCase().padStart(4, '0')} '${this.#text.charAt(this.#at)}'`)
    return steps
  }

  /** Up to one of `ends`. */
  #steps(ends: string): Step[] {
    const steps: Step[] = []
    const text = this.#text
    while (this.#at < text.length && !ends.includes(text.charAt(this.#at))) {
      const character = text.charAt(this.#at)
      if (character === '$' || character === '@') this.#at++
      else if (character === '.') {
        if (text.charAt(this.#at + 1) === '.') {
          this.#at += 2
          steps.push({ type: 'deep' })
          if (/[\w*]/.test(text.charAt(this.#at))) steps.push(this.#field(ends))
          continue
        }
        this.#at++
        if (this.#at >= text.length || text.charAt(this.#at) === '[') continue
        steps.push(this.#field(ends))
      } else if (character === '[') steps.push(this.#bracket())
      else if (/\s/.test(character)) this.#at++
      else if (/[\w-]/.test(character)) steps.push(this.#field(ends))
      else break
    }
    return steps
  }

  #field(ends: string): Step {
    let name = ''
    while (this.#at < this.#text.length) {
      const character = this.#text.charAt(this.#at)
      if (character === '\\') {
        name += this.#text.charAt(this.#at + 1)
        this.#at += 2
        continue
      }
      if ('.[]{}() \t=<>!,|"\'$@'.includes(character) || ends.includes(character)) break
      name += character
      this.#at++
    }
    if (name === '') throw new PathProblem(`unrecognized character in action: U+${this.#text.charCodeAt(this.#at).toString(16).toUpperCase().padStart(4, '0')} '${this.#text.charAt(this.#at)}'`)
    return name === '*' ? { type: 'all' } : { type: 'field', name }
  }

  #bracket(): Step {
    const text = this.#text
    this.#at++
    const end = this.#close()
    const inside = text.slice(this.#at, end).trim()
    const start = this.#at
    this.#at = end + 1
    if (inside === '*') return { type: 'all' }
    if (inside.startsWith('?(')) {
      const saved = this.#at
      this.#at = start + text.slice(start).indexOf('?(') + 2
      const filter = this.#filter()
      this.#at = saved
      return filter
    }
    const names = /^(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")(?:\s*,\s*(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))*$/.test(inside)
      ? [...inside.matchAll(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/g)].map((match) => (match[1] ?? match[2] ?? '').replace(/\\(.)/g, '$1')) : undefined
    if (names !== undefined) return names.length === 1 ? { type: 'field', name: names[0] as string } : { type: 'union', names }
    const slice = /^(-?\d*)\s*(:\s*(-?\d*)\s*(?::\s*(-?\d+)\s*)?)?$/.exec(inside)
    if (slice === null || inside === '') throw new PathProblem(`invalid array index ${inside}`)
    if (slice[2] === undefined) return { type: 'index', at: Number(slice[1]) }
    const number = (one: string | undefined): number | undefined => (one === undefined || one === '' ? undefined : Number(one))
    return { type: 'slice', from: number(slice[1]), to: number(slice[3]), by: Math.max(1, number(slice[4]) ?? 1) }
  }

  /** Where the bracket closes; brackets in quotes and filters do not count. */
  #close(): number {
    let quote = ''
    let depth = 0
    for (let i = this.#at; i < this.#text.length; i++) {
      const character = this.#text.charAt(i)
      if (quote !== '') {
        if (character === '\\') i++
        else if (character === quote) quote = ''
      } else if (character === '"' || character === "'") quote = character
      else if (character === '[') depth++
      else if (character === ']') {
        if (depth === 0) return i
        depth--
      }
    }
    throw new PathProblem('unterminated array')
  }

  #filter(): Step {
    const left = this.#operand()
    this.#space()
    const operator = /^(==|!=|<=|>=|<|>)/.exec(this.#text.slice(this.#at))?.[0]
    if (operator === undefined) return { type: 'filter', left, operator: 'exists', right: undefined }
    this.#at += operator.length
    return { type: 'filter', left, operator, right: this.#operand() }
  }

  #space(): void {
    while (/\s/.test(this.#text.charAt(this.#at))) this.#at++
  }

  #operand(): Operand {
    this.#space()
    const rest = this.#text.slice(this.#at)
    const quoted = /^(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/.exec(rest)
    if (quoted !== null) {
      this.#at += quoted[0].length
      return { value: (quoted[1] ?? quoted[2] ?? '').replace(/\\(.)/g, '$1') }
    }
    const plain = /^(-?\d+(?:\.\d+)?|true|false)\b/.exec(rest)
    if (plain !== null) {
      this.#at += plain[0].length
      return { value: JSON.parse(plain[0]) as unknown }
    }
    return { path: this.#steps(')=!<>') }
  }
}

/** All a path leads to, in order. */
export function findByPath(object: unknown, path: JsonPath): unknown[] {
  let found: unknown[] = [object]
  for (const step of path) {
    const next: unknown[] = []
    for (const value of found) follow(value, step, next)
    found = next
  }
  return found
}

function follow(value: unknown, step: Step, into: unknown[]): void {
  switch (step.type) {
    case 'field': {
      const member = isFields(value) ? getKey(value, step.name) : undefined
      if (member !== undefined) into.push(member)
      return
    }
    case 'union':
      for (const name of step.names) follow(value, { type: 'field', name }, into)
      return
    case 'all':
      if (Array.isArray(value)) into.push(...value as unknown[])
      else if (isFields(value)) for (const key of Object.keys(value).sort()) into.push(value[key])
      return
    case 'deep':
      into.push(value)
      for (const below of Array.isArray(value) ? value as unknown[] : isFields(value) ? Object.values(value) : []) if (typeof below === 'object' && below !== null) follow(below, step, into)
      return
    case 'index': {
      if (!Array.isArray(value)) return
      const at = step.at < 0 ? value.length + step.at : step.at
      if (at >= 0 && at < value.length) into.push(value[at])
      return
    }
    case 'slice': {
      if (!Array.isArray(value)) return
      const place = (at: number): number => Math.min(Math.max(at < 0 ? value.length + at : at, 0), value.length)
      for (let i = place(step.from ?? 0); i < place(step.to ?? value.length); i += step.by) into.push(value[i])
      return
    }
    case 'filter': {
      if (!Array.isArray(value)) return
      for (const item of value as unknown[]) if (passes(item, step)) into.push(item)
    }
  }
}

function passes(item: unknown, { left, operator, right }: Extract<Step, { type: 'filter' }>): boolean {
  const valueOf = (operand: Operand): unknown => ('value' in operand ? operand.value : findByPath(item, operand.path)[0])
  const a = valueOf(left)
  if (a === undefined) return false
  if (right === undefined) return true
  const b = valueOf(right)
  switch (operator) {
    case '==': return a === b
    case '!=': return a !== b
    default: {
      if (typeof a !== typeof b || (typeof a !== 'number' && typeof a !== 'string')) return false
      const order = a < (b as typeof a) ? -1 : a > (b as typeof a) ? 1 : 0
      return operator === '<' ? order < 0 : operator === '<=' ? order <= 0 : operator === '>' ? order > 0 : order >= 0
    }
  }
}
