import { type Experiments, experimentsOf, type HoldoutInForce, NO_EXPERIMENTS } from '#decisions/experiments/in-force.ts'
import { Experiment, Holdout } from '#decisions/experiments/schema.ts'
import type { Dice } from './dice.ts'

/** Whom the hold-out of a world holds out, and how often it draws anew. */
export const OUT = 0.4
const PERIOD_MS = 22_000

/** Months are too long for a world. */
const hurried = (each: HoldoutInForce): HoldoutInForce => ({
  ...each,
  period: (now) => {
    const from = Math.floor(now / PERIOD_MS) * PERIOD_MS
    return { id: periodAt(now), from, until: from + PERIOD_MS }
  },
})

/** The period at a moment (epoch ms). */
export const periodAt = (now: number): string => `p${Math.floor(now / PERIOD_MS)}`

const HOLDOUT = Holdout.parse({ kind: 'holdout', id: 'all', share: `${100 * OUT}%` })
const WHOLE = Experiment.parse({
  kind: 'experiment',
  id: 'whole',
  hypothesis: 'Texts help',
  on: 'journeys',
  journeys: ['texts'],
  primary: 'goal:texts',
  arms: [
    { id: 'in', share: '50%', enters: ['texts'] },
    { id: 'out', share: '50%', enters: [], control: true },
  ],
})

const made = experimentsOf([{ body: HOLDOUT, version: 1 }], [{ body: WHOLE, version: 1 }])
const COMPARING: Experiments = { ...made, holdouts: made.holdouts.map(hurried) }

/** In one world of three somebody is held out of marketing, and a journey is tried on half of the people. */
export const drawComparisons = (dice: Dice, { always }: { readonly always: boolean }): Experiments =>
  always || dice.chance(1 / 3) ? COMPARING : NO_EXPERIMENTS
