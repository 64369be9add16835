/**
 * The part of CEL that device selectors are written in: comparisons, logic, arithmetic, `in`, `has()`, `?:`, macros over lists, string
 * functions, and Kubernetes' quantities and semantic versions. What is not understood is an error, never a guess.
 * Upstream: dynamic-resource-allocation/cel.
 */
import { parseQuantity } from '../../../../api'

export type CelValue = string | number | bigint | boolean | null | readonly CelValue[] | ReadonlyMap<string, CelValue> | CelQuantity | CelVersion

export class CelQuantity {
  readonly nanos: bigint
  constructor(nanos: bigint) {
    this.nanos = nanos
  }
}

export class CelVersion {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** A selector that cannot be read, or that fails on a device (an attribute that is not there). */
export class CelError extends Error {
  override readonly name = 'CelError'
}

type Variables = ReadonlyMap<string, CelValue>
type Expression = (variables: Variables) => CelValue

const tokenPattern = /\s*(?:([0-9]+\.[0-9]+|[0-9]+)|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|([A-Za-z_][A-Za-z0-9_]*)|(&&|\|\||==|!=|<=|>=|[-+*/%<>!?:.,()[\]]))/y

interface Token {
  readonly kind: 'number' | 'string' | 'name' | 'sign' | 'end'
  readonly text: string
}

function tokensOf(source: string): readonly Token[] {
  const tokens: Token[] = []
  const end = source.trimEnd().length
  let at = 0
  while (at < end) {
    tokenPattern.lastIndex = at
    const match = tokenPattern.exec(source)
    if (match === null) throw new CelError(`Syntax error: token recognition error at: '${source.slice(at, at + 10)}'`)
    const [, number, string, name, sign] = match
    if (number !== undefined) tokens.push({ kind: 'number', text: number })
    else if (string !== undefined) tokens.push({ kind: 'string', text: unquoted(string) })
    else if (name !== undefined) tokens.push({ kind: 'name', text: name })
    else tokens.push({ kind: 'sign', text: sign as string })
    at = tokenPattern.lastIndex
  }
  return [...tokens, { kind: 'end', text: '' }]
}

function unquoted(text: string): string {
  return text.slice(1, -1).replace(/\\(.)/g, (_, char: string) => ({ n: '\n', t: '\t', r: '\r' })[char] ?? char)
}

const isMap = (value: CelValue): value is ReadonlyMap<string, CelValue> => value instanceof Map

function truth(value: CelValue): boolean {
  if (typeof value !== 'boolean') throw new CelError('no such overload')
  return value
}

function text(value: CelValue): string {
  if (typeof value !== 'string') throw new CelError('no such overload')
  return value
}

function equal(a: CelValue, b: CelValue): boolean {
  if (a instanceof CelQuantity && b instanceof CelQuantity) return a.nanos === b.nanos
  if (a instanceof CelVersion && b instanceof CelVersion) return compareVersions(a, b) === 0
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item: CelValue, i) => equal(item, b[i] as CelValue))
  return a === b
}

/** Upstream: semver precedence; a pre-release comes before its release, build data does not count. */
function compareVersions(a: CelVersion, b: CelVersion): number {
  const parts = (version: CelVersion): { numbers: number[]; pre: string[] } => {
    const [core = '', ...rest] = (version.text.split('+')[0] ?? '').split('-')
    return { numbers: core.split('.').map(Number), pre: rest.length === 0 ? [] : rest.join('-').split('.') }
  }
  const [x, y] = [parts(a), parts(b)]
  for (let i = 0; i < 3; i++) if (x.numbers[i] !== y.numbers[i]) return (x.numbers[i] ?? 0) < (y.numbers[i] ?? 0) ? -1 : 1
  if (x.pre.length === 0 || y.pre.length === 0) return Math.sign(y.pre.length - x.pre.length)
  for (let i = 0; i < Math.max(x.pre.length, y.pre.length); i++) {
    const [p, q] = [x.pre[i], y.pre[i]]
    if (p === undefined) return -1
    if (q === undefined) return 1
    if (p === q) continue
    const [m, n] = [/^[0-9]+$/.test(p), /^[0-9]+$/.test(q)]
    if (m && n) return Number(p) < Number(q) ? -1 : 1
    if (m !== n) return m ? -1 : 1
    return p < q ? -1 : 1
  }
  return 0
}

