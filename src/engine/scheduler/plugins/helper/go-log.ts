const ln2High = 6.93147180369123816490e-01
const ln2Low = 1.90821492927058770002e-10
const l1 = 6.666666666666735130e-01
const l2 = 3.999999999940941908e-01
const l3 = 2.857142874366239149e-01
const l4 = 2.222219843214978396e-01
const l5 = 1.818357216161805012e-01
const l6 = 1.531383769920937332e-01
const l7 = 1.479819860511658591e-01

/**
 * Natural logarithm bit for bit as Go computes it (fdlibm's reduction and polynomial); `Math.log` differs in the last bit for some
 * integers, and differs between engines. For finite x > 0.
 */
export function goLog(x: number): number {
  let exponent = 0
  let fraction = x
  // fraction in [0.5, 1), as math.Frexp has it: exact, as only powers of two are involved
  while (fraction >= 1) { fraction /= 2; exponent++ }
  while (fraction < 0.5) { fraction *= 2; exponent-- }
  if (fraction < Math.SQRT1_2) { fraction *= 2; exponent-- }
  const f = fraction - 1
  const s = f / (2 + f)
  const s2 = s * s
  const s4 = s2 * s2
  const t1 = s2 * (l1 + s4 * (l3 + s4 * (l5 + s4 * l7)))
  const t2 = s4 * (l2 + s4 * (l4 + s4 * l6))
  const r = t1 + t2
  const half = 0.5 * f * f
  return exponent * ln2High - ((half - (s * (half + r) + exponent * ln2Low)) - f)
}
