import { epochUnixMs } from '../../api'
import { calendarOf, unixMsOf, type CalendarTime } from './calendar'

/** A cron line, read. Upstream: robfig/cron/v3, ParseStandard. */
export interface Schedule {
  readonly minutes: ReadonlySet<number>
  readonly hours: ReadonlySet<number>
  readonly days: ReadonlySet<number>
  readonly months: ReadonlySet<number>
  readonly weekdays: ReadonlySet<number>
  /** A star (or ?) in days or weekdays: then both must hold; with neither one of them is enough. */
  readonly anyDay: boolean
  readonly anyWeekday: boolean
  /** "@every 5m": every so many ms instead. */
  readonly everyMs?: number
}

const macros: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *', '@annually': '0 0 1 1 *', '@monthly': '0 0 1 * *', '@weekly': '0 0 * * 0', '@daily': '0 0 * * *', '@midnight': '0 0 * * *', '@hourly': '0 * * * *',
}
const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const weekdayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

/** Undefined for what is no cron line. */
export function parseSchedule(text: string): Schedule | undefined {
  const trimmed = text.trim()
  const every = /^@every (?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?$/.exec(trimmed)
  if (every !== null) {
    const ms = (Number(every[1] ?? 0) * 3600 + Number(every[2] ?? 0) * 60 + Number(every[3] ?? 0)) * 1000
    return ms >= 1000 ? { ...nothing, everyMs: ms } : undefined
  }
  const fields = (macros[trimmed] ?? trimmed).split(/\s+/)
  if (fields.length !== 5) return undefined
  const [minutes, hours, days, months, weekdays] = [
    field(fields[0], 0, 59), field(fields[1], 0, 23), field(fields[2], 1, 31), field(fields[3], 1, 12, monthNames, 1), field(fields[4], 0, 7, weekdayNames, 0),
  ]
  if (minutes === undefined || hours === undefined || days === undefined || months === undefined || weekdays === undefined) return undefined
  if (weekdays.values.has(7)) weekdays.values.add(0)
  return { minutes: minutes.values, hours: hours.values, days: days.values, months: months.values, weekdays: weekdays.values, anyDay: days.star, anyWeekday: weekdays.star }
}

const nothing: Schedule = { minutes: new Set(), hours: new Set(), days: new Set(), months: new Set(), weekdays: new Set(), anyDay: true, anyWeekday: true }

function field(text: string | undefined, low: number, high: number, names: readonly string[] = [], nameBase = 0): { readonly values: Set<number>; readonly star: boolean } | undefined {
  const values = new Set<number>()
  let star = false
  for (const part of (text ?? '').toLowerCase().split(',')) {
    const [range = '', stepText, extra] = part.split('/')
    if (extra !== undefined || (stepText !== undefined && !/^[1-9][0-9]*$/.test(stepText))) return undefined
    const step = stepText === undefined ? 1 : Number(stepText)
    let [from, to] = [low, high]
    if (range === '*' || range === '?') star ||= step === 1
    else {
      const ends = range.split('-')
      if (ends.length > 2) return undefined
      const number = (word: string | undefined): number => {
        const named = names.indexOf(word ?? '')
        return named >= 0 ? named + nameBase : /^[0-9]+$/.test(word ?? '') ? Number(word) : Number.NaN
      }
      from = number(ends[0])
      to = ends.length === 2 ? number(ends[1]) : stepText === undefined ? from : high
      if (Number.isNaN(from) || Number.isNaN(to) || from < low || to > high || from > to) return undefined
    }
    for (let value = from; value <= to; value += step) values.add(value)
  }
  return { values, star }
}

/** Hours and minutes that a zone is ahead of UTC at an instant, in ms. */
export type ZoneOffset = (unixMs: number) => number

/** The offset of "Europe/Berlin"; undefined for what is no zone. UTC when nothing is said. */
export function zoneOffset(zone: string | undefined): ZoneOffset | undefined {
  if (zone === undefined || zone === '' || zone === 'UTC' || zone === 'Etc/UTC') return () => 0
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
    })
    return (unixMs) => {
      const parts = new Map(format.formatToParts(unixMs).map((part) => [part.type, Number(part.value)]))
      const get = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0
      const there = unixMsOf({ year: get('year'), month: get('month'), day: get('day'), hour: get('hour'), minute: get('minute'), second: get('second') })
      return there - Math.floor(unixMs / 1000) * 1000
    }
  } catch {
    return undefined
  }
}

/** The next instant after `after` (virtual ms); undefined when there is none within five years. Upstream: SpecSchedule.Next. */
export function nextTime(schedule: Schedule, after: number, offset: ZoneOffset): number | undefined {
  if (schedule.everyMs !== undefined) return Math.floor((after + schedule.everyMs) / 1000) * 1000
  const minute = 60_000
  let unix = (Math.floor((after + epochUnixMs) / minute) + 1) * minute
  const end = unix + 5 * 366 * 24 * 60 * minute
  while (unix < end) {
    const local = calendarOf(unix + offset(unix))
    if (!schedule.months.has(local.month) || !dayFits(schedule, local)) {
      // On to the next midnight there; a zone may jump at night, so in steps of at most a day and then by the hour.
      const left = (24 - local.hour) * 60 - local.minute
      unix += left * minute
      continue
    }
    if (!schedule.hours.has(local.hour)) {
      unix += (60 - local.minute) * minute
      continue
    }
    if (!schedule.minutes.has(local.minute)) {
      unix += minute
      continue
    }
    return unix - epochUnixMs
  }
  return undefined
}

/** When a CronJob's line next comes round after a moment (virtual ms), in its zone; undefined for no line, no zone, or never. */
export function nextCronTime(line: string, zone: string | undefined, after: number): number | undefined {
  const schedule = parseSchedule(line)
  const offset = zoneOffset(zone)
  return schedule === undefined || offset === undefined ? undefined : nextTime(schedule, after, offset)
}

function dayFits(schedule: Schedule, local: CalendarTime): boolean {
  const day = schedule.days.has(local.day)
  const weekday = schedule.weekdays.has(local.weekday)
  return schedule.anyDay || schedule.anyWeekday ? day && weekday : day || weekday
}
