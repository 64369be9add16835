/** Numbers as people say them in prose: "2.5", "5 Gi", "00:14.320". No words, so no language. */

/** At most `digits` decimals, without trailing zeros. */
export function decimal(value: number, digits = 2): string {
  if (!Number.isFinite(value)) return '∞'
  const scale = 10 ** digits
  const rounded = Math.round(value * scale) / scale
  return Object.is(rounded, -0) ? '0' : String(rounded)
}

/** Thousands apart by commas: 48210 is "48,210". */
export function whole(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, ',')
}

/** Millicores in cores: 2850 is "2.85". */
export function cores(milli: number): string {
  return decimal(milli / 1000, Math.abs(milli) < 100 && milli % 10 !== 0 ? 3 : 2)
}

/** Millicores as YAML writes a request: 500 is "500m", 2000 is "2", 2500 is "2500m". */
export function cpuQuantity(milli: number): string {
  return milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`
}

const binaryUnits = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi'] as const

function binaryParts(bytes: number, unit?: 'Mi' | 'Gi' | 'Ti'): { readonly value: number; readonly unit: string } {
  let index = unit ? binaryUnits.indexOf(unit) : 0
  if (!unit) while (index < binaryUnits.length - 1 && Math.abs(bytes) >= 1024 ** (index + 1)) index++
  return { value: bytes / 1024 ** index, unit: binaryUnits[index] ?? '' }
}

/** Bytes as said: 5368709120 is "5 Gi", 536870912 is "512 Mi". A given unit is kept: gibibytes(…) compares at a glance. */
export function bytes(amount: number, unit?: 'Mi' | 'Gi' | 'Ti'): string {
  const parts = binaryParts(amount, unit)
  return parts.unit === '' ? decimal(parts.value, 0) : `${decimal(parts.value)} ${parts.unit}`
}

/** Bytes in gibibytes without the unit: "11.75". */
export function gibibytes(amount: number): string {
  return decimal(amount / 1024 ** 3)
}

/** Bytes as YAML writes a request, exact where a binary unit divides them: 536870912 is "512Mi". */
export function memoryQuantity(amount: number): string {
  for (let index = 4; index > 0; index--) {
    const unit = 1024 ** index
    if (amount !== 0 && amount % unit === 0) return `${amount / unit}${binaryUnits[index] ?? ''}`
  }
  return String(amount)
}

/** Image sizes: "240 MiB". */
export function imageSize(amount: number): string {
  const parts = binaryParts(amount)
  return parts.unit === '' ? `${decimal(parts.value, 0)} B` : `${decimal(parts.value, 1)} ${parts.unit}B`
}

const two = (value: number): string => String(value).padStart(2, '0')

/** Virtual time: "00:14.320", "1:02:03.000" from an hour on. Negative before the epoch. */
export function clock(ms: number): string {
  const sign = ms < 0 ? '−' : ''
  const rest = Math.abs(Math.round(ms))
  const hours = Math.floor(rest / 3_600_000)
  const text = `${two(Math.floor(rest / 60_000) % 60)}:${two(Math.floor(rest / 1000) % 60)}.${String(rest % 1000).padStart(3, '0')}`
  return `${sign}${hours > 0 ? `${hours}:` : ''}${text}`
}

/** A tick of the timeline, only as fine as its step: "14.320" within a minute, "02:30" over minutes. */
export function tickTime(ms: number, stepMs: number): string {
  const rest = Math.max(0, Math.round(ms))
  const fraction = String(rest % 1000).padStart(3, '0')
  if (rest < 60_000 && stepMs < 10_000) {
    const seconds = Math.floor(rest / 1000)
    return stepMs >= 1000 ? `${seconds} s` : `${seconds}.${fraction}`
  }
  const hours = Math.floor(rest / 3_600_000)
  const text = `${two(Math.floor(rest / 60_000) % 60)}:${two(Math.floor(rest / 1000) % 60)}`
  return `${hours > 0 ? `${hours}:` : ''}${text}${stepMs < 1000 ? `.${fraction}` : ''}`
}

/** A span of time in short: "0 ms", "420 ms", "4 s", "3 min 12 s", "2 h 5 min". */
export function span(ms: number): string {
  const rest = Math.abs(ms)
  if (rest < 1000) return `${Math.round(rest)} ms`
  if (rest < 60_000) return `${decimal(rest / 1000, rest < 10_000 ? 1 : 0)} s`
  const seconds = Math.round(rest / 1000)
  if (seconds < 3600) return seconds % 60 === 0 ? `${seconds / 60} min` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  const minutes = Math.round(seconds / 60)
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** "38 %". */
export function percent(part: number, of: number): string {
  return of === 0 ? '0 %' : `${decimal((part / of) * 100, 0)} %`
}

/** The part of a generated name that tells it from its siblings: "web-6c4d9f7b8-x2lqp" is "x2lqp". */
export function shortName(name: string): string {
  const bare = name.slice(name.indexOf('/') + 1)
  const match = /^.+-([bcdfghjklmnpqrstvwxz2456789]{5})$/.exec(bare)
  return match?.[1] ?? bare
}

/** A long name with its middle left out: "web-…-x2lqp". */
export function middleCut(name: string, length = 24): string {
  if (name.length <= length) return name
  const parts = name.split('-')
  const last = parts.at(-1) ?? ''
  const first = parts[0] ?? ''
  if (parts.length > 2 && first.length + last.length + 3 <= length) return `${first}-…-${last}`
  const keep = Math.max(2, Math.floor((length - 1) / 2))
  return `${name.slice(0, keep)}…${name.slice(name.length - keep)}`
}
