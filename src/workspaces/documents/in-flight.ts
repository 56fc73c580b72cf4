import { z } from 'zod'

const StepId = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[a-z0-9][a-z0-9-]*$/, 'write a step id, such as wait-a-day')

/** What a publish means for people who are inside an earlier version. */
export const InFlight = z.discriminatedUnion('kind', [
  /** They finish on the version that they are on. */
  z.strictObject({ kind: z.literal('pin') }),
  /** They go on with the new version, each on the step of the same id. */
  z.strictObject({ kind: z.literal('follow') }),
  /** As `follow`, and who stands on a step that is named here goes to another one, or (null) leaves. */
  z.strictObject({ kind: z.literal('migrate'), map: z.record(StepId, StepId.nullable()) }),
])
export type InFlight = z.output<typeof InFlight>

export const PIN: InFlight = { kind: 'pin' }
