/** The number a bar is expected to reach, and how far 95 % of fair ones lie from it: 1.96 standard deviations of a binomial count. */
export function expectation(total: number, endpoints: number): { readonly expected: number; readonly band: number } {
  if (endpoints === 0) return { expected: 0, band: 0 }
  const share = 1 / endpoints
  return { expected: total * share, band: 1.96 * Math.sqrt(total * share * (1 - share)) }
}

/** Pearson's χ² of counts against all being equal, and how often chance alone gives as much or more. Undefined when there are too few for it to mean anything: under five expected. */
export function chiSquare(counts: readonly number[]): { readonly chi: number; readonly df: number; readonly p: number } | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0)
  const expected = total / counts.length
  if (counts.length < 2 || expected < 5) return undefined
  const chi = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
  const df = counts.length - 1
  return { chi, df, p: 1 - lowerGamma(df / 2, chi / 2) }
}

/** The regularised lower incomplete gamma function P(a, x). Numerical Recipes, 6.2: a series below a + 1, a continued fraction above. */
function lowerGamma(a: number, x: number): number {
  if (x <= 0) return 0
  const scale = Math.exp(-x + a * Math.log(x) - logGamma(a))
  if (x < a + 1) {
    let [term, sum] = [1 / a, 1 / a]
    for (let n = 1; n < 500 && Math.abs(term) > Math.abs(sum) * 1e-12; n++) {
      term *= x / (a + n)
      sum += term
    }
    return sum * scale
  }
  const tiny = 1e-300
  let b = x + 1 - a
  let c = 1 / tiny
  let d = 1 / b
  let h = d
  for (let n = 1; n < 500; n++) {
    const an = -n * (n - a)
    b += 2
    d = 1 / nonZero(an * d + b, tiny)
    c = nonZero(b + an / c, tiny)
    const step = d * c
    h *= step
    if (Math.abs(step - 1) < 1e-12) break
  }
  return 1 - scale * h
}

function nonZero(value: number, tiny: number): number {
  return Math.abs(value) < tiny ? tiny : value
}

/** ln Γ(x) for x > 0, by Lanczos. */
function logGamma(x: number): number {
  const coefficients = [76.18009172947, -86.50532032942, 24.01409824083, -1.23173957245, 0.001208650974, -0.000005395239]
  const base = x + 5.5
  const sum = coefficients.reduce((total, coefficient, index) => total + coefficient / (x + 1 + index), 1.00000000019)
  return -(base - (x + 0.5) * Math.log(base)) + Math.log((Math.sqrt(2 * Math.PI) * sum) / x)
}
