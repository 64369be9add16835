/** Order by UTF-16 code units; what `<` does. Never `localeCompare`: it differs between machines. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
