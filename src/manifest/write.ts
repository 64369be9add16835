import { isPlainText } from './scalars'

/** Lines are folded at the first space behind this column. Upstream: go-yaml v2's default. */
const width = 80

/**
 * An object as `kubectl get -o yaml` prints it: keys in kubectl's order, lists not indented, long texts folded, texts quoted only
 * where they would be read as something else. Members that are undefined are left out. Upstream: sigs.k8s.io/yaml over go-yaml v2.
 */
export function writeYaml(object: unknown): string {
  const writer = new Writer()
  writer.node(object, 0, false)
  return `${writer.text}\n`
}

class Writer {
  text = ''
  #lineStart = 0

  /** `indent`: column of a mapping's keys or of a list's dashes. `afterKey`: on the line of its key, behind the colon. */
  node(value: unknown, indent: number, afterKey: boolean): void {
    if (Array.isArray(value)) this.#list(value, indent, afterKey)
    else if (typeof value === 'object' && value !== null) this.#mapping(value as Record<string, unknown>, indent, afterKey)
    else {
      if (afterKey) this.#write(' ')
      this.#scalar(value, indent, false)
    }
  }

  #mapping(object: Record<string, unknown>, indent: number, afterKey: boolean): void {
    const keys = Object.keys(object).filter((key) => object[key] !== undefined).sort(compareKeys)
    if (keys.length === 0) return this.#write(afterKey ? ' {}' : '{}')
    keys.forEach((key, i) => {
      if (afterKey || i > 0) this.#newLine(indent)
      if (key.length > 128) {
        // Too long for a simple key.
        this.#write('? ')
        this.#text(key, indent, false)
        this.#newLine(indent)
      } else {
        this.#text(key, indent, true)
      }
      this.#write(':')
      const value = object[key]
      // A list under a key stands at the key's own column.
      this.node(value, Array.isArray(value) || typeof value !== 'object' ? indent : indent + 2, true)
    })
  }

  #list(items: readonly unknown[], indent: number, afterKey: boolean): void {
    if (items.length === 0) return this.#write(afterKey ? ' []' : '[]')
    items.forEach((item, i) => {
      if (afterKey || i > 0) this.#newLine(indent)
      this.#write('- ')
      this.node(item === undefined ? null : item, typeof item === 'object' ? indent + 2 : indent, false)
    })
  }

  #scalar(value: unknown, indent: number, isKey: boolean): void {
    if (typeof value === 'string') this.#text(value, indent, isKey)
    else this.#write(typeof value === 'number' ? formatNumber(value) : String(value ?? null))
  }

  /** `indent`: of the mapping or list it stands in; continued lines stand two further in. */
  #text(text: string, indent: number, isKey: boolean): void {
    const facts = analyze(text)
    if (text.includes('\n') && facts.literal && !isKey) return this.#literal(text, indent + 2)
    if (text.includes('\n') || !resolvesToText(text, isKey)) return this.#double(text, indent + 2, isKey)
    if (facts.plain) return this.#folded(text, '', indent + 2, isKey)
    if (facts.single) return this.#folded(text.replaceAll("'", "''"), "'", indent + 2, isKey)
    this.#double(text, indent + 2, isKey)
  }

  #folded(text: string, quote: string, indent: number, isKey: boolean): void {
    this.#write(quote)
    let from = 0
    // One space alone may become a line break; not the first or last character inside quotes.
    if (!isKey) {
      for (const { index } of text.matchAll(/(?<! ) (?! )/g)) {
        if (this.#column() + columns(text.slice(from, index)) <= width || (quote !== '' && (index === 0 || index === text.length - 1))) continue
        this.#write(text.slice(from, index))
        this.#newLine(indent)
        from = index + 1
      }
    }
    this.#write(text.slice(from) + quote)
  }

  #double(text: string, indent: number, isKey: boolean): void {
    this.#write('"')
    let isAfterSpace = false
    const points = [...text]
    points.forEach((point, i) => {
      if (point === ' ') {
        if (!isKey && !isAfterSpace && this.#column() > width && i > 0 && i < points.length - 1) {
          this.#newLine(indent)
          if (points[i + 1] === ' ') this.#write('\\')
        } else {
          this.#write(' ')
        }
        isAfterSpace = true
        return
      }
      isAfterSpace = false
      this.#write(point === '"' || point === '\\' ? `\\${point}` : isPrintable(point) && point !== '\n' ? point : escape(point))
    })
    this.#write('"')
  }

  #literal(text: string, indent: number): void {
    const hint = /^[ \n]/.test(text) ? '2' : ''
    const chomp = !text.endsWith('\n') ? '-' : text.endsWith('\n\n') || text === '\n' ? '+' : ''
    this.#write(`|${hint}${chomp}`)
    const lines = text.endsWith('\n') ? text.slice(0, -1).split('\n') : text.split('\n')
    for (const line of lines) {
      // Empty lines stay empty.
      if (line === '') this.#newLine(0)
      else {
        this.#newLine(indent)
        this.#write(line)
      }
    }
  }

  #write(text: string): void {
    this.text += text
  }

  #newLine(indent: number): void {
    this.text += `\n${' '.repeat(indent)}`
    this.#lineStart = this.text.length - indent
  }

  #column(): number {
    return columns(this.text.slice(this.#lineStart))
  }
}

