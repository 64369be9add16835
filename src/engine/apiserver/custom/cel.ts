import { parseQuantity, virtualOf } from '../../../api'
import { isFields } from '../draft'
import { isCidr, isIPv4, isIPv6 } from '../names'
import { CelSyntaxError, fail, parseCel, type Expression } from './cel-syntax'
import { patternOf } from './validate'

// Rules in CEL, evaluated on JSON. Types are those of the values: whole numbers are ints, and numbers of both kinds may meet.
// Upstream: cel-go, apiserver/pkg/cel/library.

export type CelValue = null | boolean | string | number | bigint | readonly CelValue[] | { readonly [key: string]: unknown } | Moment | Span | Optional | Amount

class Moment { constructor(readonly ms: number) {} }
class Span { constructor(readonly ms: number) {} }
class Amount { constructor(readonly nanos: bigint) {} }
class Optional { constructor(readonly value: CelValue | undefined) {} }

/** Evaluation came to no answer; the text says why, as cel-go does. */
export class CelError extends Error {}
/** Too many steps were taken. */
export class CelCostError extends Error {}

/** Steps that are left; shared by all rules of one object. */
export interface CelBudget { steps: number }

type Variables = { readonly [name: string]: unknown }

export interface CelProgram {
  /** Names a variable. */
  uses(name: string): boolean
  /** Throws `CelError` or `CelCostError`. */
  run(variables: Variables, budget: CelBudget): CelValue
}

const programs = new Map<string, CelProgram | { readonly problem: string }>()

/** Reads a rule, or says why it cannot be read. A memo of constant texts. */
export function celProgram(text: string): CelProgram | { readonly problem: string } {
  let program = programs.get(text)
  if (program === undefined) {
    if (programs.size > 1_000) programs.clear()
    programs.set(text, program = compile(text))
  }
  return program
}

/** What a rule may speak of. */
const ruleNames: ReadonlySet<string> = new Set(['self', 'oldSelf'])

function compile(text: string): CelProgram | { readonly problem: string } {
  try {
    const expression = parseCel(text)
    const unknown = undeclared(expression, ruleNames)
    if (unknown !== undefined) fail(text, unknown.at, `undeclared reference to '${unknown.name}' (in container '')`)
    const used = new Set<string>()
    walk(expression, (one) => { if (one.type === 'name') used.add(one.name) })
    return { uses: (name) => used.has(name), run: (variables, budget) => new Evaluator(budget).value(expression, variables) }
  } catch (error) {
    if (error instanceof CelSyntaxError) return { problem: error.message }
    throw error
  }
}

function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.type) {
    case 'value': case 'name': return []
    case 'select': case 'unary': return [expression.of]
    case 'index': return [expression.of, expression.key]
    case 'call': return expression.on === undefined ? expression.arguments : [expression.on, ...expression.arguments]
    case 'list': return expression.items
    case 'map': return expression.entries.flat()
    case 'binary': return [expression.left, expression.right]
    case 'choice': return [expression.condition, expression.yes, expression.no]
  }
}

function walk(expression: Expression, visit: (one: Expression) => void): void {
  visit(expression)
  for (const part of partsOf(expression)) walk(part, visit)
}

const macros = new Set(['all', 'exists', 'exists_one', 'existsOne', 'map', 'filter'])
const namespaces = new Set(['sets', 'optional', 'math'])

