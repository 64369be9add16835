declare const brand: unique symbol

/** A primitive that carries its meaning in its type: `Brand<number, "VirtualMs">`. No cost at run time. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name }
