import { isRefusal } from '#lib/problem.ts'
import { type AttributionReport, MODELS, type Model, ReadAttribution } from '../attribution/api.ts'
import { keyName, modelName } from '../attribution/names.ts'
import type { Chart } from './chart.ts'
import { reportKind } from './kind.ts'
import { coded, column, type Row, tableOf } from './tables.ts'
import type { Column, Told } from './told.ts'
import { definition } from './words.ts'

export const attribution = reportKind({
  id: 'attribution',
  title: 'Attribution',
  question: 'Which channels, campaigns or journeys get credit for conversions, beside what they claim and what they caused?',
  input: ReadAttribution.input,
  definitions: [
    definition('Credit', 'A conversion shared out over the touches before it. It says who was there, not who caused it.'),
    definition('Claimed', 'Conversions whose path met the channel at all: together more than there were.'),
    definition('Calibrated', 'Credit times what experiments have shown to be incremental of it; empty where there is no experiment.'),
  ],
  lists: {},
  async run({ ports, workspace }, input) {
    const report = await ports.ask(workspace, ReadAttribution, input)
    return isRefusal(report) ? report : toldOfAttribution(report)
  },
})

const CREDITS: readonly Column[] = [
  coded('key', 'What', 'channel'),
  column('claimed', 'Claimed', 'number'),
  column('credit', 'Credited', 'number'),
  column('credit_value', 'Credited value', 'money'),
  column('clicks_only', 'Credited without views', 'number'),
  column('incremental', 'Incremental (calibrated)', 'number'),
  column('low', 'From', 'number'),
  column('high', 'To', 'number'),
]

export function toldOfAttribution({ asOf, by, model, sentence, all, clicksOnly, calibrated, tellings, doubts }: AttributionReport): Told {
  const rows = all.rows.map(({ key, claimed, credit }): Row => {
    const known = calibrated.find((each) => each.key === key)?.conversions
    return {
      key,
      claimed: claimed.conversions,
      credit: credit[model]?.conversions ?? null,
      credit_value: credit[model]?.value ?? null,
      clicks_only: clicksOnly.rows.find((each) => each.key === key)?.credit[model]?.conversions ?? null,
      incremental: known?.estimate ?? null,
      low: known?.low ?? null,
      high: known?.high ?? null,
    }
  })
  const bars = rows.map(({ key, credit }) => ({ label: String(key), value: Number(credit ?? 0) }))
  const names = by === 'channel' ? { codes: 'channel' as const } : {}
  const beside = sideBySide({ all, calibrated, names })
  return {
    asOf,
    sentences: [sentence, ...tellings.sentences, ...calibrated.map((each) => each.sentence)],
    tables: [
      tableOf({ id: 'credits', title: `Credit by ${by} (${modelName(model)}): credit, not cause`, columns: CREDITS }, rows),
      ...beside.tables,
    ],
    charts:
      bars.length === 0
        ? []
        : [{ kind: 'bars', title: 'Credited conversions: credit, not cause', format: 'number', ...names, bars }, ...beside.charts],
    doubts,
    more: all.rows.slice(0, 50).map(({ key, people }) => ({ title: `People who met “${keyName(key, by)}”`, ...people })),
  }
}

const MODEL_NAMES: Readonly<Partial<Record<Model, string>>> = { markov: 'Markov chain', shapley: 'Shapley', hazard: 'Hazard' }
const nameOf = (model: Model): string => MODEL_NAMES[model] ?? `${model.slice(0, 1).toUpperCase()}${model.slice(1)}`.replaceAll('_', ' ')

/** What every model that was read says of the same conversions, beside what experiments say was caused: models differ, so none is the truth. */
function sideBySide({
  all: { rows },
  calibrated,
  names,
}: Pick<AttributionReport, 'all' | 'calibrated'> & { names: { codes?: 'channel' } }): Required<Pick<Told, 'tables' | 'charts'>> {
  const models = MODELS.filter((model) => rows.some(({ credit }) => credit[model]))
  if (models.length < 2) return { tables: [], charts: [] }
  const columns = [
    coded('key', 'What', 'channel'),
    ...models.map((model) => column(model, nameOf(model), 'number')),
    column('caused', 'Caused, by experiment', 'number'),
  ]
  const table = tableOf(
    { id: 'models', title: 'Credit by several models, beside what was caused', columns },
    rows.map(
      ({ key, credit }): Row => ({
        key,
        ...Object.fromEntries(models.map((model) => [model, credit[model]?.conversions ?? null])),
        caused: calibrated.find((each) => each.key === key)?.conversions.estimate ?? null,
      }),
    ),
  )
  const stacks: Chart = {
    kind: 'stacks',
    title: 'Credit by model: the same conversions, shared out differently',
    format: 'number',
    ours: true,
    ...names,
    parts: rows.slice(0, 6).map(({ key }) => key),
    bars: models.map((model) => ({
      label: nameOf(model),
      parts: rows.slice(0, 6).map(({ credit }) => Math.max(0, credit[model]?.conversions ?? 0)),
    })),
  }
  return { tables: [table], charts: [stacks] }
}
