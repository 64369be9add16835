const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

/** Milliseconds of a duration as Go writes it ("1h30m", "1.5s", "500ms"); undefined when it is none. Rounded to whole milliseconds. */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0
  if (!/^(?:[0-9]+(?:\.[0-9]+)?(?:ms|s|m|h))+$/.test(text)) return undefined
  let sum = 0
  for (const [, amount = '', unit = ''] of text.matchAll(/([0-9.]+)(ms|s|m|h)/g)) sum += Number(amount) * (unitMs[unit] ?? 0)
  const rounded = Math.round(sum)
  return Number.isSafeInteger(rounded) ? rounded : undefined
}
