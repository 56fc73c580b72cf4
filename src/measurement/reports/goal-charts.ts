import type { Language } from '#lib/language.ts'
import type { GoalReport } from '../goals/api.ts'
import type { Chart } from './chart.ts'
import { CHART_WORDS } from './chart-words.ts'

const DAY = 86_400_000
/** When a day is over, epoch ms. */
const endOf = (day: string): number => Date.parse(`${day}T00:00:00Z`) + DAY

/** A goal's way up to now with the fan of where it may go, and what each journey has added to it. */
export function goalCharts(
  { asOf, metric, unit, series, fan, target, forecast, contributions }: GoalReport,
  language: Language = 'en',
): Chart[] {
  const say = CHART_WORDS[language]
  const format = unit === 'share' ? 'share' : 'number'
  const known = contributions.flatMap(({ name, increment }) =>
    increment ? [{ label: name, value: increment.estimate, low: increment.low, high: increment.high }] : [],
  )
  const way = series.map(({ day, cumulative }) => ({ x: Math.min(asOf, endOf(day)), y: cumulative }))
  const last = way.at(-1)
  // The fan starts where the way ends, with nothing left open.
  const begun = last === undefined ? [] : [{ ...last, low: last.y, high: last.y }]
  const ahead = fan.map(({ day, mid, low, high }) => ({ x: endOf(day), y: mid, low, high }))
  const lines: Chart = {
    kind: 'lines',
    title: say.named(metric.name),
    format,
    x: 'time',
    ours: true,
    xLabel: say.day,
    series: [
      { name: say.soFar, points: way },
      ...(ahead.length === 0 || !forecast ? [] : [{ name: say.forecast(Math.round(forecast.level * 100)), points: [...begun, ...ahead] }]),
    ],
    ...(target && { mark: { label: target.direction === 'at_least' ? say.target : say.limit, y: target.value } }),
  }
  return [
    ...(way.length + ahead.length > 1 ? [lines] : []),
    ...(known.length > 0 ? [{ kind: 'bars' as const, title: say.added, format: 'number' as const, bars: known }] : []),
  ]
}
