import type { Quantity } from './types'

/** How an amount was written; canonical text keeps the family. */
export type QuantityFormat = 'BinarySI' | 'DecimalSI' | 'DecimalExponent'

/** An amount, exact to a billionth. Upstream: apimachinery/pkg/api/resource, Quantity. */
export interface ParsedQuantity {
  readonly nanos: bigint
  readonly format: QuantityFormat
}

const nano = 1_000_000_000n
const maxInt64 = 9_223_372_036_854_775_807n
const decimalExponents: Record<string, number> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 }
const binaryShifts: Record<string, bigint> = { Ki: 10n, Mi: 20n, Gi: 30n, Ti: 40n, Pi: 50n, Ei: 60n }
const pattern = /^([+-]?)([0-9]*)(?:\.([0-9]*))?((?:[KMGTPE]i)|[numkMGTPE]?|[eE][+-]?[0-9]+)$/

// A memo: it says nothing that the texts do not say.
const parsedMemo = new Map<string, ParsedQuantity | undefined>()
const parsedMax = 4_096

/**
 * Reads an amount as Kubernetes does; `undefined` where Kubernetes refuses it.
 * Finer than a billionth rounds up (away from zero); beyond int64 is capped, as upstream.
 */
export function parseQuantity(text: Quantity): ParsedQuantity | undefined {
  if (typeof text !== 'string' || text.length > 64) return readQuantity(text)
  let parsed = parsedMemo.get(text)
  if (parsed === undefined && !parsedMemo.has(text)) {
    if (parsedMemo.size >= parsedMax) parsedMemo.clear()
    parsedMemo.set(text, parsed = readQuantity(text))
  }
  return parsed
}

function readQuantity(text: Quantity): ParsedQuantity | undefined {
  const source = typeof text === 'number' ? numberText(text) : text
  if (typeof source !== 'string' || source.length > 512) return undefined
  const match = pattern.exec(source)
  if (!match) return undefined
  const [, sign, whole = '', fraction = '', suffix = ''] = match
  if (whole === '' && fraction === '') return undefined
  let format: QuantityFormat = 'DecimalSI'
  let nanos: bigint
  if (suffix in binaryShifts) {
    format = 'BinarySI'
    nanos = scaled(whole, fraction, 9, binaryShifts[suffix] as bigint)
  } else if (/^[eE]./.test(suffix)) {
    format = 'DecimalExponent'
    const exponent = Number(suffix.slice(1))
    nanos = scaled(whole, fraction, 9 + Math.max(-1000, Math.min(1000, exponent)), 0n)
  } else {
    nanos = scaled(whole, fraction, 9 + (decimalExponents[suffix] as number), 0n)
  }
  if (nanos > maxInt64 * nano) nanos = maxInt64 * nano
  return { nanos: sign === '-' ? -nanos : nanos, format }
}

function numberText(value: number): string {
  // A JSON number: keep what JavaScript prints; 1e+21 reads as exponent form.
  return Number.isFinite(value) ? String(value) : ''
}

/** digits × 10^exponent × 2^shift, rounded up to an integer. */
function scaled(whole: string, fraction: string, exponent: number, shift: bigint): bigint {
  const digits = BigInt(whole + fraction || '0') << shift
  const power = exponent - fraction.length
  if (power >= 0) return digits * 10n ** BigInt(power)
  const divisor = 10n ** BigInt(-power)
  return (digits + divisor - 1n) / divisor
}

const ceilDiv = (a: bigint, b: bigint): bigint => (a >= 0n ? (a + b - 1n) / b : a / b)

const milliCache = new Map<string, number>()
const valueCache = new Map<string, number>()
const cached = (cache: Map<string, number>, text: Quantity, unit: bigint): number => {
  const key = typeof text === 'string' ? text : String(text)
  let value = cache.get(key)
  if (value === undefined) {
    const parsed = parseQuantity(text)
    value = parsed === undefined ? Number.NaN : Number(ceilDiv(parsed.nanos, unit))
    // A memo, not state: it holds nothing that the text does not say. Bounded so that hostile input cannot grow it.
    if (cache.size > 20_000) cache.clear()
    cache.set(key, value)
  }
  return value
}

/** Thousandths, rounded up: "0.5" is 500. NaN when the text is no quantity. Upstream: Quantity.MilliValue. */
export function milliValue(text: Quantity | undefined): number {
  return text === undefined ? 0 : cached(milliCache, text, 1_000_000n)
}

/** Whole units (bytes, Pods), rounded up. NaN when the text is no quantity. Upstream: Quantity.Value. */
export function quantityValue(text: Quantity | undefined): number {
  return text === undefined ? 0 : cached(valueCache, text, nano)
}

/** a < b: negative; equal: 0. Both must be quantities. */
export function compareQuantities(a: Quantity, b: Quantity): number {
  const [x, y] = [parseQuantity(a)?.nanos ?? 0n, parseQuantity(b)?.nanos ?? 0n]
  return x < y ? -1 : x > y ? 1 : 0
}

/**
 * The one text the server stores for an amount: "1000m" is "1", "1024Mi" is "1Gi", "1.5" is "1500m".
 * Upstream: Quantity.CanonicalizeBytes.
 */
export function canonicalQuantity(parsed: ParsedQuantity): string {
  const { nanos } = parsed
  if (nanos === 0n) return '0'
  const sign = nanos < 0n ? '-' : ''
  let rest = nanos < 0n ? -nanos : nanos
  if (parsed.format === 'BinarySI' && rest >= 1024n * nano && rest % nano === 0n) {
    let units = rest / nano
    let index = 0
    const names = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']
    while (index < 6 && units % 1024n === 0n) { units /= 1024n; index++ }
    return `${sign}${units}${names[index] ?? ''}`
  }
  let exponent = -9
  while (exponent < 18 && rest % 1000n === 0n) { rest /= 1000n; exponent += 3 }
  if (parsed.format === 'DecimalExponent') return `${sign}${rest}${exponent === 0 ? '' : `e${exponent}`}`
  const suffix = Object.keys(decimalExponents).find((name) => decimalExponents[name] === exponent) ?? ''
  return `${sign}${rest}${suffix}`
}

/** Canonical text of what is written; the text itself when it is no quantity. */
export function canonical(text: Quantity): string {
  const parsed = parseQuantity(text)
  return parsed === undefined ? String(text) : canonicalQuantity(parsed)
}
