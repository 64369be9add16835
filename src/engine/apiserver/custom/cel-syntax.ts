// The syntax of the Common Expression Language, as far as rules of definitions use it. Upstream: cel-spec, doc/langdef.md.

export type Expression =
  | { readonly type: 'value'; readonly value: string | number | bigint | boolean | null }
  | { readonly type: 'name'; readonly name: string; readonly at: number }
  | { readonly type: 'select'; readonly of: Expression; readonly field: string; readonly optional: boolean }
  | { readonly type: 'index'; readonly of: Expression; readonly key: Expression; readonly optional: boolean }
  | { readonly type: 'call'; readonly on: Expression | undefined; readonly name: string; readonly arguments: readonly Expression[]; readonly at: number }
  | { readonly type: 'list'; readonly items: readonly Expression[] }
  | { readonly type: 'map'; readonly entries: readonly (readonly [Expression, Expression])[] }
  | { readonly type: 'unary'; readonly operator: '!' | '-'; readonly of: Expression }
  | { readonly type: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly type: 'choice'; readonly condition: Expression; readonly yes: Expression; readonly no: Expression }

/** The text is no expression; says where. */
export class CelSyntaxError extends Error {}

type Token = { readonly type: 'end' | 'name' | 'value' | 'sign'; readonly text: string; readonly value?: string | number | bigint; readonly at: number }

const signs = ['&&', '||', '==', '!=', '<=', '>=', '<', '>', '+', '-', '*', '/', '%', '!', '?', ':', '.', ',', '(', ')', '[', ']', '{', '}']
const depthMax = 200

/** Throws `CelSyntaxError` for a place in the text. */
export function fail(text: string, at: number, problem: string): never {
  const before = text.slice(0, at).split('\n')
  throw new CelSyntaxError(`ERROR: <input>:${before.length}:${(before[before.length - 1] ?? '').length + 1}: ${problem}`)
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  const rest = (): string => text.slice(at)
  while (at < text.length) {
    const space = /^(\s+|\/\/[^\n]*)/.exec(rest())
    if (space !== null) {
      at += space[0].length
      continue
    }
    const quoted = /^([rRbB]{0,2})("""[^]*?"""|'''[^]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')/.exec(rest())
    const raw = /^[rR]("[^"\n]*"|'[^'\n]*')/.exec(rest())
    if (raw !== null) {
      const [whole, literal = ''] = raw
      tokens.push({ type: 'value', text: whole, value: literal.slice(1, -1), at })
      at += whole.length
      continue
    }
    if (quoted !== null) {
      const [whole, prefix = '', literal = ''] = quoted
      const edge = literal.startsWith('"""') || literal.startsWith("'''") ? 3 : 1
      const inside = literal.slice(edge, -edge)
      tokens.push({ type: 'value', text: whole, value: /r/i.test(prefix) ? inside : unescaped(inside), at })
      at += whole.length
      continue
    }
    const number = /^(0[xX][0-9a-fA-F]+[uU]?|\d+\.\d+(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\d+[uU]?)/.exec(rest())
    if (number !== null) {
      const [whole] = number
      const isDouble = !/^0[xX]/.test(whole) && /[.eE]/.test(whole)
      tokens.push({ type: 'value', text: whole, value: isDouble ? Number(whole) : BigInt(whole.replace(/[uU]$/, '')), at })
      at += whole.length
      continue
    }
    const name = /^[_a-zA-Z][_a-zA-Z0-9]*/.exec(rest())
    if (name !== null) {
      tokens.push({ type: 'name', text: name[0], at })
      at += name[0].length
      continue
    }
    const sign = signs.find((one) => text.startsWith(one, at))
    if (sign === undefined) fail(text, at, `Syntax error: token recognition error at: '${text.charAt(at)}'`)
    tokens.push({ type: 'sign', text: sign, at })
    at += sign.length
  }
  tokens.push({ type: 'end', text: '<EOF>', at })
  return tokens
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\u0007', b: '\b', f: '\f', v: '\v' }

function unescaped(text: string): string {
  return text.replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.)/g, (_whole, code: string) => {
    if (/^[xuU]/.test(code) && code.length > 1) return String.fromCodePoint(Math.min(Number.parseInt(code.slice(1), 16), 0x10ffff))
    if (/^[0-7]{3}$/.test(code)) return String.fromCharCode(Number.parseInt(code, 8))
    return escapes[code] ?? code
  })
}

/** Reads an expression. Throws `CelSyntaxError`. */
export function parseCel(text: string): Expression {
  return new Parser(text).whole()
}

