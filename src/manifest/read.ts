import { Composer, Parser } from 'yaml'
import type { ApiObject } from '../api'
import { readJson } from './json'
import { Lines, TextError } from './text'
import { follow, type Placed } from './tree'
import { buildDocument } from './yaml'

export interface Position {
  readonly line: number
  readonly column: number
  readonly endLine: number
  readonly endColumn: number
  /** False: there is no such field; this is its nearest parent. */
  readonly exact: boolean
}

export interface ManifestSource {
  readonly file: string
  /** Which document of the file, from 0; items of a List have the List's. */
  readonly index: number
  /** Where the object begins. */
  readonly line: number
}

export interface ManifestDocument {
  readonly object: ApiObject
  readonly source: ManifestSource
  /** Where a field is written: spec.containers[0].image. `what`: its value (default), or its key. */
  positionOf(path: string, what?: 'key' | 'value'): Position
}

/** What is wrong with a text, and where; the object concerned was left out. */
export interface ManifestProblem {
  readonly file: string
  readonly line: number
  readonly column: number
  /** Field path inside the object, where it is about one. */
  readonly field?: string
  readonly message: string
}

export interface Manifests {
  readonly documents: readonly ManifestDocument[]
  readonly problems: readonly ManifestProblem[]
}

export interface ReadOptions {
  /** Name of the file, for sources and problems. */
  readonly file: string
  /** Told now and then how many characters are done. */
  readonly onProgress?: (done: number, of: number) => void
}

/** Longer texts are refused: 64 Mi characters. */
const textMax = 64 * 1024 * 1024
/** So many problems are told of one text; a binary file has no end of them. */
const problemsMax = 100

/**
 * Reads manifests as kubectl does: YAML with any number of documents, or JSON objects one after the other; Lists and typed lists
 * (PodList) are taken apart. Never throws: what is wrong is a problem with its place, and the rest of the text is read.
 */
export function readManifests(text: string, { file, onProgress }: ReadOptions): Manifests {
  const reader = new Reader(text, file, onProgress)
  reader.read()
  return { documents: reader.documents, problems: reader.problems }
}

class Reader {
  readonly documents: ManifestDocument[] = []
  readonly problems: ManifestProblem[] = []
  readonly #text: string
  readonly #file: string
  readonly #lines: Lines
  readonly #onProgress: ReadOptions['onProgress']

  constructor(text: string, file: string, onProgress: ReadOptions['onProgress']) {
    // A byte order mark is no part of the text; the first line's columns then count as editors count them.
    this.#text = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
    this.#file = file
    this.#lines = new Lines(this.#text)
    this.#onProgress = onProgress
  }