/** The first name or function that nothing is known of. */
function undeclared(expression: Expression, known: ReadonlySet<string>): { readonly name: string; readonly at: number } | undefined {
  if (expression.type === 'name') return known.has(expression.name) || typeNames.has(expression.name) ? undefined : expression
  if (expression.type === 'call') {
    const { on, name, arguments: given } = expression
    if (on === undefined) {
      if (name !== 'has' && !Object.hasOwn(functions, name)) return expression
    } else if (macros.has(name) && given[0]?.type === 'name') {
      const variables = given.slice(0, given.length - 1).filter((one) => one.type === 'name').slice(0, 2)
      const inner = new Set([...known, ...variables.map((one) => one.name)])
      return undeclared(on, known) ?? given.slice(1).map((one) => undeclared(one, inner)).find((one) => one !== undefined)
    } else if (on.type === 'name' && namespaces.has(on.name)) {
      if (!Object.hasOwn(functions, `${on.name}.${name}`)) return expression
      return given.map((one) => undeclared(one, known)).find((one) => one !== undefined)
    } else if (!Object.hasOwn(methods, name)) return expression
  }
  for (const part of partsOf(expression)) {
    const found = undeclared(part, known)
    if (found !== undefined) return found
  }
  return undefined
}

const typeNames = new Set(['int', 'uint', 'double', 'bool', 'string', 'bytes', 'list', 'map', 'null_type', 'type'])

/** A JSON value as CEL has it: whole numbers are ints. */
function fromJson(value: unknown): CelValue {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value
  return (value ?? null) as CelValue
}

/** Property names that are no identifiers are written with escapes. Upstream: apiserver/schema/cel, Escape. */
function unescapedName(name: string): string {
  const match = /^__([a-z]+)__$/.exec(name)
  if (match !== null && reserved.has(match[1] as string)) return match[1] as string
  return name.replaceAll('__underscores__', '__').replaceAll('__dot__', '.').replaceAll('__dash__', '-').replaceAll('__slash__', '/')
}
const reserved = new Set(['true', 'false', 'null', 'in', 'as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if', 'import', 'let', 'loop', 'package', 'namespace', 'return'])

const noOverload = (): CelError => new CelError('no such overload')

function refuse(): never {
  throw noOverload()
}

class Evaluator {
  readonly #budget: CelBudget

  constructor(budget: CelBudget) {
    this.#budget = budget
  }

  spend(steps = 1): void {
    this.#budget.steps -= steps
    if (this.#budget.steps < 0) throw new CelCostError()
  }

  value(expression: Expression, variables: Variables): CelValue {
    this.spend()
    switch (expression.type) {
      case 'value': return expression.value
      case 'name': return Object.hasOwn(variables, expression.name) ? fromJson(variables[expression.name]) : expression.name
      case 'select': return this.#select(this.value(expression.of, variables), expression.field, expression.optional)
      case 'index': return this.#index(this.value(expression.of, variables), this.value(expression.key, variables), expression.optional)
      case 'list': return expression.items.map((item) => this.value(item, variables))
      case 'map': {
        const out: Record<string, unknown> = {}
        for (const [key, value] of expression.entries) Object.defineProperty(out, String(this.value(key, variables)), { value: this.value(value, variables), enumerable: true, writable: true, configurable: true })
        return out
      }
      case 'unary': {
        const of = this.value(expression.of, variables)
        if (expression.operator === '!') {
          if (typeof of !== 'boolean') throw noOverload()
          return !of
        }
        if (typeof of === 'bigint') return -of
        if (typeof of === 'number') return -of
        throw noOverload()
      }
      case 'binary': return this.#binary(expression.operator, expression.left, expression.right, variables)
      case 'choice': return this.#truth(this.value(expression.condition, variables)) ? this.value(expression.yes, variables) : this.value(expression.no, variables)
      case 'call': return this.#call(expression, variables)
    }
  }

  #truth(value: CelValue): boolean {
    if (typeof value !== 'boolean') throw noOverload()
    return value
  }

