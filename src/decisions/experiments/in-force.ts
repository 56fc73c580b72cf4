import { periodOf } from '../budgets/period.ts'
import { shareOf } from '../schema.ts'
import type { Drawing, DrawingOn, Experiment, Holdout } from './schema.ts'

/** A stretch of time with the same people out; epoch ms, the end not included. */
export interface HoldoutPeriod {
  /** `2026-11`, `2026q4`; '' where nothing rotates. */
  readonly id: string
  readonly from: number
  readonly until: number
}

export interface HoldoutInForce {
  readonly holdout: Holdout
  readonly version: number
  /** In [0, 1]. */
  readonly share: number
  period(now: number): HoldoutPeriod
}

export interface ExperimentInForce<D extends Drawing = Drawing> {
  readonly experiment: D
  readonly version: number
  /** Epoch ms; the end not included. */
  readonly start: number
  readonly end: number
  /** Name of the layer; an experiment without one has its own. */
  readonly layer: string
  readonly from: number
  readonly to: number
}

/** What is published of hold-outs and experiments at a revision, indexed by who asks. All in the order of ids. */
export interface Experiments {
  /** Whether there is any: without one nothing is asked and nothing is kept of people. */
  readonly exist: boolean
  readonly holdouts: readonly HoldoutInForce[]
  readonly all: readonly ExperimentInForce[]
  readonly byLayer: ReadonlyMap<string, readonly ExperimentInForce[]>
  readonly onJourney: ReadonlyMap<string, readonly ExperimentInForce<DrawingOn<'journeys'>>[]>
  readonly onSegment: readonly ExperimentInForce<DrawingOn<'segment'>>[]
  readonly onTemplate: ReadonlyMap<string, readonly ExperimentInForce<DrawingOn<'slots'>>[]>
  /** By `journey step`. */
  readonly onHour: ReadonlyMap<string, readonly ExperimentInForce<DrawingOn<'send-time'>>[]>
}

export const NO_EXPERIMENTS: Experiments = {
  exist: false,
  holdouts: [],
  all: [],
  byLayer: new Map(),
  onJourney: new Map(),
  onSegment: [],
  onTemplate: new Map(),
  onHour: new Map(),
}

interface Versioned<T> {
  readonly body: T
  readonly version: number
}

/** `experiments` may hold those that only name a step: that step draws for itself. */
export function experimentsOf(holdouts: readonly Versioned<Holdout>[], experiments: readonly Versioned<Experiment>[]): Experiments {
  const all = experiments.flatMap(({ body, version }) => (body.on === 'step' ? [] : [inForce(body, version)])).sort(byId)
  if (holdouts.length + all.length === 0) return NO_EXPERIMENTS
  return {
    exist: true,
    holdouts: holdouts.map(held).sort((a, b) => (a.holdout.id < b.holdout.id ? -1 : 1)),
    all,
    byLayer: Map.groupBy(all, ({ layer }) => layer),
    onJourney: grouped(all.filter(isOn('journeys')), ({ journeys }) => journeys),
    onSegment: all.filter(isOn('segment')),
    onTemplate: grouped(all.filter(isOn('slots')), ({ template }) => [template]),
    onHour: grouped(all.filter(isOn('send-time')), ({ journey, step }) => [hourName(journey, step)]),
  }
}

export const hourName = (journey: string, step: string): string => `${journey} ${step}`

const byId = (a: ExperimentInForce, b: ExperimentInForce): number => (a.experiment.id < b.experiment.id ? -1 : 1)

const isOn =
  <On extends Drawing['on']>(on: On) =>
  (each: ExperimentInForce): each is ExperimentInForce<DrawingOn<On>> =>
    each.experiment.on === on

function grouped<D extends Drawing>(
  all: readonly ExperimentInForce<D>[],
  namesOf: (experiment: D) => readonly string[],
): Map<string, ExperimentInForce<D>[]> {
  const groups = new Map<string, ExperimentInForce<D>[]>()
  for (const each of all) for (const name of new Set(namesOf(each.experiment))) groups.set(name, [...(groups.get(name) ?? []), each])
  return groups
}

function inForce(experiment: Drawing, version: number): ExperimentInForce {
  const { start, end, layer } = experiment
  return {
    experiment,
    version,
    start: start === undefined ? Number.NEGATIVE_INFINITY : Date.parse(start),
    end: end === undefined ? Number.POSITIVE_INFINITY : Date.parse(end),
    // Names of layers are ids, so that no layer of somebody's has this one.
    layer: layer?.id ?? `of ${experiment.id}`,
    from: layer?.from ?? 0,
    to: layer?.to ?? Number.POSITIVE_INFINITY,
  }
}

const held = ({ body, version }: Versioned<Holdout>): HoldoutInForce => ({
  holdout: body,
  version,
  share: shareOf(body.share),
  period: periodsOf(body),
})

const ALWAYS: HoldoutPeriod = { id: '', from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY }

/** Everybody asks about the same period, and calendars are dear: the last answer is kept. */
function periodsOf({ rotate, zone }: Holdout): (now: number) => HoldoutPeriod {
  if (rotate === 'never') return () => ALWAYS
  let last: HoldoutPeriod | undefined
  return (now) => {
    if (last && last.from <= now && now < last.until) return last
    const { id, from, until } = periodOf({ per: rotate, zone, from: undefined, until: undefined }, now)
    last = { id, from, until }
    return last
  }
}
