import { afterAttempt, gate, RETRY_LIMITS, type Verdict } from '#channels/policy.ts'
import { receipt, type Said } from '#channels/receipts.ts'
import type { EventRecord, Identifier } from '#events/schema.ts'
import { chance, digest } from '#lib/hash.ts'
import type { Json, JsonObject } from '#lib/json.ts'
import { isRefusal, type Outcome } from '#lib/problem.ts'
import type { Claimed } from '#platform/outbox.ts'
import { keyOf } from '#platform/suppressions.ts'
import { profileIdOf } from '#profiles/resolve.ts'
import type { Permitted } from '../consent-gate.ts'
import type { Judge } from '../passage.ts'
import { Pipeline, type PipelineOptions } from '../pipeline.ts'
import type { Due, Made } from '../prepare.ts'
import type { Opening } from '../quiet-gate.ts'
import { type Ending, receiptsOf } from '../settler.ts'
import { Heap } from './heap.ts'
import { Memory, type Row } from './memory.ts'
import { DAY, type Letter, type Saying, type Somebody, type Story } from './story.ts'

export interface HistoryParts {
  readonly ws: string
  readonly story: Story
  readonly seed: number
  /** Epoch ms of the first day's midnight, and until when it is told. */
  readonly from: number
  readonly until: number
  readonly partitions: number
  readonly revision: number
  readonly definitions: PipelineOptions['definitions']
  readonly permitted: (people: Memory['people'], now: () => number) => Permitted
  readonly judge: (people: Memory['people'], now: () => number) => Judge
  readonly opening: Opening
  readonly prepare: (due: Due) => Promise<Outcome<Made>>
  /** Rules of law read what messages say, so each is rendered; else only those that are kept, and of each template the first. */
  readonly readsContent: boolean
  /** Told now and then how far it is: 0 to 1. The work waits for it, so that a server goes on answering meanwhile. */
  readonly progress: (share: number) => Promise<void>
}

export interface Suppressed {
  readonly address: string
  readonly topic: string
  readonly reason: 'unsubscribed' | 'bounced' | 'complained'
  readonly at: number
}

export type HandedOver = Ending & { readonly made: Made; readonly at: number }

/** What has happened to one workspace by now. */
export interface History {
  readonly memory: Memory
  readonly suppressed: readonly Suppressed[]
  readonly identities: readonly { readonly kind: string; readonly value: string; readonly profile: string }[]
  /** What was handed over in the last days, for the archive and the mailbox. */
  readonly recent: readonly HandedOver[]
  readonly events: number
}

type Next = { readonly at: number; readonly record: EventRecord }

/** Content is kept of messages that left within so long (ms) before the present. */
const KEPT_MS = 4 * DAY
/** How long (real ms) the work may keep others waiting. */
const TURN_MS = 25

export const profileOf = (ws: string, who: Somebody): string => profileIdOf(ws, idsOf(who)[0]!)
const idsOf = (who: Somebody): readonly Identifier[] => [
  { kind: 'user_id', value: who.userId },
  { kind: 'email', value: who.email },
]

/** A saying as `Ingest` puts it on the log. */
export function recordOf(ws: string, saying: Saying, ix: number): EventRecord {
  const { at, who, type, name, props, context } = saying
  const ids = type === 'identify' ? idsOf(who) : idsOf(who).slice(0, 1)
  const id = `sample-${digest(`${who.n} ${at} ${name} ${ix}`)}`
  return { kind: 'event', ws, key: profileOf(ws, who), id, type, name, at, received: at, props, ids, ...(context ? { context } : {}) }
}

/** What a message looks like to whom it is for. */
export const letterOf = ({ id, channel, payload }: Pick<Claimed, 'id' | 'channel' | 'payload'>, at: number): Letter => ({
  id,
  at,
  channel,
  journey: String(payload['journey_id'] ?? ''),
  template: String(payload['template'] ?? ''),
  entry: ((payload['data'] as JsonObject | undefined)?.['entry'] ?? {}) as JsonObject,
})

/**
 * The past of a sample workspace: the real pipeline, gates, templates and receipts, by a clock that stands at each moment at which something
 * happens. Only those who buy, read and leave are made up. The same for the same seed, workspace and present.
 */
export class Past {
  readonly #parts: HistoryParts
  readonly #memory: Memory
  readonly #pipeline: Pipeline
  readonly #next = new Heap<Next>()
  readonly #who = new Map<string, Somebody>()
  readonly #suppressed = new Map<string, Suppressed>()
  readonly #recent: HandedOver[] = []
  readonly #rendered = new Set<string>()
  readonly #permitted: Permitted
  readonly #judge: Judge
  #now: number
  #day = 0
  #events = 0