  #member(of: CelValue, field: string): { readonly value: CelValue } | undefined {
    if (!isFields(of) || of instanceof Moment || of instanceof Span || of instanceof Optional || of instanceof Amount) throw noOverload()
    for (const name of [field, unescapedName(field)]) if (Object.hasOwn(of, name)) return { value: fromJson(of[name]) }
    return undefined
  }

  #select(of: CelValue, field: string, optional: boolean): CelValue {
    if (of instanceof Optional) {
      const inner = of.value === undefined || of.value === null ? undefined : this.#member(of.value, field)
      return new Optional(inner?.value)
    }
    const found = this.#member(of, field)
    if (optional) return new Optional(found?.value)
    if (found === undefined) throw new CelError(`no such key: ${field}`)
    return found.value
  }

  #index(of: CelValue, key: CelValue, optional: boolean): CelValue {
    if (of instanceof Optional) return of.value === undefined ? of : this.#index(of.value, key, true)
    if (Array.isArray(of)) {
      const at = Number(key)
      if (typeof key !== 'bigint' && typeof key !== 'number') throw noOverload()
      const inside = Number.isInteger(at) && at >= 0 && at < of.length
      if (optional) return new Optional(inside ? fromJson(of[at]) : undefined)
      if (!inside) throw new CelError(`index out of bounds: ${String(key)}`)
      return fromJson(of[at])
    }
    const found = this.#member(of, String(key))
    if (optional) return new Optional(found?.value)
    if (found === undefined) throw new CelError(`no such key: ${String(key)}`)
    return found.value
  }

  #binary(operator: string, leftPart: Expression, rightPart: Expression, variables: Variables): CelValue {
    if (operator === '&&' || operator === '||') {
      // What one side settles, an error of the other does not unsettle.
      const settles = operator === '||'
      let trouble: unknown
      for (const part of [leftPart, rightPart]) {
        try {
          if (this.#truth(this.value(part, variables)) === settles) return settles
        } catch (error) {
          if (!(error instanceof CelError)) throw error
          trouble ??= error
        }
      }
      if (trouble !== undefined) throw trouble
      return !settles
    }
    const left = this.value(leftPart, variables)
    const right = this.value(rightPart, variables)
    switch (operator) {
      case '==': return this.same(left, right)
      case '!=': return !this.same(left, right)
      case 'in':
        if (Array.isArray(right)) return right.some((item) => this.same(left, fromJson(item)))
        return this.#member(right, String(left)) !== undefined
      case '<': return order(left, right) < 0
      case '<=': return order(left, right) <= 0
      case '>': return order(left, right) > 0
      case '>=': return order(left, right) >= 0
      default: return this.#arithmetic(operator, left, right)
    }
  }

  #arithmetic(operator: string, left: CelValue, right: CelValue): CelValue {
    if (operator === '+') {
      if (typeof left === 'string' && typeof right === 'string') {
        this.spend(Math.ceil((left.length + right.length) / 10))
        return left + right
      }
      if (Array.isArray(left) && Array.isArray(right)) {
        this.spend(left.length + right.length)
        return [...left as readonly CelValue[], ...right as readonly CelValue[]]
      }
    }
    if (left instanceof Moment && right instanceof Span) return new Moment(operator === '+' ? left.ms + right.ms : left.ms - right.ms)
    if (left instanceof Span && right instanceof Moment && operator === '+') return new Moment(left.ms + right.ms)
    if (left instanceof Moment && right instanceof Moment && operator === '-') return new Span(left.ms - right.ms)
    if (left instanceof Span && right instanceof Span) return new Span(operator === '+' ? left.ms + right.ms : left.ms - right.ms)
    if (typeof left === 'bigint' && typeof right === 'bigint') {
      if ((operator === '/' || operator === '%') && right === 0n) throw new CelError(operator === '/' ? 'division by zero' : 'modulus by zero')
      const result = operator === '+' ? left + right : operator === '-' ? left - right : operator === '*' ? left * right : operator === '/' ? left / right : left % right
      if (result > 9_223_372_036_854_775_807n || result < -9_223_372_036_854_775_808n) throw new CelError('integer overflow')
      return result
    }
    if (isNumber(left) && isNumber(right) && operator !== '%') {
      const [a, b] = [Number(left), Number(right)]
      return operator === '+' ? a + b : operator === '-' ? a - b : operator === '*' ? a * b : a / b
    }
    throw noOverload()
  }

  /** Equality of values of any kind. */
  same(a: CelValue, b: CelValue): boolean {
    this.spend()
    if (a === b) return true
    if (isNumber(a) && isNumber(b)) return Number(a) === Number(b)
    if (a instanceof Optional && b instanceof Optional) return a.value === undefined || b.value === undefined ? a.value === b.value : this.same(a.value, b.value)
    if ((a instanceof Moment && b instanceof Moment) || (a instanceof Span && b instanceof Span)) return a.ms === b.ms
    if (a instanceof Amount && b instanceof Amount) return a.nanos === b.nanos
    if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => this.same(fromJson(item), fromJson(b[i])))
    if (isPlain(a) && isPlain(b)) {
      const keys = Object.keys(a)
      return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && this.same(fromJson(a[key]), fromJson(b[key])))
    }
    return false
  }

  #call({ on, name, arguments: given }: Extract<Expression, { type: 'call' }>, variables: Variables): CelValue {
    if (on === undefined && name === 'has') {
      const [of] = given
      if (of?.type !== 'select') throw new CelError('invalid argument to has() macro')
      return this.#member(this.value(of.of, variables), of.field) !== undefined
    }
    if (on !== undefined && macros.has(name) && given[0]?.type === 'name') return this.#macro(name, this.value(on, variables), given, variables)
    if (on?.type === 'name' && namespaces.has(on.name) && !Object.hasOwn(variables, on.name)) {
      return (functions[`${on.name}.${name}`] as CelFunction)(given.map((one) => this.value(one, variables)), this)
    }
    if (on === undefined) return (functions[name] as CelFunction)(given.map((one) => this.value(one, variables)), this)
    return (methods[name] as CelFunction)([this.value(on, variables), ...given.map((one) => this.value(one, variables))], this)
  }

  #macro(name: string, over: CelValue, given: readonly Expression[], variables: Variables): CelValue {
    const items: readonly CelValue[] = Array.isArray(over) ? over : isPlain(over) ? Object.keys(over).sort() : refuse()
    const [variable] = given
    const two = given.length === 3 && name !== 'map' && given[1]?.type === 'name'
    const body = given[given.length - 1] as Expression
    const scopeOf = (item: CelValue, i: number): Variables => {
      const names = { ...variables, [(variable as Extract<Expression, { type: 'name' }>).name]: two ? (Array.isArray(over) ? BigInt(i) : item) : item }
      if (two) names[(given[1] as Extract<Expression, { type: 'name' }>).name] = Array.isArray(over) ? item : (over as Record<string, CelValue>)[item as string]
      return names
    }
    if (name === 'filter') return items.filter((item, i) => this.#truth(this.value(body, scopeOf(item, i))))
    if (name === 'map') {
      const chosen = given.length === 3 ? items.filter((item, i) => this.#truth(this.value(given[1] as Expression, scopeOf(item, i)))) : items
      return chosen.map((item, i) => this.value(body, scopeOf(item, i)))
    }
    let count = 0
    let trouble: unknown
    for (let i = 0; i < items.length; i++) {
      try {
        const holds = this.#truth(this.value(body, scopeOf(items[i] as CelValue, i)))
        if (holds) count++
        if (name === 'all' && !holds) return false
        if (name === 'exists' && holds) return true
      } catch (error) {
        if (!(error instanceof CelError) || name === 'exists_one' || name === 'existsOne') throw error
        trouble ??= error
      }
    }
    if (trouble !== undefined) throw trouble
    return name === 'all' ? true : name === 'exists' ? false : count === 1
  }
}

