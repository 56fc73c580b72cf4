import type { ExperimentLine, ExperimentReport, HoldoutLine } from '#measurement/experiments/api.ts'
import { metricsOf } from '#measurement/experiments/metrics.ts'
import { reportOf } from '#measurement/experiments/report.ts'
import type { Described, Library } from '#measurement/experiments/sources.ts'
import { CART, DAY, started, WELCOME } from './sample-shop.ts'

const library: Library = {
  get: (kind, id) => (kind === 'journey' ? [CART, WELCOME].find((journey) => journey.id === id) : undefined),
  ids: (kind) => (kind === 'journey' ? [CART.id, WELCOME.id] : []),
}

const common = {
  secondary: [],
  guardrails: ['unsubscribes'].map((metric) => ({ metric, tolerate: 0, stop: false, standing: true as const })),
  alpha: 0.05,
  end: null,
}

/** The model's choice against the fallback and against nothing. */
const CHOICE: Described = {
  ...common,
  source: { kind: 'choose', journey: CART.id, step: 'nudge' },
  key: `choose:${CART.id}:nudge`,
  title: 'Abandoned cart · Which nudge',
  arms: [
    { id: 'model', name: 'The model chose', control: false },
    { id: 'held_out', name: 'Held out', control: false },
    { id: 'control', name: 'The fallback, as for everybody', control: true },
  ],
  shares: { model: 0.8, control: 0.1, held_out: 0.1 },
  primary: `goal:${CART.id}`,
}

/** Something lets people into one arm and not into the other. */
const SPLIT: Described = {
  ...common,
  source: { kind: 'journey', journey: WELCOME.id },
  key: `journey:${WELCOME.id}`,
  title: 'Welcome series',
  arms: [
    { id: 'treated', name: 'Went through the journey', control: false },
    { id: 'held_out', name: 'Held out', control: true },
  ],
  shares: { treated: 0.9, held_out: 0.1 },
  primary: `goal:${WELCOME.id}`,
}

interface Arm {
  readonly perDay: number
  readonly rate: number
}

const DAYS = 28
const NONE = { p: 0, pp: 0, yp: 0, b: 0, bb: 0, yb: 0, bp: 0 }

/** The read-out as the product reckons it, of people who came in over four weeks. */
function read(described: Described, arms: Readonly<Record<string, Arm>>): ExperimentReport {
  return reportOf({
    described,
    counts: Object.entries(arms).map(([arm, { perDay }]) => ({
      arm,
      version: 3,
      share: described.shares?.[arm] ?? 0,
      people: perDay * DAYS + 6,
      crossed: arm === described.arms[0]!.id ? 2 : 0,
      first: started - DAYS * DAY,
      last: started,
    })),
    measured: metricsOf(described, library).map((each) => ({
      ...each,
      rows: Object.entries(arms).flatMap(([arm, { perDay, rate }]) =>
        Array.from({ length: DAYS }, (_, i) => {
          const share = each.role === 'guardrail' ? 0.004 : rate * (1 + 0.15 * Math.sin(i * 1.7))
          const converted = Math.round(perDay * share)
          const money = each.metric.measure === 'sum'
          const y = money ? converted * 42 : converted
          return {
            ...NONE,
            day: started - (DAYS - i) * DAY,
            arm,
            n: perDay,
            converted,
            y,
            yy: money ? converted * 42 * 42 * 1.8 : converted,
          }
        }),
      ),
    })),
    designed: () => described.shares,
    prior: null,
    currency: 'EUR',
    asOf: started,
  })
}

const REPORTS: readonly ExperimentReport[] = [
  read(CHOICE, { model: { perDay: 1_600, rate: 0.074 }, control: { perDay: 200, rate: 0.052 }, held_out: { perDay: 200, rate: 0.041 } }),
  read(SPLIT, { treated: { perDay: 520, rate: 0.08 }, held_out: { perDay: 260, rate: 0.06 } }),
]

export const experimentReport = (key: string): ExperimentReport | undefined => REPORTS.find((report) => report.key === key)

export function experimentLines(): ExperimentLine[] {
  return REPORTS.map(({ key, kind, title, arms, readouts, sentence, asOf }) => {
    const { blocked, comparisons } = readouts[0]!.readout
    return {
      key,
      kind,
      title,
      arms: arms.map(({ id, name, control }) => ({ id, name, control })),
      primary: 'goal',
      last: { asOf, verdict: blocked?.code ?? comparisons[0]!.verdict, sentence, ended: false },
      crossings: [],
      drill: { action: 'experiments.report', query: { key } },
    }
  })
}

export function holdoutLines(): HoldoutLine[] {
  return [
    {
      id: 'all',
      name: 'Everybody’s hold-out',
      period: '2026q4',
      key: `journey:${WELCOME.id}`,
      share: '5%',
      people: { heldOut: 2_410, treated: 45_710 },
      sentence: 'It is too early to tell.',
      value: null,
      doubts: [],
      drill: { action: 'experiments.people', query: { key: `journey:${WELCOME.id}`, arm: 'held_out' } },
    },
  ]
}
