import { type Ask, room } from '#consent/caps.ts'
import { type ContactsSection, counts, reach } from '#consent/contacts.ts'
import { own } from '#lib/record.ts'
import { beginnings } from './budget-entries.ts'
import type { CompiledJourney } from './compile.ts'
import type { Enrollment } from './enrollment.ts'
import type { Contest, Move, Node, Standing } from './node.ts'
import { mayPrecede, type Ranked, rank, rankedFor } from './rank.ts'
import { isThisRound } from './rounds.ts'
import { standingOf } from './turn.ts'

/** A message that another run of the person is going to ask room for. */
interface Expected {
  readonly journey: string
  readonly rank: Ranked
  /** Epoch ms. */
  readonly at: number
  readonly ask: Ask
}

/** Steps followed on one path. */
const FAR = 100

/** A slot that is kept for a message of another journey, and what the two are worth. */
interface Kept {
  readonly journey: string
  readonly freeAt: number
  readonly values: Contest
}

/**
 * The journey for which the slot is kept: a message of it that is known to come would find the cap full because of this one. Only what surely
 * comes as things stand counts, so nobody starves for a message that may never be: waits whose end is known, then steps that do not wait.
 */
export function holder(at: Standing, ask: Ask, zone: string): Kept | null {
  const { definitions, person, run, now } = at
  const caps = definitions.policy.caps.filter((cap) => counts(cap, ask))
  const ours = definitions.version(run.journey, run.version)
  if (caps.length === 0 || !ours) return null
  const horizon = now + Math.max(...caps.map(reach))
  const own = rankedFor(person, definitions, { journey: ours, run, channel: ask.channel })
  const coming = [...runsAhead(at, { own, horizon })].filter((each) => rank(each.rank, own) > 0).sort((a, b) => a.at - b.at)
  if (coming.length === 0) return null
  return crowdedOut({ coming, caps, zone, own, mine: { ...ask, at: now }, contacts: person.contacts })
}

interface Question {
  readonly coming: readonly Expected[]
  readonly caps: Standing['definitions']['policy']['caps']
  readonly zone: string
  readonly own: Ranked
  readonly mine: Ask & { readonly at: number }
  readonly contacts: ContactsSection
}

/** Plays the coming messages through, once with this one and once without. */
function crowdedOut({ coming, caps, zone, own, mine, contacts }: Question): Kept | null {
  const known = contacts.sends.map((each) => (each.status === 'reserved' ? { ...each, status: 'confirmed' as const, at: mine.at } : each))
  const sent = (asked: Ask, at: number, id: string) => ({ ...asked, id, at, status: 'confirmed' as const })
  const without = [...known]
  let first: Expected | null = null
  for (const each of coming) {
    const { journey, at, ask } = each
    if (!room({ sends: without }, ask, { caps, now: at, zone }).free) continue
    const mineToo = [...without, sent(mine, mine.at, '')]
    if (!room({ sends: mineToo }, ask, { caps, now: at, zone }).free) first ??= each
    without.push(sent(ask, at, `${journey}:${at}`))
  }
  if (first === null) return null
  const last = coming.at(-1)!.at + 1
  const then = room({ sends: without }, mine, { caps, now: last, zone })
  const values = { theirs: first.rank.value, ours: own.value }
  return { journey: first.journey, freeAt: then.free ? last : (then.freeAt ?? last), values }
}

/** The messages of runs that come before ours, and of runs that the clock is going to begin. */
function* runsAhead(at: Standing, { own, horizon }: { own: Ranked; horizon: number }): Generator<Expected> {
  const { definitions, person, run, now } = at
  for (const other of person.journeys.enrollments) {
    const journey = other.id === run.id ? undefined : definitions.version(other.journey, other.version)
    const here = journey && mayPrecede(person, { journey, run: other }, own) ? journey.nodes.get(other.step) : undefined
    const from = here ? readyAt(here, other, now) : null
    if (!journey || !here || from === null) continue
    yield* path(at, { run: other, journey, horizon, next: here.asks && !isQueued(other) ? other.step : here.next, from })
  }
  for (const { run: other, journey } of beginnings({ person, definitions, own, now, horizon }))
    yield* path(at, { run: other, journey, horizon, next: other.step, from: other.since })
}

interface Path {
  readonly run: Enrollment
  readonly journey: CompiledJourney
  readonly horizon: number
  readonly next: string | null
  /** Epoch ms. */
  readonly from: number
}

/** The messages that a run comes to by itself until the horizon, as the person's data stand now. */
function* path(at: Standing, { run, journey, horizon, next: first, from }: Path): Generator<Expected> {
  let [next, now] = [first, from]
  for (let hops = 0; next !== null && now <= horizon && hops < FAR; hops++) {
    const node: Node | undefined = journey.nodes.get(next)
    if (!node) return
    const there: Standing = standingOf(at.person, at.definitions, { run: { ...run, step: next, since: now }, now })
    const ask = node.asks?.(there)
    // Who stands there already waits for the hour that was chosen: `from`.
    const leaves = ask && hops > 0 && node.leaves ? node.leaves(there) : now
    if (ask)
      yield { journey: journey.id, at: leaves, ask, rank: rankedFor(at.person, at.definitions, { journey, run, channel: ask.channel }) }
    const way: Onward | null = ask ? { next: node.next, now: leaves } : onward(node, there)
    if (!way) return
    next = way.next
    now = way.now
  }
}

/** When the run goes on from where it stands by itself (epoch ms); null: something else must happen first. */
function readyAt({ step, asks }: Node, run: Enrollment, now: number): number | null {
  if (asks) return isQueued(run) ? now : run.due
  return step.kind === 'wait' && run.due !== null ? Math.max(run.due, now) : null
}

const isQueued = (run: Enrollment): boolean =>
  (own(run.messages, run.step) ?? []).some((mark) => mark.status === 'queued' && isThisRound(mark, run))

interface Onward {
  readonly next: string | null
  readonly now: number
}

/** Through steps whose outcome follows from what is known now. What an `update` on the way would change is not foreseen. */
function onward(node: Node, there: Standing): Onward | null {
  switch (node.step.kind) {
    case 'wait':
    case 'update':
    case 'split':
    case 'branch':
    case 'notify':
    case 'start':
    case 'stop': {
      const move: Move = node.arrive(there)
      if (move.kind === 'go') return { next: move.to, now: there.now }
      return move.kind === 'stay' && move.due !== null ? { next: node.next, now: move.due } : null
    }
    default:
      return null
  }
}
