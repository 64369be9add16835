import { copyOf, getKey, isFields, setKey, type Fields } from '../draft'

/** RFC 7386: members replace, null removes. The document stays as it is; what does not change is shared. */
export function applyMergePatch(document: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return copyOf(patch as Fields)
  const out: Fields = isFields(document) ? { ...document } : {}
  for (const key of Object.keys(patch)) {
    const value = patch[key]
    if (value === null) delete out[key]
    else if (value !== undefined) setKey(out, key, applyMergePatch(getKey(out, key), value))
  }
  return out
}
