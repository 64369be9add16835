import { playwright } from '@vitest/browser-playwright'
import { defineConfig, mergeConfig } from 'vitest/config'
import { chromiumFlags, findChromium } from './tests/chromium.ts'
import viteConfig from './vite.config.ts'

const executablePath = findChromium()
const node = { environment: 'node' as const, testTimeout: 60_000, hookTimeout: 60_000 }

export default mergeConfig(viteConfig, defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      { extends: true, test: { ...node, name: 'unit', include: ['src/**/*.test.{ts,tsx}', 'tests/architecture/**/*.test.ts', 'tests/bench/**/*.test.ts'], exclude: ['**/*.browser.test.*'] } },
      { extends: true, test: { ...node, name: 'conformance', include: ['tests/conformance/**/*.test.ts'], testTimeout: 300_000 } },
      { extends: true, test: { ...node, name: 'simulation', include: ['tests/simulation/**/*.test.ts'], exclude: ['**/*.browser.test.*'], testTimeout: 600_000 } },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['src/**/*.browser.test.{ts,tsx}', 'tests/**/*.browser.test.{ts,tsx}'],
          globalSetup: ['tests/simulation/provide-hashes.ts'],
          testTimeout: 60_000,
          browser: {
            enabled: true, headless: true, screenshotFailures: false,
            viewport: { width: 1600, height: 1000 },
            instances: [{ browser: 'chromium' }],
            provider: playwright({ launchOptions: { ...(executablePath ? { executablePath } : {}), args: chromiumFlags } }),
          },
        },
      },
    ],
  },
}))
