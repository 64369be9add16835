import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** For a closed network and a container: no sandbox, no calls home. */
export const chromiumFlags = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
]

/** CHROMIUM_PATH, then PATH; undefined means Playwright's own. */
export function findChromium(): string | undefined {
  const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']
  const onPath = (process.env['PATH'] ?? '').split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)))
  return [process.env['CHROMIUM_PATH'], ...onPath].find((path) => path !== undefined && path !== '' && existsSync(path))
}
