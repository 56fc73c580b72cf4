import type { Experiment } from '#decisions/experiments/schema.ts'
import { entriesOf } from '#journeys/entries/schema.ts'
import type { Journey } from '#journeys/schema.ts'
import { spelled } from '#lib/counted.ts'
import type { ExperimentReport } from '../experiments/api.ts'
import { type Described, describe, type Library, sourcesOf } from '../experiments/sources.ts'
import type { Readout } from '../inference/schema.ts'
import { metricIn } from '../metrics/check.ts'
import { nameOf } from '../metrics/schema.ts'
import type { OutcomeLine } from './api.ts'
import { type Goal, goalName } from './schema.ts'
import { figure, percent } from './words.ts'

/** What can tell whether a journey worked: its hold-out, an experiment that lets some people in and others not, else a choice or a split within it that compares; undefined: nothing. */
export function comparisonOf(journey: Journey, library: Library): Described | undefined {
  const found =
    Number.parseFloat(journey.holdout) > 0
      ? describe({ kind: 'journey', journey: journey.id }, library)
      : (experimentOn(journey.id, library) ??
        sourcesOf(library, () => []).find(
          ({ source }) => (source.kind === 'choose' || source.kind === 'split') && source.journey === journey.id,
        ))
  // The outcome is all that is asked here: the report of the experiment reads the rest.
  return found && { ...found, secondary: [], guardrails: [] }
}

/** Arms of the live experiments on whole journeys that let people into this one, where the control does not. */
function armsInto(journey: string, library: Library): { readonly experiment: string; readonly arms: readonly string[] } | undefined {
  for (const id of library.ids('experiment')) {
    const experiment = library.get('experiment', id) as Experiment
    if (experiment.on !== 'journeys') continue
    const into = experiment.arms.filter(({ enters }) => enters.includes(journey))
    if (into.length > 0 && into.every(({ control }) => !control)) return { experiment: id, arms: into.map((arm) => arm.id) }
  }
  return undefined
}

function experimentOn(journey: string, library: Library): Described | undefined {
  const found = armsInto(journey, library)
  return found && describe({ kind: 'experiment', id: found.experiment }, library)
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
      const how = atMost === undefined ? bound : `${bound} or beyond ${figure(atMost)} a person`
      return {
        metric,
        sentence: `“${known ? nameOf(known) : metric}” must not get worse ${how}; else ${stop ? 'it is stopped' : 'people are told'}.`,
      }
    }),
    serves: serves.map((goalId) => {
      const served = library.get('goal', goalId) as Goal | undefined
      return { id: goalId, name: served ? goalName(served) : goalId }
    }),
    ...measuredBy(journey, report, armsInto(id, library)?.arms),
  }
}

function outcomeText({ goal: { event, where, within, value, worth, margin } }: Journey): string {
  const fixed = worth === undefined ? '' : `${figure(worth)} each`
  const told = value === undefined ? fixed : `the event’s “${value}”${worth === undefined ? '' : `, or ${fixed} where it has none`}`
  const share = margin === undefined ? '' : `, ${percent(margin)} of it margin`
  return `“${event}”${where === undefined ? '' : ` where “${where}”`} within ${spelled(within)} of coming in${told === '' ? '' : `; worth ${told}${share}`}`
}

type Measured = Pick<OutcomeLine, 'measured' | 'difference' | 'perPerson' | 'sentence' | 'doubts' | 'drill'>

const HOLD_OUT = 'Nobody is held out, so nobody will know whether it worked: give it a hold-out of 5 or 10 %.'

/** `into`: arms of an experiment that come into the journey; a hold-out and a step have their own. */
function measuredBy({ id }: Journey, report: ExperimentReport | undefined, into: readonly string[] | undefined): Measured {
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
  const all = first.comparisons.filter(({ role }) => role === 'primary')
  const comparison = (report.kind === 'experiment' ? all.find(({ treated }) => into?.includes(treated.arm)) : undefined) ?? all[0]
  const doubts = [...first.doubts, ...report.doubts, ...(comparison?.doubts ?? [])]
  const always = comparison?.absolute?.always
  if (!comparison?.absolute || !always)
    return {
      measured: first.blocked?.code === 'sample_ratio' ? 'blocked' : 'early',
      difference: null,
      perPerson: null,
      sentence: comparison?.sentence ?? report.sentence,
      doubts,
      drill,
    }
  const { estimate } = comparison.absolute
  const { level, treated, control, method } = comparison
  return {
    measured: 'measured',
    // Of shares: the primary metric of an experiment may be a sum, which its sentence tells.
    difference:
      comparison.unit === 'share'
        ? { estimate, low: always.low, high: always.high, level, treated: treated.n, heldOut: control.n, method }
        : null,
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
