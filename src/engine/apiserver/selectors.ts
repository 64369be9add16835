import { matches, type ApiObject, type Requirement } from '../../api'
import { badRequest } from './errors'
import { valueText } from './field-errors'
import { labelValueRule, qualifiedName } from './names'

// Selectors as they stand in a query. Upstream: apimachinery/pkg/labels (Parse) and pkg/fields (ParseSelector).

type TokenType = 'end' | ')' | ',' | '!' | '==' | '=' | '>' | '<' | 'identifier' | 'in' | 'notin' | '!=' | '('
interface Token { readonly type: TokenType; readonly text: string }

const special = new Set(['=', '!', '(', ')', ',', '>', '<'])
const operators: Record<string, TokenType> = { ')': ')', ',': ',', '!': '!', '==': '==', '=': '=', '>': '>', '<': '<', in: 'in', notin: 'notin', '!=': '!=', '(': '(' }

function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    const character = text.charAt(at)
    if (character === ' ' || character === '\t' || character === '\r' || character === '\n') {
      at++
    } else if (special.has(character)) {
      // Two characters that make one operator go together; a lone "!" is one.
      const two = text.slice(at, at + 2)
      const word = two === '==' || two === '!=' ? two : character
      tokens.push({ type: operators[word] as TokenType, text: word })
      at += word.length
    } else {
      let end = at
      while (end < text.length && !special.has(text.charAt(end)) && !/[ \t\r\n]/.test(text.charAt(end))) end++
      const word = text.slice(at, end)
      tokens.push({ type: word === 'in' || word === 'notin' ? word : 'identifier', text: word })
      at = end
    }
  }
  tokens.push({ type: 'end', text: '' })
  return tokens
}

class LabelParser {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(text: string) {
    this.#tokens = tokensOf(text)
  }

  /** In contexts of values a keyword is an identifier. */
  #peek(values = false): Token {
    const token = this.#tokens[Math.min(this.#at, this.#tokens.length - 1)] as Token
    return values && (token.type === 'in' || token.type === 'notin') ? { type: 'identifier', text: token.text } : token
  }

  #take(values = false): Token {
    const token = this.#peek(values)
    this.#at++
    return token
  }

  parse(): Requirement[] {
    const requirements: Requirement[] = []
    for (;;) {
      const token = this.#peek(true)
      if (token.type === 'identifier' || token.type === '!') {
        try {
          requirements.push(this.#requirement())
        } catch (error) {
          throw error instanceof SelectorProblem ? new SelectorProblem(`unable to parse requirement: ${error.message}`) : error
        }
        const next = this.#take()
        if (next.type === 'end') return requirements
        if (next.type !== ',') throw new SelectorProblem(`found '${next.text}', expected: ',' or 'end of string'`)
        const after = this.#peek(true)
        if (after.type !== 'identifier' && after.type !== '!') throw new SelectorProblem(`found '${after.text}', expected: identifier after ','`)
      } else if (token.type === 'end') return requirements
      else throw new SelectorProblem(`found '${token.text}', expected: !, identifier, or 'end of string'`)
    }
  }

  #requirement(): Requirement {
    let negated = false
    let token = this.#take(true)
    if (token.type === '!') {
      negated = true
      token = this.#take(true)
    }
    if (token.type !== 'identifier') throw new SelectorProblem(`found '${token.text}', expected: identifier`)
    const key = token.text
    const keyProblems = qualifiedName(key)
    if (keyProblems.length > 0) throw new SelectorProblem(`key: Invalid value: ${valueText(key)}: ${keyProblems.join('; ')}`)
    const next = this.#peek()
    if (negated || next.type === 'end' || next.type === ',') return { key, operator: negated ? 'DoesNotExist' : 'Exists', values: [] }
    const operator = this.#take()
    switch (operator.type) {
      case 'in': case 'notin': return this.#checked(key, operator.type === 'in' ? 'In' : 'NotIn', this.#values())
      case '=': case '==': return this.#checked(key, 'In', [this.#exactValue()])
      case '!=': return this.#checked(key, 'NotIn', [this.#exactValue()])
      case '>': case '<': {
        const value = this.#exactValue()
        if (!/^[+-]?\d+$/.test(value)) throw new SelectorProblem(`values[0][${key}]: Invalid value: ${valueText(value)}: for 'Gt', 'Lt' operators, the value must be an integer`)
        return this.#checked(key, operator.type === '>' ? 'Gt' : 'Lt', [value])
      }
      default: throw new SelectorProblem(`found '${operator.text}', expected: in, notin, =, ==, !=, gt, lt`)
    }
  }

  #checked(key: string, operator: Requirement['operator'], values: readonly string[]): Requirement {
    values.forEach((value, i) => {
      const problems = labelValueRule(value)
      if (problems.length > 0) throw new SelectorProblem(`values[${i}][${key}]: Invalid value: ${valueText(value)}: ${problems.join('; ')}`)
    })
    return { key, operator, values }
  }

  #values(): string[] {
    const open = this.#take(true)
    if (open.type !== '(') throw new SelectorProblem(`found '${open.text}' expected: '('`)
    const values: string[] = []
    if (this.#peek(true).type === ')') {
      this.#take()
      return ['']
    }
    for (;;) {
      const token = this.#take(true)
      if (token.type === 'identifier') {
        values.push(token.text)
        const next = this.#take(true)
        if (next.type === ')') return values
        if (next.type !== ',') throw new SelectorProblem(`found '${next.text}', expected: ',' or ')'`)
        if (this.#peek(true).type === ')') {
          this.#take()
          values.push('')
          return values
        }
      } else if (token.type === ',') {
        // A value left out is the empty one.
        values.push('')
        if (this.#peek(true).type === ')') {
          this.#take()
          values.push('')
          return values
        }
      } else throw new SelectorProblem(`found '${token.text}', expected: ',', or identifier`)
    }
  }

  #exactValue(): string {
    const token = this.#peek(true)
    if (token.type === 'end' || token.type === ',') return ''
    this.#take()
    if (token.type !== 'identifier') throw new SelectorProblem(`found '${token.text}', expected: identifier`)
    return token.text
  }
}

