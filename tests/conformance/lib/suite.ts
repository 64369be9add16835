/** What became of one vector. */
export interface VectorResult {
  readonly name: string
  /** File name inside the folder. */
  readonly file: string
  readonly passed: boolean
  /** First difference: "path: expected X, got Y", or why the vector could not be run. Present when it failed. */
  readonly difference?: string
}

/** Runs every vector of a folder, in a fixed order. Throws only when the folder itself cannot be read. */
export type Suite = (folder: string) => AsyncIterable<VectorResult> | Iterable<VectorResult>

/** Runs one vector: what `check` throws (or rejects with) is its difference. */
export async function vector(file: string, name: string, check: () => void | Promise<void>): Promise<VectorResult> {
  try {
    await check()
    return { name, file, passed: true }
  } catch (error) {
    return { name, file, passed: false, difference: error instanceof Error ? describe(error) : String(error) }
  }
}

function describe(error: Error): string {
  if (error.name === 'Difference') return error.message
  const place = error.stack?.split('\n').find((line) => line.trimStart().startsWith('at '))?.trim()
  return `${error.name}: ${error.message}${place === undefined ? '' : ` (${place})`}`
}
