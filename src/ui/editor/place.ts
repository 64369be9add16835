/** Where the cursor stands in a YAML text that may be unfinished. */
export interface Place {
  /** `key`: a field's name is being written into the mapping (or the list's item) at `path`. `value`: the value of the field at `path`. */
  readonly at: 'key' | 'value'
  readonly path: Path
  /** What is written of it before the cursor, and the column (from 1) where that begins. */
  readonly word: string
  readonly column: number
  /** Inside `{ }` or `[ ]`: no new lines there. */
  readonly flow: boolean
  /** Every key of the document with its value's text, by the path's text. The line of the cursor is left out. */
  readonly values: ReadonlyMap<string, string>
}

export type Path = readonly (string | number)[]

interface Frame { readonly indent: number; readonly part: string | number }

/** spec.containers[0].image */
export function pathText(path: Path): string {
  return path.reduce<string>((text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`), '')
}

const keyPattern = /^("[^"]*"|'[^']*'|[^\s"'#{}[\],][^#{}[\],]*?)\s*:(?:\s+|$)/

/**
 * The place of a cursor, read from indentation and `- ` markers alone, so that a line that no parser would take does not matter.
 * Line and column from 1. A flow collection is followed on the cursor's own line only.
 */
export function placeAt(text: string, line: number, column: number): Place {
  const lines = text.split(/\r?\n/)
  const here = Math.min(line, lines.length) - 1
  let first = here
  while (first > 0 && !isBreak(lines[first] ?? '')) first--
  if (isBreak(lines[first] ?? '')) first++
  let end = here + 1
  while (end < lines.length && !isBreak(lines[end] ?? '')) end++

  const values = new Map<string, string>()
  const stack: Frame[] = []
  let place: Omit<Place, 'values'> = { at: 'key', path: [], word: '', column, flow: false }
  // Lines deeper than this belong to a block of text (`|`).
  let block = Infinity
  for (let index = Math.min(first, here); index < end; index++) {
    const whole = lines[index] ?? ''
    const isHere = index === here
    const read = isHere ? whole.slice(0, column - 1) : whole
    const blank = /^\s*(#.*)?$/.test(read)
    if (!isHere && blank) continue
    let at = read.length - read.trimStart().length
    if (at > block) {
      if (isHere) place = { at: 'value', path: partsOf(stack), word: '', column, flow: true }
      continue
    }
    if (!blank) block = Infinity
    // The rest of the cursor's line is not read, but later lines hang from what stands on it.
    let rest = read.slice(at)
    while (/^-(\s|$)/.test(rest)) {
      enterItem(stack, at)
      const marker = /^-\s*/.exec(rest)?.[0].length ?? 1
      at += marker
      rest = rest.slice(marker)
    }
    if (isHere) {
      leave(stack, at)
      place = placeIn(stack, rest, at)
      const key = keyPattern.exec(whole.slice(at))
      if (key) stack.push({ indent: at, part: unquoted(key[1] ?? '') })
      continue
    }
    const key = keyPattern.exec(rest)
    if (!key) continue
    leave(stack, at)
    stack.push({ indent: at, part: unquoted(key[1] ?? '') })
    const value = rest.slice(key[0].length).replace(/\s+#.*$/, '').trim()
    values.set(pathText(partsOf(stack)), unquoted(value))
    if (/^[|>][-+\d]*$/.test(value)) block = at
  }
  return { ...place, values }
}

function placeIn(stack: readonly Frame[], rest: string, at: number): Omit<Place, 'values'> {
  const key = keyPattern.exec(rest)
  const path: (string | number)[] = partsOf(stack)
  if (!key && !/^[[{]/.test(rest)) return { at: 'key', path, word: rest, column: at + 1, flow: false }
  if (key) path.push(unquoted(key[1] ?? ''))
  const begin = key?.[0].length ?? 0
  return inFlow(path, rest.slice(begin), at + begin)
}

/** Follows `{ a: [b, { c: ` as far as it goes. */
function inFlow(path: readonly (string | number)[], text: string, at: number): Omit<Place, 'values'> {
  const open: { readonly path: Path; readonly list: boolean; index: number }[] = []
  let now: Path = path
  let is: 'key' | 'value' = 'value'
  let from = 0
  let quote = ''
  for (let i = 0; i < text.length; i++) {
    const sign = text.charAt(i)
    if (quote !== '') {
      if (sign === quote) quote = ''
      continue
    }
    const top = open.at(-1)
    if ((sign === '"' || sign === "'") && text.slice(from, i).trim() === '') quote = sign
    else if (sign === '{' || sign === '[') {
      const list = sign === '['
      open.push({ path: now, list, index: 0 })
      if (list) now = [...now, 0]
      is = list ? 'value' : 'key'
      from = i + 1
    } else if ((sign === '}' || sign === ']') && top) {
      open.pop()
      now = top.path
      is = 'value'
      from = i + 1
    } else if (sign === ',' && top) {
      if (top.list) top.index++
      now = top.list ? [...top.path, top.index] : top.path
      is = top.list ? 'value' : 'key'
      from = i + 1
    } else if (sign === ':' && top && !top.list && is === 'key' && /^\s?$/.test(text.charAt(i + 1))) {
      now = [...top.path, unquoted(text.slice(from, i).trim())]
      is = 'value'
      from = i + 1
    }
  }
  const raw = text.slice(from)
  const word = raw.trimStart()
  return { at: is, path: now, word, column: at + from + raw.length - word.length + 1, flow: open.length > 0 }
}

function leave(stack: Frame[], indent: number): void {
  while ((stack.at(-1)?.indent ?? -1) >= indent) stack.pop()
}

/** `-` at a column: below the key at the same column, after the item at it. */
function enterItem(stack: Frame[], indent: number): void {
  let index = 0
  for (let top = stack.at(-1); top && (top.indent > indent || (top.indent === indent && typeof top.part === 'number')); top = stack.at(-1)) {
    if (top.indent === indent) index = (top.part as number) + 1
    stack.pop()
    if (top.indent === indent) break
  }
  stack.push({ indent, part: index })
}

function partsOf(stack: readonly Frame[]): (string | number)[] {
  return stack.map(({ part }) => part)
}

function isBreak(line: string): boolean {
  return /^---(\s|$)/.test(line)
}

function unquoted(text: string): string {
  return /^(["']).*\1$/.test(text) ? text.slice(1, -1) : text
}

/** The names most like a misspelt one, likeliest first; none when nothing is near. */
export function alike(word: string, names: readonly string[]): readonly string[] {
  const most = word.length < 4 ? 1 : Math.max(2, Math.floor(word.length / 3))
  return names.map((name) => ({ name, far: distance(word.toLowerCase(), name.toLowerCase()) })).filter(({ far }) => far <= most).sort((a, b) => a.far - b.far).map(({ name }) => name)
}

/** Levenshtein's; the words are short. */
export function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) next.push(Math.min((row[j] as number) + 1, (next[j - 1] as number) + 1, (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)))
    row = next
  }
  return row[b.length] as number
}
