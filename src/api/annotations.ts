/**
 * Set by an import on an object whose owner is not in the dump: nothing says that the owner is gone, so the garbage collector and the
 * collector of orphaned Pods must not conclude it.
 */
export const ownerNotImported = 'berth.dev/owner-not-imported'