class SelectorProblem extends Error {}

const labelMemo = new Map<string, readonly Requirement[]>()

/** A label selector's requirements. Throws a BadRequest `ApiError`. */
export function parseLabelSelector(text: string): readonly Requirement[] {
  if (text === '') return []
  let found = labelMemo.get(text)
  if (found === undefined) {
    try {
      found = new LabelParser(text).parse()
    } catch (error) {
      if (error instanceof SelectorProblem) throw badRequest(error.message)
      throw error
    }
    if (labelMemo.size > 1_000) labelMemo.clear()
    labelMemo.set(text, found)
  }
  return found
}

export interface FieldTerm {
  readonly field: string
  readonly equal: boolean
  readonly value: string
}

/** The terms of a field selector: `metadata.name=x,status.phase!=Failed`. Throws a BadRequest `ApiError`. */
export function parseFieldSelector(text: string): readonly FieldTerm[] {
  const terms: FieldTerm[] = []
  for (const part of splitTerms(text)) {
    if (part === '') continue
    const match = splitTerm(part)
    if (match === undefined) throw badRequest(`invalid selector: '${text}'; can't understand '${part}'`)
    terms.push({ field: match.field, equal: match.operator !== '!=', value: unescape(match.value, text) })
  }
  return terms
}

function splitTerms(text: string): string[] {
  const terms: string[] = []
  let start = 0
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i)
    if (character === '\\') i++
    else if (character === ',') {
      terms.push(text.slice(start, i))
      start = i + 1
    }
  }
  terms.push(text.slice(start))
  return terms
}

function splitTerm(term: string): { field: string; operator: string; value: string } | undefined {
  for (let i = 0; i < term.length; i++) {
    const rest = term.slice(i, i + 2)
    for (const operator of ['!=', '==']) if (rest === operator) return { field: term.slice(0, i), operator, value: term.slice(i + 2) }
    if (term.charAt(i) === '=') return { field: term.slice(0, i), operator: '=', value: term.slice(i + 1) }
  }
  return undefined
}

function unescape(value: string, selector: string): string {
  if (!/[\\,=]/.test(value)) return value
  let out = ''
  for (let i = 0; i < value.length; i++) {
    const character = value.charAt(i)
    if (character === '\\') {
      const next = value.charAt(++i)
      if (next !== '\\' && next !== ',' && next !== '=') throw badRequest(`invalid field selector: invalid escape sequence: \\${next}`)
      out += next
    } else if (character === ',' || character === '=') throw badRequest(`invalid selector: '${selector}'; can't understand '${value}'`)
    else out += character
  }
  return out
}

/** Which objects a request is about. */
export interface Selection {
  readonly labels: readonly Requirement[]
  readonly fields: readonly FieldTerm[]
}

export const everything: Selection = { labels: [], fields: [] }

/** Whether an object is selected; `fieldOf` says what a selectable field of the kind holds. */
export function selects(selection: Selection, object: ApiObject, fieldOf: (object: ApiObject, field: string) => string | undefined): boolean {
  for (const term of selection.fields) if (((fieldOf(object, term.field) ?? '') === term.value) !== term.equal) return false
  return selection.labels.length === 0 || matches(selection.labels, object.metadata.labels)
}
