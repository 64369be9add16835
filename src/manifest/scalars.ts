import { TextError } from './text'

const words = new Map<string, boolean | null>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word): [string, boolean] => [word, true]),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word): [string, boolean] => [word, false]),
  ...['', '~', 'null', 'Null', 'NULL'].map((word): [string, null] => [word, null]),
])
const notNumbers = new Set(['.nan', '.NaN', '.NAN', '.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF', '-.inf', '-.Inf', '-.INF'])
const integer = /^([-+]?)(?:(0[xX])([0-9a-fA-F]+)|(0[bB])([01]+)|(0[oO]?)([0-7]+)|(0|[1-9][0-9]*))$/
const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/

/**
 * What an unquoted word in YAML means to kubectl: its YAML is that of go-yaml v2, close to YAML 1.1. So `yes` is true, `0644` is 420,
 * `1_000` is 1000, and a date stays text. Integers that a double cannot hold exactly are refused rather than changed.
 * Upstream: go-yaml v2, resolve.
 */
export function resolvePlain(text: string, offset: number): string | number | boolean | null {
  const word = words.get(text)
  if (word !== undefined) return word
  if (!/^[-+.0-9]/.test(text)) return text
  if (notNumbers.has(text)) throw new TextError(`${text} is not a number that JSON can hold`, offset)
  const plain = text.startsWith('.') ? text : text.replaceAll('_', '')
  const match = integer.exec(plain)
  if (match) {
    const [, sign, hex, hexDigits, binary, binaryDigits, , octalDigits, decimal] = match
    const digits = hex !== undefined ? `0x${hexDigits ?? ''}` : binary !== undefined ? `0b${binaryDigits ?? ''}` : octalDigits !== undefined ? `0o${octalDigits}` : decimal ?? '0'
    return exactInteger(Number(digits) * (sign === '-' ? -1 : 1), text, offset)
  }
  if (!float.test(plain)) return text
  const value = Number(plain)
  // Out of a double's range: go-yaml then takes it for text.
  if (!Number.isFinite(value)) return text
  return /^[-+]?[0-9]+$/.test(plain) ? exactInteger(value, text, offset) : value
}

export function exactInteger(value: number, text: string, offset: number): number {
  if (!Number.isSafeInteger(value)) throw new TextError(`the integer ${text.length > 40 ? `${text.slice(0, 40)}…` : text} is too large to be kept exactly (beyond 2^53); quote it if the field takes text`, offset)
  return value === 0 ? 0 : value
}

/** Would this text, unquoted, be read as something else than itself? */
export function isPlainText(text: string): boolean {
  if (words.has(text) || notNumbers.has(text) || text === '<<') return false
  if (!/^[-+.0-9]/.test(text)) return true
  const plain = text.startsWith('.') ? text : text.replaceAll('_', '')
  if (integer.test(plain)) return false
  return !(float.test(plain) && Number.isFinite(Number(plain)))
}
