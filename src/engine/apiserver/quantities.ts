import { canonicalQuantity, parseQuantity, type ParsedQuantity } from '../../api'
import type { FieldErrors } from './field-errors'

/** Amounts by resource name, as objects write them. */
export type Amounts = { readonly [name: string]: string | number }

const zero: ParsedQuantity = { nanos: 0n, format: 'DecimalSI' }
const read = (text: string | number | undefined): ParsedQuantity => (text === undefined ? zero : parseQuantity(text) ?? zero)

/** a + b in the format of the first that is not zero. Upstream: Quantity.Add. */
export function addAmount(a: string | number | undefined, b: string | number | undefined): string {
  const [x, y] = [read(a), read(b)]
  return canonicalQuantity({ nanos: x.nanos + y.nanos, format: x.nanos === 0n ? y.format : x.format })
}

export function subtractAmount(a: string | number | undefined, b: string | number | undefined): string {
  const [x, y] = [read(a), read(b)]
  return canonicalQuantity({ nanos: x.nanos - y.nanos, format: x.nanos === 0n ? y.format : x.format })
}

/** Negative, zero or positive, as a is less than, equal to or more than b. */
export function compareAmounts(a: string | number | undefined, b: string | number | undefined): number {
  const [x, y] = [read(a).nanos, read(b).nanos]
  return x < y ? -1 : x > y ? 1 : 0
}

export function isZeroAmount(a: string | number | undefined): boolean {
  return read(a).nanos === 0n
}

export function addAmounts(a: Amounts, b: Amounts): Record<string, string> {
  const out: Record<string, string> = {}
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) out[name] = addAmount(a[name], b[name])
  return out
}

export function subtractAmounts(a: Amounts, b: Amounts): Record<string, string> {
  const out: Record<string, string> = {}
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) out[name] = subtractAmount(a[name], b[name])
  return out
}

export function maxAmounts(a: Amounts, b: Amounts): Record<string, string | number> {
  const out: Record<string, string | number> = { ...a }
  for (const name of Object.keys(b)) if (out[name] === undefined || compareAmounts(b[name], out[name]) > 0) out[name] = b[name] as string | number
  return out
}

/** Upstream: validation.ValidateNonnegativeQuantity. */
export function nonNegativeQuantity(value: string | number, path: string, errors: FieldErrors): void {
  if (compareAmounts(value, 0) < 0) errors.invalid(path, String(value), 'must be greater than or equal to 0')
}
