import { CONSENT_GRANTED, CONSENT_PAUSED, CONSENT_RESUMED, CONSENT_WITHDRAWN } from '#consent/react.ts'
import type { EventRecord, EventType, KeyedRecord } from '#events/schema.ts'
import type { JsonObject } from '#lib/json.ts'
import { count } from './process.ts'
import type { Received } from './provider.ts'
import { POISON, WORKSPACE, ZONES } from './published.ts'
import { Readers } from './readers.ts'
import type { World } from './world.ts'

export interface Said {
  readonly id: string
  readonly type: EventType
  readonly name: string
  /** Event time, epoch ms. */
  readonly at: number
  readonly props: JsonObject
}

/** Clocks are read there for people whose zone nobody has told. */
const UNKNOWN = 'UTC'
const WORDS = { granted: CONSENT_GRANTED, withdrawn: CONSENT_WITHDRAWN, paused: CONSENT_PAUSED, resumed: CONSENT_RESUMED } as const

/** The customers, their devices, and the API that takes in what they do. Clients repeat what was not acknowledged. */
export class Shop {
  readonly #world: World
  /** Profiles that have become others. */
  readonly #alias = new Map<string, string>()
  readonly #carts = new Map<string, string[]>()
  /** Zones that each profile has told of. */
  readonly #zones = new Map<string, Set<string>>()
  /** People who were erased: their devices have fallen silent. */
  readonly #gone = new Set<string>()
  #ids = 0
  /** Requests that have not been acknowledged yet, and devices that have not finished. */
  open = 0

  /** What people do with messages that they got. */
  readonly readers: Readers

  constructor(world: World) {
    this.readers = new Readers(world, {
      request: (work, done) => this.#request(work, done),
      append: (records) => this.#append(records),
      after: (ms, task) => this.#after(ms, task),
    })
    this.#world = world
  }

  /** All profiles that turned out to be one of these people. */
  familyOf(profiles: readonly string[]): string[] {
    const roots = new Set(profiles.map((each) => this.#root(each)))
    const all = new Set([...profiles, ...this.#alias.keys(), ...this.#alias.values()])
    return [...all].filter((each) => roots.has(this.#root(each)))
  }

  addressesOf(profiles: readonly string[]): string[] {
    return profiles.flatMap((each) => [`u${each.slice(1)}@shop.example`, `+491511234567${each.slice(1)}`])
  }

  /** Whoever comes back is somebody new. */
  forget(profiles: readonly string[]): void {
    for (const profile of profiles) {
      this.#alias.delete(profile)
      this.#gone.add(profile)
    }
  }

  /** Where models choose, every third person has no telephone. */
  hasPhone(profile: string): boolean {
    return this.#world.scenery.intelligence === null || Number(profile.slice(1)) % 3 !== 2
  }

  /** Opens for business: every person has a device, some have a second one that does not know yet whose it is. */
  start(): void {
    const { dice, knobs } = this.#world
    for (let i = 0; i < knobs.people; i++) {
      this.#device(`u${i}`, { person: i })
      if (dice.chance(0.4)) this.#device(`a${i}`, { person: i })
    }
  }

  #device(profile: string, { person }: { person: number }): void {
    const { dice, knobs } = this.#world
    let left = dice.between(2, knobs.actions)
    this.open++
    let before: string | null = null
    const next = (): void => {
      if (left-- === 0 || this.#gone.has(profile)) {
        this.open--
        return
      }
      const { said, loose } =
        before === null
          ? { said: this.#say('identify', 'Profile Updated', this.#traits(profile, person)), loose: false }
          : this.#action(profile, person)
      const previous = before
      before = said.id
      this.#after(dice.between(50, knobs.hurry), () => {
        if (loose) {
          // It is held back on the way; what this device says next overtakes it.
          this.#after(dice.between(2_000, 15_000), () => this.#send(profile, said, () => {}))
          before = previous
          next()
          return
        }
        this.#send(profile, said, () => {
          if (previous !== null) this.#world.judge.ordered(previous, said.id)
          next()
        })
      })
    }
    next()
  }

  #action(profile: string, person: number): { said: Said; loose: boolean } {
    const { dice, surroundings } = this.#world
    const { faults } = surroundings
    if (dice.chance(faults.moves)) {
      count(surroundings, 'moved to another zone')
      return { said: this.#say('identify', 'Profile Updated', { timezone: this.#zone(profile, dice.pick(ZONES)) }), loose: false }
    }
    if (dice.chance(faults.consent * 0.7)) return this.#word(profile, person)
    if (dice.chance(faults.merge * 0.3)) this.#merge(person, profile)
    if (dice.chance(faults.poison)) count(surroundings, 'poison')
    else return this.#deed(person)
    return { said: this.#say('track', POISON, {}), loose: false }
  }

  /** What a device says about permission: it may be late, and overtaken. */
  #word(profile: string, person: number): { said: Said; loose: boolean } {
    const { dice, surroundings, timeline, judge } = this.#world
    const kind = dice.pick(['granted', 'granted', 'withdrawn', 'paused', 'resumed'] as const)
    count(surroundings, `said: ${kind}`)
    const channel = dice.pick(['email', 'email', 'sms'])
    const ends = kind === 'paused' || (kind === 'granted' && dice.chance(0.4))
    const until = ends ? timeline.now + dice.between(3_000, 45_000) : undefined
    const topic = kind === 'granted' || dice.chance(0.6) ? 'offers' : ''
    const props: JsonObject =
      kind === 'paused'
        ? { until: until! }
        : kind === 'resumed'
          ? {}
          : { channel, topic, ...(until === undefined ? {} : { expires_at: until }) }
    const said = this.#say('track', WORDS[kind], props)
    judge.rights.said({ id: said.id, profile, kind, channels: [channel], topic, at: said.at, ...(until === undefined ? {} : { until }) })
    // While they are asked to confirm they turn out to be somebody.
    if (kind === 'granted' && dice.chance(surroundings.faults.merge))
      this.#after(dice.between(200, 8_000), () => this.#merge(person, profile))
    return { said, loose: dice.chance(surroundings.faults.late) }
  }

  #traits(profile: string, person: number): JsonObject {
    const { dice, scenery } = this.#world
    const zone = this.#zone(profile, dice.chance(0.85) ? ZONES[person % ZONES.length]! : UNKNOWN)
    return {
      email: `u${person}@shop.example`,
      ...(this.hasPhone(profile) ? { phone: `+491511234567${person}` } : {}),
      ...(zone === UNKNOWN ? {} : { timezone: zone }),
      ...(dice.chance(0.4) ? { renewal: scenery.renewal.date } : {}),
    }
  }

  #zone(profile: string, zone: string): string {
    this.#zones.set(profile, (this.#zones.get(profile) ?? new Set()).add(zone))
    return zone
  }