const isNumber = (value: CelValue): value is number | bigint => typeof value === 'number' || typeof value === 'bigint'
const isPlain = (value: CelValue): value is { readonly [key: string]: unknown } => isFields(value) && !(value instanceof Moment) && !(value instanceof Span) && !(value instanceof Optional) && !(value instanceof Amount)

function order(a: CelValue, b: CelValue): number {
  if (isNumber(a) && isNumber(b)) return a < b ? -1 : a > b ? 1 : 0
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b)
  if ((a instanceof Moment && b instanceof Moment) || (a instanceof Span && b instanceof Span)) return a.ms - b.ms
  throw noOverload()
}

type CelFunction = (given: readonly CelValue[], evaluator: Evaluator) => CelValue

const text = (value: CelValue | undefined): string => {
  if (typeof value !== 'string') throw noOverload()
  return value
}
const list = (value: CelValue | undefined): readonly CelValue[] => {
  if (!Array.isArray(value)) throw noOverload()
  return (value as readonly unknown[]).map(fromJson)
}
const index = (value: CelValue | undefined): number => {
  if (!isNumber(value as CelValue)) throw noOverload()
  return Number(value)
}

const units: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, 'µs': 1e-3, ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

function spanOf(value: string): Span {
  const match = /^([+-]?)((?:\d+(?:\.\d*)?(?:ns|us|µs|ms|s|m|h))+)$/.exec(value)
  if (match === null && value !== '0') throw new CelError(`time: invalid duration ${JSON.stringify(value)}`)
  let ms = 0
  for (const [, amount = '', unit = ''] of (match?.[2] ?? '').matchAll(/(\d+(?:\.\d*)?)(ns|us|µs|ms|s|m|h)/g)) ms += Number(amount) * (units[unit] ?? 0)
  return new Span(match?.[1] === '-' ? -ms : ms)
}

