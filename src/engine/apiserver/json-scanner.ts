import { maxDepth } from './draft'

/** The text is no JSON; says where, as Go's decoder does. */
export class ScanProblem extends Error {}

const number = /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y

/**
 * Walks a JSON text, character by character, and notes on its way what the tree made of it no longer says. Throws `ScanProblem` at the
 * first character that JSON does not allow where it stands. Upstream: encoding/json, scanner.
 */
export class JsonScanner {
  /** Paths of keys that come twice in their object: "spec.containers[0].name". */
  readonly duplicates = new Set<string>()
  /** Numbers that JavaScript writes differently: "9007199254740992" → "9007199254740993". */
  readonly literals = new Map<string, string>()
  readonly #text: string
  readonly #order: Map<string, number> | undefined
  #at = 0

  /** `order` is told where each path first stands, duplicates where they come again. */
  constructor(text: string, order?: Map<string, number>) {
    this.#text = text
    this.#order = order
  }

  scan(): void {
    this.#space()
    this.#value('', 0)
    this.#space()
    if (this.#at < this.#text.length) this.#fail('after top-level value')
  }

  #fail(where: string): never {
    if (this.#at >= this.#text.length) throw new ScanProblem('unexpected end of JSON input')
    const character = String.fromCodePoint(this.#text.codePointAt(this.#at) as number)
    const shown = character === "'" ? `'\\''` : character === '"' ? `'"'` : /[\u0000-\u001f\u007f-\u009f]/.test(character)
      ? `'\\${{ '\n': 'n', '\t': 't', '\r': 'r' }[character] ?? `u${character.charCodeAt(0).toString(16).padStart(4, '0')}`}'` : `'${character}'`
    throw new ScanProblem(`invalid character ${shown} ${where}`)
  }

  #space(): void {
    let code = this.#text.charCodeAt(this.#at)
    while (code === 32 || code === 10 || code === 13 || code === 9) code = this.#text.charCodeAt(++this.#at)
  }

  #value(path: string, depth: number): void {
    const character = this.#text.charAt(this.#at)
    if (character === '{') this.#object(path, depth)
    else if (character === '[') this.#array(path, depth)
    else if (character === '"') this.#string()
    else if (character === 't') this.#word('true')
    else if (character === 'f') this.#word('false')
    else if (character === 'n') this.#word('null')
    else if (/[-0-9]/.test(character)) this.#number()
    else this.#fail('looking for beginning of value')
  }

  #word(word: string): void {
    for (let i = 0; i < word.length; i++, this.#at++) {
      if (this.#text.charAt(this.#at) !== word.charAt(i)) this.#fail(`in literal ${word} (expecting '${word.charAt(i)}')`)
    }
  }

  #number(): void {
    number.lastIndex = this.#at
    const literal = number.exec(this.#text)?.[0]
    if (literal === undefined) {
      this.#at++
      this.#fail('in numeric literal')
    }
    this.#at += literal.length
    const plain = String(Number(literal))
    if (plain !== literal) this.literals.set(plain, literal)
  }

  /** Past a string; true when it has no escapes. */
  #string(): boolean {
    this.#at++
    let isPlain = true
    for (;;) {
      const code = this.#text.charCodeAt(this.#at)
      if (code === 34) break
      // Behind the end there is no code at all.
      if (Number.isNaN(code) || code < 32) this.#fail('in string literal')
      this.#at++
      if (code === 92) {
        isPlain = false
        this.#escape()
      }
    }
    this.#at++
    return isPlain
  }

  #escape(): void {
    const character = this.#text.charAt(this.#at)
    if (!/["\\/bfnrtu]/.test(character)) this.#fail('in string escape code')
    this.#at++
    if (character !== 'u') return
    for (const end = this.#at + 4; this.#at < end; this.#at++) {
      if (!/[0-9a-fA-F]/.test(this.#text.charAt(this.#at))) this.#fail('in \\u hexadecimal character escape')
    }
  }

  #object(path: string, depth: number): void {
    if (this.#isEmpty('}', depth)) return
    const seen = new Set<string>()
    for (;;) {
      this.#space()
      const start = this.#at
      if (this.#text.charAt(start) !== '"') this.#fail('looking for beginning of object key string')
      const isPlain = this.#string()
      const end = this.#at
      this.#space()
      if (this.#text.charAt(this.#at) !== ':') this.#fail('after object key')
      this.#at++
      this.#space()
      const key = isPlain ? this.#text.slice(start + 1, end - 1) : JSON.parse(this.#text.slice(start, end)) as string
      const below = path === '' ? key : `${path}.${key}`
      if (seen.has(key)) this.duplicates.add(below)
      if (seen.has(key) || this.#order?.has(below) === false) this.#order?.set(below, start)
      seen.add(key)
      this.#value(below, depth + 1)
      if (this.#isOver('}', 'after object key:value pair')) return
    }
  }

  #array(path: string, depth: number): void {
    if (this.#isEmpty(']', depth)) return
    for (let i = 0; ; i++) {
      this.#space()
      this.#value(`${path}[${i}]`, depth + 1)
      if (this.#isOver(']', 'after array element')) return
    }
  }

  /** Into an object or a list; past it when there is nothing in it. */
  #isEmpty(end: string, depth: number): boolean {
    if (depth > maxDepth) throw new ScanProblem('exceeded max depth')
    this.#at++
    this.#space()
    if (this.#text.charAt(this.#at) !== end) return false
    this.#at++
    return true
  }

  /** Past the comma to what comes next, or past the end. */
  #isOver(end: string, where: string): boolean {
    this.#space()
    const character = this.#text.charAt(this.#at)
    if (character !== end && character !== ',') this.#fail(where)
    this.#at++
    return character === end
  }
}
