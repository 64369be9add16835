import { isMap, isScalar, visit, type Document, type LineCounter } from 'yaml'

// What a body's text says that its tree no longer does: keys that come twice, and numbers as they were written.

export interface BodyNotes {
  /** In the words of the decoder: `duplicate field "spec.replicas"`, or YAML's own. */
  readonly duplicates: readonly string[]
  /** Of YAML they come first, of JSON where they stand. */
  readonly yaml: boolean
  /** Where each path first stands, duplicates where they come again; made when asked. */
  order(): ReadonlyMap<string, number>
  /** Numbers that JavaScript writes differently: "9007199254740992" → "9007199254740993". */
  readonly literals: ReadonlyMap<string, string>
}

// By the tree that was made of the text. A memo: it says nothing that the text does not say.
const notes = new WeakMap<object, BodyNotes>()

export function notesOf(tree: unknown): BodyNotes | undefined {
  return typeof tree === 'object' && tree !== null ? notes.get(tree) : undefined
}

const duplicatesMax = 100
const noOrder: ReadonlyMap<string, number> = new Map()

/** Notes what `text`, which is JSON and not nested too deep, says besides `tree`. */
export function noteJson(tree: unknown, text: string): void {
  if (typeof tree !== 'object' || tree === null) return
  const scan = new JsonScan(text)
  scan.value('')
  if (scan.duplicates.size === 0 && scan.literals.size === 0) return
  notes.set(tree, {
    duplicates: [...scan.duplicates].slice(0, duplicatesMax).map((path) => `duplicate field ${JSON.stringify(path)}`), yaml: false, literals: scan.literals,
    order: () => {
      const again = new JsonScan(text, new Map())
      again.value('')
      return again.order ?? noOrder
    },
  })
}

/** Notes the keys that come twice in a YAML document. Upstream: go-yaml, decoder.setMapIndex. */
export function noteYaml(tree: unknown, document: Document, lines: LineCounter): void {
  if (typeof tree !== 'object' || tree === null) return
  const found: string[] = []
  visit(document, {
    Map: (_key, map) => {
      const seen = new Set<unknown>()
      for (const { key, value } of map.items) {
        const name: unknown = isScalar(key) ? key.value : key
        if (seen.has(name)) {
          const at = (isScalar(value) || isMap(value)) && value.range ? value.range[0] : isScalar(key) && key.range ? key.range[0] : 0
          found.push(`  line ${lines.linePos(at).line}: key ${JSON.stringify(name)} already set in map`)
        }
        seen.add(name)
      }
    },
  })
  if (found.length > 0) notes.set(tree, { duplicates: [`yaml: unmarshal errors:\n${found.join('\n')}`], yaml: true, literals: new Map(), order: () => noOrder })
}

/** Walks a JSON text that was parsed already, so that it is known to be one. */
class JsonScan {
  readonly duplicates = new Set<string>()
  readonly literals = new Map<string, string>()
  readonly order: Map<string, number> | undefined
  readonly #text: string
  #at = 0

  constructor(text: string, order?: Map<string, number>) {
    this.#text = text
    this.order = order
  }

  #space(): void {
    let code = this.#text.charCodeAt(this.#at)
    while (code === 32 || code === 10 || code === 13 || code === 9) code = this.#text.charCodeAt(++this.#at)
  }

  value(path: string): void {
    this.#space()
    const character = this.#text.charAt(this.#at)
    if (character === '{') this.#object(path)
    else if (character === '[') this.#array(path)
    else if (character === '"') this.#string()
    else if (character === 't' || character === 'n') this.#at += 4
    else if (character === 'f') this.#at += 5
    else this.#number()
    this.#space()
  }

  #string(): string {
    const start = this.#at++
    for (;;) {
      const code = this.#text.charCodeAt(this.#at)
      if (code === 92) this.#at += 2
      else if (code === 34) break
      else this.#at++
    }
    this.#at++
    const raw = this.#text.slice(start, this.#at)
    return raw.includes('\\') ? JSON.parse(raw) as string : raw.slice(1, -1)
  }

  #number(): void {
    const start = this.#at
    while (/[-+0-9.eE]/.test(this.#text.charAt(this.#at))) this.#at++
    const literal = this.#text.slice(start, this.#at)
    const plain = String(Number(literal))
    if (plain !== literal) this.literals.set(plain, literal)
  }

  #object(path: string): void {
    const seen = new Set<string>()
    this.#at++
    this.#space()
    if (this.#text.charAt(this.#at) === '}') {
      this.#at++
      return
    }
    for (;;) {
      this.#space()
      const start = this.#at
      const key = this.#string()
      const below = path === '' ? key : `${path}.${key}`
      const twice = seen.has(key)
      if (twice) this.duplicates.add(below)
      if (this.order !== undefined && (twice || !this.order.has(below))) this.order.set(below, start)
      seen.add(key)
      this.#space()
      this.#at++
      this.value(below)
      if (this.#text.charAt(this.#at++) === '}') return
    }
  }

  #array(path: string): void {
    this.#at++
    this.#space()
    if (this.#text.charAt(this.#at) === ']') {
      this.#at++
      return
    }
    for (let i = 0; ; i++) {
      this.value(`${path}[${i}]`)
      if (this.#text.charAt(this.#at++) === ']') return
    }
  }
}

/** What a strict decoder complains of, in its order. */
export function strictTexts(body: unknown, unknown: readonly string[]): string[] {
  const noted = notesOf(body)
  const unknownText = (path: string): string => `unknown field ${JSON.stringify(path)}`
  if (noted === undefined || noted.duplicates.length === 0) return unknown.length === 0 ? [] : unknown.slice(0, duplicatesMax).map(unknownText)
  const all = noted.yaml || unknown.length === 0 ? [...noted.duplicates, ...unknown.map(unknownText)] : inOrder(noted, unknown, unknownText)
  return all.slice(0, duplicatesMax)
}

function inOrder(noted: BodyNotes, unknown: readonly string[], unknownText: (path: string) => string): string[] {
  const order = noted.order()
  const placed = [
    ...noted.duplicates.map((text) => ({ text, at: order.get(JSON.parse(text.slice('duplicate field '.length)) as string) ?? 0 })),
    ...unknown.map((path) => ({ text: unknownText(path), at: order.get(path) ?? 0 })),
  ]
  return placed.sort((a, b) => a.at - b.at).map(({ text }) => text)
}

/** A decoder's message with the number as it was written. */
export function withLiteral(message: string, body: unknown): string {
  const literals = notesOf(body)?.literals
  if (literals === undefined || literals.size === 0) return message
  return message.replace(/cannot unmarshal number (\S+)/, (whole, shown: string) => {
    const literal = literals.get(String(Number(shown)))
    return literal === undefined ? whole : `cannot unmarshal number ${literal}`
  })
}
