import { z } from 'zod'
import { type Outcome, refuse } from '#lib/problem.ts'
import type { ReportLine } from './api.ts'
import type { AnyReport, ListKind } from './kind.ts'

/** A report by its id. */
export function found(reports: readonly AnyReport[], id: string): Outcome<AnyReport> {
  const report = reports.find((each) => each.id === id)
  if (report) return report
  const known = reports.map((each) => each.id).join(', ')
  return refuse({
    code: 'report.unknown',
    status: 404,
    title: 'There is no such report.',
    detail: id,
    hint: `There are: ${known}.`,
    at: '/report',
  })
}

/** What a report is asked with, held against its schema. */
export function askedOf(report: AnyReport, params: unknown): Outcome<{ input: unknown }> {
  const read = report.input.safeParse(params)
  if (read.success) return { input: read.data }
  const [issue] = read.error.issues
  return refuse({
    code: 'report.parameters',
    status: 422,
    title: 'The report cannot be asked like that.',
    detail: issue?.message ?? '',
    hint: 'reports.list says what it can be asked with.',
    at: `/params/${issue?.path.join('/') ?? ''}`,
  })
}

/** A list of a report, if it can be narrowed like that. */
export function listOf(
  report: AnyReport,
  { list, where, input }: { list: string; where: Readonly<Record<string, string>>; input: unknown },
): Outcome<ListKind<unknown>> {
  const kind = Object.hasOwn(report.lists, list) ? (report.lists[list] as ListKind<unknown>) : undefined
  if (!kind) {
    const lists = Object.keys(report.lists).join(', ')
    return refuse({
      code: 'report.list',
      status: 422,
      title: 'The report has no such list.',
      detail: list,
      hint: `It has: ${lists}.`,
      at: '/list',
    })
  }
  const dims = kind.dims(input)
  const foreign = Object.keys(where).find((dim) => !dims.includes(dim))
  if (foreign === undefined) return kind
  return refuse({
    code: 'report.dim',
    status: 422,
    title: 'The list cannot be narrowed by that.',
    detail: foreign,
    hint: `It can by: ${dims.join(', ')}.`,
    at: `/where/${foreign}`,
  })
}

export function lineOf({ id, title, question, input, definitions }: AnyReport): ReportLine {
  const { $schema: _, ...parameters } = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }) as ReportLine['parameters']
  return { id, title, question, parameters, definitions: [...definitions] }
}
