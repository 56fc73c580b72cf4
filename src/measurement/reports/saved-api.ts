import { z } from 'zod'
import { action } from '#lib/action.ts'

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

export const SendReportNow = action({
  name: 'reports.send_now',
  does: 'Makes a saved report now and takes it to where it is to go, besides its schedule.',
  may: 'journeys:publish',
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
