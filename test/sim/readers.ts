import { receipt } from '#channels/receipts.ts'
import { CONSENT_GRANTED } from '#consent/react.ts'
import type { KeyedRecord } from '#events/schema.ts'
import { count } from './process.ts'
import type { Received } from './provider.ts'
import type { World } from './world.ts'

/** An opt-out waits this long (ms) for messages that are on their way. */
const WAIT_MS = 5_000

/** How what readers do comes in over the line. */
export interface Line {
  request(work: () => number, done: () => void): void
  append(records: readonly KeyedRecord[]): number
  after(ms: number, task: () => void): void
}

/** What people do with messages that they got. */
export class Readers {
  readonly #world: World
  readonly #line: Line

  constructor(world: World, line: Line) {
    this.#world = world
    this.#line = line
  }

  opened(entry: Received): void {
    const at = this.#world.timeline.now
    this.#line.request(
      () => this.#line.append([receipt(entry, { name: 'message.opened', at, once: '0' })]),
      () => {},
    )
  }

  bounced(entry: Received): void {
    const { timeline, db } = this.#world
    const at = timeline.now
    const said = receipt(entry, { name: 'message.bounced', at, once: 'late', props: { address: entry.address, permanent: true } })
    this.#line.request(
      () => {
        db.outbox.suppress({ address: entry.address, topic: '' }, 'bounced')
        return this.#line.append([said])
      },
      () => {},
    )
  }

  /** As app/inbound.ts: STOP, which is meant for all that goes to the number. */
  stops({ key, ws, address, id }: Received): void {
    const { timeline, db, judge, surroundings, bug } = this.#world
    const whom = { address, topic: '' }
    const said = `in:${id}:${timeline.now}`
    const channels = ['sms', 'whatsapp']
    this.#line.request(
      () => {
        const at = timeline.now
        timeline.tell(`${address} says STOP`)
        judge.rights.said({ id: said, profile: key, kind: 'withdrawn', channels, topic: '', at })
        db.outbox.suppress(whom, 'unsubscribed')
        const cancelled = bug === 'stop-not-taken-back' ? [] : db.outbox.cancelFor(whom)
        const taken = cancelled.map((row) => receipt(row, { name: 'message.cancelled', at, props: { reason: 'consent_withdrawn' } }))
        const changes = (bug === 'stop-of-texts-only-noted' ? ['email'] : channels).map((channel) =>
          receipt(
            { ws, key, id: said, channel, payload: {} },
            { name: 'message.unsubscribed', at, once: channel, props: { ...whom, source: 'keyword' } },
          ),
        )
        const took = this.#line.append([...changes, ...taken])
        judge.rights.written({ address, channel: 'sms' })
        return took
      },
      () => {
        count(surroundings, 'STOP')
        judge.rights.acknowledged(said, timeline.now)
        judge.optedOut(whom, timeline.now)
      },
    )
  }

  /** As app/preferences.ts: the link of the question is used, and whoever reads there has come back. */
  confirms({ key, ws, id, address, channel, topic }: Received): void {
    const { timeline, db, judge, surroundings } = this.#world
    const said = `confirm:${id}`
    this.#line.request(
      () => {
        const at = timeline.now
        judge.rights.said({ id: said, profile: key, kind: 'granted', channels: [channel], topic, at, verified: true })
        db.outbox.unsuppress({ address, topic })
        judge.returned({ address, topic })
        const props = { channel, topic, address, source: 'page', verified: true }
        return this.#line.append([
          { kind: 'event', ws, key, id: said, type: 'system', name: CONSENT_GRANTED, at, received: at, props, ids: [] },
        ])
      },
      () => {
        count(surroundings, 'confirmed')
        judge.rights.acknowledged(said, timeline.now)
      },
    )
  }

  /** As app/links.ts: remembered, what is queued taken back, what is on its way waited for; then it is acknowledged. */
  leaves(entry: Received): void {
    const { timeline, db, judge, surroundings } = this.#world
    const whom = { address: entry.address, topic: entry.topic }
    const said = `left:${entry.id}:${timeline.now}`
    let until = 0
    this.#line.request(
      () => {
        const at = timeline.now
        until = at + WAIT_MS
        timeline.tell(`${whom.address} leaves ${whom.topic}`)
        judge.rights.said({ id: said, profile: entry.key, kind: 'withdrawn', channels: ['email'], topic: whom.topic, at })
        db.outbox.suppress(whom, 'unsubscribed')
        const taken = db.outbox
          .cancelFor(whom)
          .map((row) => receipt(row, { name: 'message.cancelled', at, props: { reason: 'consent_withdrawn' } }))
        const props = { channel: 'email', topic: whom.topic, address: whom.address, source: 'one-click' }
        return this.#line.append([receipt(entry, { name: 'message.unsubscribed', at, once: `${whom.topic}:${at}`, props }), ...taken])
      },
      () => {
        const look = (): void => {
          if (db.outbox.inFlightTo(whom) > 0 && timeline.now < until) this.#line.after(20, look)
          else {
            count(surroundings, 'opt-out')
            judge.rights.acknowledged(said, timeline.now)
            judge.optedOut(whom, timeline.now)
          }
        }
        look()
      },
    )
  }
}
