import { defineConfig } from '@playwright/test'
import { chromiumFlags, findChromium } from './tests/chromium.ts'

const executablePath = findChromium()
const port = 4317

export default defineConfig({
  testDir: 'tests/e2e',
  testMatch: '**/*.spec.ts',
  timeout: 90_000,
  expect: { timeout: 15_000 },
  workers: 1,
  retries: 1,
  outputDir: '.cache/e2e',
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    viewport: { width: 1600, height: 1000 },
    launchOptions: { ...(executablePath ? { executablePath } : {}), args: chromiumFlags },
  },
  // The built page, as people get it.
  webServer: { command: `node scripts/run-ts.mjs src/server/playground.ts --port ${port}`, url: `http://127.0.0.1:${port}/`, reuseExistingServer: false, timeout: 60_000 },
})