/** Integers with all their digits; others as Go's %g writes them, with an exponent from a million on and below a ten-thousandth. */
function formatNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 63) return BigInt(value).toString()
  const [digits = '', power = ''] = value.toExponential().split('e')
  const exponent = Number(power)
  if (exponent >= -4 && exponent < 6) return String(value)
  return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}

/** Code points, as the emitter upstream counts. */
function columns(text: string): number {
  let count = 0
  for (let i = 0; i < text.length; i++) if ((text.charCodeAt(i) & 0xfc00) !== 0xdc00) count++
  return count
}

interface Facts {
  readonly plain: boolean
  readonly single: boolean
  readonly literal: boolean
}

/** Which ways of writing a text are open. Upstream: yaml_emitter_analyze_scalar. */
function analyze(text: string): Facts {
  const isSpecial = [...text].some((point) => !isPrintable(point))
  const isIndicated = /^(?:---|\.\.\.)/.test(text) || /^[#,[\]{}&*!|>'"%@`]/.test(text) || /^[?:-](?:\s|$)/.test(text) || /:(?:\s|$)/.test(text.slice(1)) || /\s#/.test(text)
  const hasSpaceBreak = / \n/.test(text)
  const isEdged = /^[ \n]|[ \n]$/.test(text)
  return {
    plain: text !== '' && !isSpecial && !isIndicated && !isEdged && !text.includes('\n'),
    single: !isSpecial && !hasSpaceBreak && !/\n /.test(text),
    literal: !isSpecial && !hasSpaceBreak && !text.endsWith(' '),
  }
}

function isPrintable(point: string): boolean {
  const code = point.codePointAt(0) as number
  if (code === 0x0a || (code >= 0x20 && code <= 0x7e)) return true
  // Line breaks of Unicode are escaped; beyond the basic plane nothing counts as printable upstream.
  return code >= 0xa0 && code !== 0x2028 && code !== 0x2029 && code < 0xfffe && code !== 0xfeff && !(code >= 0xd800 && code <= 0xdfff)
}

const escapes: Readonly<Record<string, string>> = {
  '\0': '\\0', '\u0007': '\\a', '\b': '\\b', '\t': '\\t', '\n': '\\n', '\v': '\\v', '\f': '\\f', '\r': '\\r', '\u001b': '\\e', '\u0085': '\\N', '\u2028': '\\L', '\u2029': '\\P',
}

function escape(point: string): string {
  const code = point.codePointAt(0) as number
  const hex = (digits: number): string => code.toString(16).toUpperCase().padStart(digits, '0')
  return escapes[point] ?? (code <= 0xff ? `\\x${hex(2)}` : code <= 0xffff ? `\\u${hex(4)}` : `\\U${hex(8)}`)
}

const base60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/
const timestamp = /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:(?:[Tt][0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:\.[0-9]+)?(?:Z|[-+][0-9]{2}:[0-9]{2}))|(?: [0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:\.[0-9]+)?))?$/

function resolvesToText(text: string, isKey: boolean): boolean {
  // Only as a key would it merge.
  return (isPlainText(text) || (text === '<<' && !isKey)) && !base60.test(text) && !timestamp.test(text)
}

const isLetter = (point: string): boolean => /^\p{L}$/u.test(point)
const isDigit = (point: string | undefined): boolean => point !== undefined && /^\p{Nd}$/u.test(point)

/** Numbers inside keys count as numbers: a2 comes before a10. Upstream: go-yaml v2, keyList.Less. */
export function compareKeys(a: string, b: string): number {
  if (a === b) return 0
  const [left, right] = [[...a], [...b]]
  for (let i = 0; i < left.length && i < right.length; i++) {
    const [x, y] = [left[i] as string, right[i] as string]
    if (x === y) continue
    const [xIsLetter, yIsLetter] = [isLetter(x), isLetter(y)]
    if (xIsLetter && yIsLetter) return comparePoints(x, y)
    if (xIsLetter || yIsLetter) return yIsLetter ? -1 : 1
    let [xNumber, yNumber] = [0, 0]
    if (x === '0' || y === '0') {
      // Leading zeros count only where a number has begun before them.
      for (let j = i - 1; j >= 0 && isDigit(left[j]); j--) {
        if (left[j] !== '0') {
          xNumber = yNumber = 1
          break
        }
      }
    }
    let [xEnd, yEnd] = [i, i]
    for (; isDigit(left[xEnd]); xEnd++) xNumber = xNumber * 10 + Number(left[xEnd])
    for (; isDigit(right[yEnd]); yEnd++) yNumber = yNumber * 10 + Number(right[yEnd])
    if (xNumber !== yNumber) return xNumber - yNumber
    if (xEnd !== yEnd) return xEnd - yEnd
    return comparePoints(x, y)
  }
  return left.length - right.length
}

function comparePoints(x: string, y: string): number {
  return (x.codePointAt(0) as number) - (y.codePointAt(0) as number)
}
