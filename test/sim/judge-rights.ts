import { standing } from '#consent/react.ts'
import { permitKey } from '#consent/schema.ts'
import type { Claimed } from '#platform/outbox.ts'
import type { Attempt } from './delivery.ts'
import type { World } from './world.ts'

/** Something that a person has said about what they allow. */
export interface Statement {
  readonly id: string
  /** The profile that it was said of. */
  readonly profile: string
  readonly kind: 'granted' | 'withdrawn' | 'paused' | 'resumed'
  readonly channels: readonly string[]
  readonly topic: string
  /** Event time (epoch ms). */
  readonly at: number
  /** When a grant or a pause ends (epoch ms). */
  readonly until?: number
  /** By a link that only this address got. */
  readonly verified?: boolean
}

interface Span {
  /** The earliest and the latest that it may have been by the clock that was asked (epoch ms). */
  readonly from: number
  readonly to: number
}

/** Watches the right to send, by nothing but what people have said. It only speaks up where there is no doubt. */
export class RightsWatch {
  readonly #world: World
  readonly #statements = new Map<string, Statement>()
  /** When each was acknowledged, in real time (epoch ms). */
  readonly #acknowledged = new Map<string, number>()

  constructor(world: World) {
    this.#world = world
  }

  said(statement: Statement): void {
    this.#statements.set(statement.id, statement)
  }

  acknowledged(id: string, at: number): void {
    if (this.#statements.has(id) && !this.#acknowledged.has(id)) this.#acknowledged.set(id, at)
  }

  /** An opt-out has been written this instant. */
  written({ address, channel }: { readonly address: string; readonly channel: string }): void {
    const left = [...this.#world.db.outbox.rows.values()].find(
      (row) => row.status === 'ready' && row.lane === 'marketing' && row.channel === channel && row.address === address,
    )
    if (left) this.#world.judge.violate('taken-back-at-once', `${left.id} waits for ${address}, who has left`)
  }

  /** An attempt begins to leave. */
  leaves({ entry, since, asked }: Attempt): void {
    this.#checkLaw(entry)
    if (entry.lane !== 'marketing' || entry.channel === 'webhook') return
    const { db, shop, surroundings, judge } = this.#world
    if (!shop.isAlone(entry.key) || db.parked().some(({ key }) => key === entry.key)) return
    // A word for it that is not acknowledged yet may have been handled.
    const known = [...this.#statements.values()].filter(
      ({ id, profile, kind }) =>
        profile === entry.key && (kind === 'granted' || kind === 'resumed' || (this.#acknowledged.get(id) ?? Infinity) < since),
    )
    const why = this.#refused(known, entry, { from: asked - surroundings.skewMs, to: this.#world.timeline.now })
    if (why !== null)
      judge.violate(
        'permission-holds',
        `${entry.id}#${entry.attempt} leaves by ${entry.channel} for ${entry.key}: ${why}; ${JSON.stringify(known)}`,
      )
  }

  /** Why a message must not leave; null: it may, or it is not certain. */
  #refused(known: readonly Statement[], { channel, topic }: Pick<Claimed, 'channel' | 'topic'>, { from, to }: Span): string | null {
    const about = known.filter((each) => each.channels.includes(channel) && (each.topic === topic || each.topic === ''))
    const out = Math.max(...about.map(({ kind, at }) => (kind === 'withdrawn' ? at : -Infinity)))
    const { confirms, optIn } = this.#asks(channel)
    const grants = about.filter(({ kind, verified, at }) => kind === 'granted' && at > out && (verified === true || !confirms))
    if (out > -Infinity && grants.length === 0) return 'withdrawn'
    if (optIn && grants.length === 0) return confirms ? 'not confirmed' : 'never granted'
    if (grants.length > 0 && grants.every(({ until = Infinity }) => until < from)) return 'run out'
    return isPaused(known, to) ? 'paused' : null
  }

  /** Why a message was refused by what had been handled at a place of the log; null: it was not, or it is not certain. */
  refusedBy(
    profile: string,
    message: Pick<Claimed, 'channel' | 'topic'>,
    { partition, seq, at }: { readonly partition: number; readonly seq: number; readonly at: number },
  ): string | null {
    const { accepted } = this.#world.judge
    const known = [...this.#statements.values()].filter((said) => {
      const place = said.profile === profile ? accepted.get(said.id) : undefined
      return place !== undefined && place.partition === partition && place.seq < seq
    })
    return this.#refused(known, message, { from: at, to: at })
  }

  #asks(channel: string): { optIn: boolean; confirms: boolean } {
    const { topic } = this.#world.scenery
    const isAsked = channel === 'email' && topic?.channels.email === 'consent'
    return { optIn: isAsked, confirms: isAsked && topic.doubleOptIn !== undefined }
  }

