// Type-checks every room with only what that room may see (tsconfig/*.json), then the tests.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { ensurePackages, root } from './lib.mjs'

ensurePackages()
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
for (const args of [['-b', 'tsconfig.json'], ['-p', 'tsconfig/tests.json']]) {
  const { status } = spawnSync(process.execPath, [tsc, ...args], { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(1)
}
