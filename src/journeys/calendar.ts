import { z } from 'zod'
import { DayText } from './steps.ts'
import { Slug } from './words.ts'

/** Days on which windows that name the calendar do not open. */
export const Calendar = z.strictObject({
  kind: z.literal('calendar'),
  id: Slug.refine((id) => !DayText.safeParse(id).success, 'a calendar cannot be called like a day'),
  name: z.string().optional(),
  holidays: z.array(DayText).max(5_000),
})
export type Calendar = z.output<typeof Calendar>
