import { parseArgs } from 'node:util'
import { Chaos } from './lib/chaos'

/** `npm run chaos -- [--seeds 1000] [--from 1] [--seed N]`: lives through seeds and says which of them did not end well. `--seed` tells one story. */
function main(args: string[]): number {
  const { values } = parseArgs({ args, options: { seeds: { type: 'string' }, from: { type: 'string' }, seed: { type: 'string' } } })
  const number = (text: string | undefined, otherwise: number): number => {
    const value = text === undefined ? otherwise : Number(text)
    if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${JSON.stringify(text)} is no whole number from 0`)
    return value
  }
  const from = number(values.seed ?? values.from, 1)
  const count = values.seed === undefined ? number(values.seeds, 100) : 1
  const started = performance.now()
  const failed: number[] = []
  let events = 0
  for (let seed = from; seed < from + count; seed++) {
    const chaos = new Chaos(seed)
    let problems: string[]
    try {
      problems = chaos.live()
    } catch (error) {
      problems = [error instanceof Error ? error.stack ?? error.message : String(error)]
    }
    events += chaos.cluster.simulation.delivered
    if (values.seed !== undefined) process.stdout.write(`${chaos.story.join('\n')}\n`)
    if (problems.length === 0) continue
    failed.push(seed)
    process.stdout.write(`seed ${seed}:\n${problems.map((problem) => `  ${problem}`).join('\n')}\n`)
  }
  const seconds = (performance.now() - started) / 1_000
  process.stdout.write(`${count} seeds from ${from}: ${failed.length === 0 ? 'all well' : `${failed.length} not well: ${failed.join(', ')}`}. ${events.toLocaleString('en-US')} events in ${seconds.toFixed(1)} s.\n`)
  return failed.length === 0 ? 0 : 1
}

try {
  process.exitCode = main(process.argv.slice(2))
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\nusage: npm run chaos -- [--seeds 1000] [--from 1] [--seed N]\n`)
  process.exitCode = 2
}
