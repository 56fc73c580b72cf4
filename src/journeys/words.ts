import { z } from 'zod'
import { milliseconds } from '#lib/duration.ts'

const SLUG = /^[a-z0-9][a-z0-9_-]{0,63}$/
export const Slug = z.string().regex(SLUG, 'use lower-case letters, digits, - and _ (at most 64)')
export const DurationText = z
  .string()
  .regex(/^(?:\d+(?:ms|[wdhms]))+$/, 'write a duration such as 5m, 1d or 2h30m')
  .refine((text) => milliseconds(text) !== undefined, 'this duration is too long')
/** A condition in the condition language (see `segments/condition`). */
export const Condition = z.string().min(1)
