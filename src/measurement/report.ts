import { explain } from '#journeys/reasons.ts'
import { tooEarly } from './inference/doubts.ts'
import { exactDifference } from './inference/figures.ts'
import { readout } from './inference/readout.ts'
import type { MeanStatistics, ProportionStatistics } from './inference/statistics.ts'
import type { ArmResult, Difference, JourneyFigures, JourneyReport, Lift, MessageCount, StepCounts } from './schema.ts'

/** How often a move of this shape happened. */
export interface MoveCount {
  readonly version: number
  readonly kind: 'entered' | 'refused' | 'moved' | 'migrated' | 'exited'
  readonly arm: 'treated' | 'held_out'
  readonly reason: string
  readonly from: string
  readonly to: string
  readonly times: number
  /** Of these, in the last 24 hours. */
  readonly recent: number
}

/** One arm of one version, or of all versions (null). A person counts once. */
export interface ArmCount {
  readonly version: number | null
  readonly arm: 'treated' | 'held_out'
  readonly people: number
  readonly converted: number
  readonly value: number
  /** Unbiased variance of the value per person; null below two people. */
  readonly variance: number | null
}

export interface StatusCount extends Omit<MessageCount, 'sentence'> {
  readonly version: number | null
}

export interface Counts {
  readonly moves: readonly MoveCount[]
  readonly arms: readonly ArmCount[]
  readonly messages: readonly StatusCount[]
}

/** A journey's report from what was counted. */
export function reportOf(journey: { readonly id: string; readonly asOf: number }, { moves, arms, messages }: Counts): JourneyReport {
  const seen = [...moves, ...arms, ...messages].map(({ version }) => version).filter((version) => version !== null)
  const versions = [...new Set(seen)].sort((a, b) => b - a)
  const figures = (version: number | null): JourneyFigures =>
    figuresOf(version, {
      moves: version === null ? moves : moves.filter((move) => move.version === version),
      arms: arms.filter((arm) => arm.version === version),
      messages: messages.filter((message) => message.version === version),
      versions: version === null ? new Set(arms.map((arm) => arm.version).filter((one) => one !== null)).size : 1,
    })
  return { journeyId: journey.id, asOf: journey.asOf, total: figures(null), versions: versions.map(figures) }
}

function figuresOf(version: number | null, { moves, arms, messages, versions }: Counts & { readonly versions: number }): JourneyFigures {
  const entered = moves.filter(({ kind }) => kind === 'entered')
  const exited = moves.filter(({ kind }) => kind === 'exited')
  const refused = moves.filter(({ kind }) => kind === 'refused')
  const treated = arms.find(({ arm }) => arm === 'treated')
  const heldOut = arms.find(({ arm }) => arm === 'held_out')
  const noLiftBecause = !heldOut || heldOut.people === 0 ? 'no_holdout' : versions > 1 ? 'several_versions' : null
  return {
    version,
    entered: {
      all: total(entered),
      treated: total(entered.filter(({ arm }) => arm === 'treated')),
      heldOut: total(entered.filter(({ arm }) => arm === 'held_out')),
    },
    refused: { all: total(refused), reasons: byReason(refused).map(({ runs, ...reason }) => ({ ...reason, times: runs })) },
    // Of one version also who came over from an earlier one, and who went on to a later one.
    waiting: { all: total(entered) - total(exited) + carried(moves), steps: standing(moves) },
    left: { all: total(exited), reasons: byReason(exited) },
    messages: messages.map(({ version: _, ...count }) => ({ ...count, sentence: sentenceOf(count.reason) })),
    treated: armResult(treated),
    heldOut: armResult(heldOut),
    lift: noLiftBecause ? null : liftOf(treated, heldOut),
    noLiftBecause,
  }
}

const total = (moves: readonly MoveCount[]): number => moves.reduce((sum, { times }) => sum + times, 0)
const sentenceOf = (reason: string): string => (reason === '' ? '' : explain(reason))

/** Who came over from another version, less who went over. */
const carried = (moves: readonly MoveCount[]): number => {
  const migrated = moves.filter(({ kind }) => kind === 'migrated')
  return total(migrated.filter(({ to }) => to !== '')) - total(migrated.filter(({ from }) => from !== ''))
}

function byReason(moves: readonly MoveCount[]): { reason: string; sentence: string; runs: number }[] {
  return [...Map.groupBy(moves, ({ reason }) => reason)]
    .map(([reason, of]) => ({ reason, sentence: sentenceOf(reason), runs: total(of) }))
    .sort((a, b) => b.runs - a.runs || (a.reason < b.reason ? -1 : 1))
}

/** Who came and has not gone, by step. Sums only, so it needs no order between the parts of a cluster. */
function standing(moves: readonly MoveCount[]): { step: string; runs: number }[] {
  return stepCounts(moves)
    .filter((step) => step.in !== 0)
    .map((step) => ({ step: step.step, runs: step.in }))
}

