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

/** "14.32s", "2m05s": for people. */
export function durationText(ms: number): string {
  const seconds = ms / 1000
  if (seconds < 60) return `${Number(seconds.toFixed(3))}s`
  const whole = Math.floor(seconds)
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const two = (value: number): string => String(value).padStart(2, '0')
  return hours > 0 ? `${hours}h${two(minutes)}m${two(rest)}s` : `${minutes}m${two(rest)}s`
}
