// npm test: installs what is missing, runs everything, ends with "N passed, N failed".
// Each stage counts its own cases; lint, types and build count as one each.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder, ensureChromium, ensurePackages, root } from './lib.mjs'

ensurePackages()
const chromium = ensureChromium()
const env = { ...process.env, CHROMIUM_PATH: chromium, NO_COLOR: '1' }
delete env.FORCE_COLOR
const cache = cacheFolder()
const bin = (name, file) => [join(root, 'node_modules', name, file)]

const totals = { passed: 0, failed: 0 }
const rows = []
/** Several times what the longest stage takes on a slow machine: one that is still running has lost its way. */
const stageMinutesMax = 15

/** Runs a program of ours to its end, with all that it starts; true when it went well. */
const run = (args) => new Promise((resolve) => {
  const child = spawn(process.execPath, args, { cwd: root, stdio: 'inherit', env, detached: true })
  const endAll = () => { try { process.kill(-child.pid, 'SIGKILL') } catch { /* all gone */ } }
  const deadline = setTimeout(() => {
    console.log(`still running after ${stageMinutesMax} minutes: stopped`)
    endAll()
  }, stageMinutesMax * 60_000)
  const interrupted = () => { endAll(); process.exit(1) }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, interrupted)
  child.on('close', (code) => {
    clearTimeout(deadline)
    endAll()
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(signal, interrupted)
    resolve(code === 0)
  })
})

async function stage(name, args, countsOf) {
  console.log(`\n== ${name}`)
  const begun = Date.now()
  const ok = await run(args)
  const counts = countsOf?.() ?? { passed: ok ? 1 : 0, failed: ok ? 0 : 1 }
  if (!ok && counts.failed === 0) counts.failed = 1 // it broke outside a case
  if (ok && counts.passed === 0) counts.failed = 1 // it ran nothing: that is no success
  totals.passed += counts.passed
  totals.failed += counts.failed
  rows.push(`${name.padEnd(12)} ${String(counts.passed).padStart(6)} passed ${String(counts.failed).padStart(4)} failed  ${Math.round((Date.now() - begun) / 1000)} s`)
}

const vitest = bin('vitest', 'vitest.mjs')
function vitestStage(name, project, folders = []) {
  const report = join(cache, `${name}.json`)
  rmSync(report, { force: true })
  // By file, as each ends: should one never end, the missing one is it.
  return stage(name, [...vitest, 'run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...folders], () => {
    if (!existsSync(report)) return { passed: 0, failed: 1 }
    const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(readFileSync(report, 'utf8'))
    return { passed: numPassedTests, failed: numFailedTests > 0 ? numFailedTests : Math.min(numFailedTestSuites, 1) }
  })
}

await stage('lint', [...bin('eslint', 'bin/eslint.js'), '.', '--max-warnings', '0'])
await stage('types', ['scripts/types.mjs'])
await vitestStage('unit', 'unit')
await vitestStage('conformance', 'conformance')
await vitestStage('simulation', 'simulation')
await stage('build', [...bin('vite', 'bin/vite.js'), 'build', '--logLevel', 'warn'])
await vitestStage('browser', 'browser')
{
  const report = join(cache, 'e2e.json')
  rmSync(report, { force: true })
  env.PLAYWRIGHT_JSON_OUTPUT_NAME = report
  await stage('end-to-end', [...bin('@playwright/test', 'cli.js'), 'test', '--reporter=list,json'], () => {
    if (!existsSync(report)) return { passed: 0, failed: 1 }
    const { stats } = JSON.parse(readFileSync(report, 'utf8'))
    return { passed: stats.expected + stats.flaky, failed: stats.unexpected }
  })
}

console.log(`\n${rows.join('\n')}\n`)
console.log(`${totals.passed} passed, ${totals.failed} failed`)
process.exit(totals.failed === 0 ? 0 : 1)
