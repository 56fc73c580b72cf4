import type { ChannelName } from '#events/reaction.ts'
import { milliseconds } from '#lib/duration.ts'
import { awaitedBy } from './awaited.ts'
import { EMPTY, type Leg, pause, type Segment, type Spans, sending, stop } from './proof-spans.ts'
import type { Journey } from './schema.ts'
import { type ByChannel, byChannel } from './sends.ts'
import { bestWithin, type MessageStep, type Step, type WaitForStep, type WaitStep } from './steps.ts'

/** What is counted: messages of a channel, in one lane or in both. */
export interface Counted {
  readonly channel: ChannelName
  readonly lane?: 'marketing' | 'transactional'
}

/** How late the engine and the providers may be (ms) for the bound to hold; see the guide. */
export const ON_TIME = 60_000

interface Around {
  readonly spans: Spans
  readonly counted: Counted
  /** What a step that fails and says nothing of it does. */
  readonly instead: 'continue' | 'exit'
  /** Messages may have to wait, nobody knows how long, for quiet hours or a cap. */
  readonly waits: boolean
}

/** The whole of a journey's steps as a segment. */
export const segmentOf = (journey: Journey, around: Omit<Around, 'instead'>): Segment =>
  list(journey.steps, { ...around, instead: journey.default?.otherwise ?? 'continue' })

const list = (steps: readonly Step[] | undefined, around: Around): Segment =>
  (steps ?? []).reduce((before, step) => around.spans.then(before, segment(step, around)), EMPTY)

const leg = (step: Step, does: string, takes = 0): Leg => ({ step: step.id, does, takes })

function segment(step: Step, around: Around): Segment {
  const { spans } = around
  switch (step.kind) {
    case 'wait':
      return waiting(step, around)
    case 'waitFor':
      return awaiting(step, around)
    case 'branch':
      return spans.either([
        ...step.branches.map(({ id, steps }) => after(instant(leg(step, `branch:${id}`)), list(steps, around), spans)),
        after(instant(leg(step, 'otherwise')), list(step.otherwise, around), spans),
      ])
    case 'split':
      return spans.either(step.arms.map(({ id, steps }) => after(instant(leg(step, `arm:${id}`)), list(steps, around), spans)))
    case 'choose':
      return spans.either([
        ...step.options.map(({ id, steps }) => after(instant(leg(step, `chosen:${id}`)), list(steps, around), spans)),
        after(instant(leg(step, 'fallback')), list(step.fallback, around), spans),
        ...(Number.parseFloat(step.by.holdout) > 0 ? [instant(leg(step, 'held_out'))] : []),
      ])
    case 'repeat':
      return repeating(step, around)
    case 'email':
    case 'sms':
    case 'push':
    case 'inapp':
    case 'whatsapp':
    case 'slack':
      return spans.either([
        sent(step, counts({ channel: step.kind, way: step }, around.counted), around),
        failed(step, milliseconds(step.within)!, around),
      ])
    case 'webhook':
      return spans.either([sent(step, around.counted.channel === 'webhook', around), failed(step, milliseconds(step.within)!, around)])
    case 'message':
      return messaging(step, around)
    case 'call': {
      const most = milliseconds(step.timeout)! + ON_TIME
      return spans.either([pause(leg(step, 'answered'), most), failed(step, most, around)])
    }
    case 'hold': {
      const most = milliseconds(step.upTo)! + ON_TIME
      const instead = around.instead === 'exit' && step.otherwise === undefined ? stop(leg(step, 'leaves')) : list(step.otherwise, around)
      return spans.either([
        after(pause(leg(step, 'released'), most), list(step.then, around), spans),
        after(pause(leg(step, 'rejected'), most), instead, spans),
      ])
    }
    case 'exit':
      return stop(leg(step, 'leaves'))
    case 'notify':
    case 'start':
    case 'stop':
    case 'update':
      return EMPTY
  }
}

/** A moment, then a segment. */
const after = (first: Segment, then: Segment, spans: Spans): Segment => spans.then(first, then)
const instant = (first: Leg): Segment => pause(first, first.takes)

const counts = ({ channel, way }: ByChannel, counted: Counted): boolean =>
  counted.channel === channel && (channel === 'webhook' || counted.lane === undefined || counted.lane === way.lane)

