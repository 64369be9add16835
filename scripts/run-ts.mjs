// Runs a TypeScript program of this repository: node scripts/run-ts.mjs FILE [ARGUMENT...]
// Installs the packages first where they are missing, so that every npm script works from a fresh clone.
import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { ensurePackages, root } from './lib.mjs'

ensurePackages()
const tsx = createRequire(import.meta.url).resolve('tsx/cli')
const { status, signal } = spawnSync(process.execPath, [tsx, ...process.argv.slice(2)], { stdio: 'inherit', cwd: root })
process.exit(signal ? 1 : (status ?? 1))
