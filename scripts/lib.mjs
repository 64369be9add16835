// What the scripts share. Plain Node, no packages: it runs before they are installed.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

export function fail(message) {
  console.error(`berth: ${message}`)
  process.exit(1)
}

export function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19)) fail(`Node 20.19 or newer is needed; this is ${process.versions.node}`)
}

/** Installs the packages of the lock file unless exactly those are there already. */
export function ensurePackages() {
  checkNode()
  const stamp = join(root, 'node_modules', '.berth-lock')
  const lock = createHash('sha256').update(readFileSync(join(root, 'package-lock.json'))).digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return
  console.log('berth: installing packages')
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const { status } = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' })
  if (status !== 0) fail('the packages could not be installed (npm ci failed, see above)')
  writeFileSync(stamp, lock)
}

export function onPath(names) {
  return (process.env.PATH ?? '').split(delimiter).flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path))
}

/** The browser for tests: CHROMIUM_PATH, then PATH. */
export function findChromium() {
  const named = process.env.CHROMIUM_PATH
  if (named) return existsSync(named) ? named : fail(`CHROMIUM_PATH names ${named}, which does not exist`)
  return onPath(['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'])
}

/** Finds a Chromium or installs one: Debian's as root, otherwise Playwright's own. Says what to do when none can be had. */
export function ensureChromium() {
  const found = findChromium()
  if (found) return found
  if (process.getuid?.() === 0 && onPath(['apt-get'])) {
    console.log('berth: installing Chromium (apt-get)')
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit', env })
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-noto-cjk'], { stdio: 'inherit', env })
    const installed = findChromium()
    if (installed) return installed
  }
  console.log("berth: fetching Playwright's Chromium")
  const cli = join(root, 'node_modules', 'playwright', 'cli.js')
  spawnSync(process.execPath, [cli, 'install', 'chromium'], { stdio: 'inherit' })
  const own = spawnSync(process.execPath, ['-e', "import('playwright').then((p) => console.log(p.chromium.executablePath()))"], { cwd: root, encoding: 'utf8' }).stdout.trim()
  if (own && existsSync(own)) return own
  return fail('no Chromium for the browser tests. Install one (Debian: apt-get install chromium) or set CHROMIUM_PATH to its executable.')
}

export function cacheFolder() {
  const folder = join(root, '.cache')
  mkdirSync(folder, { recursive: true })
  return folder
}
