import { grouped } from './grouped.ts'

/** `1 day`, `1,204 days`: in sentences of the server, which are English until they are told. */
export const counted = (count: number, one: string, many = `${one}s`): string => `${grouped(String(count))} ${count === 1 ? one : many}`
export const people = (count: number): string => counted(count, 'person', 'people')

const UNITS: Readonly<Record<string, string>> = { w: 'week', d: 'day', h: 'hour', m: 'minute' }
/** `7d` as `7 days`; one of several units stays as documents write it. */
export function spelled(duration: string): string {
  const [, count = '', unit = ''] = /^(\d+)([wdhm])$/.exec(duration) ?? []
  return count === '' ? duration : counted(Number(count), UNITS[unit]!)
}
