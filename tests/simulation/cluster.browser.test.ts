import { expect, inject, test } from 'vitest'
import { hashOfLife } from './random-cluster'

// Node has computed them in `provide-hashes.ts`; here the same function runs in the browser's own engine.
test.each(inject('hashesOfLives'))('seed $seed lives the same life in this browser as in Node', ({ seed, count, hash }) => {
  expect(hashOfLife(seed, count)).toBe(hash)
})
