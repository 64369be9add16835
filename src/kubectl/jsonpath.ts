import { CommandError } from './environment'

/**
 * kubectl's JSONPath templates: text with {…} parts, range and end, [*], slices, unions, filters and "..".
 * Upstream: client-go util/jsonpath. Written here because the dialect is kubectl's own.
 */
type Step =
  | { readonly type: 'field'; readonly name: string }
  | { readonly type: 'wildcard' }
  | { readonly type: 'recursive' }
  | { readonly type: 'index'; readonly from: number | undefined; readonly to: number | undefined; readonly step: number; readonly single: boolean }
  | { readonly type: 'union'; readonly names: readonly string[] }
  | { readonly type: 'filter'; readonly left: readonly Step[]; readonly operator: string; readonly right: readonly Step[] | string | number | boolean | undefined }

type Part =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'path'; readonly steps: readonly Step[] }
  | { readonly type: 'range'; readonly steps: readonly Step[]; readonly body: readonly Part[] }

export interface JsonPath {
  readonly parts: readonly Part[]
}

/** Accepts "{.a.b}", ".a.b", "a.b" and whole templates. Throws `CommandError` for what does not parse. */
export function parseJsonPath(template: string): JsonPath {
  let source = template
  if (!source.includes('{')) source = `{${source.startsWith('.') || source.startsWith('[') ? '' : '.'}${source}}`
  const reader = { source, at: 0 }
  const parts = readParts(reader, false)
  return { parts }
}

interface Reader { readonly source: string; at: number }

