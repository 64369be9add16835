import type { TestProject } from 'vitest/node'
import { hashOfLife } from './random-cluster'

declare module 'vitest' {
  interface ProvidedContext {
    /** Lives of random clusters, as Node lived them. */
    hashesOfLives: readonly { readonly seed: number; readonly count: number; readonly hash: string }[]
  }
}

/** Runs in Node before the browser's tests, so that nobody has to keep hashes in a file. */
export default function setup(project: TestProject): void {
  project.provide('hashesOfLives', [1, 2, 3, 40, 41].map((seed) => ({ seed, count: 24, hash: hashOfLife(seed, 24) })))
}
