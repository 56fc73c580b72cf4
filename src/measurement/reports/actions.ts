import { explain } from '#journeys/reasons.ts'
import { isRefusal } from '#lib/problem.ts'
import { type Binding, bind } from '#platform/http/actions.ts'
import { badCursor, cursorText, readCursor } from '../cursor.ts'
import { ListReports, ReadBehind, RunReport } from './api.ts'
import { askedOf, found, lineOf, listOf } from './ask.ts'
import type { AnyReport, Facts, Ports, ReportParts } from './kind.ts'
import { listed } from './list-store.ts'
import { REPORTS } from './registry-store.ts'

export interface ReportsOptions {
  readonly facts: Facts
  readonly ports: Ports
  /** Epoch ms. */
  readonly now: () => number
  /** Left out: all there are. */
  readonly reports?: readonly AnyReport[]
}

/** Lists reports, reads them, and lists what is behind their numbers. */
export function reportBindings({ facts, ports, now, reports = REPORTS }: ReportsOptions): Binding[] {
  const partsFor = (workspace: string): ReportParts => ({ facts, ports, workspace, now: now() })
  return [
    bind(ListReports, async () => ({ reports: reports.map(lineOf) })),
    bind(RunReport, async ({ report: id, params }, { workspace }) => {
      const report = found(reports, id)
      if (isRefusal(report)) return report
      const asked = askedOf(report, params)
      if (isRefusal(asked)) return asked
      const told = await report.run(partsFor(workspace), asked.input)
      if (isRefusal(told)) return told
      const { title, question, definitions } = report
      return { report: id, title, question, definitions: [...definitions], ...told }
    }),
    bind(ReadBehind, async ({ report: id, params, list, where, cursor, limit }, { workspace }) => {
      const report = found(reports, id)
      if (isRefusal(report)) return report
      const asked = askedOf(report, params)
      if (isRefusal(asked)) return asked
      const kind = listOf(report, { list, where, input: asked.input })
      if (isRefusal(kind)) return kind
      const after = cursor === undefined ? undefined : readCursor(cursor)
      if (cursor !== undefined && !after) return badCursor(cursor)
      const parts = partsFor(workspace)
      const listing = await kind.listing(parts, asked.input)
      if (isRefusal(listing)) return listing
      const rows = await listed(parts.facts, listing, { where, after, most: limit + 1 })
      const page = rows.slice(0, limit).map(({ key: _, ...row }) => ({ ...row, sentence: row.reason === '' ? '' : explain(row.reason) }))
      return { unit: kind.unit, rows: page, next: rows.length > limit ? cursorText(rows[limit - 1]!) : null }
    }),
  ]
}
