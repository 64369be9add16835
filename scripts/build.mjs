// npm run build: a static dist/ that works from any sub-path of any static host.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { ensurePackages, root } from './lib.mjs'

ensurePackages()
const { status } = spawnSync(process.execPath, [join(root, 'node_modules', 'vite', 'bin', 'vite.js'), 'build', '--logLevel', 'warn', ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' })
process.exit(status ?? 1)
