import { canonicalJson, fnv32a } from '../../base'

const safeAlphabet = 'bcdfghjklmnpqrstvwxz2456789'

/** A text of digits in letters that spell no words. Upstream: util/rand, SafeEncodeString. */
export function safeEncode(text: string): string {
  let out = ''
  for (let i = 0; i < text.length; i++) out += safeAlphabet.charAt(text.charCodeAt(i) % safeAlphabet.length)
  return out
}

/**
 * Names a Pod template: equal templates have equal hashes, in every run. Upstream hashes a print-out of the Go struct, which
 * only Go can reproduce; here it is the canonical JSON. Upstream: controller.ComputeHash.
 */
export function templateHash(template: unknown, collisionCount?: number): string {
  return safeEncode(String(fnv32a(canonicalJson(template) + (collisionCount === undefined ? '' : `#${collisionCount}`))))
}

/** A random name ending, as the api-server's for generateName; for names a controller must make itself. */
export const nameAlphabet = safeAlphabet
