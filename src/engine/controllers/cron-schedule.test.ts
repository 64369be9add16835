import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { epochUnixMs } from '../../api'
import { calendarOf, unixMsOf } from './calendar'
import { nextTime, parseSchedule, zoneOffset } from './cron-schedule'

const at = (text: string): number => Date.parse(text) - epochUnixMs
const show = (virtual: number | undefined): string | undefined => (virtual === undefined ? undefined : new Date(virtual + epochUnixMs).toISOString().slice(0, 16))
const next = (line: string, after: string, zone?: string): string | undefined => {
  const schedule = parseSchedule(line)
  const offset = zoneOffset(zone)
  if (schedule === undefined || offset === undefined) throw new Error('unreadable')
  return show(nextTime(schedule, at(after), offset))
}

describe('calendar', () => {
  test('shows what Date shows, both ways, over six centuries', () => {
    fc.assert(fc.property(fc.integer({ min: Date.UTC(1700, 0, 1), max: Date.UTC(2300, 0, 1) }), (unixMs) => {
      const date = new Date(unixMs)
      const time = calendarOf(unixMs)
      expect(time).toEqual({
        year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate(), weekday: date.getUTCDay(),
        hour: date.getUTCHours(), minute: date.getUTCMinutes(), second: date.getUTCSeconds(),
      })
      expect(unixMsOf(time)).toBe(Math.floor(unixMs / 1000) * 1000)
    }))
  })
})

describe('cron lines', () => {
  test.each([
    ['* * * * *', '2026-01-01T00:00:00Z', '2026-01-01T00:01'],
    ['*/15 * * * *', '2026-01-01T00:16:00Z', '2026-01-01T00:30'],
    ['0 9 * * mon-fri', '2026-01-02T09:00:00Z', '2026-01-05T09:00'],
    ['30 4 1,15 * 5', '2026-01-02T05:00:00Z', '2026-01-09T04:30'], // a day or a Friday, whichever comes first
    ['30 4 */2 * 5', '2026-01-02T05:00:00Z', '2026-01-03T04:30'], // a step is no star: either is enough
    ['0 0 29 2 *', '2026-03-01T00:00:00Z', '2028-02-29T00:00'],
    ['0 0 31 4 *', '2026-01-01T00:00:00Z', undefined],
    ['@hourly', '2026-01-01T00:00:00Z', '2026-01-01T01:00'],
    ['@yearly', '2026-06-01T00:00:00Z', '2027-01-01T00:00'],
    ['0 12 * jan 0', '2026-01-04T12:00:00Z', '2026-01-11T12:00'],
    ['0 12 * * 7', '2026-01-04T12:00:00Z', '2026-01-11T12:00'],
    ['5-10/5 3 * * *', '2026-01-01T03:05:00Z', '2026-01-01T03:10'],
  ])('%s after %s', (line, after, want) => {
    expect(next(line, after)).toBe(want)
  })

  test.each(['', '* * * *', '60 * * * *', '* 24 * * *', '* * 0 * *', '* * * 13 *', '* * * * 8', '5-1 * * * *', '*/0 * * * *', 'a * * * *', '@never', '* * * * * *'])('%s is none', (line) => {
    expect(parseSchedule(line)).toBeUndefined()
  })

  test('a zone moves with its summer time', () => {
    expect(next('0 8 * * *', '2026-03-28T08:00:00Z', 'Europe/Berlin')).toBe('2026-03-29T06:00')
    expect(next('0 8 * * *', '2026-03-27T08:00:00Z', 'Europe/Berlin')).toBe('2026-03-28T07:00')
    expect(zoneOffset('Mars/Olympus')).toBeUndefined()
  })

  test('@every counts from where it is asked', () => {
    expect(next('@every 90m', '2026-01-01T00:10:00Z')).toBe('2026-01-01T01:40')
  })
})
