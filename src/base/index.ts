/** Helpers that know nothing of Kubernetes. Any room may use them; they use nothing. */
export { AssertionError, assert, unreachable } from './assert'
export type { Brand } from './brand'
export { compareText } from './compare'
export { RollingHash, fnv32a, hashOf, type HashState } from './hash'
export { Heap } from './heap'
export { div64, mulDiv64, roundHalfAway } from './int64'
export { canonicalJson, deepEqual, deepFreeze, type Json } from './json'
export { Random, type RandomState } from './random'
