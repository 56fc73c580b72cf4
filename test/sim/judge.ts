import type { Batch, PlacedFact } from '#app/ports.ts'
import type { Verdict } from '#channels/policy.ts'
import type { Fact, TransitionFact } from '#events/reaction.ts'
import type { LogRecord } from '#events/schema.ts'
import type { Lease } from '#platform/leases.ts'
import type { Claimed } from '#platform/outbox.ts'
import { type Database, isOfCancel, type Witness } from './database.ts'
import type { Attempt } from './delivery.ts'
import type { Invariant } from './invariants.ts'
import { ComparisonWatch } from './judge-comparisons.ts'
import { DecisionWatch } from './judge-decisions.ts'
import { MessageWatch } from './judge-messages.ts'
import { PeopleWatch } from './judge-people.ts'
import { RightsWatch } from './judge-rights.ts'
import { ScoreWatch } from './judge-scores.ts'
import type { Order, Standing } from './orders.ts'
import type { Said } from './shop.ts'
import type { Place } from './tables.ts'
import type { Timeline } from './timeline.ts'
import type { World } from './world.ts'

const idOf = (record: string): string | undefined => (JSON.parse(record) as { id?: string }).id
/** Receipts after which nothing more is expected. */
const FINAL: ReadonlySet<string> = new Set(['message.sent', 'message.failed', 'message.skipped', 'message.dead', 'message.cancelled'])

/** An edit or a change of the mode moves people whatever their timers say. */
const isOfEdit = ({ kind, reason }: TransitionFact): boolean =>
  kind === 'migrated' || reason.startsWith('version_') || reason.startsWith('journey_')

/** Watches everything, from outside of everything. */
export class Judge implements Witness {
  violation: { readonly invariant: Invariant; readonly detail: string } | null = null
  /** By message id. */
  readonly acked = new Map<string, Said>()
  readonly accepted = new Map<string, PlacedFact>()
  readonly #db: Database
  readonly #timeline: Timeline
  readonly messages: MessageWatch
  readonly people: PeopleWatch
  readonly rights: RightsWatch
  readonly decisions: DecisionWatch
  readonly scores: ScoreWatch
  readonly comparisons: ComparisonWatch
  readonly #orders = new Map<string, Order[]>()
  readonly #optOuts = new Map<string, { at: number; onTheirWay: ReadonlySet<string> }>()
  readonly #places = new Set<string>()
  readonly #settledPlaces = new Set<string>()
  readonly #steps = new Map<string, string>()
  /** Runs: how many had begun before each, and when by the log (epoch ms). */
  readonly #begun = new Map<string, { readonly before: number; readonly at: number }>()
  readonly #causes = new Map<string, string>()
  readonly #lastSeq = new Map<string, number>()
  /** Attempts (`effect#attempt`) of processes that were taken for dead, and those that ended without an answer. */
  readonly #takenOver = new Set<string>()
  readonly #unanswered = new Set<string>()
  readonly #handedOver = new Map<string, { attempt: number; key: string; by: string }[]>()
  /** Profiles that were erased, and the events that were taken out of the log with them. */
  readonly erased = new Set<string>()
  readonly buried = new Set<string>()
  readonly #old = new Set<LogRecord>()
  /** Repeats that no memory of one profile can know, and orders that overtook the merge of profiles. */
  readonly known = new Map<string, number>()

  constructor(world: World) {
    this.#db = world.db
    this.#timeline = world.timeline
    this.messages = new MessageWatch(world)
    this.people = new PeopleWatch(world)
    this.rights = new RightsWatch(world)
    this.decisions = new DecisionWatch(world)
    this.comparisons = new ComparisonWatch(world)
    this.scores = new ScoreWatch(world)
  }

  violate(invariant: Invariant, detail: string): void {
    if (this.violation) return
    this.violation = { invariant, detail }
    this.#timeline.tell(`VIOLATION ${invariant}: ${detail}`)
  }