function readParts(reader: Reader, inRange: boolean): Part[] {
  const parts: Part[] = []
  const { source } = reader
  while (reader.at < source.length) {
    const open = source.indexOf('{', reader.at)
    if (open < 0) {
      parts.push({ type: 'text', text: source.slice(reader.at) })
      reader.at = source.length
      break
    }
    if (open > reader.at) parts.push({ type: 'text', text: source.slice(reader.at, open) })
    const close = findClose(source, open)
    const inside = source.slice(open + 1, close).trim()
    reader.at = close + 1
    if (inside === 'end') {
      if (!inRange) throw new CommandError('error: not in range')
      return parts
    }
    if (/^range\b/.test(inside)) parts.push({ type: 'range', steps: parseSteps(inside.slice(5).trim()), body: readParts(reader, true) })
    else if (/^["']/.test(inside)) parts.push({ type: 'text', text: unquote(inside) })
    else parts.push({ type: 'path', steps: parseSteps(inside) })
  }
  if (inRange) throw new CommandError('error: unterminated range')
  return parts
}

function findClose(source: string, open: number): number {
  let quote = ''
  for (let i = open + 1; i < source.length; i++) {
    const char = source.charAt(i)
    if (quote !== '') {
      if (char === '\\') i++
      else if (char === quote) quote = ''
    } else if (char === '"' || char === "'") quote = char
    else if (char === '}') return i
  }
  throw new CommandError('error: error parsing jsonpath, unclosed action')
}

function unquote(text: string): string {
  const inner = text.slice(1, text.endsWith(text.charAt(0)) ? -1 : undefined)
  return inner.replace(/\\(.)/g, (_all, char: string) => ({ n: '\n', t: '\t', r: '\r' })[char] ?? char)
}

function parseSteps(text: string): Step[] {
  const steps: Step[] = []
  let at = 0
  if (text.startsWith('$') || text.startsWith('@')) at = 1
  while (at < text.length) {
    if (text.startsWith('..', at)) {
      steps.push({ type: 'recursive' })
      at += 2
      if (text.charAt(at) !== '[') at = readName(text, at, steps)
    } else if (text.charAt(at) === '.') {
      at = readName(text, at + 1, steps)
    } else if (text.charAt(at) === '[') {
      const close = matching(text, at)
      steps.push(bracket(text.slice(at + 1, close).trim()))
      at = close + 1
    } else {
      at = readName(text, at, steps)
    }
  }
  return steps
}

function readName(text: string, from: number, steps: Step[]): number {
  let name = ''
  let at = from
  while (at < text.length && !'.['.includes(text.charAt(at))) {
    if (text.charAt(at) === '\\') at++
    name += text.charAt(at++)
  }
  if (name === '*') steps.push({ type: 'wildcard' })
  else if (name !== '') steps.push({ type: 'field', name })
  else if (at === from && at < text.length && text.charAt(at) !== '[') throw new CommandError(`error: error parsing jsonpath ${text}, unrecognized character`)
  return at
}

function matching(text: string, open: number): number {
  let depth = 0
  let quote = ''
  for (let i = open; i < text.length; i++) {
    const char = text.charAt(i)
    if (quote !== '') { if (char === quote) quote = '' } else if (char === '"' || char === "'") quote = char
    else if (char === '[' || char === '(') depth++
    else if (char === ']' || char === ')') { depth--; if (depth === 0) return i }
  }
  throw new CommandError(`error: error parsing jsonpath ${text}, unterminated array`)
}

function bracket(inside: string): Step {
  if (inside === '*') return { type: 'wildcard' }
  const filter = /^\?\((.*)\)$/s.exec(inside)
  if (filter) return parseFilter(filter[1] as string)
  if (/^["']/.test(inside)) {
    const names = inside.split(',').map((part) => unquote(part.trim()))
    return names.length === 1 ? { type: 'field', name: names[0] as string } : { type: 'union', names }
  }
  const range = /^(-?\d*)(?::(-?\d*))?(?::(-?\d+))?$/.exec(inside)
  if (!range) throw new CommandError(`error: error parsing jsonpath [${inside}], invalid array index ${inside}`)
  const number = (part: string | undefined): number | undefined => (part === undefined || part === '' ? undefined : Number(part))
  return { type: 'index', from: number(range[1]), to: number(range[2]), step: number(range[3]) ?? 1, single: range[2] === undefined }
}

function parseFilter(text: string): Step {
  const match = /^(.+?)\s*(==|!=|<=|>=|<|>|=~)\s*(.+)$/s.exec(text)
  if (!match) return { type: 'filter', left: parseSteps(text.trim()), operator: 'exists', right: undefined }
  const right = (match[3] as string).trim()
  const value = /^["']/.test(right) ? unquote(right) : right === 'true' ? true : right === 'false' ? false
    : right.startsWith('@') || right.startsWith('$') ? parseSteps(right) : Number(right)
  return { type: 'filter', left: parseSteps((match[1] as string).trim()), operator: match[2] as string, right: value }
}

/** All values a path finds, in order. */
function walk(steps: readonly Step[], values: readonly unknown[]): unknown[] {
  let current = [...values]
  for (const step of steps) current = current.flatMap((value) => apply(step, value))
  return current
}

function apply(step: Step, value: unknown): unknown[] {
  const isObject = typeof value === 'object' && value !== null
  switch (step.type) {
    case 'field': return isObject && Object.hasOwn(value, step.name) ? [(value as Record<string, unknown>)[step.name]] : []
    case 'wildcard': return isObject ? Object.values(value) : []
    case 'recursive': {
      const all: unknown[] = []
      const visit = (node: unknown): void => {
        if (typeof node !== 'object' || node === null) return
        all.push(node)
        for (const child of Object.values(node)) visit(child)
      }
      visit(value)
      return all
    }
    case 'union': return step.names.flatMap((name) => apply({ type: 'field', name }, value))
    case 'index': {
      if (!Array.isArray(value)) return []
      if (step.single) {
        const index = (step.from ?? 0) < 0 ? value.length + (step.from ?? 0) : (step.from ?? 0)
        if (index < 0 || index >= value.length) throw new CommandError(`error: error executing jsonpath: array index out of bounds: index ${index}, length ${value.length}`)
        return [value[index]]
      }
      const bound = (n: number): number => (n < 0 ? n + value.length : n)
      return value.slice(bound(step.from ?? 0), step.to === undefined ? value.length : bound(step.to)).filter((_item, i) => i % step.step === 0)
    }
    case 'filter': {
      const items = Array.isArray(value) ? value : isObject ? Object.values(value) : []
      return items.filter((item) => {
        const [left] = walk(step.left, [item])
        if (step.operator === 'exists') return left !== undefined
        const right = Array.isArray(step.right) ? walk(step.right as readonly Step[], [item])[0] : step.right
        if (step.operator === '==') return left === right
        if (step.operator === '!=') return left !== right
        if (typeof left !== typeof right || (typeof left !== 'number' && typeof left !== 'string')) return false
        const [a, b] = [left as number, right as number]
        return step.operator === '<' ? a < b : step.operator === '>' ? a > b : step.operator === '<=' ? a <= b : a >= b
      })
    }
  }
}

/** One value as kubectl prints it: text as it is, everything else as JSON. */
function textOf(value: unknown): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** The values of a template that is one path (custom columns, wait, sort). */
export function valuesOf(path: JsonPath, object: unknown): unknown[] {
  return path.parts.flatMap((part) => (part.type === 'path' ? walk(part.steps, [object]) : []))
}

export function renderJsonPath(path: JsonPath, object: unknown): string {
  const render = (parts: readonly Part[], value: unknown): string => parts.map((part) => {
    switch (part.type) {
      case 'text': return part.text
      case 'path': return walk(part.steps, [value]).map(textOf).join(' ')
      case 'range': return walk(part.steps, [value]).map((item) => render(part.body, item)).join('')
    }
  }).join('')
  return render(path.parts, object)
}