const levels: readonly (readonly string[])[] = [['||'], ['&&'], ['==', '!=', '<', '<=', '>', '>=', 'in'], ['+', '-'], ['*', '/', '%']]

class Parser {
  readonly #text: string
  readonly #tokens: readonly Token[]
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
    this.#tokens = tokensOf(text)
  }

  get #token(): Token {
    return this.#tokens[Math.min(this.#at, this.#tokens.length - 1)] as Token
  }

  #is(text: string): boolean {
    const token = this.#token
    return token.text === text && (token.type === 'sign' || (token.type === 'name' && text === 'in'))
  }

  #accept(text: string): boolean {
    if (!this.#is(text)) return false
    this.#at++
    return true
  }

  #expect(text: string): void {
    if (!this.#accept(text)) this.#unexpected(text)
  }

  #unexpected(wanted?: string): never {
    const { text, at, type } = this.#token
    fail(this.#text, at, wanted !== undefined && type !== 'end' ? `Syntax error: mismatched input '${text}' expecting '${wanted}'` : `Syntax error: mismatched input '${text}' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}`)
  }

  whole(): Expression {
    const expression = this.#expression()
    if (this.#token.type !== 'end') fail(this.#text, this.#token.at, `Syntax error: extraneous input '${this.#token.text}' expecting <EOF>`)
    return expression
  }

  #expression(): Expression {
    if (++this.#depth > depthMax) fail(this.#text, this.#token.at, 'expression recursion limit exceeded')
    const condition = this.#binary(0)
    let result = condition
    if (this.#accept('?')) {
      const yes = this.#binary(0)
      this.#expect(':')
      result = { type: 'choice', condition, yes, no: this.#expression() }
    }
    this.#depth--
    return result
  }

  #binary(level: number): Expression {
    const operators = levels[level]
    if (operators === undefined) return this.#unary()
    let left = this.#binary(level + 1)
    for (;;) {
      const operator = operators.find((one) => this.#is(one))
      if (operator === undefined) return left
      this.#at++
      left = { type: 'binary', operator, left, right: this.#binary(level + 1) }
    }
  }

  #unary(): Expression {
    if (++this.#depth > depthMax) fail(this.#text, this.#token.at, 'expression recursion limit exceeded')
    let result: Expression
    if (this.#accept('!')) result = { type: 'unary', operator: '!', of: this.#unary() }
    else if (this.#accept('-')) result = { type: 'unary', operator: '-', of: this.#unary() }
    else result = this.#member()
    this.#depth--
    return result
  }

  #member(): Expression {
    let of = this.#primary()
    for (;;) {
      if (this.#accept('.')) {
        const optional = this.#accept('?')
        const { type, text, at } = this.#token
        if (type !== 'name') this.#unexpected('IDENTIFIER')
        this.#at++
        of = !optional && this.#is('(') ? { type: 'call', on: of, name: text, arguments: this.#arguments('(', ')'), at } : { type: 'select', of, field: text, optional }
      } else if (this.#accept('[')) {
        const optional = this.#accept('?')
        const key = this.#expression()
        this.#expect(']')
        of = { type: 'index', of, key, optional }
      } else return of
    }
  }

  #arguments(open: string, close: string): Expression[] {
    this.#expect(open)
    const list: Expression[] = []
    while (!this.#is(close)) {
      list.push(this.#expression())
      if (!this.#accept(',')) break
    }
    this.#expect(close)
    return list
  }

  #primary(): Expression {
    const token = this.#token
    if (token.type === 'value') {
      this.#at++
      return { type: 'value', value: token.value as string | number | bigint }
    }
    if (token.type === 'name' && token.text !== 'in') {
      this.#at++
      if (token.text === 'true' || token.text === 'false') return { type: 'value', value: token.text === 'true' }
      if (token.text === 'null') return { type: 'value', value: null }
      return this.#is('(') ? { type: 'call', on: undefined, name: token.text, arguments: this.#arguments('(', ')'), at: token.at } : { type: 'name', name: token.text, at: token.at }
    }
    if (this.#accept('(')) {
      const inside = this.#expression()
      this.#expect(')')
      return inside
    }
    if (this.#is('[')) return { type: 'list', items: this.#arguments('[', ']') }
    if (this.#accept('{')) {
      const entries: [Expression, Expression][] = []
      while (!this.#is('}')) {
        const key = this.#expression()
        this.#expect(':')
        entries.push([key, this.#expression()])
        if (!this.#accept(',')) break
      }
      this.#expect('}')
      return { type: 'map', entries }
    }
    return this.#unexpected()
  }
}
