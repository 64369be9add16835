import { expect, test } from 'vitest'
import { fuzz } from './testing/fuzz'

// `npm run bench -- apiserver` does the same with 100,000.
test.each([1, 2, 3])('generated requests (seed %i) are answered with a well-formed Status or taken, and leave nothing behind when refused', (seed) => {
  const { codes, stateHash } = fuzz(seed, 1_500)
  // Not all were refused for the same reason, and some were taken.
  for (const code of ['200', '201', '400', '404', '405', '409', '415', '422']) expect(codes[code] ?? 0, `answers with ${code}`).toBeGreaterThan(0)
  expect(fuzz(seed, 1_500).stateHash).toBe(stateHash)
})
