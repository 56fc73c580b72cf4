import type { GoalReport, OutcomeLine } from '#measurement/goals/api.ts'
import { CART, DAY, started, WELCOME } from './sample-shop.ts'

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10)
const ago = (days: number): string => dayOf(started - days * DAY)

const GONE = 52
const LENGTH = 91
const perDay = (i: number): number => Math.round(118 + 22 * Math.sin((i / 7) * 2 * Math.PI) + i * 0.4)

const series = Array.from({ length: GONE }, (_, i) => perDay(i)).map((value, i, all) => ({
  day: ago(GONE - 1 - i),
  value,
  cumulative: all.slice(0, i + 1).reduce((sum, each) => sum + each, 0),
}))
const soFar = series.at(-1)!.cumulative
const fan = Array.from({ length: LENGTH - GONE }, (_, i) => {
  const mid = soFar + (i + 1) * 132
  const wide = 90 * Math.sqrt(i + 1)
  return { day: ago(-i), mid, low: mid - wide, high: mid + wide }
})
const end = fan.at(-1)!
const round = (value: number): number => Math.round(value)

/** A quarter under way, with one journey that is known to add something and one of which nobody knows. */
export const GOAL: GoalReport = {
  id: 'orders-this-quarter',
  name: 'Orders this quarter',
  description: 'What the board was promised in September.',
  owner: 'grace@shop.example',
  asOf: started,
  metric: { id: 'orders', name: 'Orders', better: 'more' },
  unit: 'times',
  segment: null,
  period: { first: series[0]!.day, last: end.day, days: LENGTH, gone: GONE },
  baseline: { first: ago(GONE + LENGTH), last: ago(GONE + 1), value: 10_480 },
  noBaseline: '',
  target: { value: 12_000, direction: 'at_least' },
  soFar,
  forecast: {
    estimate: round(end.mid),
    low: round(end.low),
    high: round(end.high),
    level: 0.8,
    chance: 0.34,
    method: 'Local level under a weekday profile',
  },
  noForecast: '',
  standing: 'open',
  sentence: `${soFar.toLocaleString('en')} of 12,000 after ${GONE} of ${LENGTH} days; between ${round(end.low).toLocaleString('en')} and ${round(end.high).toLocaleString('en')} are foretold, and the chance to reach it is 34 %.`,
  needs: 'It takes 142 orders a day from here on; lately there were 131.',
  journeys: [CART.id, WELCOME.id],
  series,
  fan,
  record: {
    forecasts: 24,
    held: 19,
    days: 39,
    sentence: 'Of 24 forecasts as long as this one, 19 held what came (four of five are meant to).',
  },
  contributions: [
    {
      journey: CART.id,
      name: CART.name ?? CART.id,
      increment: { estimate: 412, low: 188, high: 640, level: 0.95, treated: 9_004, heldOut: 866 },
      because: '',
      sentence: 'It has added 412 orders (188 to 640; 95 %, valid however often you look).',
      drill: { action: 'experiments.people', query: { key: `journey:${CART.id}` } },
    },
    {
      journey: WELCOME.id,
      name: WELCOME.name ?? WELCOME.id,
      increment: null,
      because: 'Nobody is held out, so nobody knows what it has added.',
      sentence: '',
      drill: { action: 'experiments.people', query: { key: `journey:${WELCOME.id}` } },
    },
  ],
  together: null,
  doubts: [{ code: 'holiday', sentence: 'The forecast knows no holidays: a sale to come is not in it.' }],
  definitions: [{ term: 'Forecast', means: 'Where the number will stand at the end of the period if things go on as they have.' }],
  drill: { action: 'goals.people', query: { id: 'orders-this-quarter' } },
}

const outcome = {
  kind: 'journey' as const,
  event: 'Order Completed',
  where: '',
  within: '3d',
  value: 'total',
  worth: null,
  margin: null,
  outcome: '“Order Completed” within 3 days of coming in; worth the event’s total',
  guardrails: [],
}

export const outcomeLines = (): OutcomeLine[] => [
  {
    ...outcome,
    journey: CART.id,
    name: CART.name ?? CART.id,
    holdout: '10%',
    serves: [{ id: GOAL.id, name: GOAL.name }],
    measured: 'measured',
    difference: {
      estimate: 0.0312,
      low: 0.0118,
      high: 0.0506,
      level: 0.95,
      treated: 9_004,
      heldOut: 866,
      method: 'asymptotic confidence sequence',
    },
    perPerson: { estimate: 1.42, low: 0.38, high: 2.46, level: 0.95 },
    sentence: 'People in the journey reached the goal more often by 3.12 points (1.18 to 5.06; 95 %, valid however often you look).',
    doubts: [],
    drill: { action: 'experiments.report', query: { key: `choose:${CART.id}:nudge` } },
  },
  {
    ...outcome,
    journey: WELCOME.id,
    name: WELCOME.name ?? WELCOME.id,
    holdout: '0%',
    serves: [],
    measured: 'not',
    difference: null,
    perPerson: null,
    sentence: 'Nobody is held out, so nobody will know whether it worked: give it a hold-out of 5 or 10 %.',
    doubts: [],
    drill: { action: 'reports.journey', query: { id: WELCOME.id } },
  },
]
