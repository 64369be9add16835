import { exactInteger } from './scalars'
import { TextError } from './text'
import { depthMax, forbiddenKey, type Member, type Placed } from './tree'

const blank = /[ \t\r\n]*/y
const numberToken = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/y
// Other control characters cannot come here: a text with them was refused before.
const stringToken = /"(?:[^"\\\t\n\r]|\\.)*"/y

/** Reads the JSON value that begins at `offset`, with its places. Throws `TextError`. `end` of the answer is behind the value. */
export function readJson(text: string, offset: number): Placed {
  let at = offset

  function fail(message: string, where = at): never {
    throw new TextError(message, where)
  }

  function skip(): void {
    blank.lastIndex = at
    blank.test(text)
    at = blank.lastIndex
  }

  function string(): string {
    stringToken.lastIndex = at
    const token = stringToken.exec(text)?.[0]
    if (token === undefined) return fail(text.indexOf('"', at + 1) < 0 ? 'this text has no closing quotation mark' : 'a line break or control character inside a text: write it as \\n')
    let value: unknown
    try {
      value = JSON.parse(token)
    } catch {
      return fail('a backslash here is followed by something that is no escape')
    }
    at += token.length
    return value as string
  }

  function value(depth: number): Placed {
    if (depth > depthMax) fail(`nested more than ${depthMax} levels deep`)
    skip()
    const start = at
    const first = text[at]
    switch (first) {
      case '{': return object(start, depth)
      case '[': return list(start, depth)
      case '"': return { value: string(), start, end: at }
    }
    for (const [word, meaning] of [['true', true], ['false', false], ['null', null]] as const) {
      if (text.startsWith(word, at)) {
        at += word.length
        return { value: meaning, start, end: at }
      }
    }
    numberToken.lastIndex = at
    const match = numberToken.exec(text)
    if (match === null) return fail(first === undefined ? 'the text ends where a value should be' : `a value is expected here, not ${JSON.stringify(first)}`)
    at += match[0].length
    const number = Number(match[0])
    if (!Number.isFinite(number)) fail(`${match[0]} is too large for a number`, start)
    if (match[1] === undefined && match[2] === undefined) exactInteger(number, match[0], start)
    return { value: number === 0 ? 0 : number, start, end: at }
  }

  function object(start: number, depth: number): Placed {
    const members = new Map<string, Member>()
    const result: Record<string, unknown> = {}
    at++
    skip()
    if (text[at] === '}') {
      at++
      return { value: result, start, end: at, members }
    }
    for (;;) {
      skip()
      const keyStart = at
      if (text[at] !== '"') fail(text[at] === '}' ? 'a comma before the closing brace' : 'a key in quotation marks is expected here')
      const key = string()
      const keyEnd = at
      if (key === forbiddenKey) fail(`the key ${forbiddenKey} is not allowed`, keyStart)
      if (members.has(key)) fail(`the key ${JSON.stringify(key)} is there twice`, keyStart)
      skip()
      if (text[at] !== ':') fail('a colon is expected here')
      at++
      const node = value(depth + 1)
      members.set(key, { keyStart, keyEnd, node })
      result[key] = node.value
      skip()
      if (text[at] === ',') at++
      else if (text[at] === '}') {
        at++
        return { value: result, start, end: at, members }
      } else fail(at >= text.length ? 'the text ends inside an object' : 'a comma or a closing brace is expected here')
    }
  }

  function list(start: number, depth: number): Placed {
    const items: Placed[] = []
    at++
    skip()
    if (text[at] === ']') {
      at++
      return { value: [], start, end: at, items }
    }
    for (;;) {
      items.push(value(depth + 1))
      skip()
      if (text[at] === ',') at++
      else if (text[at] === ']') {
        at++
        return { value: items.map((item) => item.value), start, end: at, items }
      } else fail(at >= text.length ? 'the text ends inside a list' : 'a comma or a closing bracket is expected here')
    }
  }

  return value(0)
}
