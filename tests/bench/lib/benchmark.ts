/** What a benchmark is given. */
export interface BenchmarkContext {
  /** The amount of work: small with the tests, real when it is measured. */
  size(amounts: { readonly smoke: number; readonly real: number }): number
  /** An option of the command line (`--nodes 500`), or undefined. */
  option(name: string): string | undefined
  /** What came out. Numbers are printed with their names; `checksum` says that the same was computed. */
  report(results: { readonly checksum: string } & Readonly<Record<string, number | string>>): void
}

export interface Benchmark {
  readonly name: string
  readonly run: (context: BenchmarkContext) => void | Promise<void>
}

export function benchmark(name: string, run: Benchmark['run']): Benchmark {
  return { name, run }
}

/**
 * Does it once and says how long it took, and how long this process was on a processor meanwhile (its threads together): on a machine
 * that others use too, the second says more than the first.
 */
export function timed<T>(work: () => T): { readonly seconds: number; readonly cpuSeconds: number; readonly result: T } {
  const start = performance.now()
  const cpu = process.cpuUsage()
  const result = work()
  const seconds = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(cpu)
  return { seconds, cpuSeconds: (user + system) / 1e6, result }
}

/** Milliseconds of each of `count` runs, sorted: `[Math.floor(count * 0.99)]` is the 99th percentile. */
export function samples(count: number, work: (i: number) => void): number[] {
  const times: number[] = []
  for (let i = 0; i < count; i++) times.push(timed(() => { work(i) }).seconds * 1000)
  return times.sort((a, b) => a - b)
}

export function percentile(sorted: readonly number[], fraction: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? Number.NaN
}
