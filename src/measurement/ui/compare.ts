import { language } from '#kit/words.ts'
import type { Column, Table } from '../reports/told.ts'
import { written } from '../reports/written.ts'
import type { Field, paramsOf } from './asking.ts'

const DAY = 86_400_000
type Params = ReturnType<typeof paramsOf>

/** The stretch of the same length just before the one that is asked about; undefined: the report is not about a stretch. `asOf`: epoch ms. */
export function stretchBefore(fields: readonly Field[], params: Params, asOf: number): { from: number; to: number } | undefined {
  const isTime = (name: string): boolean => fields.some((field) => field.name === name && field.kind === 'day' && field.as === 'time')
  if (!isTime('from') || !isTime('to')) return undefined
  const days = Number(params['days'] ?? fields.find(({ name }) => name === 'days')?.usual)
  const end = Number(params['to'] ?? asOf + 1)
  const begin = Number(params['from'] ?? end - days * DAY)
  return Number.isFinite(begin) && end > begin ? { from: Math.max(0, begin - (end - begin)), to: begin } : undefined
}

type Row = Table['rows'][number]
/** What a row is about: its words, but for sentences. */
const nameOf = (columns: readonly Column[], row: Row): string =>
  columns
    .filter(({ type, id }) => (type === 'text' || type === 'time') && id !== 'sentence')
    .map(({ id }) => String(row[id] ?? ''))
    .join('\u0000')

/** Finds for a row of today's table the one that told the same of the stretch before. */
export function rowsBefore({ columns }: Table, before: Table | undefined): (row: Row) => Row | undefined {
  const rows = new Map((before?.rows ?? []).map((row) => [nameOf(columns, row), row]))
  return (row) => rows.get(nameOf(columns, row))
}

/** How a number has changed; shares in points, others in percent of what they were. '' where that says nothing. */
export function changeOf(now: number, was: number, type: Column['type']): string {
  if (now === was) return '±0'
  if (type === 'share' || type === 'points') return written(now - was, 'points', language())
  if (was === 0) return ''
  const percent = Math.round(((now - was) / Math.abs(was)) * 100)
  return `${percent > 0 ? '+' : percent < 0 ? '−' : '±'}${Math.abs(percent)} %`
}