  constructor(parts: HistoryParts) {
    this.#parts = parts
    this.#now = parts.from
    this.#memory = new Memory(parts.partitions, parts.revision)
    const now = (): number => this.#now
    this.#permitted = parts.permitted(this.#memory.people, now)
    this.#judge = parts.judge(this.#memory.people, now)
    const { definitions } = parts
    const about = { store: this.#memory, definitions, owner: 'sample', now, batchSize: 2_000, cacheSize: 20_000 }
    this.#pipeline = new Pipeline({ ...about, onCommit: ({ events }) => this.#count(events.length) })
    for (const who of parts.story.people) this.#who.set(profileOf(parts.ws, who), who)
  }

  #count(events: number): void {
    this.#events += events
  }

  async told(): Promise<History> {
    const { until, from, progress } = this.#parts
    await this.#pipeline.acquire()
    let turn = performance.now()
    for (let at = this.#soonest(); at <= until; at = this.#soonest()) {
      this.#now = Math.max(this.#now, at)
      await this.#moment()
      if (performance.now() - turn > TURN_MS) {
        await progress((this.#now - from) / (until - from))
        turn = performance.now()
      }
    }
    this.#now = until
    const { people } = this.#parts.story
    const arrived = people.filter((who) => this.#memory.people.has(profileOf(this.#parts.ws, who)))
    return {
      memory: this.#memory,
      suppressed: [...this.#suppressed.values()],
      identities: arrived.flatMap((who) => idsOf(who).map((id) => ({ ...id, profile: profileOf(this.#parts.ws, who) }))),
      recent: this.#recent,
      events: this.#events,
    }
  }

  /** The next moment at which something happens. What a day brings is asked for when the day begins. */
  #soonest(): number {
    for (;;) {
      const dawn = this.#parts.from + this.#day * DAY
      const at = Math.min(
        this.#next.first?.at ?? Infinity,
        this.#pipeline.nextTimer ?? Infinity,
        this.#memory.waiting.first?.at ?? Infinity,
      )
      if (at <= dawn || dawn > this.#parts.until) return at
      for (const [i, saying] of this.#parts.story.day(this.#day++).entries()) this.#say(saying, i)
    }
  }

  #say(saying: Saying, ix: number): void {
    this.#next.add({ at: Math.max(saying.at, this.#parts.from), record: recordOf(this.#parts.ws, saying, ix) })
  }

  async #moment(): Promise<void> {
    const records: EventRecord[] = []
    while (this.#next.first && this.#next.first.at <= this.#now) {
      const { record } = this.#next.take()!
      this.#hear(record)
      records.push(record)
    }
    this.#memory.append(records, this.#now)
    do {
      while ((await this.#pipeline.step()) !== 'idle');
    } while (await this.#deliver())
  }

  /** What the pages and the providers' hooks do besides putting it on the log. */
  #hear({ name, props, key }: EventRecord): void {
    const reason = name === 'message.unsubscribed' ? 'unsubscribed' : name === 'message.complained' ? 'complained' : null
    if (!reason) return
    const address = String(props['address'])
    const topic = reason === 'unsubscribed' ? String(props['topic']) : ''
    this.#suppress({ address, topic, reason, at: this.#now })
    const stopped = [...this.#memory.outbox.values()].filter(
      (row) => row.key === key && row.status === 'ready' && row.lane === 'marketing' && (topic === '' || row.topic === topic),
    )
    const cancelled = this.#memory.cancel(
      stopped.map(({ id }) => id),
      { now: this.#now, reason: 'consent_withdrawn' },
    )
    this.#append(cancelled.map((row) => receipt(row, { name: 'message.cancelled', at: this.#now, props: { reason: 'consent_withdrawn' } })))
  }

  #suppress(one: Suppressed): void {
    const name = `${one.address} ${one.topic}`
    if (!this.#suppressed.has(name)) this.#suppressed.set(name, one)
  }

  #append(records: readonly EventRecord[]): void {
    this.#memory.append(records, this.#now)
  }

  /** Hands over what is due. Tells whether there was anything. */
  async #deliver(): Promise<boolean> {
    const due: Row[] = []
    while (this.#memory.waiting.first && this.#memory.waiting.first.at <= this.#now) {
      const { id } = this.#memory.waiting.take()!
      const row = this.#memory.outbox.get(id)!
      if (row.status === 'ready' && row.due <= this.#now) due.push(row)
    }
    for (const row of due) await this.#handOver(row)
    return due.length > 0
  }

  async #handOver(row: Row): Promise<void> {
    row.attempt++
    row.claimedAt ??= this.#now
    const entry: Claimed = { ...row }
    const made = await this.#made(entry)
    const seen = made !== 'unseen' && !('status' in made) ? made : undefined
    const verdict = made !== 'unseen' && 'status' in made ? made : this.#attempt(entry, seen)
    const providerId = verdict.status === 'sent' ? `sample-${digest(entry.id)}` : ''
    const hash = seen?.hash ?? ''
    Object.assign(row, {
      status: verdict.status,
      due: verdict.due,
      reason: verdict.reason,
      settledAt: this.#now,
      providerId,
      contentHash: hash,
    })
    if (verdict.untried) row.deferred++
    if (verdict.status === 'ready') this.#memory.waiting.add({ at: verdict.due, id: row.id })
    if (verdict.bounced) this.#suppress({ address: row.address, topic: '', reason: 'bounced', at: this.#now })
    const ending: Ending = { entry, verdict, providerId, hash, ...(seen ? { made: seen } : {}) }
    this.#append(receiptsOf(ending, this.#now))
    if (verdict.status !== 'sent') return
    if (seen && this.#isRecent()) this.#recent.push({ ...ending, made: seen, at: this.#now })
    this.#answered(entry)
  }

  /** The questions of `Passage`, in its order. */
  async #made(entry: Claimed): Promise<Made | Verdict | 'unseen'> {
    const refused = (await this.#permitted([entry])).get(keyOf(entry.ws, entry.id)) ?? ''
    const stopped = gate({ suppressed: this.#isSuppressed(entry), refused, expires: entry.expires }, this.#now)
    if (stopped) return stopped
    const opens = await this.#parts.opening(entry, this.#now)
    if (opens > this.#now) return waits(Math.min(opens, entry.expires + 1), 'quiet_hours')
    if (!this.#isRendered(entry)) return 'unseen'
    const made = await this.#parts.prepare(entry)
    if (isRefusal(made)) return { status: 'failed', due: this.#now, reason: made.refused.code, receipt: 'message.failed', bounced: false }
    const judged = await this.#judge(entry, made)
    if (judged === null) return made
    return 'status' in judged ? judged : { ...made, said: judged.said, record: { ...made.record, ...judged.said } }
  }

  /** What nobody will ever read as it was is not rendered: a message whose time in the archive is over is rendered when it is asked for. */
  #isRendered({ payload, channel }: Claimed): boolean {
    const template = `${channel} ${payload['template']} ${payload['template_version']}`
    const is = this.#parts.readsContent || this.#isRecent() || channel === 'webhook' || !this.#rendered.has(template)
    this.#rendered.add(template)
    return is
  }

  #isRecent(): boolean {
    return this.#now > this.#parts.until - KEPT_MS
  }

  #isSuppressed({ address, topic, lane }: Claimed): boolean {
    return [this.#suppressed.get(`${address} ${topic}`), this.#suppressed.get(`${address} `)].some(
      (found) => found !== undefined && (lane === 'marketing' || found.reason !== 'unsubscribed'),
    )
  }

  #attempt(entry: Claimed, made: Made | undefined): Verdict {
    const who = this.#who.get(entry.key)!
    const dice = chance(`sample ${this.#parts.seed} attempt`, `${who.n} ${entry.createdAt} ${entry.attempt}`)
    const about = { now: this.#now, dice, limits: RETRY_LIMITS }
    if (entry.channel === 'email' && entry.payload['note'] !== true) {
      if (who.unreachable) return afterAttempt(entry, { kind: 'failed', reason: 'address_unknown', address: true }, about)
      // Mailboxes are full, and servers busy, now and then.
      if (dice < 0.01 && entry.attempt === 1) return afterAttempt(entry, { kind: 'retry', reason: 'mailbox_busy', provider: false }, about)
    }
    const prepared = made?.prepared
    const answer: { answer?: Json } =
      prepared?.kind === 'webhook' && prepared.answer
        ? { answer: this.#parts.story.reply(prepared.url, JSON.parse(prepared.body) as JsonObject, who) }
        : {}
    return afterAttempt(entry, { kind: 'sent', providerId: '', ...answer }, about)
  }

  /** What its reader does about it, later. */
  #answered(entry: Claimed): void {
    const who = this.#who.get(entry.key)!
    if (entry.payload['note'] === true || entry.channel === 'webhook') return
    const { caused, ...read } = this.#parts.story.answer(who, letterOf(entry, this.#now))
    for (const record of readingsOf(entry, read)) this.#next.add({ at: record.at, record })
    for (const [i, saying] of caused.entries()) this.#say(saying, i)
  }
}

const waits = (due: number, reason: string): Verdict => ({ status: 'ready', due, reason, receipt: null, bounced: false, untried: true })

/** Opening, clicking and leaving as the links of messages tell of them. */
export function readingsOf(
  entry: Pick<Claimed, 'id' | 'ws' | 'key' | 'channel' | 'address' | 'topic' | 'payload'>,
  read: { opens?: number; clicks?: number; complains?: number; leaves?: number },
): EventRecord[] {
  const said = (at: number | undefined, what: Omit<Said, 'at'>): EventRecord[] =>
    at === undefined ? [] : [receipt(entry, { ...what, at })]
  const person = { fetcher: 'person' }
  const address = { channel: 'email', address: entry.address }
  return [
    ...said(read.opens, { name: 'message.opened', once: '0', props: person }),
    ...said(read.clicks, { name: 'message.clicked', once: '0', props: { url: LINK, ...person } }),
    ...said(read.complains, { name: 'message.complained', props: address }),
    ...said(read.leaves, { name: 'message.unsubscribed', once: entry.topic, props: { ...address, topic: entry.topic, source: 'page' } }),
  ]
}

const LINK = 'https://sample.example/'
