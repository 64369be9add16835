/** Our own mistake, never a user's: the simulation must not go on. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError'
}

/** Stops with an `AssertionError` when something that only our own code can break does not hold. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message)
}

/** Ends a `switch` over a union: fails to compile when the union grows, throws when types lied. */
export function unreachable(value: never): never {
  throw new AssertionError(`unreachable: ${JSON.stringify(value)}`)
}