function size(value: CelValue): bigint {
  if (typeof value === 'string') return BigInt([...value].length)
  if (Array.isArray(value)) return BigInt(value.length)
  if (isPlain(value)) return BigInt(Object.keys(value).length)
  throw noOverload()
}

function matches(value: string, pattern: string): boolean {
  const regex = patternOf(pattern)
  if (regex === undefined) throw new CelError(`error parsing regexp: ${pattern}`)
  return regex.test(value)
}

function amount(value: string): Amount {
  const parsed = parseQuantity(value)
  if (parsed === undefined) throw new CelError("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
  return new Amount(parsed.nanos)
}

/** A number of nanos, of a quantity or an int. */
const nanosOf = (value: CelValue | undefined): bigint => {
  if (value instanceof Amount) return value.nanos
  if (typeof value === 'bigint') return value * 1_000_000_000n
  throw noOverload()
}

const whole: CelFunction = ([value]) => {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number') return BigInt(Math.trunc(value))
  if (typeof value === 'string' && /^[+-]?\d+$/.test(value)) return BigInt(value)
  if (value instanceof Moment) return BigInt(Math.floor(value.ms / 1000))
  throw typeof value === 'string' ? new CelError(`strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`) : noOverload()
}

const functions: Readonly<Record<string, CelFunction>> = {
  size: ([value]) => size(value as CelValue),
  dyn: ([value]) => value as CelValue,
  int: whole,
  uint: whole,
  double: ([value]) => {
    if (isNumber(value as CelValue)) return Number(value)
    const number = Number(text(value))
    if (Number.isNaN(number)) throw new CelError(`strconv.ParseFloat: parsing ${JSON.stringify(value)}: invalid syntax`)
    return number
  },
  string: ([value]) => (typeof value === 'object' && value !== null && !(value instanceof Span) ? refuse() : value instanceof Span ? `${value.ms / 1000}s` : String(value)),
  bool: ([value]) => {
    if (typeof value === 'boolean') return value
    if (value === 'true' || value === 'false') return value === 'true'
    throw noOverload()
  },
  type: ([value]) => (value === null ? 'null_type' : typeof value === 'bigint' ? 'int' : typeof value === 'number' ? 'double' : typeof value === 'boolean' ? 'bool' : typeof value === 'string' ? 'string' : Array.isArray(value) ? 'list' : 'map'),
  duration: ([value]) => (value instanceof Span ? value : spanOf(text(value))),
  timestamp: ([value]) => {
    if (value instanceof Moment) return value
    const ms = virtualOf(text(value))
    if (Number.isNaN(ms)) throw new CelError(`parsing time ${JSON.stringify(value)} as "2006-01-02T15:04:05Z07:00": cannot parse ${JSON.stringify(value)} as "2006"`)
    return new Moment(ms)
  },
  quantity: ([value]) => amount(text(value)),
  isQuantity: ([value]) => parseQuantity(text(value)) !== undefined,
  isIP: ([value]) => isIPv4(text(value)) || isIPv6(text(value)),
  isCIDR: ([value]) => isCidr(text(value)),
  isURL: ([value]) => /^[a-zA-Z][a-zA-Z0-9+.-]*:\/\/[^\s/?#]+([/?#]\S*)?$/.test(text(value)) || /^\/\S*$/.test(text(value)),
  'optional.of': ([value]) => new Optional(value),
  'optional.none': () => new Optional(undefined),
  'optional.ofNonZeroValue': ([value]) => new Optional(value === '' || value === false || value === null || value === 0n || value === 0 || (Array.isArray(value) && value.length === 0) ? undefined : value),
  'sets.contains': ([a, b], evaluator) => list(b).every((item) => list(a).some((other) => evaluator.same(item, other))),
  'sets.equivalent': ([a, b], evaluator) => list(b).every((item) => list(a).some((other) => evaluator.same(item, other))) && list(a).every((item) => list(b).some((other) => evaluator.same(item, other))),
  'sets.intersects': ([a, b], evaluator) => list(a).some((item) => list(b).some((other) => evaluator.same(item, other))),
  'math.greatest': (given) => given.flatMap((one) => (Array.isArray(one) ? list(one) : [one])).reduce((a, b) => (order(a, b) >= 0 ? a : b)),
  'math.least': (given) => given.flatMap((one) => (Array.isArray(one) ? list(one) : [one])).reduce((a, b) => (order(a, b) <= 0 ? a : b)),
}

const methods: Readonly<Record<string, CelFunction>> = {
  size: ([value]) => size(value as CelValue),
  contains: ([of, part]) => text(of).includes(text(part)),
  startsWith: ([of, part]) => text(of).startsWith(text(part)),
  endsWith: ([of, part]) => text(of).endsWith(text(part)),
  matches: ([of, pattern], evaluator) => {
    evaluator.spend(Math.ceil(text(of).length / 10))
    return matches(text(of), text(pattern))
  },
  find: ([of, pattern]) => patternOf(text(pattern))?.exec(text(of))?.[0] ?? '',
  findAll: ([of, pattern]) => {
    const regex = patternOf(text(pattern))
    return regex === undefined ? [] : [...text(of).matchAll(new RegExp(regex.source, `${regex.flags}g`))].map((match) => match[0])
  },
  lowerAscii: ([of]) => text(of).replace(/[A-Z]/g, (letter) => letter.toLowerCase()),
  upperAscii: ([of]) => text(of).replace(/[a-z]/g, (letter) => letter.toUpperCase()),
  trim: ([of]) => text(of).trim(),
  split: ([of, by, limit]) => {
    const parts = text(of).split(text(by))
    const most = limit === undefined ? -1 : index(limit)
    return most < 0 || parts.length <= most ? parts : most === 0 ? [] : [...parts.slice(0, most - 1), parts.slice(most - 1).join(text(by))]
  },
  join: ([of, by]) => list(of).map(text).join(by === undefined ? '' : text(by)),
  replace: ([of, from, to, limit]) => {
    const most = limit === undefined ? -1 : index(limit)
    const parts = text(of).split(text(from))
    if (most < 0) return parts.join(text(to))
    return parts.reduce((sum, part, i) => (i === 0 ? part : `${sum}${i <= most ? text(to) : text(from)}${part}`), '')
  },
  substring: ([of, from, to]) => {
    const letters = [...text(of)]
    const [start, end] = [index(from), to === undefined ? letters.length : index(to)]
    if (start < 0 || end > letters.length || start > end) throw new CelError(`index out of range: ${start}`)
    return letters.slice(start, end).join('')
  },
  charAt: ([of, at]) => [...text(of)][index(at)] ?? '',
  indexOf: ([of, part], evaluator) => BigInt(typeof of === 'string' ? of.indexOf(text(part)) : list(of).findIndex((item) => evaluator.same(item, part as CelValue))),
  lastIndexOf: ([of, part], evaluator) => BigInt(typeof of === 'string' ? of.lastIndexOf(text(part)) : list(of).findLastIndex((item) => evaluator.same(item, part as CelValue))),
  reverse: ([of]) => (typeof of === 'string' ? [...of].reverse().join('') : [...list(of)].reverse()),
  isSorted: ([of]) => list(of).every((item, i, all) => i === 0 || order(all[i - 1] as CelValue, item) <= 0),
  sum: ([of]) => list(of).reduce((sum, item) => (typeof sum === 'bigint' && typeof item === 'bigint' ? sum + item : Number(sum) + Number(item)), 0n as CelValue),
  min: ([of]) => {
    if (list(of).length === 0) throw new CelError('min called on empty list')
    return list(of).reduce((a, b) => (order(a, b) <= 0 ? a : b))
  },
  max: ([of]) => {
    if (list(of).length === 0) throw new CelError('max called on empty list')
    return list(of).reduce((a, b) => (order(a, b) >= 0 ? a : b))
  },
  distinct: ([of], evaluator) => list(of).filter((item, i, all) => all.findIndex((other) => evaluator.same(item, other)) === i),
  sort: ([of]) => [...list(of)].sort(order),
  slice: ([of, from, to]) => list(of).slice(index(from), index(to)),
  flatten: ([of]) => list(of).flatMap((item) => (Array.isArray(item) ? list(item) : [item])),
  hasValue: ([of]) => of instanceof Optional ? of.value !== undefined : refuse(),
  value: ([of]) => {
    if (!(of instanceof Optional)) throw noOverload()
    if (of.value === undefined) throw new CelError('optional.none() dereference')
    return of.value
  },
  orValue: ([of, otherwise]) => (of instanceof Optional ? of.value ?? (otherwise as CelValue) : refuse()),
  or: ([of, otherwise]) => (of instanceof Optional && of.value === undefined ? otherwise as CelValue : of as CelValue),
  getSeconds: ([of]) => (of instanceof Span ? BigInt(Math.trunc(of.ms / 1_000)) : refuse()),
  getMinutes: ([of]) => (of instanceof Span ? BigInt(Math.trunc(of.ms / 60_000)) : refuse()),
  getHours: ([of]) => (of instanceof Span ? BigInt(Math.trunc(of.ms / 3_600_000)) : refuse()),
  isGreaterThan: ([of, other]) => nanosOf(of) > nanosOf(other),
  isLessThan: ([of, other]) => nanosOf(of) < nanosOf(other),
  compareTo: ([of, other]) => (nanosOf(of) < nanosOf(other) ? -1n : nanosOf(of) > nanosOf(other) ? 1n : 0n),
  add: ([of, other]) => new Amount(nanosOf(of) + nanosOf(other)),
  sub: ([of, other]) => new Amount(nanosOf(of) - nanosOf(other)),
  sign: ([of]) => (nanosOf(of) < 0n ? -1n : nanosOf(of) > 0n ? 1n : 0n),
  isInteger: ([of]) => nanosOf(of) % 1_000_000_000n === 0n,
  asInteger: ([of]) => nanosOf(of) / 1_000_000_000n,
  asApproximateFloat: ([of]) => Number(nanosOf(of)) / 1e9,
}

/** What a rule knows of the value before a change, when it asks for an optional. */
export const optionalOf = (value: unknown): unknown => new Optional(value === undefined ? undefined : fromJson(value))
