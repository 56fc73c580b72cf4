import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { contentLearner } from '#decisions/content/learner.ts'
import type { ContentData } from '#decisions/content/tallies.ts'
import { Model, type ModelOf } from '#decisions/schema.ts'
import type { TrainingTask } from '#decisions/trainer.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { chdbAnalytics } from '#platform/analytics/chdb.ts'
import { migrateAnalytics } from '#platform/analytics/migrate.ts'
import { gatherContent } from './content-store.ts'

const HOUR = 3_600_000
const NOW = Date.UTC(2026, 5, 1, 12)
const THEN = NOW - 20 * 24 * HOUR
let analytics: Analytics
let directory: string

before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cadenza-content-'))
  analytics = await chdbAnalytics({ directory })
  await migrateAnalytics(analytics, join(import.meta.dirname, '../../../migrations/clickhouse'))
})
after(async () => {
  await analytics.close()
  await rm(directory, { recursive: true })
})

const content = (id: string, parts: object = {}) => Model.parse({ kind: 'model', id, type: 'content', ...parts }) as ModelOf<'content'>
const template = (body: string) => ({
  kind: 'template',
  id: 'news',
  subject: 'S',
  html: '<p></p>',
  slots: {
    hero: {
      by: 'model',
      variants: [
        { id: 'a', body: 'A' },
        { id: 'b', body },
      ],
    },
    foot: { by: 'model', model: 'other', variants: [{ id: 'x' }, { id: 'y' }] },
    rest: { by: 'conditions', variants: [{ id: 'z' }] },
  },
})
/** Versions of the template, the newest is live; and the models. */
const VERSIONS = [template('B'), template('B, rewritten')]
const live = [
  { kind: 'model', id: 'best', version: 1, body: content('best') },
  { kind: 'model', id: 'other', version: 1, body: content('other') },
  { kind: 'template', id: 'news', version: 2, body: VERSIONS[1] },
]
const db = {
  query: async (sql: string, values: readonly unknown[]) => {
    const version = values[3] as number
    const rows = sql.includes('version = $4') ? [{ kind: 'template', id: 'news', version, body: VERSIONS[version - 1] }] : live
    return { rows, rowCount: rows.length }
  },
} as never
const task = (model: ModelOf<'content'>, parts: Partial<TrainingTask<'content'>> = {}): TrainingTask<'content'> => ({
  workspace: 'shop',
  model,
  version: 1,
  previous: null,
  now: NOW,
  ...parts,
})
const gather = (asked: TrainingTask<'content'>) =>
  gatherContent({ analytics, db, signal: new AbortController().signal }, asked) as Promise<ContentData | null>

let seq = 0
async function write(table: string, rows: readonly Record<string, unknown>[]): Promise<void> {
  seq++
  const placed = rows.map((row, ix) => ({ workspace_id: 'shop', partition: 0, seq, ix, ...row }))
  await analytics.insert(table, placed.map((row) => JSON.stringify(row)).join('\n'), `content:${seq}`)
}
const seen = (
  effect_id: string,
  variant: string,
  { slot = 'hero', by = 'chance', person = effect_id, at = THEN, version = 2, among = 'a,b' } = {},
) => ({
  profile_id: person,
  effect_id,
  template: 'news',
  version,
  slot,
  variant,
  item: '',
  propensity: 0.5,
  chosen_by: by,
  among,
  at,
})
const click = (effect_id: string, { at = THEN + HOUR, fetcher = 'person', name = 'message.clicked' } = {}) => ({
  profile_id: effect_id,
  message_id: `${effect_id} ${name} ${at} ${fetcher}`,
  type: 'system',
  name,
  at,
  received: at,
  properties: JSON.stringify({ effect_id, fetcher }),
  verdict: 'accepted',
})