/** The best hour may be at once, or at the end of its time. */
const lateness = (step: Step, { waits }: Around): number => (waits ? Infinity : ON_TIME + bestWithin(step))
const sent = (step: Step, isCounted: boolean, around: Around): Segment =>
  isCounted ? sending(leg(step, 'sent'), lateness(step, around)) : pause(leg(step, 'sent'), lateness(step, around))

/** What happens instead when the step has failed, at the latest after `most` ms. */
function failed(step: Step & { readonly otherwise?: Step[] | undefined }, within: number, around: Around): Segment {
  const most = around.waits && step.kind !== 'call' ? Infinity : within + bestWithin(step)
  const ends = step.otherwise === undefined && around.instead === 'exit'
  return after(pause(leg(step, 'failed'), most), ends ? stop(leg(step, 'leaves')) : list(step.otherwise, around), around.spans)
}

/** One of the ways is taken; those before it may have taken their time. */
function messaging(step: MessageStep, around: Around): Segment {
  const within = milliseconds(step.within)!
  const ways = step.ways.map((way, i) => {
    const hit = counts(byChannel(way), around.counted)
    const one = hit ? sending(leg(step, `way:${i}`), lateness(step, around)) : pause(leg(step, `way:${i}`), lateness(step, around))
    return i === 0 ? one : around.spans.then(pause(leg(step, 'failed'), within * i), one)
  })
  return around.spans.either([...ways, failed(step, within * step.ways.length, around)])
}

const HOUR = 3_600_000

/** A span is exact; until a moment or an opening it can be no time at all, and the person's zone and data decide how long at most. */
function waiting(step: WaitStep, around: Around): Segment {
  const span = step.for === undefined ? 0 : milliseconds(step.for)
  const days = span === undefined ? Number.parseInt(step.for!, 10) : 0
  // By the clock of a person who stays in their zone; data of theirs can move a date, and holidays an opening, as far as they like.
  const open = (step.until !== undefined && 'date' in step.until) || step.window !== undefined
  const morning =
    step.until === undefined
      ? 0
      : 'best' in step.until
        ? milliseconds(step.until.best.within)!
        : 'days' in step.until && step.until.days !== undefined
          ? 7 * 24 * HOUR + HOUR
          : 25 * HOUR
  // A calendar day ends at the next midnight, which may be now; the longest has 25 hours.
  const [asked, most] = span === undefined ? [Math.max(0, days - 1) * 23 * HOUR, days * 25 * HOUR] : [span, span]
  // A date that moves takes its wait along, also to before the time has passed.
  const least = step.until && 'date' in step.until ? 0 : asked
  const waited = pause(leg(step, 'waited', least), open ? Infinity : most + morning + ON_TIME)
  return step.otherwise === undefined
    ? waited
    : around.spans.either([waited, after(pause(leg(step, 'failed', least), Infinity), list(step.otherwise, around), around.spans)])
}

function awaiting(step: WaitForStep, around: Around): Segment {
  const { spans } = around
  const most = milliseconds(step.upTo)! + ON_TIME
  const ranked = step.mode === 'ranked'
  const events = awaitedBy(step)
  const met = events.map(({ id, steps }, i) => {
    // Of a ranked list everything is collected until the end, so that any of them takes the whole time.
    const least = ranked ? milliseconds(step.upTo)! : 0
    return after(pause(leg(step, `event:${step.on ? id : i}`, least), most), list(steps, around), spans)
  })
  const ends = step.otherwise === undefined && around.instead === 'exit'
  const timeout = after(
    pause(leg(step, 'timeout', milliseconds(step.upTo)!), most),
    ends ? stop(leg(step, 'leaves')) : list(step.otherwise, around),
    spans,
  )
  return spans.either([...met, timeout])
}

/** As often as it says; fewer rounds when it may end before. */
function repeating(step: Extract<Step, { kind: 'repeat' }>, around: Around): Segment {
  const { spans } = around
  const round = after(instant(leg(step, 'round')), list(step.steps, around), spans)
  const early: Segment[] = step.until === undefined ? [] : [EMPTY]
  let all = EMPTY
  for (let i = 0; i < step.times; i++) {
    all = spans.then(all, round)
    if (step.until !== undefined) early.push(all)
    if (!all.passes) break
  }
  return spans.either(step.until === undefined ? [all] : early)
}
