import { isRefusal } from '#lib/problem.ts'
import { type AttributionReport, ReadAttribution } from '../attribution/api.ts'
import { reportKind } from './kind.ts'
import { column, type Row, tableOf } from './tables.ts'
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
  column('key', 'What'),
  column('claimed', 'Claimed', 'number'),
  column('credit', 'Credited', 'number'),
  column('credit_value', 'Credited value', 'money'),
  column('clicks_only', 'Credited without views', 'number'),
  column('incremental', 'Incremental (calibrated)', 'number'),
  column('low', 'from', 'number'),
  column('high', 'to', 'number'),
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
  return {
    asOf,
    sentences: [sentence, ...tellings.sentences, ...calibrated.map((each) => each.sentence)],
    tables: [tableOf({ id: 'credits', title: `Credit by ${by} (${model}): credit, not cause`, columns: CREDITS }, rows)],
    charts: bars.length === 0 ? [] : [{ kind: 'bars', title: 'Credited conversions: credit, not cause', format: 'number', bars }],
    doubts,
    more: all.rows.slice(0, 50).map(({ key, people }) => ({ title: `People who met ${key}`, ...people })),
  }
}
