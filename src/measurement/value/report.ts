import { z } from 'zod'
import type { Table, Told } from '../reports/told.ts'
import type { ValueFit } from './fit.ts'
import type { StoredFit } from './stored.ts'
import { amount, duration, plural, valueDoubts, valueSentences } from './words.ts'

export const ValueInput = z.strictObject({
  /** A document `lifetime-value`. */
  value: z.string().min(1).max(64),
})
export type ValueInput = z.output<typeof ValueInput>

/** Lower ends of the bands that people are counted in, in the workspace's currency. */
export const BANDS = [0, 1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000] as const

export interface BandCount {
  readonly band: string
  readonly people: number
  readonly value: number
}

const DAY = 86_400_000

export function toldOfValue(stored: StoredFit, bands: readonly BandCount[], now: number): Told {
  const { fit, settings, at } = stored
  const doubts = fit ? valueDoubts(fit) : []
  if (now - at > 3 * DAY)
    doubts.unshift({
      code: 'value.stale',
      sentence: `Learned ${plural(Math.floor((now - at) / DAY), 'day')} ago; it should be learned every night.`,
    })
  if (!fit)
    return {
      asOf: at,
      sentences: ['Too few people have bought, or bought again, to say what they are worth: it takes 50 of each.'],
      tables: [],
      doubts,
    }
  return {
    asOf: at,
    sentences: valueSentences(fit, settings),
    tables: [bandTable(bands, settings.horizon), trialTable(fit), parameterTable(fit)],
    charts: [
      {
        kind: 'bars',
        title: 'People by lifetime value',
        format: 'count',
        bars: bands.map(({ band, people }) => ({ label: band, value: people })),
      },
    ],
    doubts,
  }
}

function bandTable(bands: readonly BandCount[], horizon: number): Table {
  return {
    id: 'bands',
    title: `People by what they are to bring in ${duration(horizon)}`,
    columns: [
      { id: 'band', title: 'Lifetime value', type: 'text' },
      { id: 'people', title: 'People', type: 'count', behind: { list: 'people', where: {}, by: ['band'] } },
      { id: 'value', title: 'Together', type: 'money' },
    ],
    rows: bands.map(({ band, people, value }) => ({ band, people, value })),
    cut: false,
  }
}

function trialTable({ trial }: ValueFit): Table {
  return {
    id: 'trial',
    title: trial ? `Tried on the last ${duration(trial.weeks)}` : 'Not tried on the past yet',
    columns: [
      { id: 'x', title: 'Repeat purchases before', type: 'text' },
      { id: 'people', title: 'People', type: 'count' },
      { id: 'predicted', title: 'Purchases foretold', type: 'number' },
      { id: 'actual', title: 'Purchases that came', type: 'count' },
    ],
    rows: (trial?.byCount ?? []).map(({ x, people, predicted, actual }, i, all) => ({
      x: i === all.length - 1 ? `${x} and more` : String(x),
      people,
      predicted,
      actual,
    })),
    cut: false,
  }
}

/** Both models of buying beside each other, and that of spending. */
function parameterTable({ buying, errors, pareto, spending }: ValueFit): Table {
  const line = (...[model, parameter, value, error]: readonly [string, string, number, (number | null | undefined)?]) => ({
    model,
    parameter,
    value,
    error: error ?? null,
  })
  const likelihood = 'log-likelihood'
  return {
    id: 'parameters',
    title: 'What was learned',
    columns: [
      { id: 'model', title: 'Model', type: 'text' },
      { id: 'parameter', title: 'Parameter', type: 'text' },
      { id: 'value', title: 'Value', type: 'number' },
      { id: 'error', title: 'Standard error', type: 'number' },
    ],
    rows: [
      ...(['r', 'alpha', 'a', 'b'] as const).map((name) => line('BG/NBD', name, buying[name], errors?.[name])),
      line('BG/NBD', likelihood, buying.logLikelihood),
      ...(pareto ? (['r', 'alpha', 's', 'beta'] as const).map((name) => line('Pareto/NBD', name, pareto[name])) : []),
      ...(pareto ? [line('Pareto/NBD', likelihood, pareto.logLikelihood)] : []),
      ...(spending
        ? (['p', 'q', 'v'] as const).map((name, i) =>
            line('Gamma-Gamma', name, spending[name], spending.errors && spending[name] * spending.errors[i]!),
          )
        : []),
      ...(spending ? [line('Gamma-Gamma', likelihood, spending.logLikelihood)] : []),
    ],
    cut: false,
  }
}

export const bandName = (i: number): string =>
  i === BANDS.length - 1 ? `${amount(BANDS[i]!, 0)} and more` : `${amount(BANDS[i]!, 0)} to ${amount(BANDS[i + 1]!, 0)}`
