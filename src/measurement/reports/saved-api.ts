import { z } from 'zod'
import { action } from '#lib/action.ts'
import { Slug } from './saved.ts'

const ReportId = z.string().min(1).max(60)
const SavedId = z.string().min(1).max(64)
const Params = z.record(z.string().max(60), z.json()).default({})
const Count = z.int().nonnegative()

export const ExportReport = action({
  name: 'reports.export',
  does: 'Reads a report now and answers with a file: PDF, a chart as PNG, or a table as CSV or Parquet.',
  may: 'reports:read',
  route: 'POST /api/reports/:report/export',
  input: z.object({
    report: ReportId,
    params: Params,
    as: z.enum(['pdf', 'png', 'csv', 'parquet']),
    /** Id of a table, or number of a chart from 1; left out: the first. */
    part: z.string().max(60).optional(),
  }),
  output: z.unknown(),
  downloads: 'application/octet-stream',
})

const Run = z.object({
  id: z.string(),
  report: z.string(),
  version: Count,
  /** Epoch ms: the moment of the schedule, or when somebody asked. */
  due: z.number(),
  /** Who asked; '' for the schedule. */
  by: z.string(),
  state: z.enum(['open', 'done', 'partly', 'failed']),
  /** Moments of the schedule that passed unmade before this one. */
  missed: Count,
  /** Why it failed, or what was not done. */
  detail: z.string(),
  startedAt: z.number().nullable(),
  endedAt: z.number().nullable(),
  deliveries: z.array(
    z.object({
      /** `email to ada@shop.example`, `folder finance`, `s3 reports/weekly`. */
      to: z.string(),
      as: z.string(),
      state: z.enum(['open', 'done', 'failed']),
      attempts: Count,
      detail: z.string(),
    }),
  ),
  files: z.array(z.object({ id: z.string(), name: z.string(), type: z.string(), bytes: Count })),
})

export const ListReportRuns = action({
  name: 'reports.runs',
  does: 'Lists when saved reports were made, where they were taken, and what became of that; kept for 30 days.',
  may: 'reports:read',
  route: 'GET /api/report-runs',
  input: z.object({ report: SavedId.optional(), limit: z.coerce.number().int().min(1).max(200).default(50) }),
  output: z.object({ runs: z.array(Run) }),
})

export const SaveReport = action({
  name: 'reports.save',
  does: 'Keeps a report under a name, with what it is asked, when it is made and which members get it; it holds at once. Folders and stores need the permission publish besides.',
  may: 'reports:save',
  route: 'PUT /api/saved-reports/:id',
  /** The document as it is written, with or without its kind and id. */
  input: z.object({ id: Slug, body: z.record(z.string().max(60), z.json()) }),
  output: z.object({ version: z.int().positive().nullable() }),
  audited: true,
})

export const RemoveReport = action({
  name: 'reports.remove',
  does: 'Takes a saved report out of use: it is not made by itself any more. Its runs and files stay for 30 days, its versions for good.',
  may: 'reports:save',
  route: 'DELETE /api/saved-reports/:id',
  input: z.object({ id: SavedId }),
  output: z.object({ done: z.literal(true) }),
  audited: true,
})

export const SendReportNow = action({
  name: 'reports.send_now',
  does: 'Makes a saved report now and takes it to where it is to go, besides its schedule.',
  may: 'send',
  route: 'POST /api/saved-reports/:id/send',
  input: z.object({ id: SavedId }),
  output: z.object({ run: z.string() }),
  audited: true,
})

export const GetReportFile = action({
  name: 'reports.file',
  does: 'Gives a file of a report that was made, as it was sent.',
  may: 'reports:read',
  route: 'GET /api/report-files/:id',
  input: z.object({ id: z.string().min(1).max(60) }),
  output: z.unknown(),
  downloads: 'application/octet-stream',
})
