import type { CompiledPolicy } from '#consent/policy.ts'
import { CHANNELS } from '#events/reaction.ts'
import { places } from './lanes.ts'
import { type Pace, paceOf } from './proof-entries.ts'
import { type Leg, legs, type Segment, Spans, type Stretch } from './proof-spans.ts'
import { type Counted, segmentOf } from './proof-steps.ts'
import { type Walked, walk } from './proof-witness.ts'
import type { Journey } from './schema.ts'
import type { Trace } from './simulate.ts'
import type { Step } from './steps.ts'

/** What of the contact policy matters here: caps are upper limits, and whatever makes messages wait brings them closer together. */
export type Limits = Pick<CompiledPolicy, 'caps' | 'quiet'>
export const NO_LIMITS: Limits = { caps: [], quiet: [] }

/** The most messages that one journey can send one person within a window. */
export interface JourneyBound {
  readonly journey: string
  /** null: no limit follows from the journey. */
  readonly most: number | null
  /** Why there is no limit, or what sets it. */
  readonly why: Why
  /** The way to it, run by run; `enters` begins one. */
  readonly path: readonly Leg[]
}
export type Why = 'never' | 'steps' | 'reentry' | 'limit' | 'keys' | 'always'

export const WINDOWS = { '24h': 86_400_000, '7d': 604_800_000 } as const
export type WindowName = keyof typeof WINDOWS

/** What the definitions around a journey mean for it. */
export interface Surroundings {
  readonly window: number
  /** Another journey may end its runs. */
  readonly stopped: boolean
  /** Messages may have to wait for quiet hours or a cap. */
  readonly waits: boolean
}

/**
 * The most messages of a channel that one profile can get from one journey within any window [t, t + window), over all its runs.
 * Sound: whatever happens, in whatever order, no person gets more, if delivery and timers are less than `ON_TIME` late.
 */
export function journeyBound(journey: Journey, counted: Counted, { window, stopped, waits }: Surroundings): JourneyBound {
  const spans = new Spans(window)
  const steps = segmentOf(journey, { spans, counted, waits })
  const within = most(steps.inside)
  const bound = { journey: journey.id }
  if (!within) return { ...bound, most: 0, why: 'never', path: [] }
  const pace = paceOf(journey)
  const runs = runsOf(steps, journey.exit.length > 0 || stopped)
  const single = { ...bound, path: [ENTERS, ...legs(within.before), ...legs(within.trail)] }
  const limited = limitOf(pace, { window, inside: within.count, longest: steps.longest })
  if (pace.keyed) {
    if (limited !== null) return { ...single, most: limited, why: 'limit' }
    return { ...bound, most: null, why: 'keys', path: [ENTERS, ...legs(within.trail), { ...ENTERS, does: 'enters with another key' }] }
  }
  if (pace.gap === Infinity) return { ...single, most: within.count, why: 'steps' }
  const whole = spans.best(runs.whole.map((each) => ({ ...each, least: Math.max(each.least + pace.rest, pace.gap) })))
  const endless = whole.find(({ least, count }) => least === 0 && count > 0)
  if (endless) {
    if (limited !== null) return { ...single, most: limited, why: 'limit' }
    return { ...bound, most: null, why: 'always', path: [ENTERS, ...legs(endless.trail), ENTERS, ...legs(endless.trail)] }
  }
  const best = chained({ spans, inside: within, whole, tails: runs.tails, head: steps.head, pace })
  if (limited !== null && limited < best.count) return { ...single, most: limited, why: 'limit' }
  return {
    ...bound,
    most: best.count,
    why: best === within ? 'steps' : 'reentry',
    path: [ENTERS, ...legs(best.before), ...legs(best.trail)],
  }
}

/** What limits on entries allow: runs that began before the window, and those that begin in it, each with all it can send; null: no limit. */
function limitOf({ limit, atOnce }: Pace, { window, inside, longest }: { window: number; inside: number; longest: number }): number | null {
  if (limit === null) return null
  const entering = (time: number): number => limit.times * Math.ceil(time / limit.within)
  const before = Math.min(atOnce, entering(longest))
  return Number.isFinite(before) ? (before + entering(window)) * inside : null
}

const ENTERS: Leg = { step: '', does: 'enters', takes: 0 }
/** An exit condition came true. */
const LEAVES: Leg = { step: '', does: 'leaves', takes: 0 }

/** Whole runs from entry to end, and runs from a message to the end. A run that can be ended from outside may end after any message. */
function runsOf(
  { through, end, head, tail, tailEnd, inside }: Segment,
  endsEarly: boolean,
): { whole: readonly Stretch[]; tails: readonly Stretch[] } {
  const whole = [...through, ...end]
  const tails = [...tail, ...tailEnd]
  if (!endsEarly) return { whole, tails }
  const cut = (each: Stretch): Stretch => ({ ...each, trail: each.trail === null ? LEAVES : [each.trail, LEAVES] })
  const nothing: Stretch = { count: 0, least: 0, lead: 0, before: null, trail: LEAVES }
  return { whole: [...whole, nothing, ...head.map(cut)], tails: [...tails, ...inside.map(cut)] }
}

