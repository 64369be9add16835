/** Rows as kubectl prints them: columns as wide as their widest cell, three spaces between, nothing behind the last. */
export function textTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, i) => rows.reduce((width, row) => Math.max(width, columns(row[i] ?? '')), columns(title)))
  const line = (cells: readonly string[]): string => cells.map((cell, i) => (i === cells.length - 1 ? cell : cell + ' '.repeat((widths[i] ?? 0) - columns(cell) + 3))).join('').trimEnd()
  return [header, ...rows].map(line).join('\n')
}

function columns(text: string): number {
  return [...text].length
}
