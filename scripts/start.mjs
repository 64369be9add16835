// npm start: installs what is missing, builds, serves the playground on loopback and prints its address.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ensurePackages, fail, root } from './lib.mjs'

ensurePackages()

// Builds again only when something that the build reads has changed.
const hash = createHash('sha256')
const visit = (path) => {
  if (statSync(path).isDirectory()) for (const name of readdirSync(path).sort()) visit(join(path, name))
  else hash.update(path).update(readFileSync(path))
}
for (const path of ['src', 'public', 'index.html', 'vite.config.ts', 'package-lock.json']) if (existsSync(join(root, path))) visit(join(root, path))
const wanted = hash.digest('hex')
const stamp = join(root, 'dist', '.built-from')
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
  console.log('berth: building')
  const { status } = spawnSync(process.execPath, [join(root, 'node_modules', 'vite', 'bin', 'vite.js'), 'build', '--logLevel', 'warn'], { cwd: root, stdio: 'inherit' })
  if (status !== 0) fail('the build failed, see above')
  writeFileSync(stamp, wanted)
}

// Should this process be killed the hard way, the channel closes, and the server with it.
const server = spawn(process.execPath, ['--import', 'tsx', 'src/server/playground.ts', ...process.argv.slice(2)], { cwd: root, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => server.kill(signal))
server.on('exit', (code, signal) => process.exit(signal ? 0 : (code ?? 1)))