  #checkLaw({ id, key, lane, channel, payload }: Claimed): void {
    const { scenery, timeline, judge, shop } = this.#world
    const by = (payload['contact'] as { readonly channel: string } | undefined)?.channel ?? channel
    const zones = shop.zonesOf(key)
    // Whose zone nobody has told has the clock that the rule says.
    if (lane !== 'marketing' || zones.includes('UTC') || !shop.isAlone(key)) return
    for (const { policy } of scenery.law) {
      if (policy.rule.kind !== 'hours' || !policy.applies.channels?.includes(by as 'email')) continue
      const { windows } = policy.rule
      const isOpen = (at: number, zone: string): boolean =>
        windows.some(({ from, to }) => clockIn(zone, at) >= from && clockIn(zone, at) < to)
      const isClosed = (at: number): boolean => zones.every((zone) => !isOpen(at, zone))
      if (isClosed(timeline.now) && isClosed(timeline.now - judge.messages.doubt))
        judge.violate('law-holds', `${id} for ${key} leaves outside ${JSON.stringify(windows)} in ${zones.join(', ')}`)
    }
  }

  /** At the end: the state says what was said, and nothing is left over that has an end. */
  end(): void {
    const { db, judge, timeline } = this.#world
    const parked = new Set(db.parked().map(({ key }) => judge.people.root(key)))
    for (const { id, person } of db.states.values()) {
      if (person.profile.mergedInto !== undefined || parked.has(id)) continue
      const { permits, paused } = person.consent
      const over = Object.entries(permits).find(
        ([, { status, expires = Infinity }]) => (status === 'granted' || status === 'pending') && expires <= timeline.now,
      )
      if (over || (paused && paused.until <= timeline.now))
        judge.violate('permission-ends', `${id} still has ${JSON.stringify(over ?? paused)} at ${timeline.now}`)
    }
    this.#judgeKept(parked)
  }

  #judgeKept(parked: ReadonlySet<string>): void {
    const { db, judge } = this.#world
    const byPermit = Map.groupBy(
      [...this.#statements.values()].flatMap((each) =>
        each.kind === 'paused' || each.kind === 'resumed' || !this.#acknowledged.has(each.id)
          ? []
          : each.channels.map((channel) => ({ ...each, channel, root: judge.people.root(each.profile) })),
      ),
      ({ root, channel, topic }) => JSON.stringify([root, channel, topic]),
    )
    for (const [name, said] of byPermit) {
      const { root, channel, topic } = said[0]!
      const consent = db.states.get(root)?.person.consent
      if (!consent || parked.has(root) || said.some(({ profile }) => judge.erased.has(profile))) continue
      const permit = consent.permits[permitKey(channel, topic)]
      const last = (kind: Statement['kind']): number => Math.max(...said.map((each) => (each.kind === kind ? each.at : -Infinity)))
      const isOut = last('withdrawn') > last('granted')
      if (!permit || (isOut && standing(consent, { channel, topic })?.status !== 'withdrawn'))
        judge.violate('permission-kept', `${name} is ${JSON.stringify(permit)} after ${JSON.stringify(said)}`)
    }
  }
}

function isPaused(known: readonly Statement[], now: number): boolean {
  const pauses = known.filter(({ kind }) => kind === 'paused')
  const last = Math.max(...pauses.map(({ at }) => at))
  const isEnded = known.some(({ kind, at }) => kind === 'resumed' && at >= last)
  return pauses.length > 0 && !isEnded && pauses.every(({ at, until = 0 }) => at < last || until > now)
}

const clockIn = (zone: string, at: number): string =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainTime().toString({ smallestUnit: 'minute' })