test('messages are gathered by what they showed, with the answers of people in time; what is too young or of programs does not count', async () => {
  await write('exposures', [
    seen('e1', 'a'),
    seen('e1', 'x', { slot: 'foot', by: 'chance:other:model_cold', among: 'x,y' }),
    seen('e1', 'z', { slot: 'rest', by: 'condition', among: '' }),
    seen('e2', 'a', { person: 'e1', at: THEN + HOUR }),
    seen('e3', 'b', { by: 'uniform:best:3' }),
    seen('e4', 'b', { by: 'model:best:3', among: 'b' }),
    seen('e5', 'b', { version: 1 }),
    seen('e6', 'a', { at: NOW - HOUR }),
    seen('e7', 'a', { at: NOW - 400 * 24 * HOUR }),
  ])
  await write('events', [
    click('e1'),
    click('e1', { at: THEN + 2 * HOUR }),
    click('e2', { fetcher: 'suspect' }),
    click('e3', { at: THEN + 100 * HOUR }),
    click('e4', { name: 'message.opened' }),
    click('e5'),
    click('e6', { at: NOW - HOUR / 2 }),
  ])
  const data = (await gather(task(content('best'))))!
  const rows = data.shown.map(({ version, slots, way, n, k, first }) => [
    version,
    slots[0]!.variant,
    slots[0]!.among.join(),
    way,
    n,
    k,
    first.n,
    first.k,
  ])
  assert.deepEqual(rows.sort(), [
    [1, 'b', 'a,b', 'chance', 1, 1, 1, 1],
    [2, 'a', 'a,b', 'chance', 2, 1, 1, 1],
    [2, 'b', 'a,b', 'uniform', 1, 0, 1, 0],
    [2, 'b', 'b', 'model', 1, 0, 1, 0],
  ])
  assert.deepEqual(
    data.templates.map(({ slots }) => slots.map(({ slot }) => slot)),
    [['hero']],
    'the other slot is of another model',
  )
  assert.equal(data.newest, THEN + HOUR)
  assert.notEqual(data.versions['news 1']![0]!.options[1]!.hash, data.versions['news 2']![0]!.options[1]!.hash)
  assert.equal(data.versions['news 1']![0]!.options[0]!.hash, data.versions['news 2']![0]!.options[0]!.hash)
})

test('opens count where they are the success, and what converted within the time', async () => {
  await write('deliveries', [
    {
      profile_id: 'e3',
      effect_id: 'e3',
      journey_id: 'j',
      version: 1,
      enrollment_id: 'r3',
      step_id: 's',
      channel: 'email',
      status: 'sent',
      reason: '',
      at: THEN,
    },
  ])
  await write('transitions', [
    {
      profile_id: 'e3',
      journey_id: 'j',
      version: 1,
      enrollment_id: 'r3',
      kind: 'converted',
      from_step: '',
      to_step: '',
      reason: '',
      arm: 'treated',
      value: 1,
      at: THEN + 20 * HOUR,
      cause: '',
    },
  ])
  const hits = async (success: string) => {
    const data = (await gather(task(content('best', { success }))))!
    return data.shown.filter(({ version, k }) => version === 2 && k > 0).map(({ way }) => way)
  }
  assert.deepEqual((await hits('opened')).sort(), ['chance', 'model'])
  assert.deepEqual(await hits('converted'), ['uniform'])
})

test('where nothing is new nothing is learned; a variant that was rewritten is new', async () => {
  const asked = task(content('best'))
  const data = (await gather(asked))!
  const trained = contentLearner.fit(asked, data)!
  const snapshot = {
    serial: 1,
    examples: trained.examples,
    trainedTo: trained.trainedTo,
    report: {},
    body: contentLearner.decode(trained.body),
  }
  assert.equal(await gather(task(content('best'), { previous: snapshot })), null)
  VERSIONS.push(template('B, again'))
  live[2] = { kind: 'template', id: 'news', version: 3, body: VERSIONS[2] } as never
  assert.ok(await gather(task(content('best'), { previous: snapshot })))
  assert.equal(await gather({ ...task(content('best')), workspace: 'elsewhere' }), null)
})
