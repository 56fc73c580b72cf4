import type { JsonObject } from '#lib/json.ts'
import { attribute } from '#profiles/react.ts'
import type { ProfileSection } from '#profiles/schema.ts'

/** Full years at `now` (epoch ms, UTC) of somebody born on `YYYY-MM-DD`; undefined for anything else. Born on 29 February: a year older on 1 March. */
export function ageOf(birthDate: unknown, now: number): number | undefined {
  const match = typeof birthDate === 'string' ? /^(\d{4})-(\d{2})-(\d{2})(?:$|T)/.exec(birthDate.trim()) : null
  if (!match) return undefined
  const [year = 0, month = 0, day = 0] = match.slice(1).map(Number)
  if (month < 1 || month > 12 || day < 1 || day > 31) return undefined
  const today = new Date(now)
  const years = today.getUTCFullYear() - year
  const before = today.getUTCMonth() + 1 < month || (today.getUTCMonth() + 1 === month && today.getUTCDate() < day)
  const age = before ? years - 1 : years
  return age >= 0 && age < 150 ? age : undefined
}

/** The birth date that the profile holds: `birth_date`, or Segment's `birthday`. */
export const birthDateOf = (profile: ProfileSection): unknown => attribute(profile, 'birth_date') ?? attribute(profile, 'birthday')

/** Where the person lives, as topics name it: `DE`, `US-TX`; '' when it is not known. */
export function placeOf(profile: ProfileSection): string {
  const address = attribute(profile, 'address')
  const within = (name: string): unknown =>
    address !== null && typeof address === 'object' && !Array.isArray(address) ? (address as JsonObject)[name] : undefined
  const country = code(attribute(profile, 'country') ?? within('country'), /^[A-Z]{2}$/)
  if (country === '') return ''
  const region = code(attribute(profile, 'region') ?? attribute(profile, 'state') ?? within('state'), /^([A-Z]{2}-)?[A-Z0-9]{1,3}$/)
  return region === '' ? country : `${country}-${region.split('-').at(-1)}`
}

function code(value: unknown, shape: RegExp): string {
  const text = typeof value === 'string' ? value.trim().toUpperCase() : ''
  return shape.test(text) ? text : ''
}
