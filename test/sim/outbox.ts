import type { Effect } from '#events/reaction.ts'
import type { Claimed, Settlement } from '#platform/outbox.ts'
import type { OutboxRow } from './tables.ts'

interface Marketing {
  readonly address: string
  readonly topic: string
}

/** The outbox and the suppressions of the simulated database, statement by statement as in platform/outbox.ts and platform/suppressions.ts. */
export class Outbox {
  readonly rows = new Map<string, OutboxRow>()
  readonly suppressions = new Map<string, 'unsubscribed' | 'bounced' | 'erased'>()
  onQueued: (effect: Effect) => void = () => {}
  /** Told when something may have become due. */
  onReady: () => void = () => {}

  enqueue(effects: readonly Effect[], now: number): void {
    for (const effect of effects) {
      if (this.rows.has(effect.id)) continue
      this.onQueued(effect)
      this.rows.set(effect.id, {
        ...effect,
        attempt: 0,
        deferred: 0,
        route: '',
        createdAt: now,
        status: 'ready',
        owner: '',
        reason: '',
        effect,
      })
    }
    if (effects.length > 0) this.onReady()
  }

  /** What is on its way is not taken back, but expires: it is not tried again. */
  cancel(ids: readonly string[], expire: boolean): OutboxRow[] {
    const taken: OutboxRow[] = []
    for (const id of ids) {
      const row = this.rows.get(id)
      if (expire && row?.status === 'sending') row.expires = 0
      if (row?.status !== 'ready') continue
      row.status = 'cancelled'
      taken.push(row)
    }
    return taken
  }

  claim({ owner, limit, now, mark }: { owner: string; limit: number; now: number; mark: boolean }): Claimed[] {
    const due = [...this.rows.values()].filter((row) => row.status === 'ready' && row.due <= now)
    due.sort((a, b) => (a.lane === b.lane ? a.due - b.due : a.lane === 'transactional' ? -1 : 1))
    return due.slice(0, limit).map((row) => {
      if (mark) row.status = 'sending'
      row.attempt++
      row.owner = owner
      return { ...row }
    })
  }

  /** Whether it counted: an attempt that was taken over does not, unless the message has left. */
  settle({ id, attempt, status, due, reason, untried, route }: Settlement, owner: string): boolean {
    const row = this.rows.get(id)
    if (!row) return false
    const isOurs = (row.status === 'sending' || row.status === 'ambiguous') && row.owner === owner && row.attempt === attempt
    if (!isOurs && (status !== 'sent' || row.status === 'sending' || row.status === 'sent')) return false
    Object.assign(row, { status, due, reason, deferred: row.deferred + (untried ? 1 : 0), route: route ?? row.route })
    this.onReady()
    return true
  }

  /** Entries that dead owners left behind, or (with `known`) entries of one owner that it does not know of. */
  release(isLost: (row: OutboxRow) => boolean, now: number): OutboxRow[] {
    const lost = [...this.rows.values()].filter((row) => row.status === 'sending' && isLost(row))
    for (const row of lost) {
      row.status = 'ready'
      row.due = Math.min(row.due, now)
    }
    if (lost.length > 0) this.onReady()
    return lost
  }

  assumeSent(now: number): OutboxRow[] {
    const over = [...this.rows.values()].filter((row) => row.status === 'ambiguous' && row.due <= now)
    for (const row of over) row.status = 'sent'
    return over
  }

  /** What waits for the end of a pause may leave. */
  releaseHeld(journey: string, due: () => number): void {
    for (const row of this.rows.values()) {
      if (row.status !== 'ready' || row.reason !== 'journey_paused' || row.payload['journey_id'] !== journey) continue
      Object.assign(row, { due: due(), reason: '' })
    }
    this.onReady()
  }

  suppress({ address, topic }: Marketing, reason: 'unsubscribed' | 'bounced' | 'erased'): void {
    const name = `${address} ${topic}`
    if ((this.suppressions.get(name) ?? 'unsubscribed') === 'unsubscribed') this.suppressions.set(name, reason)
  }

  /** What is stronger than an unsubscribe stays. */
  unsuppress({ address, topic }: Marketing): void {
    for (const name of [`${address} ${topic}`, `${address} `])
      if (this.suppressions.get(name) === 'unsubscribed') this.suppressions.delete(name)
  }

  isSuppressed({ address, topic, lane }: Claimed): boolean {
    if (address === '') return false
    const reasons = [this.suppressions.get(`${address} ${topic}`), this.suppressions.get(`${address} `)]
    return reasons.some((reason) => reason !== undefined && (lane === 'marketing' || reason !== 'unsubscribed'))
  }

  cancelFor(whom: Marketing): OutboxRow[] {
    const taken = [...this.rows.values()].filter((row) => row.status === 'ready' && concerns(row, whom))
    for (const row of taken) row.status = 'cancelled'
    return taken
  }

  /** Of people who are being erased: what waits is taken back, what is on its way is not tried again. */
  stopSending(profiles: readonly string[]): void {
    for (const row of this.rows.values()) {
      if (!profiles.includes(row.key) || (row.status !== 'ready' && row.status !== 'sending')) continue
      row.expires = Math.min(row.expires, 0)
      if (row.status === 'ready') Object.assign(row, { status: 'cancelled', reason: 'erased' })
    }
  }

  onTheirWay = (profiles: readonly string[]): boolean =>
    [...this.rows.values()].some((row) => row.status === 'sending' && profiles.includes(row.key))

  inFlightTo(whom: Marketing): number {
    return [...this.rows.values()].filter((row) => row.status === 'sending' && concerns(row, whom)).length
  }
}

const concerns = (row: OutboxRow, { address, topic }: Marketing): boolean =>
  row.lane === 'marketing' && row.address === address && (topic === '' || row.topic === topic)
