import { z } from 'zod'

/** One thing that a check found. `error` stands in the way of publishing, `warning` does not. */
export const Finding = z.object({
  severity: z.enum(['error', 'warning']),
  code: z.string(),
  title: z.string(),
  detail: z.string().optional(),
  hint: z.string().optional(),
  at: z.string().optional(),
  /** Of the people who were looked at (0 to 1). */
  share: z.number().min(0).max(1).optional(),
})
export type Finding = z.output<typeof Finding>
export const warning = (found: Omit<Finding, 'severity'>): Finding => ({ severity: 'warning', ...found })
export const error = (found: Omit<Finding, 'severity'>): Finding => ({ severity: 'error', ...found })