function order(a: CelValue, b: CelValue): number {
  if (a instanceof CelQuantity && b instanceof CelQuantity) return a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0
  if (a instanceof CelVersion && b instanceof CelVersion) return compareVersions(a, b)
  if ((typeof a === 'string' && typeof b === 'string') || (typeof a === 'number' && typeof b === 'number')) return a < b ? -1 : a > b ? 1 : 0
  throw new CelError('no such overload')
}

function numbers(a: CelValue, b: CelValue): readonly [number, number] {
  if (typeof a !== 'number' || typeof b !== 'number') throw new CelError('no such overload')
  return [a, b]
}

const comparisons: Readonly<Record<string, (a: CelValue, b: CelValue) => boolean>> = {
  '==': equal,
  '!=': (a, b) => !equal(a, b),
  '<': (a, b) => order(a, b) < 0,
  '<=': (a, b) => order(a, b) <= 0,
  '>': (a, b) => order(a, b) > 0,
  '>=': (a, b) => order(a, b) >= 0,
  in: (a, b) => {
    if (Array.isArray(b)) return b.some((item: CelValue) => equal(a, item))
    if (isMap(b)) return b.has(text(a))
    throw new CelError('no such overload')
  },
}

const methods: Readonly<Record<string, (self: CelValue, args: readonly CelValue[]) => CelValue>> = {
  startsWith: (self, [part]) => text(self).startsWith(text(part ?? null)),
  endsWith: (self, [part]) => text(self).endsWith(text(part ?? null)),
  contains: (self, [part]) => text(self).includes(text(part ?? null)),
  matches: (self, [pattern]) => regexp(text(pattern ?? null)).test(text(self)),
  lowerAscii: (self) => text(self).replace(/[A-Z]/g, (letter) => letter.toLowerCase()),
  upperAscii: (self) => text(self).replace(/[a-z]/g, (letter) => letter.toUpperCase()),
  size: (self) => sizeOf(self),
  compareTo: (self, [other]) => order(self, other ?? null),
  isGreaterThan: (self, [other]) => order(self, other ?? null) > 0,
  isLessThan: (self, [other]) => order(self, other ?? null) < 0,
  major: (self) => versionPart(self, 0),
  minor: (self) => versionPart(self, 1),
  patch: (self) => versionPart(self, 2),
}

function regexp(pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'u')
  } catch {
    throw new CelError(`error parsing regexp: ${pattern}`)
  }
}

function versionPart(self: CelValue, index: number): number {
  if (!(self instanceof CelVersion)) throw new CelError('no such overload')
  return Number((self.text.split(/[-+]/)[0] ?? '').split('.')[index] ?? 0)
}

function sizeOf(value: CelValue): number {
  if (typeof value === 'string') return [...value].length
  if (Array.isArray(value)) return value.length
  if (isMap(value)) return value.size
  throw new CelError('no such overload')
}

