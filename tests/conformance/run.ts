import { statSync } from 'node:fs'
import { suites } from './lib/suites'

/** `npm run conformance -- <suite> <folder>`: every failing vector by name with its first difference, then the count. */
async function main([name, folder]: readonly string[]): Promise<number> {
  const names = Object.keys(suites)
  if (name === undefined || folder === undefined) {
    process.stderr.write(`usage: npm run conformance -- <suite> <folder>\nsuites: ${names.join(', ')}\n`)
    return 2
  }
  const load = suites[name]
  if (load === undefined) {
    process.stderr.write(`there is no suite "${name}"; there are: ${names.join(', ')}\n`)
    return 2
  }
  const suite = await load()
  if (suite === undefined) {
    process.stderr.write(`the suite "${name}" has no runner yet (tests/conformance/${name}.ts)\n`)
    return 2
  }
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    process.stderr.write(`${folder} is not a folder\n`)
    return 2
  }
  let [passed, failed] = [0, 0]
  for await (const result of suite(folder)) {
    if (result.passed) passed++
    else {
      failed++
      process.stdout.write(`FAIL ${result.name} (${result.file})\n     ${result.difference ?? 'no difference given'}\n`)
    }
  }
  if (passed + failed === 0) process.stdout.write(`no vectors in ${folder}\n`)
  process.stdout.write(`${passed} passed, ${failed} failed\n`)
  return failed > 0 || passed === 0 ? 1 : 0
}

process.exitCode = await main(process.argv.slice(2))
