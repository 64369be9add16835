import { parseArgs } from 'node:util'
import { table } from './lib/table'

/** `npm run bench -- <name> [--smoke] [--option value ...]`: runs the benchmarks of a name and prints what they report. */
async function main(args: string[]): Promise<number> {
  const { positionals: [name], tokens } = parseArgs({ args, options: { smoke: { type: 'boolean' } }, strict: false, allowPositionals: true, tokens: true })
  const isSmoke = args.includes('--smoke')
  const options = new Map<string, string>()
  tokens.forEach((token, i) => {
    if (token.kind !== 'option' || token.name === 'smoke') return
    const next = tokens[i + 1]
    options.set(token.name, token.value ?? (next?.kind === 'positional' ? next.value : 'true'))
  })
  const benchmarks = name === undefined ? undefined : await table[name]?.()
  if (benchmarks === undefined) {
    process.stderr.write(`${name === undefined ? 'usage: npm run bench -- <name> [--smoke] [--option value ...]' : `there is no benchmark "${name}"`}\nnames: ${Object.keys(table).join(', ')}\n`)
    return 2
  }
  for (const benchmark of benchmarks) {
    const start = performance.now()
    await benchmark.run({
      size: ({ smoke, real }) => (isSmoke ? smoke : real),
      option: (option) => options.get(option),
      report: (results) => {
        if (options.has('json')) {
          process.stdout.write(`${JSON.stringify(results)}\n`)
          return
        }
        process.stdout.write(`${benchmark.name}${isSmoke ? ' (smoke)' : ''}\n`)
        for (const [key, value] of Object.entries(results)) process.stdout.write(`  ${key.padEnd(28)} ${typeof value === 'number' ? formatNumber(value) : value}\n`)
      },
    })
    if (!options.has('json')) process.stdout.write(`  ${'total time'.padEnd(28)} ${formatNumber((performance.now() - start) / 1000)} s\n`)
  }
  return 0
}

function formatNumber(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: Math.abs(value) < 10 ? 4 : Math.abs(value) < 1000 ? 1 : 0 })
}

process.exitCode = await main(process.argv.slice(2))