/** Runs that go over to the same step of another version have, over all versions, neither come nor passed: only the difference counts. */
export function stepCounts(moves: readonly MoveCount[]): StepCounts[] {
  const zero = () => ({ arrived: 0, passed: 0, left: 0, over: 0 })
  const steps = new Map<string, { all: ReturnType<typeof zero>; recent: ReturnType<typeof zero> }>()
  const add = (step: string, what: 'arrived' | 'passed' | 'left' | 'over', { times, recent, sign = 1 }: Counted): void => {
    if (step === '') return
    const count = steps.get(step) ?? { all: zero(), recent: zero() }
    count.all[what] += sign * times
    count.recent[what] += sign * recent
    steps.set(step, count)
  }
  for (const move of moves) {
    if (move.kind === 'refused') continue
    const over = move.kind === 'migrated'
    add(move.to, over ? 'over' : 'arrived', move)
    add(move.from, over ? 'over' : move.kind === 'exited' ? 'left' : 'passed', over ? { ...move, sign: -1 } : move)
  }
  return [...steps]
    .map(([step, { all, recent }]) => ({ step, in: all.arrived - all.passed - all.left + all.over, ...flow(all), last24h: flow(recent) }))
    .sort((a, b) => (a.step < b.step ? -1 : 1))
}

type Counted = Pick<MoveCount, 'times' | 'recent'> & { readonly sign?: 1 | -1 }

const flow = ({ arrived, passed, left, over }: { arrived: number; passed: number; left: number; over: number }) => ({
  arrived: arrived + Math.max(0, over),
  passed: passed + Math.max(0, -over),
  left,
})

/** Money is summed in binary: a ten-thousandth is more than any currency has. */
const tidy = (value: number): number => Math.round(value * 1e4) / 1e4

function armResult(arm: ArmCount | undefined): ArmResult {
  if (!arm || arm.people === 0) return { people: 0, converted: 0, rate: 0, value: 0, valuePerPerson: 0 }
  const { people, converted, value } = arm
  return { people, converted, rate: converted / people, value: tidy(value), valuePerPerson: value / people }
}

/** The same read-out as every experiment has (`inference/`), of sums that are there already: whoever looks at a report looks often. */
function liftOf(treated: ArmCount | undefined, heldOut: ArmCount | undefined): Lift {
  const sides = { treated: treated ?? NOBODY, heldOut: heldOut ?? NOBODY }
  const read = readout({
    arms: ARMS.map(({ arm, ...words }) => ({ arm, ...words, n: sides[arm].people, share: Math.max(sides[arm].people, 1) })),
    control: 'heldOut',
    metrics: [
      {
        id: 'goal',
        name: 'the goal',
        did: 'reached the goal',
        role: 'primary',
        better: 'more',
        unit: 'share',
        arms: byArm(sides, proportionOf),
      },
      { id: 'value', name: 'value', did: 'brought', role: 'secondary', better: 'more', unit: 'money', arms: byArm(sides, meanOf) },
    ],
    alpha: ALPHA,
    prior: null,
    seed: 'journey',
    circumstances: { days: 0, versions: 1, windowsOpen: 0, crossed: 0 },
  })
  const [goal, value] = ['goal', 'value'].map((metric) => read.comparisons.find((each) => each.metric === metric))
  const because = tooEarly(proportionOf(sides.heldOut), proportionOf(sides.treated))
  return {
    conversion: goal?.absolute?.always && !because ? differenceOf(goal.absolute.estimate, goal.absolute.always) : exactly(sides),
    valuePerPerson: value?.absolute?.always && !because ? differenceOf(value.absolute.estimate, value.absolute.always) : null,
    tooEarly: because !== null,
    tooEarlyBecause: because?.sentence ?? null,
    sentence: goal?.sentence ?? because?.sentence ?? '',
  }
}

const ALPHA = 0.05
const ARMS = [
  { arm: 'treated', name: 'In the journey', people: 'People in the journey' },
  { arm: 'heldOut', name: 'Held out', people: 'People who were held out' },
] as const
const NOBODY = { people: 0, converted: 0, value: 0, variance: null }
type Arm = Pick<ArmCount, 'people' | 'converted' | 'value' | 'variance'>
interface BothArms {
  readonly treated: Arm
  readonly heldOut: Arm
}

const byArm = <T>({ treated, heldOut }: BothArms, of: (arm: Arm) => T): { treated: T; heldOut: T } => ({
  treated: of(treated),
  heldOut: of(heldOut),
})
const proportionOf = ({ people, converted }: Arm): ProportionStatistics => ({ kind: 'proportion', n: people, sum: converted })
const meanOf = ({ people, converted, value, variance }: Arm): MeanStatistics => ({
  kind: 'mean',
  n: people,
  sum: value,
  sumSquares: people === 0 ? 0 : (variance ?? 0) * (people - 1) + (value * value) / people,
  converted,
})

const differenceOf = (difference: number, { low, high }: { readonly low: number; readonly high: number }): Difference => ({
  difference,
  low,
  high,
  level: 0.95,
})

/** While there are few: exact at all looks. */
function exactly({ treated, heldOut }: BothArms): Difference {
  const rate = ({ converted, people }: Arm): number => (people === 0 ? 0 : converted / people)
  const bounds = exactDifference({ control: proportionOf(heldOut), treated: proportionOf(treated) }, ALPHA)
  if (!bounds) throw new Error('rates have exact bounds')
  return differenceOf(rate(treated) - rate(heldOut), bounds)
}
