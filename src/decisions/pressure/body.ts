import { z } from 'zod'
import type { PressureFit } from './fit.ts'

const Finite = z.number()
const Estimate = z.strictObject({ value: Finite, error: z.number().nonnegative() })
const Fit = z.strictObject({
  logBase: Finite,
  d: Estimate,
  demand: Finite,
  logHazard: Finite,
  k: Estimate,
  hazardDemand: Finite,
  messages: z.int().nonnegative(),
})

/** What a pressure model has learned, as it is kept. `fit`: null as long as the data say nothing that messages could be held back by. */
const Body = z.strictObject({ v: z.literal(1), halfLife: z.number().positive(), fit: Fit.nullable() })

export interface PressureBody {
  readonly v: 1
  /** Of the pressure that it was fitted to, ms. */
  readonly halfLife: number
  readonly fit: PressureFit | null
}

/** Reads the body of a snapshot; throws what is wrong with it. */
export const decodePressure = (text: string): PressureBody => Body.parse(JSON.parse(text))

/** z of a two-sided 95 % interval. */
export const Z95 = 1.959963984540054

/** Messages are held back only where leaving surely rises with pressure: without that, one message more costs nothing that was measured. */
export const mayHold = ({ k }: Pick<PressureFit, 'k'>): boolean => k.value - Z95 * k.error > 0
