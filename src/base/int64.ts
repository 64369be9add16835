/** Integers in doubles are exact below this; products may pass it. */
const exact = 2 ** 53

/** Go's int64 `a / b` for integers: truncates toward zero. Exact for |a| < 2^53. */
export function div64(a: number, b: number): number {
  return Math.trunc(a / b)
}

/**
 * Go's `a * b / c` on int64 for integers that are themselves exact: truncates toward zero, and wraps where Go wraps
 * (products from 2^63). c must not be 0. Costs a division as long as the product is below 2^53.
 */
export function mulDiv64(a: number, b: number, c: number): number {
  const product = a * b
  if (product < exact && product > -exact) return Math.trunc(product / c)
  return Number(BigInt.asIntN(64, BigInt(a) * BigInt(b)) / BigInt(c))
}

/** Go's `math.Round`: half away from zero. */
export function roundHalfAway(x: number): number {
  const t = Math.trunc(x)
  return Math.abs(x - t) >= 0.5 ? t + Math.sign(x) : t
}