  read(): void {
    const text = this.#text
    if (text.length > textMax) return this.#problem(`the text is longer than ${textMax} characters`, 0)
    const control = controlCharacter(text)
    if (control >= 0) {
      const code = text.charCodeAt(control).toString(16).toUpperCase().padStart(4, '0')
      return this.#problem(`there is a control character (U+${code}) here: this is not a text file, or a damaged one`, control)
    }
    try {
      if (/^\s*[{[]/.test(text)) this.#readJson()
      else this.#readYaml()
    } catch (error) {
      if (error instanceof RangeError) this.#problem('nested too deeply', 0)
      else if (error instanceof TextError) this.#problem(error.message, error.offset)
      else throw error
    }
    this.#onProgress?.(text.length, text.length)
  }

  #readJson(): void {
    const text = this.#text
    // Flow style YAML begins with a brace too. It is YAML if it does not go on as JSON must.
    if (!/^\s*(?:\{\s*["}]|\[\s*[[\]{"\-0-9tfn])/.test(text)) return this.#readYaml()
    let index = 0
    for (let at = 0; ; index++) {
      at += (/^\s*(?:---[ \t]*\r?\n\s*)?/.exec(text.slice(at, at + 10_000)) as RegExpExecArray)[0].length
      if (at >= text.length) return
      const placed = readJson(text, at)
      at = placed.end
      this.#take(placed, index)
      this.#onProgress?.(at, text.length)
      if (this.problems.length >= problemsMax) return
    }
  }

  #readYaml(): void {
    const text = this.#text
    // Resolving, aliases and duplicate keys are ours: the library's ways differ from kubectl's, or are slow on hostile input.
    const composer = new Composer({ schema: 'failsafe', uniqueKeys: false, prettyErrors: false, strict: true, logLevel: 'silent' })
    let index = 0
    for (const document of composer.compose(new Parser().parse(text), false, text.length)) {
      const [error] = document.errors
      if (error !== undefined) {
        this.#problem(plainMessage(error.message), error.pos[0])
      } else {
        try {
          const placed = buildDocument(document)
          if (placed.value !== null || document.contents?.range?.[0] !== document.contents?.range?.[1]) this.#take(placed, index)
        } catch (thrown) {
          if (!(thrown instanceof TextError)) throw thrown
          this.#problem(thrown.message, thrown.offset)
        }
      }
      if (this.problems.length >= problemsMax) return
      index++
      if (index % 50 === 0) this.#onProgress?.(document.range[2], text.length)
    }
  }

  /** One document's object, or the objects of its list. */
  #take(placed: Placed, index: number): void {
    if (placed.value === null) return
    if (!this.#isObject(placed, '')) return
    const { kind, apiVersion, items } = placed.value as Readonly<Record<string, unknown>>
    if (typeof kind !== 'string' || !kind.endsWith('List') || items === undefined) {
      this.#add(placed, index)
      return
    }
    const list = placed.members?.get('items')?.node
    if (items === null) return
    if (list?.items === undefined) return this.#problem('items: must be a list', list?.start ?? placed.start, 'items')
    list.items.forEach((item, i) => {
      const field = `items[${i}]`
      if (!this.#isObject(item, field)) return
      const own = item.value as Readonly<Record<string, unknown>>
      if (typeof own['kind'] === 'string' && own['kind'].endsWith('List') && own['items'] !== undefined) {
        return this.#problem(`${field}: a ${own['kind']} inside a ${kind}`, item.start, field)
      }
      // Items of a typed list need not say what they are.
      const given = kind === 'List' ? {} : {
        ...(own['apiVersion'] === undefined ? { apiVersion } : {}), ...(own['kind'] === undefined ? { kind: kind.slice(0, -'List'.length) } : {}),
      }
      this.#add(Object.keys(given).length === 0 ? item : { ...item, value: { ...given, ...own } }, index, field)
    })
  }

  #isObject(placed: Placed, field: string): boolean {
    if (placed.members !== undefined) return true
    const is = placed.value === null ? 'nothing' : placed.items !== undefined ? 'a list' : `a ${typeof placed.value === 'string' ? 'text' : typeof placed.value}`
    this.#problem(`${field === '' ? '' : `${field}: `}an object with apiVersion and kind is expected here, not ${is}`, placed.start, field === '' ? undefined : field)
    return false
  }

  #add(placed: Placed, index: number, field = ''): void {
    const object = placed.value as Readonly<Record<string, unknown>>
    const within = (name: string): string => (field === '' ? name : `${field}.${name}`)
    let isRight = true
    for (const name of ['apiVersion', 'kind']) {
      const value = object[name]
      if (typeof value === 'string' && value !== '') continue
      isRight = false
      const at = placed.members?.get(name)?.node.start ?? placed.start
      this.#problem(value === undefined || value === '' ? `${within(name)}: not set` : `${within(name)}: must be a text`, at, within(name))
    }
    const metadata = placed.members?.get('metadata')
    if (metadata !== undefined && metadata.node.value !== null && metadata.node.members === undefined) {
      isRight = false
      this.#problem(`${within('metadata')}: must be an object`, metadata.node.start, within('metadata'))
    }
    if (!isRight) return
    // Configuration files (KubeSchedulerConfiguration) have no metadata; everything that is stored has.
    const needsMetadata = !/\.config\.k8s\.io\//.test(object['apiVersion'] as string) && (object['metadata'] === undefined || object['metadata'] === null)
    const lines = this.#lines
    this.documents.push({
      object: (needsMetadata ? { ...object, metadata: {} } : object) as unknown as ApiObject,
      source: { file: this.#file, index, line: lines.at(placed.start).line },
      positionOf(path, what = 'value') {
        const { start, end, exact } = follow(placed, path, what)
        const [from, to] = [lines.at(start), lines.at(end)]
        return { line: from.line, column: from.column, endLine: to.line, endColumn: to.column, exact }
      },
    })
  }

  #problem(message: string, offset: number, field?: string): void {
    this.problems.push({ file: this.#file, ...this.#lines.at(Math.min(offset, this.#text.length)), ...(field === undefined ? {} : { field }), message: message.length > 250 ? `${message.slice(0, 250)}…` : message })
  }
}

/** Where the first control character stands; -1: nowhere. Tab, line feed and carriage return are text; U+0080 to U+009F come in real annotations. */
function controlCharacter(text: string): number {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if ((code < 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d) || code === 0x7f) return i
  }
  return -1
}

/** The library's messages, without what only makes sense to its authors. */
function plainMessage(message: string): string {
  if (/call stack/.test(message)) return 'nested too deeply'
  const [first = message] = message.split('\n')
  return first.charAt(0).toLowerCase() + first.slice(1)
}
