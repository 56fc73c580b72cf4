import type { Logger } from 'pino'
import type { EventRecord } from '#events/schema.ts'
import { chance } from '#lib/hash.ts'
import type { Queryable } from '#platform/log.ts'
import { append } from '#platform/log.ts'
import { getOutbox } from '#platform/outbox-view.ts'
import { type Pool, transaction } from '#platform/postgres/pool.ts'
import { suppress } from '#platform/suppressions.ts'
import { claimIdentities } from '#profiles/store.ts'
import { Heap } from './heap.ts'
import { letterOf, profileOf, readingsOf, recordOf } from './history.ts'
import { allSamples, claimMove, type SampleRow, sentBetween } from './samples-store.ts'
import { STORIES } from './stories.ts'
import type { Saying, Somebody, Story } from './story.ts'

export interface MovingParts {
  readonly work: Pool
  readonly partitions: number
  readonly now: () => number
  /** Something was put on the log. */
  readonly appended: () => void
  readonly logger: Logger
}

/** Somebody looks in about this often (ms), and no more than so many at once, however long nobody moved. */
const EVERY_MS = 20_000
const AT_ONCE = 6
const LOOKS = 0.7

interface Moving {
  readonly story: Story
  readonly by: ReadonlyMap<string, Somebody>
  /** What follows from what was done, later. What a process holds when it ends is lost: nobody waits for it. */
  readonly later: Heap<{ readonly at: number; readonly record: EventRecord }>
}

/**
 * Made-up people go on at a gentle pace while somebody looks: they visit, buy and answer what they get, by the same log as everybody's events.
 * It ends a day after the last look, and with the workspace.
 */
export function startMoving(parts: MovingParts): { stop(): Promise<void>; move(): Promise<void> } {
  const stories = new Map<string, Moving>()
  let running: Promise<void> | undefined
  const move = async (): Promise<void> => {
    const samples = (await allSamples(parts.work)).filter(({ status }) => status === 'ready')
    for (const gone of [...stories.keys()].filter((ws) => !samples.some((each) => each.ws === ws))) stories.delete(gone)
    for (const sample of samples) await moveOn(parts, sample, stories)
  }
  const again = (): void => {
    running ??= move()
      .catch((error: unknown) => parts.logger.warn({ err: error }, 'the people of a sample workspace stand still'))
      .finally(() => {
        running = undefined
      })
  }
  const timer = setInterval(again, EVERY_MS)
  timer.unref()
  return {
    move,
    async stop() {
      clearInterval(timer)
      await running
    },
  }
}

function movingOf({ ws, industry, seed, people, from, days }: SampleRow): Moving {
  const story = STORIES[industry].story({ seed, people, days, from })
  return { story, by: new Map(story.people.map((who) => [profileOf(ws, who), who])), later: new Heap() }
}

async function moveOn(parts: MovingParts, sample: SampleRow, stories: Map<string, Moving>): Promise<void> {
  const { ws, movedAt } = sample
  const now = parts.now()
  // Another process may have been first; and nobody has looked for a day.
  if (!(await claimMove(parts.work, { ws, after: movedAt, now }))) return
  const moving = stories.get(ws) ?? movingOf(sample)
  stories.set(ws, moving)
  const slots = Math.min(AT_ONCE, Math.floor(now / EVERY_MS) - Math.floor(movedAt / EVERY_MS))
  for (let i = 0; i < slots; i++) comeBy(moving, { ws, seed: sample.seed, at: now, slot: Math.floor(now / EVERY_MS) - i })
  for (const id of await sentBetween(parts.work, ws, { after: movedAt, upTo: now })) await answer(parts.work, moving, { ws, id })
  const records: EventRecord[] = []
  while (moving.later.first && moving.later.first.at <= now) records.push({ ...moving.later.take()!.record, received: now })
  await put(parts, ws, records)
}

/** Somebody of the story visits at this moment, or nobody does. */
function comeBy({ story, later }: Moving, { ws, seed, at, slot }: { ws: string; seed: number; at: number; slot: number }): void {
  if (chance(`sample ${seed} anybody`, String(slot)) >= LOOKS) return
  const here = story.people.filter(({ fades }) => fades === Number.POSITIVE_INFINITY)
  const who = here[Math.floor(chance(`sample ${seed} who`, String(slot)) * here.length)]!
  plan(later, ws, story.visit(who, at, `live${slot}`))
}

function plan(later: Moving['later'], ws: string, sayings: readonly Saying[]): void {
  for (const [i, saying] of sayings.entries()) later.add({ at: saying.at, record: recordOf(ws, saying, i) })
}

/** What the reader of a message does about it. */
async function answer(db: Queryable, { story, by, later }: Moving, { ws, id }: { ws: string; id: string }): Promise<void> {
  const row = await getOutbox(db, ws, id)
  const who = row && by.get(row.key)
  if (!row || !who || row.payload['note'] === true || row.channel === 'webhook') return
  const { caused, ...read } = story.answer(who, letterOf(row, row.settledAt ?? row.createdAt))
  for (const record of readingsOf({ ...row, ws }, read)) later.add({ at: record.at, record })
  plan(later, ws, caused)
}

/** On the log, as ingest and the links of messages would put it there. */
async function put({ work, partitions, now, appended }: MovingParts, ws: string, records: readonly EventRecord[]): Promise<void> {
  if (records.length === 0) return
  const at = now()
  await transaction(work, async (tx) => {
    await claimIdentities(
      tx,
      records.flatMap(({ key, ids }) => ids.map((id) => ({ ws, ...id, profile: key }))),
    )
    const left = records.filter(({ name }) => name === 'message.unsubscribed' || name === 'message.complained')
    await suppress(
      tx,
      left.map(({ name, props }) => ({
        ws,
        address: String(props['address']),
        topic: name === 'message.unsubscribed' ? String(props['topic']) : '',
        reason: name === 'message.unsubscribed' ? ('unsubscribed' as const) : ('complained' as const),
      })),
      at,
    )
    await append(
      tx,
      records.map((record) => ({ workspace: ws, key: record.key, text: JSON.stringify(record) })),
      { partitions, now: at },
    )
  })
  appended()
}