const most = (list: readonly Stretch[]): Stretch | undefined =>
  list.reduce<Stretch | undefined>((best, each) => (!best || each.count > best.count ? each : best), undefined)

interface Chain {
  readonly spans: Spans
  readonly inside: Stretch
  readonly whole: readonly Stretch[]
  readonly tails: readonly Stretch[]
  readonly head: readonly Stretch[]
  readonly pace: Pace
}

/** Runs that would have to be chained one by one, beyond which the chain is estimated. */
const MOST_RUNS = 3_000

/** The end of one run, any number of whole runs, and the beginning of another, as many messages as fit into the window. */
function chained({ spans, inside, whole, tails, head, pace }: Chain): Stretch {
  const entered = (list: readonly Stretch[]): Stretch[] =>
    list.map((each) => ({ ...each, lead: 0, trail: each.trail === null ? ENTERS : [each.trail, ENTERS] }))
  const sending = whole.filter(({ count }) => count > 0)
  let open = spans.unbeaten(entered(tails.map((each) => ({ ...each, least: Math.max(each.least + pace.rest, pace.gap - each.lead) }))))
  for (let fresh = open; fresh.length > 0; ) {
    const known = new Set(open)
    open = spans.unbeaten([...open, ...entered(spans.together(fresh, sending))])
    if (open.length > MOST_RUNS) return estimated({ spans, inside, whole, tails, head, pace })
    fresh = open.filter((each) => !known.has(each))
  }
  const complete = most(spans.together(open, head))
  return complete && complete.count > inside.count ? complete : inside
}

/** Very many short runs: the densest of them all through the window, which is at least as many. */
function estimated({ spans, inside, whole, tails, head }: Chain): Stretch {
  const dense = Math.max(...whole.filter(({ count }) => count > 0).map(({ count, least }) => count / least))
  const count = Math.floor(dense * spans.window) + (most(tails)?.count ?? 0) + (most(head)?.count ?? 0)
  return { ...inside, count: Math.max(inside.count, count) }
}

/** Journeys that other live journeys stop. */
export const stoppedBy = (journeys: readonly Journey[]): ReadonlySet<string> =>
  new Set(journeys.flatMap(({ steps }) => places(steps).flatMap(({ step }) => (step.kind === 'stop' ? [step.journey] : []))))

/** One channel and window, over all live journeys. */
export interface Total {
  readonly channel: Counted['channel']
  readonly window: WindowName
  readonly most: number | null
  /** The cap of the contact policy that holds it down, if one does. */
  readonly cap: string | null
  /** Journeys that can contribute, the largest first. */
  readonly journeys: readonly JourneyBound[]
}

/** The most messages that one person can get from all of the journeys together, for each channel that any of them uses. */
export function totals(journeys: readonly Journey[], limits: Limits = NO_LIMITS): Total[] {
  const found: Total[] = []
  for (const channel of CHANNELS) {
    for (const window of Object.keys(WINDOWS) as WindowName[]) {
      const total = totalOf(journeys, { channel, window, limits })
      if (total.journeys.length > 0) found.push(total)
    }
  }
  return found
}

interface Question {
  readonly channel: Counted['channel']
  readonly window: WindowName
  readonly limits: Limits
}

function totalOf(journeys: readonly Journey[], { channel, window, limits }: Question): Total {
  const stopped = stoppedBy(journeys)
  const waits = limits.caps.length > 0 || limits.quiet.length > 0
  const bounds = (lane?: Counted['lane']): JourneyBound[] =>
    journeys
      .map((journey) => {
        const around = { window: WINDOWS[window], stopped: stopped.has(journey.id), waits }
        return journeyBound(journey, { channel, ...(lane && { lane }) }, around)
      })
      .filter(({ most }) => most !== 0)
  const all = bounds().sort((a, b) => (b.most ?? Infinity) - (a.most ?? Infinity))
  const free = sum(all)
  const cap = capFor(limits, { channel, window })
  const others = cap === null || cap.lane === 'any' ? 0 : sum(bounds('transactional'))
  const capped = cap === null || others === null ? null : cap.most + others
  const holds = capped !== null && (free === null || capped < free)
  return { channel, window, most: holds ? capped : free, cap: holds ? cap!.id : null, journeys: all }
}

const sum = (bounds: readonly JourneyBound[]): number | null =>
  bounds.reduce<number | null>((total, { most }) => (total === null || most === null ? null : total + most), 0)

/** The tightest cap of a channel, by what it allows within a window. Transactional mail goes by a cap of the marketing lane. */
function capFor({ caps }: Limits, { channel, window }: { channel: Counted['channel']; window: WindowName }) {
  const allowed = caps
    .filter((cap) => (cap.channel ?? 'email') === channel && cap.topic === undefined && cap.lane !== 'transactional')
    .map(({ id, lane, max, per }) => ({ id, lane, most: max * periodsIn(window, per) }))
  return allowed.reduce<(typeof allowed)[number] | null>((least, each) => (least && least.most <= each.most ? least : each), null)
}