  /** Every zone that the person of a profile has ever told of, by any device; UTC for one that has not. */
  zonesOf(profile: string): readonly string[] {
    const root = this.#root(profile)
    return [...new Set([...this.#zones].flatMap(([other, zones]) => (this.#root(other) === root ? [...zones] : [])))]
  }

  #deed(person: number): { said: Said; loose: boolean } {
    const { dice, surroundings } = this.#world
    const { faults } = surroundings
    const carts = this.#carts.get(String(person)) ?? []
    this.#carts.set(String(person), carts)
    const loose = dice.chance(faults.late)
    if (loose) count(surroundings, 'overtaken')
    const choice = dice.roll()
    if (choice < 0.45 || carts.length === 0) {
      const cart = carts.length > 0 && dice.chance(0.2) ? dice.pick(carts) : `c${person}-${carts.length}`
      if (!carts.includes(cart)) carts.push(cart)
      return { said: this.#say('track', 'Product Added', { cart }), loose }
    }
    if (choice < 0.7) return { said: this.#say('track', 'Order Completed', { cart: dice.pick(carts), total: dice.between(1, 99) }), loose }
    if (choice < 0.85) return { said: this.#say('track', 'Signed Up', {}), loose }
    return { said: this.#say('page', 'Page Viewed', { path: '/' }), loose }
  }

  #say(type: EventType, name: string, props: JsonObject): Said {
    const { dice, timeline, surroundings } = this.#world
    const isOld = dice.chance(surroundings.faults.late)
    return {
      id: `m${this.#ids++}`,
      type,
      name,
      at: timeline.now - (isOld && name !== 'Order Completed' ? dice.between(1_000, 60_000) : 0),
      props,
    }
  }

  #after(ms: number, task: () => void): void {
    this.#world.timeline.after(ms, task)
  }

  /** The same message id until somebody says that it has arrived; sometimes once more after that. */
  #send(profile: string, said: Said, done: () => void): void {
    const { dice, surroundings, judge, timeline } = this.#world
    this.#request(
      () => this.#ingest(profile, said),
      () => {
        judge.acknowledged(said, timeline.now)
        if (dice.chance(surroundings.faults.resent)) {
          count(surroundings, 'resent')
          this.#after(dice.between(10, 20_000), () =>
            this.#request(
              () => this.#ingest(profile, said),
              () => {},
            ),
          )
        }
        done()
      },
    )
  }

