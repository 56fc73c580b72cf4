import { z } from 'zod'
import { isRefusal } from '#lib/problem.ts'
import { PLACES } from '#segments/condition/available.ts'
import { read } from '#segments/condition/read.ts'

/** A condition that asks nothing but the event: `event.properties.total > 20`. */
export const EventFilter = z
  .string()
  .min(1)
  .max(4_000)
  .refine((text) => !isRefusal(read(text, PLACES.window)), 'this is no condition that asks only the event')