/** Periods that a window can touch: one of 24 hours reaches into two calendar days, one of seven days into eight. */
function periodsIn(window: WindowName, per: CompiledPolicy['caps'][number]['per']): number {
  if (typeof per === 'number') return Math.ceil(WINDOWS[window] / per)
  return per === 'day' && window === '7d' ? 8 : 2
}

/** Journeys that start each other in a circle, each circle once, from its first id by name. */
export function cycles(journeys: readonly Journey[]): string[][] {
  const starts = new Map(journeys.map(({ id, steps }) => [id, startedBy(steps)]))
  const found = new Map<string, string[]>()
  const walk = (path: readonly string[]): void => {
    for (const next of starts.get(path.at(-1)!) ?? []) {
      const at = path.indexOf(next)
      if (at >= 0) note(found, path.slice(at))
      else if (path.length < 64) walk([...path, next])
    }
  }
  for (const id of starts.keys()) walk([id])
  return [...found.values()]
}

function note(found: Map<string, string[]>, circle: readonly string[]): void {
  const first = circle.indexOf([...circle].sort()[0]!)
  const turned = [...circle.slice(first), ...circle.slice(0, first)]
  found.set(turned.join(' '), turned)
}

const startedBy = (steps: readonly Step[]): readonly string[] => [
  ...new Set(places(steps).flatMap(({ step }) => (step.kind === 'start' ? [step.journey] : []))),
]

/** A bound as it is told: with a way that attains it, if one was found. */
export interface Proved {
  readonly channel: Counted['channel']
  readonly window: WindowName
  readonly most: number | null
  /** A simulated person got exactly so many; else nobody gets more, and perhaps nobody so many. */
  readonly exact: boolean
  readonly cap: string | null
  readonly journeys: readonly { readonly journey: string; readonly most: number | null; readonly why: Why }[]
  /** What happens to the person with whom it is proved; times are ms after the beginning. */
  readonly timeline: readonly TimelineLine[]
}
export interface TimelineLine {
  readonly at: number
  readonly journey: string
  readonly step: string
  readonly kind: Trace['kind'] | 'leads'
  readonly sentence: string
}

/** Lines of a timeline that are worth reading. */
const MOST_LINES = 60

/** Bounds of these journeys together, each with the way that proves it. */
export function prove(journeys: readonly Journey[], limits: Limits = NO_LIMITS): Proved[] {
  return totals(journeys, limits).map((total) => {
    const { channel, window, most, cap, journeys: bounds } = total
    const brief = bounds.map(({ journey, most, why }) => ({ journey, most, why }))
    const base = { channel, window, most, cap, journeys: brief }
    const endless = bounds.find((each) => each.most === null)
    if (most === null && endless) return { ...base, exact: true, timeline: told(endless) }
    const plans = bounds.flatMap((bound) => (bound.most === null ? [] : [planOf(bound, journeys)])).slice(0, MOST_TOGETHER)
    const wanted = most ?? 0
    const walked = walk(plans, { counted: { channel }, window: WINDOWS[window], wanted })
    const exact = cap === null && walked.count === wanted
    return { ...base, exact, timeline: exact ? timelineOf(walked) : told(bounds[0]!) }
  })
}

/** Journeys whose ways are walked together. */
const MOST_TOGETHER = 40
const planOf = ({ journey, path }: JourneyBound, journeys: readonly Journey[]) => ({
  journey: journeys.find(({ id }) => id === journey)!,
  path,
})

/** From the entry of the earliest run that counts on. */
function timelineOf({ trace }: Walked): TimelineLine[] {
  return trace
    .filter(({ kind }) => kind !== 'refused')
    .slice(0, MOST_LINES)
    .map(({ at, journey, step, kind, sentence }) => ({ at, journey, step, kind, sentence }))
}

/** The way as it was reckoned, with the least times. */
function told({ journey, path }: JourneyBound): TimelineLine[] {
  let at = 0
  return path.slice(0, MOST_LINES).map(({ step, does, takes, counted }) => {
    at += takes
    return {
      at,
      journey,
      step,
      kind: counted ? 'message' : 'leads',
      sentence: counted ? `A message can be sent: ${step}.` : wordsOf(step, does),
    }
  })
}

const wordsOf = (step: string, does: string): string =>
  step === '' ? (does === 'leaves' ? 'They leave.' : 'They enter.') : `${step}: ${does}.`

/** What sets the bound of one journey, in words. */
export function whyWords({ most, why }: Pick<JourneyBound, 'most' | 'why'>): string {
  switch (why) {
    case 'never':
      return 'It sends none.'
    case 'steps':
      return `One run sends at most ${most} within that time.`
    case 'reentry':
      return `With all the runs that its re-entry rule allows it sends at most ${most}.`
    case 'limit':
      return `With all the runs that its limit allows it sends at most ${most}.`
    case 'keys':
      return 'Each value of its key begins a run of its own, so nothing limits it: give the entry a limit.'
    case 'always':
      return 'People may come back at once, so nothing limits it: give the entry a re-entry time.'
  }
}
