import { entriesOf } from '#journeys/entries/schema.ts'
import type { Journey } from '#journeys/schema.ts'
import type { ExperimentReport } from '../experiments/api.ts'
import { type Described, describe, type Library, sourcesOf } from '../experiments/sources.ts'
import type { Readout } from '../inference/schema.ts'
import { metricIn } from '../metrics/check.ts'
import { nameOf } from '../metrics/schema.ts'
import type { OutcomeLine } from './api.ts'
import { type Goal, goalName } from './schema.ts'
import { figure, percent } from './words.ts'

/** What can tell whether a journey worked: its hold-out, else a choice or a split within it that compares; undefined: nothing. */
export function comparisonOf(journey: Journey, library: Library): Described | undefined {
  const found =
    Number.parseFloat(journey.holdout) > 0
      ? describe({ kind: 'journey', journey: journey.id }, library)
      : sourcesOf(library, () => []).find(
          ({ source }) => (source.kind === 'choose' || source.kind === 'split') && source.journey === journey.id,
        )
  // The outcome is all that is asked here: the report of the experiment reads the rest.
  return found && { ...found, secondary: [], guardrails: [] }
}

/** One line of the list of outcomes; `report`: what was read of `comparisonOf`. */
export function outcomeOf(journey: Journey, library: Library, report: ExperimentReport | undefined): OutcomeLine {
  const { id, name = id, goal, holdout, guardrails = [], serves = [] } = journey
  return {
    journey: id,
    name,
    kind: entriesOf(journey).some((entry) => 'schedule' in entry) ? 'broadcast' : 'journey',
    event: goal.event,
    where: goal.where ?? '',
    within: goal.within,
    value: goal.value ?? '',
    worth: goal.worth ?? null,
    margin: goal.margin ?? null,
    outcome: outcomeText(journey),
    holdout,
    guardrails: guardrails.map(({ metric, tolerate, atMost, stop }) => {
      const known = metricIn(library, metric)
      const bound = tolerate > 0 ? `by more than ${figure(tolerate)} a person` : 'at all'
      const most = atMost === undefined ? '' : ` or beyond ${figure(atMost)} a person`
      return {
        metric,
        sentence: `${known ? nameOf(known) : metric} must not get worse ${bound}${most}; else ${stop ? 'it is stopped' : 'people are told'}.`,
      }
    }),
    serves: serves.map((goalId) => {
      const served = library.get('goal', goalId) as Goal | undefined
      return { id: goalId, name: served ? goalName(served) : goalId }
    }),
    ...measuredBy(journey, report),
  }
}

function outcomeText({ goal: { event, where, within, value, worth, margin } }: Journey): string {
  const fixed = worth === undefined ? '' : `${figure(worth)} each`
  const told = value === undefined ? fixed : `the event’s ${value}${worth === undefined ? '' : `, or ${fixed} where it has none`}`
  const share = margin === undefined ? '' : `, ${percent(margin)} of it margin`
  return `“${event}”${where === undefined ? '' : ` where ${where}`} within ${within} of coming in${told === '' ? '' : `; worth ${told}${share}`}`
}

type Measured = Pick<OutcomeLine, 'measured' | 'difference' | 'perPerson' | 'sentence' | 'doubts' | 'drill'>

const HOLD_OUT = 'Nobody is held out, so nobody will know whether it worked: give it a hold-out of 5 or 10 %.'

function measuredBy({ id }: Journey, report: ExperimentReport | undefined): Measured {
  if (!report)
    return {
      measured: 'not',
      difference: null,
      perPerson: null,
      sentence: HOLD_OUT,
      doubts: [],
      drill: { action: 'reports.journey', query: { id } },
    }
  const drill = { action: 'experiments.report', query: { key: report.key } }
  const first = report.readouts[0]!.readout
  const comparison = first.comparisons.find(({ role }) => role === 'primary')
  const doubts = [...first.doubts, ...report.doubts, ...(comparison?.doubts ?? [])]
  const always = comparison?.absolute?.always
  if (!comparison?.absolute || !always)
    return {
      measured: first.blocked?.code === 'sample_ratio' ? 'blocked' : 'early',
      difference: null,
      perPerson: null,
      sentence: report.sentence,
      doubts,
      drill,
    }
  const { estimate } = comparison.absolute
  const { level, treated, control, method } = comparison
  return {
    measured: 'measured',
    difference: { estimate, low: always.low, high: always.high, level, treated: treated.n, heldOut: control.n, method },
    perPerson: worthOf(first),
    sentence: comparison.sentence,
    doubts,
    drill,
  }
}

/** Read beside the outcome where it has a worth (`valueMetric`). */
function worthOf({ comparisons }: Readout): OutcomeLine['perPerson'] {
  const found = comparisons.find(({ unit, absolute }) => unit === 'money' && absolute?.always)
  if (!found?.absolute?.always) return null
  const { low, high } = found.absolute.always
  return { estimate: found.absolute.estimate, low, high, level: found.level }
}

export const OUTCOME_WORDS = [
  { term: 'Outcome', means: 'what a journey is for: an event of the people who came in, within a window, and what it is worth' },
  {
    term: 'Measured',
    means:
      'people who came in and got nothing say what would have happened anyway; the difference has an interval that holds however often one looks',
  },
  { term: 'Guardrail', means: 'what must not get worse for the people who are treated' },
]
