import type { CSSProperties } from 'react'

/** Styles with custom properties among them, which React's types do not know. */
export function styleOf(values: Readonly<Record<string, string | number>>): CSSProperties {
  return values as CSSProperties
}
