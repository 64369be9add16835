import { parseArgs } from 'node:util'
import { heapGrowth, soak } from './lib/soak'

/** The heap may grow so much between the second and the last third of a soak before it counts as a leak. */
const growthShareMax = 0.1
const growthBytesMax = 12 * 1024 * 1024

/** `npm run soak -- [--hours 24] [--nodes 100] [--seed 1] [--history 20000]`. Exit status 1 when an invariant is broken or memory grows. */
function main(args: string[]): number {
  const { values } = parseArgs({ args, options: { hours: { type: 'string' }, nodes: { type: 'string' }, seed: { type: 'string' }, history: { type: 'string' } } })
  const number = (name: string, text: string | undefined, otherwise: number): number => {
    const value = text === undefined ? otherwise : Number(text)
    if (!Number.isFinite(value) || value <= 0) throw new Error(`--${name}: a number above 0 is expected, not ${JSON.stringify(text)}`)
    return value
  }
  const { gc } = globalThis as { readonly gc?: () => void }
  const heapBytes = (): number => {
    gc?.()
    return process.memoryUsage().heapUsed
  }
  const options = { hours: number('hours', values.hours, 24), nodes: Math.floor(number('nodes', values.nodes, 100)), seed: Math.floor(number('seed', values.seed, 1)), historyRevisions: Math.floor(number('history', values.history, 20_000)) }
  const started = performance.now()
  const mebi = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`
  process.stdout.write(`${options.nodes} nodes, ${options.hours} virtual hours, seed ${options.seed}, ${options.historyRevisions} revisions kept; heap at the start ${mebi(heapBytes())}${gc === undefined ? ' (no --expose-gc: heaps are rough)' : ''}\n`)
  process.stdout.write('  virtual      real     events   revision     keys  versions     pods       heap   healed in\n')
  const { looks, problems, done, cluster } = soak({
    ...options, heapBytes,
    onLook: (look) => {
      process.stdout.write(`${look.hours.toFixed(1).padStart(7)} h ${((performance.now() - started) / 1000).toFixed(1).padStart(7)} s ${String(look.events).padStart(10)} ${String(look.revision).padStart(10)} ${String(look.keys).padStart(8)} ${String(look.versions).padStart(9)} ${String(look.pods).padStart(8)} ${mebi(look.heapBytes ?? 0).padStart(10)} ${(look.healedMs / 1000).toFixed(0).padStart(9)} s\n`)
    },
  })
  process.stdout.write(`${Object.entries(done).sort().map(([what, count]) => `${what} ${count}`).join(', ')}\n`)
  const growth = heapGrowth(looks)
  const grown = growth === undefined ? 0 : growth.after - growth.before
  if (growth !== undefined) process.stdout.write(`heap: ${mebi(growth.before)} in the second third, ${mebi(growth.after)} in the last\n`)
  const leaks = growth !== undefined && gc !== undefined && grown > Math.max(growthBytesMax, growth.before * growthShareMax)
  for (const problem of problems.slice(0, 50)) process.stdout.write(`problem: ${problem}\n`)
  if (leaks) process.stdout.write(`problem: the heap grew by ${mebi(grown)} though no more history was kept\n`)
  process.stdout.write(`${problems.length === 0 && !leaks ? 'all well' : 'not well'}: ${cluster.simulation.delivered.toLocaleString('en-US')} events in ${((performance.now() - started) / 1000).toFixed(1)} s, history ${cluster.simulation.historyHash()}\n`)
  return problems.length === 0 && !leaks ? 0 : 1
}

try {
  process.exitCode = main(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.stack ?? error.message : String(error)}\n`)
  process.exitCode = 2
}