  /** One request, tried until it is answered. `work` begins a transaction, and calls back when that has committed. */
  #request(work: () => number, done: () => void): void {
    const { dice, surroundings } = this.#world
    this.open++
    const attempt = (): void => {
      const again = (why: string): void => {
        count(surroundings, why)
        this.#after(dice.between(300, 4_000), attempt)
      }
      this.#after(dice.between(1, 30), () => {
        if (dice.chance(surroundings.faults.requestLost)) return again('request lost')
        const took = work()
        if (dice.chance(surroundings.faults.answerLost)) return again('answer lost')
        this.#after(took + dice.between(1, 30), () => {
          this.open--
          done()
        })
      })
    }
    attempt()
  }

  #ingest(profile: string, { id, type, name, at, props: said }: Said): number {
    const { timeline, bug } = this.#world
    const { timezone, ...others } = said
    const props = bug === 'quiet-hours-in-utc' && timezone !== undefined ? others : said
    const key = this.#owner(profile)
    const record: EventRecord = {
      kind: 'event',
      ws: WORKSPACE,
      key,
      id,
      type,
      name,
      at: bug === 'window-by-arrival' && name !== 'Order Completed' ? timeline.now : at,
      received: timeline.now,
      props,
      ids: [{ kind: 'user_id', value: profile }],
    }
    timeline.tell(`client says ${id} ${name} of ${key} ${JSON.stringify(props)}`)
    return this.#append([record])
  }

  /** Appends, and says after how long (ms) it has committed. */
  #append(records: readonly KeyedRecord[]): number {
    const { db, timeline, dice, bug } = this.#world
    const entries = records.map((record) => ({ key: record.key, record }))
    if (bug === 'tick-overtakes') {
      const began = timeline.now - dice.between(5, 400)
      for (const { key } of entries) db.log.letTimeRunBack(db.log.partitionOf(key), began)
      db.log.append(entries, 'client', began)()
      return 0
    }
    const commit = db.log.append(entries, 'client', timeline.now)
    if (bug !== 'reader-passes-gap') {
      commit()
      return 0
    }
    const took = dice.between(1, 300)
    this.#after(took, commit)
    return took
  }

  /** An ingest process that has not heard of a merge yet gives the profile of before. */
  #owner(profile: string): string {
    const { dice, surroundings } = this.#world
    let owner = profile
    for (let next = this.#alias.get(owner); next !== undefined; next = this.#alias.get(owner)) {
      if (dice.chance(surroundings.faults.staleIdentity)) {
        count(surroundings, 'stale identity')
        return owner
      }
      owner = next
    }
    return owner
  }

  /** Whether a profile is, and was, nobody else. */
  isAlone(profile: string): boolean {
    return !this.#gone.has(profile) && !this.#alias.has(profile) && ![...this.#alias.values()].includes(profile)
  }

  #root(profile: string): string {
    let root = profile
    for (let next = this.#alias.get(root); next !== undefined; next = this.#alias.get(root)) root = next
    return root
  }

  /** A device turns out to be somebody's; or two people turn out to be one. */
  #merge(person: number, profile: string): void {
    const { dice, knobs, timeline, surroundings } = this.#world
    const other = profile.startsWith('a') ? `u${person}` : dice.chance(0.2) ? `u${dice.between(0, knobs.people - 1)}` : `a${person}`
    const [from, into] = (profile.startsWith('a') ? [profile, other] : [other, profile]).map((name) => this.#root(name)) as [string, string]
    if (from === into || this.#gone.has(from) || this.#gone.has(into)) return
    this.#alias.set(from, into)
    count(surroundings, 'merge')
    timeline.tell(`${from} turns out to be ${into}`)
    this.#append([{ kind: 'merge', ws: WORKSPACE, key: from, into }])
  }

  /** The moment that hurts: somebody buys or leaves just when a message to them is queued, claimed or on its way. */
  queued(effect: Received): void {
    const { dice, surroundings } = this.#world
    if (effect.channel === 'sms' && dice.chance(surroundings.faults.badMoment * 0.5)) {
      count(surroundings, 'bad moment')
      this.#after(dice.between(0, 1_500), () => this.readers.stops(effect))
    }
    if (effect.topic === 'offers' && dice.chance(surroundings.faults.badMoment * surroundings.faults.consent)) this.#runsOut(effect)
    if (effect.payload['journey_id'] !== 'cart' || effect.channel !== 'email' || !dice.chance(surroundings.faults.badMoment)) return
    const { entry } = effect.payload['data'] as { entry: { key: string } }
    count(surroundings, 'bad moment')
    this.open++
    this.#after(dice.pick([0, 20, 60, 200, 1_000, 5_000]) + dice.between(0, 20), () => {
      if (dice.chance(0.2)) this.readers.leaves(effect)
      else this.#send(effect.key, this.#say('track', 'Order Completed', { cart: entry.key, total: 1 }), () => {})
      this.open--
    })
  }

  /** What they allow ends while the message waits. */
  #runsOut({ key, channel, topic }: Received): void {
    const { dice, timeline, judge, surroundings } = this.#world
    const until = timeline.now + dice.between(100, 4_000)
    count(surroundings, 'said: granted for a moment')
    const said = this.#say('track', CONSENT_GRANTED, { channel, topic, expires_at: until })
    judge.rights.said({ id: said.id, profile: key, kind: 'granted', channels: [channel], topic, at: said.at, until })
    this.#send(key, said, () => {})
  }
}
