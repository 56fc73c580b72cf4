import { z } from 'zod'
import { action } from '#lib/action.ts'
import { Definition, Told } from './told.ts'

const ReportId = z.string().min(1).max(60)
/** What the report itself is asked with; `reports.list` says what each takes. */
const Params = z.record(z.string().max(60), z.json()).default({})

export const ReportLine = z.object({
  id: ReportId,
  title: z.string(),
  /** The question that it answers. */
  question: z.string(),
  /** JSON Schema of its parameters. */
  parameters: z.record(z.string(), z.json()),
  definitions: z.array(Definition),
})
export type ReportLine = z.output<typeof ReportLine>

export const ListReports = action({
  name: 'reports.list',
  does: 'Lists all reports: the question that each answers, what it can be asked with, and what its words mean.',
  may: 'reports:read',
  route: 'GET /api/reports',
  input: z.object({}),
  output: z.object({ reports: z.array(ReportLine) }),
})

export const RunReport = action({
  name: 'reports.run',
  does: 'Reads a report now: sentences, tables, what could be wrong, and what its words mean.',
  may: 'reports:read',
  route: 'POST /api/reports/:report/run',
  input: z.object({ report: ReportId, params: Params }),
  output: Told.extend({ report: ReportId, title: z.string(), question: z.string(), definitions: z.array(Definition) }),
})

export const ReadBehind = action({
  name: 'reports.behind',
  does: 'Lists the people, messages or runs behind a number of a report; as many rows as the number says, newest first.',
  may: 'people:read',
  route: 'POST /api/reports/:report/behind',
  input: z.object({
    report: ReportId,
    /** As the report was asked. A stretch in days moves on with time: give `from` and `to` to see the very same. */
    params: Params,
    /** As the column's `behind` says. */
    list: z.string().min(1).max(60),
    where: z.record(z.string().max(60), z.string().max(400)).default({}),
    cursor: z.string().max(800).optional(),
    limit: z.coerce.number().int().min(1).max(500).default(50),
  }),
  output: z.object({
    unit: z.enum(['people', 'messages', 'runs', 'moves', 'decisions']),
    rows: z.array(
      z.object({
        profileId: z.string(),
        /** The message, the run, or '' where the person is the unit. */
        of: z.string(),
        step: z.string(),
        reason: z.string(),
        sentence: z.string(),
        /** Epoch ms. */
        at: z.number(),
      }),
    ),
    next: z.string().nullable(),
  }),
})