  #note(what: string): void {
    this.known.set(what, (this.known.get(what) ?? 0) + 1)
  }

  acknowledged(said: Said, at: number): void {
    this.acked.set(said.id, said)
    this.rights.acknowledged(said.id, at)
    if (said.name === 'Order Completed') this.#ordersOf(said).find((order) => order.said.id === said.id)!.acknowledged = at
  }

  #ordersOf(said: Said): Order[] {
    const cart = String(said.props['cart'])
    const orders = this.#orders.get(cart) ?? []
    if (!orders.some((order) => order.said.id === said.id)) orders.push({ said, acknowledged: Infinity, found: null, begun: 0 })
    this.#orders.set(cart, orders)
    return orders
  }

  /** One device said the second after the first had been acknowledged: so it stands behind it, if both are on one partition. */
  ordered(first: string, second: string): void {
    const a = this.#placeOf(first)
    const b = this.#placeOf(second)
    if (a && b && a.partition === b.partition && a.seq > b.seq) this.violate('order-per-key', `${first} stands behind ${second}`)
  }

  /** Where an event came onto the log first. */
  #placeOf(id: string): Standing | null {
    const found = this.#db.log.partitions.flatMap(({ places }, partition): Standing[] => {
      const index = places.findIndex(({ record }) => record.kind === 'event' && record.id === id)
      return index < 0 ? [] : [{ partition, seq: index + 1, at: places[index]!.at }]
    })
    return found.reduce<Standing | null>((first, place) => (first && first.at <= place.at ? first : place), null)
  }

  saving(batch: Batch, leases: readonly Lease[]): void {
    for (const { partition, epoch } of leases) {
      if (this.#db.leases[partition]!.epoch !== epoch)
        this.violate('no-old-epoch', `partition ${partition}: ${epoch} instead of ${this.#db.leases[partition]!.epoch}`)
    }
    const edited = new Set(
      batch.facts.flatMap(({ fact }) => (fact.table === 'transitions' && isOfEdit(fact.row) ? [fact.row.enrollment_id] : [])),
    )
    for (const { fact } of batch.facts) if (fact.table === 'transitions' && !edited.has(fact.row.enrollment_id)) this.#checkTimer(fact.row)
    for (const { fact } of batch.facts)
      if (fact.table === 'events' && fact.row.verdict === 'accepted' && fact.row.name === 'Order Completed')
        this.#handlesOrder(fact.row, batch)
  }

  #checkTimer(row: TransitionFact): void {
    if (row.at > this.#timeline.now)
      this.violate('timer-not-early', `${row.enrollment_id} moves at ${row.at}, and it is ${this.#timeline.now}`)
    if (row.cause !== 'timer') return
    const run = this.#db.states
      .get(row.profile_id)
      ?.person.journeys.enrollments.find(({ id, step }) => id === row.enrollment_id && step === row.from_step)
    // Who waits for room in the contact budget is let through as soon as there is some.
    if (run?.due != null && run.due > row.at && run.memo === undefined)
      this.violate('timer-not-early', `${row.enrollment_id} was due at ${run.due} and moved at ${row.at}`)
  }

  /** Which runs of this cart the order finds: those of the profile, not those that are still on their way from another one. */
  #handlesOrder(row: Extract<Fact, { table: 'events' }>['row'], batch: Batch): void {
    const props = JSON.parse(row.properties) as Said['props']
    const order = this.#ordersOf({ id: row.message_id, type: 'track', name: row.name, at: row.at, props }).find(
      ({ said }) => said.id === row.message_id,
    )!
    const before = this.#db.states.get(row.profile_id)?.person.journeys.enrollments ?? []
    const sameCart = before.filter(({ journey, key, entry }) => journey === 'cart' && key === String(props['cart']) && row.at >= entry.at)
    const absorbs = batch.facts.some(
      ({ fact }) => fact.table === 'transitions' && fact.row.cause.startsWith('merge:') && fact.row.profile_id === row.profile_id,
    )
    order.begun = this.#begun.size
    order.found = absorbs ? new Set() : new Set(sameCart.map(({ id }) => id))
  }

  saved(batch: Batch, facts: readonly PlacedFact[]): void {
    for (const { id } of batch.people) if (this.erased.has(id)) this.#checkErased(id)
    for (const placed of facts) this.#take(placed)
    for (const { partition, seq } of batch.deadLetters) this.#settledPlaces.add(`${partition} ${seq}`)
    for (const { id } of batch.people) this.#checkRuns(id)
    for (const watch of [this.people, this.decisions, this.scores, this.comparisons]) watch.saved(batch, facts)
  }

  /** Only what has come since can have moved anything. */
  #checkErased(id: string): void {
    const { places } = this.#db.log.partitions[this.#db.log.partitionOf(id)]!
    if (!places.some(({ record }) => 'key' in record && record.key === id && !this.#old.has(record)))
      this.violate('erased-is-left-alone', `something happened for ${id}, and nobody has said anything of them`)
  }

  #take(placed: PlacedFact): void {
    const { partition, seq, ix, fact } = placed
    const place = `${partition} ${seq} ${ix} ${fact.row.profile_id}`
    if (this.#places.has(place) && !isOfCancel(placed)) this.violate('fact-places-unique', `${place}: ${JSON.stringify(fact)}`)
    this.#places.add(place)
    if (fact.table === 'events') this.#takeEvent(placed, fact.row)
    if (fact.table === 'transitions') this.#takeTransition(placed, fact.row)
  }

  #takeEvent(placed: PlacedFact, row: Extract<Fact, { table: 'events' }>['row']): void {
    const { partition, seq } = placed
    this.#settledPlaces.add(`${partition} ${seq}`)
    if (seq <= (this.#lastSeq.get(row.profile_id) ?? 0))
      this.violate(
        'order-per-key',
        `${row.profile_id} handles ${seq} of partition ${partition} behind ${this.#lastSeq.get(row.profile_id)}`,
      )
    this.#lastSeq.set(row.profile_id, seq)
    if (row.verdict !== 'accepted') return
    // A broadcast has one id for everybody.
    const name = row.message_id.startsWith('broadcast:') ? `${row.message_id} ${row.profile_id}` : row.message_id
    const before = this.accepted.get(name)
    if (before && !this.#isRepeatAcrossMerge(before, row))
      this.violate('acknowledged-once', `${row.message_id} ${row.name} of ${row.profile_id} was accepted twice`)
    this.accepted.set(name, placed)
  }

  /** Each profile remembers what it has handled: a repeat that reaches the survivor before the memory of the other one does is not known there. */
  #isRepeatAcrossMerge(before: PlacedFact, row: { profile_id: string }): boolean {
    const other = before.fact.row.profile_id
    const isMerged = this.#db.log.partitions.some(({ places }) =>
      places.some(({ record }) => record.kind === 'merge' && (record.key === other || record.key === row.profile_id)),
    )
    if (other === row.profile_id || !isMerged) return false
    this.#note('repeat that overtook a merge')
    return true
  }

  #takeTransition({ partition, seq }: PlacedFact, row: TransitionFact): void {
    const { enrollment_id: run, kind, from_step, to_step, cause } = row
    if (run === '' || kind === 'refused' || kind === 'converted') return
    const stands = this.#steps.get(run)
    if (kind === 'entered' ? stands !== undefined : stands !== from_step) {
      this.violate(
        'transitions-contiguous',
        `${run} ${kind} from "${from_step}" to "${to_step}" (${row.reason}), but it stood on ${stands}`,
      )
    }
    if (kind === 'entered') this.#begun.set(run, { before: this.#begun.size, at: row.at })
    this.#steps.set(run, kind === 'exited' ? 'out' : to_step)
    if (cause === 'timer' || cause === 'review') return
    const place = `${partition} ${seq}`
    const known = this.#causes.get(`${run} ${cause}`)
    if (known !== undefined && known !== place) this.violate('one-place-per-cause', `${cause} moved ${run} at ${known} and at ${place}`)
    this.#causes.set(`${run} ${cause}`, place)
  }

  #checkRuns(id: string): void {
    const row = this.#db.states.get(id)
    if (!row) return
    const names = row.person.journeys.enrollments.map(({ journey, key }) => `${journey} ${key}`)
    if (new Set(names).size < names.length) this.violate('one-run-per-key', `${id}: ${names.join(', ')}`)
  }

  isTakenOver(id: string, attempt: number): boolean {
    return this.#takenOver.has(`${id}#${attempt}`)
  }

  takenOver({ id, attempt }: Pick<Claimed, 'id' | 'attempt'>): void {
    this.#takenOver.add(`${id}#${attempt}`)
  }

  settling({ id, attempt }: Claimed, { status, reason }: Verdict): void {
    if (status === 'ambiguous' || reason === 'no_answer') this.#unanswered.add(`${id}#${attempt}`)
  }

  optedOut({ address, topic }: { address: string; topic: string }, at: number): void {
    const rows = [...this.#db.outbox.rows.values()].filter((row) => row.status === 'sending' && row.address === address)
    if (!this.#optOuts.has(`${address} ${topic}`))
      this.#optOuts.set(`${address} ${topic}`, { at, onTheirWay: new Set(rows.map(({ id, attempt }) => `${id}#${attempt}`)) })
  }

  /** These people are no more from this instant on: whatever comes of them now is of somebody new. */
  severed(keys: readonly string[]): void {
    const isTheirs = (key: string): boolean => keys.includes(key)
    for (const { places } of this.#db.log.partitions)
      for (const { record } of places) {
        if (!('key' in record) || !isTheirs(record.key)) continue
        this.#old.add(record)
        if (record.kind === 'event') this.buried.add(record.id)
      }
    for (const { fact } of this.#db.facts) {
      if (!isTheirs(fact.row.profile_id)) continue
      if (fact.table === 'events') this.accepted.delete(fact.row.message_id)
      if (fact.table === 'transitions') this.#steps.delete(fact.row.enrollment_id)
    }
    for (const { id, key } of this.#db.outbox.rows.values()) if (isTheirs(key)) this.#handedOver.delete(id)
    for (const key of keys) this.erased.add(key)
    for (const watch of [this.people, this.messages, this.decisions, this.scores, this.comparisons]) watch.forget(keys)
  }

  /** Somebody who had left has come back. */
  returned({ address, topic }: { address: string; topic: string }): void {
    for (const each of [topic, '']) this.#optOuts.delete(`${address} ${each}`)
  }

  /** The provider has taken a message. */
  handedOver({ entry, since, by }: Attempt, key: string): void {
    const name = `${entry.id}#${entry.attempt}`
    if (this.erased.has(entry.key) && entry.channel !== 'webhook' && !this.#takenOver.has(name))
      this.violate('erased-is-left-alone', `${name} is handed over to ${entry.key}`)
    const before = this.#handedOver.get(entry.id) ?? []
    if (before.some((other) => other.key !== key)) this.violate('effect-once', `${entry.id} goes out as ${key} and as ${before[0]!.key}`)
    const bare = before.find(
      ({ attempt }) => !this.#takenOver.has(`${entry.id}#${attempt}`) && !this.#unanswered.has(`${entry.id}#${attempt}`),
    )
    if (bare && !this.#takenOver.has(name))
      this.violate('duplicates-explained', `${name} follows ${entry.id}#${bare.attempt}, which had ended or is on its way`)
    const other = before.find((each) => each.by !== by && !this.#takenOver.has(`${entry.id}#${each.attempt}`))
    if (other && !this.#takenOver.has(name))
      this.violate('one-provider-until-refused', `${name} goes by ${by}, and ${other.by} has taken ${entry.id}#${other.attempt}`)
    if (before.length > 0) this.#note('duplicate at the provider, same key')
    this.#handedOver.set(entry.id, [...before, { attempt: entry.attempt, key, by }])
    if (this.#takenOver.has(name)) this.#note('handed over by a process that was taken for dead')
    else {
      this.messages.arrived(entry)
      this.#checkOptOut(entry, name)
      this.#checkOrder(entry, since)
    }
  }

  #checkOptOut({ address, topic, lane }: Claimed, name: string): void {
    const outs = [this.#optOuts.get(`${address} ${topic}`), this.#optOuts.get(`${address} `)]
    const out = outs.find((each) => each && each.at < this.#timeline.now && !each.onTheirWay.has(name))
    if (lane !== 'marketing' || !out) return
    this.violate('opt-out-holds', `${name} to ${address}, who had left ${topic} ${this.#timeline.now - out.at} ms before`)
  }

  #checkOrder({ id, key, payload }: Claimed, since: number): void {
    if (payload['journey_id'] !== 'cart') return
    const run = String(payload['enrollment_id'])
    const entry = (payload['data'] as { entry: { key: string; at: number } }).entry
    for (const order of this.#orders.get(entry.key) ?? []) {
      if (this.buried.has(order.said.id)) continue
      if (order.acknowledged >= since || order.said.at < entry.at) continue
      if (order.found?.has(run))
        this.violate(
          'order-stops-reminder',
          `${id}: order ${order.said.id} had been acknowledged ${since - order.acknowledged} ms before the claim`,
        )
      else if (order.found && this.#begun.get(run)!.before < order.begun) {
        // Another partition was handled sooner: by the log the order was over when the run began.
        if ((this.#placeOf(order.said.id)?.at ?? -Infinity) < this.#begun.get(run)!.at) continue
        if (this.#isSamePerson(key, order.said.id))
          this.violate('order-stops-reminder', `${id}: order ${order.said.id} was handled while the run moved between merged profiles`)
        else this.#note('reminder left although another profile had ordered, which was known to be the same person later or never')
      } else if (order.found && entry.at < order.said.at && this.#ordererOf(order.said.id) === key)
        this.violate('order-stops-reminder', `${id}: order ${order.said.id} of the same profile had overtaken its cart`)
      else if (order.found === null && ![...this.#db.letters.values()].some(({ record }) => idOf(record) === order.said.id))
        this.violate('order-stops-reminder', `${id}: order ${order.said.id} was acknowledged before the claim, and has not been handled`)
    }
  }

  /** Whether whoever ordered was known to be the person of that profile when the order came onto the log. */
  #isSamePerson(profile: string, order: string): boolean {
    const { at } = this.#placeOf(order)!
    return this.#rootAt(profile, at) === this.#rootAt(this.#ordererOf(order), at)
  }

  /** The profile that an order came for; '' when its record is gone. */
  #ordererOf(order: string): string {
    const { partition, seq } = this.#placeOf(order)!
    const { record } = this.#db.log.partitions[partition]!.places[seq - 1]!
    return record.kind === 'event' ? record.key : ''
  }

  #rootAt(profile: string, at: number): string {
    const merges = this.#db.log.partitions.flatMap(({ places }) =>
      places.filter((place) => place.record.kind === 'merge' && place.by === 'client' && place.at <= at),
    )
    let root = profile
    for (let hop = this.#mergeOf(root, merges); hop !== undefined; hop = this.#mergeOf(root, merges)) root = hop
    return root
  }

  #mergeOf(key: string, merges: readonly Place[]): string | undefined {
    const found = merges.find(({ record }) => record.kind === 'merge' && record.key === key)
    return found?.record.kind === 'merge' ? found.record.into : undefined
  }

  /** At the end: one final receipt for each message that has ended, and it says how. */
  judgeReceipts(dead: ReadonlySet<string | undefined>): void {
    const final = new Map<string, string[]>()
    for (const { fact } of this.#db.facts) {
      if (fact.table !== 'events' || fact.row.verdict !== 'accepted' || !FINAL.has(fact.row.name)) continue
      const effect = String((JSON.parse(fact.row.properties) as { effect_id?: unknown }).effect_id)
      final.set(effect, [...(final.get(effect) ?? []), fact.row.name])
    }
    for (const { id, status } of this.#db.outbox.rows.values()) {
      const said = final.get(id) ?? []
      const isSentAfterAll =
        status === 'sent' && said.at(-1) === 'message.sent' && [...this.#takenOver].some((attempt) => attempt.startsWith(`${id}#`))
      if (isSentAfterAll && said.length > 1) this.#note('sent after all, by a process that was taken for dead')
      else if (said.length > 1) this.violate('receipt-agrees', `${id} is ${status}, and has the receipts ${said.join(', ')}`)
      const expected = status === 'cancelled' ? said[0] : `message.${status}`
      if (said.at(-1) !== expected && !dead.has(`${id}:${status}`))
        this.violate('receipt-agrees', `${id} is ${status}, and has the receipt ${said[0]}`)
    }
  }

  readonly #checked: number[] = []
  /** What has been passed by is handled, forwarded or dead; the rest waits. */
  sample(): void {
    for (const { partition, done } of this.#db.leases) {
      const { places } = this.#db.log.partitions[partition]!
      for (let seq = (this.#checked[partition] ?? 0) + 1; seq <= done; seq++) {
        const { record } = places[seq - 1]!
        if (seq > 1 && places[seq - 1]!.at < places[seq - 2]!.at) this.violate('log-time-order', `partition ${partition} at ${seq}`)
        if (record.kind !== 'event' || this.#settledPlaces.has(`${partition} ${seq}`)) continue
        const into = this.#db.states.get(record.key)?.person.profile.mergedInto
        if (into === undefined) this.violate('conservation', `${record.id} at ${partition} ${seq} was passed by, and nothing came of it`)
      }
      this.#checked[partition] = done
    }
  }
}
