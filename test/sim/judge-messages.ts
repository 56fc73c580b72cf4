import type { Claimed } from '#platform/outbox.ts'
import type { Attempt } from './delivery.ts'
import { STALE_MS } from './delivery.ts'
import type { World } from './world.ts'

interface HandOver {
  readonly id: string
  readonly attempt: number
  readonly channel: string
  /** Epoch ms. */
  readonly at: number
}

const SPANS: Readonly<Record<string, number>> = { '15s': 15_000, '40s': 40_000 }

/** Watches what the provider takes: how much, at what hours, and of which journeys. It counts for itself, by nothing that the product has counted. */
export class MessageWatch {
  readonly #world: World
  /** Marketing messages that the provider has taken, by profile. */
  readonly #taken = new Map<string, HandOver[]>()

  constructor(world: World) {
    this.#world = world
  }

  /** Whoever was erased and comes back has had nothing yet. */
  forget(keys: readonly string[]): void {
    for (const key of keys) this.#taken.delete(key)
  }

  /** An attempt begins to leave. Whoever lets it go has asked within the last few seconds. */
  leaves({ entry }: Attempt): void {
    this.#checkPause(entry)
    this.#checkQuiet(entry)
  }

  /** How long ago (ms) an answer that still holds may have been given. */
  get doubt(): number {
    return STALE_MS + this.#world.surroundings.skewMs
  }

  #checkPause({ id, payload, createdAt }: Claimed): void {
    const { office, timeline, judge } = this.#world
    const journey = String(payload['journey_id'])
    const changes = office.registry.modes.filter((mode) => mode.journey === journey)
    const last = changes.at(-1)
    const isPaused = last?.kind === 'pause' && timeline.now - last.at > this.doubt
    const isStopped = changes.some(({ kind, at }) => kind === 'stop' && createdAt <= at && timeline.now - at > this.doubt)
    if (isPaused || isStopped)
      judge.violate('pause-holds', `${id} leaves, and ${journey} is to ${last!.kind} since ${timeline.now - last!.at} ms`)
  }

  #checkQuiet({ id, key, lane, payload }: Claimed): void {
    const { scenery, timeline, judge, shop } = this.#world
    if (lane !== 'marketing' || !('contact' in payload)) return
    const zones = shop.zonesOf(key)
    for (const { from, to } of scenery.policy?.quietHours ?? []) {
      const isQuiet = (at: number): boolean => zones.every((zone) => isBetween(clockIn(zone, at), from, to))
      if (isQuiet(timeline.now) && isQuiet(timeline.now - this.doubt))
        judge.violate('quiet-hours-hold', `${id} for ${key} leaves between ${from} and ${to} in ${zones.join(', ')}`)
    }
  }

  /** The provider has taken a message, from a process that nobody takes for dead. */
  arrived({ id, attempt, key, lane, payload }: Claimed): void {
    const contact = payload['contact'] as { readonly channel: string } | undefined
    if (lane !== 'marketing' || !contact) return
    const { timeline } = this.#world
    const before = this.#taken.get(key) ?? []
    this.#taken.set(key, [...before, { id, attempt, channel: contact.channel, at: timeline.now }])
    this.#checkCaps(key)
  }

  #checkCaps(key: string): void {
    const { scenery, timeline, judge, surroundings, shop } = this.#world
    const now = timeline.now
    const limits = scenery.law.flatMap(({ policy: { rule, applies } }) =>
      rule.kind === 'frequency' ? [{ id: 'law', channel: applies.channels![0], max: rule.max, per: rule.within }] : [],
    )
    const zones = shop.zonesOf(key)
    for (const { id, channel, max, per = '' } of [...(scenery.policy?.caps ?? []), ...limits]) {
      // Days are those of one zone, and of a clock that is right.
      if (!(per in SPANS) && (zones.length !== 1 || surroundings.skewMs > 0)) continue
      const since =
        per in SPANS
          ? now - SPANS[per]! + surroundings.skewMs
          : Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(zones[0]!).startOfDay().epochMilliseconds - 1
      // What died on its way may have been given up although the provider had it.
      const counted = this.#taken
        .get(key)!
        .filter(
          (each) => each.at > since && (channel === undefined || channel === each.channel) && !judge.isTakenOver(each.id, each.attempt),
        )
      const names = new Set(counted.map((each) => each.id))
      if (names.size > Number(max))
        judge.violate(
          id === 'law' ? 'law-holds' : 'caps-hold',
          `${key} got ${[...names].join(', ')} within ${per}, and ${id} allows ${max}`,
        )
    }
  }

  /** Which cap had no room at a moment of the log, by what the provider had taken; null: none, or it is not certain. */
  fullAt(key: string, channel: string, at: number): string | null {
    const { scenery, judge, surroundings } = this.#world
    for (const cap of scenery.policy?.caps ?? []) {
      const span = SPANS[cap.per ?? '']
      if (span === undefined || (cap.channel !== undefined && cap.channel !== channel)) continue
      const taken = (this.#taken.get(key) ?? []).filter(
        (each) =>
          each.at > at - span + surroundings.skewMs &&
          each.at <= at &&
          (cap.channel === undefined || cap.channel === each.channel) &&
          !judge.isTakenOver(each.id, each.attempt),
      )
      const names = new Set(taken.map(({ id }) => id))
      if (names.size >= Number(cap.max)) return `${cap.id} had no room after ${[...names].join(', ')}`
    }
    return null
  }

  /** At the end: nothing holds a place in the budget, and no step has sent twice. */
  end(): void {
    this.#judgeBudget()
    this.#judgeRounds()
  }

  #judgeBudget(): void {
    const { db, judge } = this.#world
    const parked = new Set(db.parked().map(({ key }) => judge.people.root(key)))
    for (const { id, person } of db.states.values()) {
      const held = person.contacts.sends.find(({ status }) => status === 'reserved')
      if (held && !parked.has(judge.people.root(id)))
        judge.violate('budget-agrees', `${id} holds a place for ${held.id}, which is ${db.outbox.rows.get(held.id)?.status}`)
    }
  }

  #judgeRounds(): void {
    const { db, judge } = this.#world
    const sent = new Map<string, string>()
    for (const { id, status, attempt } of db.outbox.rows.values()) {
      if (status !== 'sent' || Array.from({ length: attempt }, (_, i) => i + 1).some((each) => judge.isTakenOver(id, each))) continue
      const round = id.replace(/:w\d+/, '').replace(/:again\d+$/, '')
      if (sent.has(round)) judge.violate('once-per-round', `${id} and ${sent.get(round)} were both sent`)
      sent.set(round, id)
    }
  }
}

const clockIn = (zone: string, at: number): string =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainTime().toString({ smallestUnit: 'second' })

const isBetween = (time: string, from: string, to: string): boolean => (from < to ? time >= from && time < to : time >= from || time < to)
