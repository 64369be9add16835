/** All rows of a `from..to` slice that no plugin has refused yet get the same verdict. */
export function refuseAll(verdicts: Int32Array, from: number, to: number, value: number): void {
  for (let i = from; i < to; i++) if (verdicts[i] === 0) verdicts[i] = value
}
