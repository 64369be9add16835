import { isMap, isScalar, visit, type Document, type LineCounter } from 'yaml'
import { JsonScanner } from './json-scanner'

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
  const scan = new JsonScanner(text)
  scan.scan()
  if (scan.duplicates.size === 0 && scan.literals.size === 0) return
  notes.set(tree, {
    duplicates: [...scan.duplicates].slice(0, duplicatesMax).map((path) => `duplicate field ${JSON.stringify(path)}`), yaml: false, literals: scan.literals,
    order: () => {
      const order = new Map<string, number>()
      new JsonScanner(text, order).scan()
      return order
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
