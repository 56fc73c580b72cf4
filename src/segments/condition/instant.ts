// Years stay a day or more inside those of ClickHouse's DateTime64, so that both compilers agree on every text and offset.
export const ISO_8601 =
  '^(190[1-9]|19[1-9][0-9]|2[01][0-9]{2})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])' +
  '([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])?)?$'
const SHAPE = new RegExp(ISO_8601)

/**
 * Epoch milliseconds of an ISO 8601 date or date-time of the years 1901–2199, truncated to the millisecond; NaN for any other text.
 * Without an offset it is UTC.
 */
export function instant(text: string): number {
  if (text.length < 10 || text.length > 35 || !SHAPE.test(text)) return Number.NaN
  const number = (from: number, to: number): number => Number(text.slice(from, to))
  const [year, month, day] = [number(0, 4), number(5, 7), number(8, 10)]
  if (day > daysIn(year, month)) return Number.NaN
  const midnight = daysSinceEpoch(year, month, day) * 86_400_000
  if (text.length === 10) return midnight
  const seconds = text[16] === ':' ? number(17, 19) : 0
  const fraction = /[.](\d+)/.exec(text)?.[1] ?? ''
  const clock = number(11, 13) * 3_600_000 + number(14, 16) * 60_000 + seconds * 1_000 + Number(fraction.slice(0, 3).padEnd(3, '0'))
  return midnight + clock - offset(text)
}

function offset(text: string): number {
  const found = /([+-])(\d\d):(\d\d)$/.exec(text.slice(16))
  if (!found) return 0
  const ms = Number(found[2]) * 3_600_000 + Number(found[3]) * 60_000
  return found[1] === '-' ? -ms : ms
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

// Days of the proleptic Gregorian calendar, counted from March (Hinnant, "chrono-compatible low-level date algorithms", 2013).
function daysSinceEpoch(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
}
