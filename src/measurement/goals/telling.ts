import { meaningOf, nameOf } from '../metrics/schema.ts'
import { daysBetween, startOf } from './period.ts'
import {
  type Asked,
  type Base,
  type Foretold,
  LEVEL,
  type MEASURED,
  type Progress,
  type Reckoned,
  type Standing,
  type Telling,
} from './reckoning.ts'
import { chanceText, dayText, figure, percent } from './words.ts'

export function sentenceOf({ goal, metric, reckoned, base, target, forecast, asOf }: Telling, standing: Standing): string {
  const { span, soFar, scale, today } = reckoned
  const shown = (value: number): string => (goal.per === 'person' ? percent(value) : figure(value))
  if (!Number.isFinite(scale))
    return `Nobody is known to have been in the segment on ${dayText(span.first)}, so there is nothing to divide by.`
  const over = asOf >= span.to
  const day = Math.max(0, daysBetween(span.first, today)) + 1
  const when = over
    ? `from ${dayText(span.first)} to ${dayText(span.last)}`
    : asOf < span.from
      ? `before ${dayText(span.first)}`
      : `so far (day ${day} of ${span.days})`
  const stands = `${shown(soFar * scale)} ${when}`
  const head = `“${nameOf(metric)}”: ${stands}.`
  const ahead = forecast
    ? ` As things go it will be ${shown(forecast.estimate)} by ${dayText(span.last)} (${percent(LEVEL)} interval ${shown(forecast.low)} to ${shown(forecast.high)}).`
    : ''
  return `${head}${ahead}${aimText({ target, base, shown })}${END[standing]}${chanceSentence(forecast, standing)}`
}

const END: Readonly<Record<Standing, string>> = {
  reached: ' It is reached.',
  missed: ' It is missed.',
  likely: ' It is likely to be reached:',
  open: ' It is open:',
  unlikely: ' It is unlikely to be reached:',
  unknown: '',
}

const chanceSentence = (forecast: Foretold | null, standing: Standing): string =>
  forecast?.chance === undefined || forecast.chance === null || !END[standing].endsWith(':')
    ? ''
    : ` the chance is ${chanceText(forecast.chance)}.`

function aimText({ target, base, shown }: { target: Progress['target']; base: Base; shown: (value: number) => string }): string {
  if (!target) return base.because === '' ? '' : ` ${base.because}`
  const aim = `${target.direction === 'at_least' ? 'at least' : 'at most'} ${shown(target.value)}`
  if (base.value === null || base.value === 0) return ` The goal is ${aim}.`
  const change = target.value / base.value - 1
  const against = base.first === null ? 'the baseline' : `${dayText(base.first)} to ${dayText(base.last!)}`
  const beside = `${percent(Math.abs(change))} ${change < 0 ? 'below' : 'above'}`
  return ` The goal is ${aim}, ${beside} the ${shown(base.value)} of ${against}.`
}

/** What the days left would have to bring, beside what days bring now. */
export function needsOf({ metric, reckoned, target, asOf }: Telling, standing: Standing): string {
  const { span, soFar, scale, history, shares } = reckoned
  if (!target || asOf >= span.to || standing === 'reached' || standing === 'missed' || !Number.isFinite(scale)) return ''
  const left = target.value / scale - soFar
  const days = shares.reduce((sum, share) => sum + (share > 0 ? 1 : 0), 0)
  const recent = history?.values.slice(-28) ?? []
  const what = metric.measure === 'converted' ? ' new people' : ''
  const [must, bound] = target.direction === 'at_least' ? [days === 1 ? 'has to' : 'have to', 'at least'] : ['may', 'at most']
  const wanted = `${bound} ${figure(left)}${what}`
  const head =
    days === 1
      ? `To reach it, the day left ${must} bring ${wanted}`
      : `To reach it, the ${days} days left ${must} bring ${wanted}, ${figure(left / days)} a day`
  // People who have come before do not count again, so what a day brought is no measure of new ones.
  if (recent.length === 0 || metric.measure === 'converted') return `${head}.`
  return `${head}; the last ${recent.length} days brought ${figure(recent.reduce((sum, value) => sum + value, 0) / recent.length)} a day.`
}

export function silenceText(model: Reckoned['model']): string {
  switch (model) {
    case 'too_short':
      return 'There are fewer than three weeks of history: nothing can be foretold yet.'
    case 'nothing_yet':
      return 'It has never happened so far: nothing can be foretold.'
    case 'negative':
      return 'Some days come to less than nothing (refunds?): this method cannot foretell such sums.'
    default:
      return 'There is nothing to divide by.'
  }
}

export function doubtsOf({ goal, facts, reckoned, base, forecast }: Telling): { code: string; sentence: string }[] {
  const { model, shares, span } = reckoned
  const found: { code: string; sentence: string }[] = []
  const doubt = (code: string, sentence: string): void => void found.push({ code, sentence })
  if (base.partial)
    doubt('baseline_partial', `History begins within the baseline (${dayText(facts.days[0]!.day)}), so the baseline is too small.`)
  if (facts.segmentSince !== null && facts.segmentSince > (base.first === null ? span.from : startOf(base.first, goal.zone)))
    doubt('scope_young', 'The segment is younger than what it is held against: who would have been in it before is not counted.')
  if (typeof model !== 'string' && forecast) {
    if (model.days < 56) doubt('history_short', `The forecast rests on ${model.days} days: its interval may be too narrow.`)
    if (shares.length > 14)
      doubt('seasons', 'The forecast knows weekdays and where things stand, not holidays, seasons or what is planned.')
    if (facts.once)
      doubt('once', 'Who is new in the period is foretold from how long ago people came last; it takes habits to stay as they are.')
  }
  if (goal.per === 'person') doubt('joined', 'Who came into the segment after the period began counts above the line and not below it.')
  return found
}

export function definitionsOf({ goal, metric }: Asked): { term: string; means: string }[] {
  const counted = { converted: 'each person once in the period', count: 'every time', sum: `the sum of “${metric.value}”` }[
    metric.measure as keyof typeof MEASURED
  ]
  return [
    { term: nameOf(metric), means: `“${metric.event}”${metric.where === undefined ? '' : ` where “${metric.where}”`}: ${counted}` },
    ...(goal.scope ? [{ term: 'Scope', means: `only of people who were in the segment “${goal.scope.segment}” just before` }] : []),
    ...(goal.per === 'person'
      ? [{ term: 'Per person', means: 'divided by the people who were in the segment when the period began' }]
      : []),
    { term: 'Baseline', means: 'what it is held against; of a longer or shorter time: as for the days of the period' },
    { term: `${percent(LEVEL)} interval`, means: 'four of five such forecasts hold what comes' },
    { term: 'Chance', means: 'how likely the goal is reached if things go on as they are' },
    { term: 'Within a journey', means: meaningOf(metric) },
  ]
}