const functions: Readonly<Record<string, (args: readonly CelValue[]) => CelValue>> = {
  size: ([value]) => sizeOf(value ?? null),
  quantity: ([value]) => {
    const parsed = parseQuantity(text(value ?? null))
    if (parsed === undefined) throw new CelError("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
    return new CelQuantity(parsed.nanos)
  },
  isQuantity: ([value]) => parseQuantity(text(value ?? null)) !== undefined,
  semver: ([value]) => new CelVersion(text(value ?? null)),
  string: ([value]) => String(value instanceof CelVersion ? value.text : value),
  int: ([value]) => {
    const number = Math.trunc(Number(value))
    if (!Number.isSafeInteger(number)) throw new CelError('type conversion error')
    return number
  },
}

function member(value: CelValue, key: CelValue): CelValue {
  if (Array.isArray(value) && typeof key === 'number') {
    const item = value[key] as CelValue | undefined
    if (item === undefined) throw new CelError(`index out of bounds: ${key}`)
    return item
  }
  if (!isMap(value)) throw new CelError('no such overload')
  const found = value.get(text(key))
  if (found === undefined) throw new CelError(`no such key: ${text(key)}`)
  return found
}

function has(value: CelValue, key: string): boolean {
  if (!isMap(value)) throw new CelError('no such overload')
  return value.has(key)
}

/** What a macro goes through: a list's items, a map's keys. */
function items(value: CelValue): readonly CelValue[] {
  if (Array.isArray(value)) return value as readonly CelValue[]
  if (isMap(value)) return [...value.keys()]
  throw new CelError('no such overload')
}

/** Functions of a list that take an expression over a name for each item. */
const macros: Readonly<Record<string, (items: readonly CelValue[], body: (item: CelValue) => CelValue) => CelValue>> = {
  all: (all, body) => all.every((item) => truth(body(item))),
  exists: (all, body) => all.some((item) => truth(body(item))),
  exists_one: (all, body) => all.filter((item) => truth(body(item))).length === 1,
  filter: (all, body) => all.filter((item) => truth(body(item))),
  map: (all, body) => all.map(body),
}

/** Recursive descent, one method a level of precedence. */
class Parser {
  readonly #tokens: readonly Token[]
  #at = 0
  #depth = 0
  /** What `has()` can ask of: whether the last name of an expression's path is there. */
  readonly #selections = new Map<Expression, Expression>()
  /** Places where `cel` stands, as in `cel.bind`. */
  readonly #bindings = new Set<Expression>()

  constructor(source: string) {
    this.#tokens = tokensOf(source)
  }

  parse(): Expression {
    const expression = this.#choice()
    if (this.#peek.kind !== 'end') throw new CelError(`Syntax error: mismatched input '${this.#peek.text}' expecting <EOF>`)
    return expression
  }

  get #peek(): Token {
    return this.#tokens[this.#at] as Token
  }

  #take(sign: string): boolean {
    const { kind, text: found } = this.#peek
    if ((kind !== 'sign' && kind !== 'name') || found !== sign) return false
    this.#at++
    return true
  }

  #expect(sign: string): void {
    if (!this.#take(sign)) throw new CelError(`Syntax error: mismatched input '${this.#peek.text}' expecting '${sign}'`)
  }

  #choice(): Expression {
    return this.#nested(() => {
      const condition = this.#or()
      if (!this.#take('?')) return condition
      const yes = this.#choice()
      this.#expect(':')
      const no = this.#choice()
      return (variables) => (truth(condition(variables)) ? yes(variables) : no(variables))
    })
  }

  #or(): Expression {
    let left = this.#and()
    while (this.#take('||')) left = either(left, this.#and(), true)
    return left
  }

  #and(): Expression {
    let left = this.#comparison()
    while (this.#take('&&')) left = either(left, this.#comparison(), false)
    return left
  }

  #comparison(): Expression {
    let left = this.#sum()
    for (;;) {
      const { text: sign } = this.#peek
      const compare = Object.hasOwn(comparisons, sign) && this.#peek.kind !== 'string' ? comparisons[sign] : undefined
      if (compare === undefined) return left
      this.#at++
      const [a, b] = [left, this.#sum()]
      left = (variables) => compare(a(variables), b(variables))
    }
  }

  #sum(): Expression {
    let left = this.#product()
    for (;;) {
      const [a, plus] = [left, this.#take('+')]
      if (!plus && !this.#take('-')) return left
      const b = this.#product()
      left = (variables) => {
        const [x, y] = [a(variables), b(variables)]
        if (plus && typeof x === 'string' && typeof y === 'string') return x + y
        const [m, n] = numbers(x, y)
        return plus ? m + n : m - n
      }
    }
  }

  #product(): Expression {
    let left = this.#unary()
    for (;;) {
      const sign = ['*', '/', '%'].find((candidate) => this.#take(candidate))
      if (sign === undefined) return left
      const [a, b] = [left, this.#unary()]
      left = (variables) => {
        const [m, n] = numbers(a(variables), b(variables))
        if (sign !== '*' && n === 0) throw new CelError(sign === '/' ? 'division by zero' : 'modulus by zero')
        return sign === '*' ? m * n : sign === '/' ? Math.trunc(m / n) : m % n
      }
    }
  }

  #nested(parse: () => Expression): Expression {
    if (++this.#depth > 100) throw new CelError('expression recursion limit exceeded: 100')
    const expression = parse()
    this.#depth--
    return expression
  }

  #unary(): Expression {
    if (this.#take('!')) {
      const operand = this.#nested(() => this.#unary())
      return (variables) => !truth(operand(variables))
    }
    if (this.#take('-')) {
      const operand = this.#nested(() => this.#unary())
      return (variables) => -numbers(operand(variables), 0)[0]
    }
    return this.#member()
  }

  #member(): Expression {
    let base = this.#primary()
    for (;;) {
      const self = base
      if (this.#take('[')) {
        const key = this.#choice()
        this.#expect(']')
        base = (variables) => member(self(variables), key(variables))
      } else if (this.#take('.')) {
        const name = this.#name()
        if (!this.#take('(')) {
          base = (variables) => member(self(variables), name)
          this.#selections.set(base, (variables) => has(self(variables), name))
          continue
        }
        const macro = Object.hasOwn(macros, name) ? macros[name] : undefined
        if (macro !== undefined) {
          const variable = this.#name()
          this.#expect(',')
          const body = this.#choice()
          this.#expect(')')
          base = (variables) => macro(items(self(variables)), (item) => body(new Map(variables).set(variable, item)))
          continue
        }
        if (name === 'bind' && this.#bindings.has(self)) {
          base = this.#bind()
          continue
        }
        const args = this.#arguments(')')
        const method = Object.hasOwn(methods, name) ? methods[name] : undefined
        if (method === undefined) throw new CelError(`undeclared reference to '${name}'`)
        base = (variables) => method(self(variables), args.map((arg) => arg(variables)))
      } else return base
    }
  }

  /** `cel.bind(name, value, expression)`, after its "(". */
  #bind(): Expression {
    const variable = this.#name()
    this.#expect(',')
    const value = this.#choice()
    this.#expect(',')
    const body = this.#choice()
    this.#expect(')')
    return (variables) => body(new Map(variables).set(variable, value(variables)))
  }

  #name(): string {
    const { kind, text: name } = this.#peek
    if (kind !== 'name') throw new CelError(`Syntax error: mismatched input '${name}' expecting an identifier`)
    this.#at++
    return name
  }

  #arguments(end: string): Expression[] {
    const args: Expression[] = []
    if (this.#take(end)) return args
    do args.push(this.#choice())
    while (this.#take(','))
    this.#expect(end)
    return args
  }

  #primary(): Expression {
    const { kind, text: token } = this.#peek
    if (this.#take('(')) {
      const inner = this.#choice()
      this.#expect(')')
      return inner
    }
    if (this.#take('[')) {
      const items = this.#arguments(']')
      return (variables) => items.map((item) => item(variables))
    }
    this.#at++
    if (kind === 'number') return () => Number(token)
    if (kind === 'string') return () => token
    if (kind !== 'name') throw new CelError(`Syntax error: unexpected '${token}'`)
    if (token === 'true' || token === 'false') return () => token === 'true'
    if (token === 'null') return () => null
    if (!this.#take('(')) {
      const named: Expression = (variables) => {
        const value = variables.get(token)
        if (value === undefined) throw new CelError(`undeclared reference to '${token}'`)
        return value
      }
      if (token === 'cel') this.#bindings.add(named)
      return named
    }
    const args = this.#arguments(')')
    if (token === 'has') {
      const [path] = args
      const selected = path === undefined ? undefined : this.#selections.get(path)
      if (selected === undefined) throw new CelError('invalid argument to has() macro')
      return selected
    }
    const fn = Object.hasOwn(functions, token) ? functions[token] : undefined
    if (fn === undefined) throw new CelError(`undeclared reference to '${token}'`)
    return (variables) => fn(args.map((arg) => arg(variables)))
  }
}

/** CEL's `||` and `&&` hide an error of one side when the other side alone decides. */
function either(a: Expression, b: Expression, decisive: boolean): Expression {
  return (variables) => {
    let failed: unknown
    try {
      if (truth(a(variables)) === decisive) return decisive
    } catch (error) {
      failed = error
    }
    if (truth(b(variables)) === decisive) return decisive
    if (failed !== undefined) throw failed
    return !decisive
  }
}

/** Throws `CelError` for what does not parse or is not known; the result throws it for what fails on the variables given. */
export function compileCel(source: string): (variables: Variables) => CelValue {
  return new Parser(source).parse()
}
