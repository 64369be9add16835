// npm run dev: the playground with hot reload, for developers.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { ensurePackages, root } from './lib.mjs'

ensurePackages()
const vite = spawn(process.execPath, [join(root, 'node_modules', 'vite', 'bin', 'vite.js'), ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => vite.kill(signal))
vite.on('exit', (code) => process.exit(code ?? 0))
