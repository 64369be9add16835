// Runs a TypeScript program of this repository: node scripts/run-ts.mjs FILE [ARGUMENT...]
// Installs the packages first where they are missing, so that every npm script works from a fresh clone.
import { spawn } from 'node:child_process'
import { ensurePackages, root } from './lib.mjs'

ensurePackages()
// A simulation makes and drops many small objects: with more room for the young ones, fewer are carried over.
const flags = ['--min-semi-space-size=256', '--max-semi-space-size=256', '--import', new URL('plain-names.mjs', import.meta.url).href, '--import', 'tsx']
// A server hears through the channel that this process is gone, however it went (closeOnSignal in src/server/listen.ts).
const program = spawn(process.execPath, [...flags, ...process.argv.slice(2)], { cwd: root, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => program.kill(signal))
program.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)))
