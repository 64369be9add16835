/** A moment as a calendar shows it, without a zone. Months from 1, weekdays from Sunday = 0. */
export interface CalendarTime {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly weekday: number
  readonly hour: number
  readonly minute: number
  readonly second: number
}

const dayMs = 86_400_000

/** Days since 1970-01-01 of a date of the Gregorian calendar. Method: eras of 400 years that begin in March. */
function daysOf(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
}

/** Unix time in ms as a calendar in UTC shows it. */
export function calendarOf(unixMs: number): CalendarTime {
  const days = Math.floor(unixMs / dayMs)
  const ofDay = Math.floor((unixMs - days * dayMs) / 1000)
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365)
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const month = shiftedMonth + (shiftedMonth < 10 ? 3 : -9)
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
    weekday: (((days + 4) % 7) + 7) % 7, hour: Math.floor(ofDay / 3600), minute: Math.floor(ofDay / 60) % 60, second: ofDay % 60,
  }
}

/** Unix time in ms of a calendar time in UTC. */
export function unixMsOf(time: Omit<CalendarTime, 'weekday'>): number {
  return daysOf(time.year, time.month, time.day) * dayMs + ((time.hour * 60 + time.minute) * 60 + time.second) * 1000
}
