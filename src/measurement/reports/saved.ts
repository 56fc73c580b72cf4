import { z } from 'zod'
import { milliseconds } from '#lib/duration.ts'
import { LANGUAGES, type Language } from '#lib/language.ts'
import { isZone } from '#lib/zone.ts'

export const Slug = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'use lower-case letters, digits, - and _ (at most 64)')
const Zone = z.string().refine(isZone, 'write a time zone such as Europe/Berlin')
const ClockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'write a time such as 07:30')
const SecretName = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'name a secret of the workspace')

export const Weekday = z.enum(['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'])

/** When it is made and sent; `day` of a month that is shorter means its last day. */
export const Schedule = z.discriminatedUnion('every', [
  z.strictObject({ every: z.literal('day'), at: ClockTime, zone: Zone }),
  z.strictObject({ every: z.literal('week'), on: Weekday, at: ClockTime, zone: Zone }),
  z.strictObject({ every: z.literal('month'), day: z.int().min(1).max(31), at: ClockTime, zone: Zone }),
])
export type Schedule = z.output<typeof Schedule>

/** Which stretch of time it tells of, reckoned anew at every run: the last so much, or the whole unit before this one. */
export const Range = z.union([
  z.strictObject({
    last: z
      .string()
      .regex(/^(?:\d+[wdh])+$/, 'write a stretch such as 30d')
      .refine((text) => (milliseconds(text) ?? 0) > 0, 'this stretch is too long or nothing'),
  }),
  z.strictObject({ previous: z.enum(['day', 'week', 'month', 'quarter', 'year']) }),
])
export type Range = z.output<typeof Range>

const Tables = z.enum(['csv', 'parquet'])
/** Where a report is taken. People are members of the workspace: it is no way to write to strangers. */
export const Destination = z.discriminatedUnion('to', [
  z.strictObject({
    to: z.literal('email'),
    people: z.array(z.email().max(254)).min(1).max(50),
    as: z.enum(['pdf', 'png', 'csv']).default('pdf'),
  }),
  /** Below the folder that the operator named (`REPORTS_DIR`). */
  z.strictObject({
    to: z.literal('folder'),
    folder: z
      .string()
      .max(200)
      .regex(/^(?:[\w-][\w.-]*\/)*[\w-][\w.-]*$/, 'write a folder such as finance/weekly, without .. and without a leading slash')
      .optional(),
    as: z.enum([...Tables.options, 'pdf', 'png']).default('csv'),
  }),
  z.strictObject({
    to: z.literal('s3'),
    /** Path style: `https://s3.eu-central-1.amazonaws.com`, or any store that speaks S3. */
    endpoint: z.url({ protocol: /^https?$/ }).max(300),
    region: z.string().min(1).max(60).default('us-east-1'),
    bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'write the name of a bucket'),
    prefix: z
      .string()
      .max(300)
      .regex(/^[\w!.*'()/-]*$/, "use letters, digits and !-_.*'()/")
      .default(''),
    accessKeyId: z.string().min(1).max(128),
    /** Name of the workspace's secret that holds the secret access key. */
    secretKey: SecretName,
    as: z.enum([...Tables.options, 'pdf', 'png']).default('parquet'),
  }),
])
export type Destination = z.output<typeof Destination>

/** A report with what it is asked, kept under a name; with a schedule it is made and taken to people and stores by itself. */
export const SavedReport = z.strictObject({
  kind: z.literal('report'),
  id: Slug,
  name: z.string().min(1).max(200).optional(),
  description: z.string().max(2_000).optional(),
  /** One of `reports.list`. */
  report: z.string().min(1).max(60),
  params: z.record(z.string().max(60), z.json()).default({}),
  range: Range.optional(),
  /** Whose days, weeks and months `range` means where there is no schedule. */
  zone: Zone.default('UTC'),
  schedule: Schedule.optional(),
  /** It keeps its schedule and is not made by it. */
  paused: z.boolean().optional(),
  /** Of what goes to a folder or a store; members get it in theirs. Left out: English. */
  language: z.enum(Object.keys(LANGUAGES) as [Language, ...Language[]]).optional(),
  deliver: z.array(Destination).max(10).default([]),
})
export type SavedReport = z.output<typeof SavedReport>
