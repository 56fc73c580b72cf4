import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { z } from 'zod'
import { isRefusal, type Outcome, type Problem } from '#lib/problem.ts'
import { testDatabase } from '../../test/fixtures/database.ts'
import {
  type Applied,
  apply,
  definition,
  definitionsAt,
  discardDraft,
  documentHistory,
  latestRevision,
  listDocuments,
  liveDocuments,
  plan,
  saveDraft,
} from './documents.ts'
import { type Authored, type DocumentKind, kindsOf, type PlanInput } from './documents-plan.ts'
import { transaction } from './postgres/pool.ts'
import { inWorkspace } from './postgres/tenancy.ts'

const database = await testDatabase()
after(() => database.stop())
const { pool } = database

/** A song names its singer: so one kind depends on the other. */
const Song = z.strictObject({ kind: z.literal('song').optional(), id: z.string().optional(), title: z.string().min(1), singer: z.string() })
const song: DocumentKind<z.output<typeof Song>> = {
  kind: 'song',
  schema: Song,
  check: ({ singer }, library): Problem[] =>
    library.get('singer', singer) ? [] : [{ code: 'song.singer', status: 422, title: `There is no singer "${singer}".`, at: '/singer' }],
}
const singer: DocumentKind = { kind: 'singer', schema: z.strictObject({ name: z.string() }) }
const kinds = kindsOf([song, singer])

const ELLA: Authored = { kind: 'singer', id: 'ella', body: { name: 'Ella' } }
const SUMMER: Authored = { kind: 'song', id: 'summer', body: { title: 'Summertime', singer: 'ella' } }

let made = 0
/** One workspace, told as its author does it. */
function stage() {
  const workspace = `stage${made++}`
  const announced: number[] = []
  const announce = async (_tx: unknown, revision: number) => void announced.push(revision)
  const author = { workspace, actor: 'person:ada', at: 1_000 }
  const input = (documents: readonly Authored[], more: Partial<PlanInput> = {}): PlanInput => ({ documents, prune: false, ...more })
  return {
    workspace,
    announced,
    author,
    plan: (documents: readonly Authored[], more?: Partial<PlanInput>) => plan(pool, workspace, { ...input(documents, more), kinds }),
    apply: (documents: readonly Authored[], more: Partial<PlanInput> & { token?: string } = {}) =>
      inWorkspace(pool, workspace, (tx) => apply(tx, author, { ...input(documents, more), token: more.token, kinds, announce })),
  }
}
function done(outcome: Outcome<Applied>): Applied {
  assert.ok(!isRefusal(outcome), JSON.stringify(outcome))
  return outcome
}
const problem = (outcome: Outcome<unknown>): Problem => {
  assert.ok(isRefusal(outcome))
  return outcome.refused
}

test('a plan tells what would happen; applying it does just that, once', async () => {
  const { plan, apply, announced } = stage()
  const planned = await plan([ELLA, SUMMER])
  assert.deepEqual(
    planned.changes.map(({ id, action, from, diff }) => [id, action, from, diff]),
    [
      ['ella', 'create', null, '@@ -0,0 +1,1 @@\n+name: Ella\n'],
      ['summer', 'create', null, '@@ -0,0 +1,2 @@\n+title: Summertime\n+singer: ella\n'],
    ],
  )
  const applied = done(await apply([ELLA, SUMMER], { token: planned.token }))
  assert.deepEqual(
    applied.published.map(({ id, version }) => [id, version]),
    [
      ['ella', 1],
      ['summer', 1],
    ],
  )
  const again = done(await apply([ELLA, SUMMER], { token: planned.token }))
  assert.deepEqual([again.revision, again.published, announced], [null, [], [applied.revision]])
  assert.ok(again.plan.changes.every((change) => change.action === 'unchanged'))
})

test('the order of keys is kept for reading, and does not count as a change', async () => {
  const { workspace, apply, plan } = stage()
  await apply([ELLA, SUMMER])
  const turned = { ...SUMMER, body: { singer: 'ella', title: 'Summertime' } }
  assert.equal((await plan([turned])).changes[0]!.action, 'unchanged')
  const live = await liveDocuments(pool, workspace)
  assert.deepEqual(Object.keys(live.find((each) => each.id === 'summer')!.body as object), ['title', 'singer'])
})

test('when one document is unsound nothing is changed, and every problem is told with its place', async () => {
  const { workspace, apply, announced } = stage()
  const wrong: Authored[] = [
    ELLA,
    { kind: 'song', id: 'nobody', body: { title: 'x', singer: 'nobody' } },
    { kind: 'song', id: 'typo', body: { titel: 'x', singer: 'ella' } },
    { kind: 'opera', id: 'x', body: {} },
    { kind: 'song', id: 'named', body: { id: 'other', title: 'x', singer: 'ella' } },
    { kind: 'singer', id: 'twice', body: { name: 'a' } },
    { kind: 'singer', id: 'twice', body: { name: 'b' } },
  ]
  const refused = problem(await apply(wrong))
  assert.equal(refused.code, 'documents.unsound')
  assert.deepEqual(refused.problems!.map(({ code, at }) => `${at} ${code}`).sort(), [
    '/opera/x document.kind',
    '/singer/twice document.twice',
    '/singer/twice document.twice',
    '/song/named/id document.id',
    '/song/nobody/singer song.singer',
    '/song/typo input.unrecognized-keys',
    '/song/typo/title input.invalid-type',
  ])
  assert.deepEqual([await liveDocuments(pool, workspace), announced], [[], []])
})

test('a plan is bound to what it was made of: other input, or a state that moved on, is refused', async () => {
  const { plan, apply } = stage()
  await apply([ELLA, SUMMER])
  const louder = { ...SUMMER, body: { title: 'SUMMERTIME', singer: 'ella' } }
  const { token } = await plan([louder])
  assert.equal(problem(await apply([{ ...louder, body: { title: 'Winter', singer: 'ella' } }], { token })).code, 'plan.stale')
  await apply([{ ...SUMMER, body: { title: 'Autumn', singer: 'ella' } }])
  assert.equal(problem(await apply([louder], { token })).code, 'plan.stale')
})

test('what others depend on cannot be archived, and archiving needs to be asked for', async () => {
  const { workspace, plan, apply } = stage()
  await apply([ELLA, SUMMER])
  assert.deepEqual(
    (await plan([ELLA])).changes.map((change) => change.action),
    ['unchanged'],
    'left out is not archived',
  )
  const broken = await plan([], { archive: [{ kind: 'singer', id: 'ella' }] })
  assert.deepEqual([broken.ok, broken.breaks[0]!.id, broken.breaks[0]!.problems[0]!.code], [false, 'summer', 'song.singer'])
  assert.equal(problem(await apply([], { archive: [{ kind: 'singer', id: 'ella' }] })).code, 'documents.unsound')
  const pruned = done(await apply([ELLA], { prune: true }))
  assert.deepEqual(
    pruned.plan.changes.map(({ id, action }) => [id, action]),
    [
      ['ella', 'unchanged'],
      ['summer', 'archive'],
    ],
  )
  assert.deepEqual(
    (await liveDocuments(pool, workspace)).map((each) => each.id),
    ['ella'],
  )
  assert.deepEqual(
    (await listDocuments(pool, workspace, { kind: undefined, archived: false })).map((each) => each.id),
    ['ella'],
  )
  assert.deepEqual(
    (await listDocuments(pool, workspace, { kind: undefined, archived: true })).map(({ id, live }) => [id, live]),
    [
      ['ella', 1],
      ['summer', null],
    ],
  )
  const back = done(await apply([SUMMER]))
  assert.deepEqual([back.plan.changes[0]!.action, back.published[0]!.version], ['create', 2], 'it can come back')
})

test('a problem that was there before does not stop a change elsewhere', async () => {
  const { workspace, apply } = stage()
  await apply([ELLA, SUMMER])
  await pool.query(`update documents set body = '{"title":"","singer":"ella"}' where workspace_id = $1 and id = 'summer'`, [workspace])
  done(await apply([{ kind: 'singer', id: 'nina', body: { name: 'Nina' } }]))
})

test('a revision always tells the same definitions, and each version stays as it was', async () => {
  const { workspace, apply } = stage()
  const first = done(await apply([ELLA, SUMMER])).revision!
  const second = done(await apply([{ ...SUMMER, body: { title: 'Second', singer: 'ella' } }])).revision!
  const third = done(await apply([], { archive: [{ kind: 'song', id: 'summer' }] })).revision!
  assert.equal(await latestRevision(pool), third)
  const at = async (revision: number) =>
    (await definitionsAt(pool, revision)).filter((each) => each.ws === workspace).map((each) => `${each.id}@${each.version}`)
  assert.deepEqual(await at(first - 1), [])
  assert.deepEqual(await at(first), ['ella@1', 'summer@1'])
  assert.deepEqual(await at(second), ['ella@1', 'summer@2'])
  assert.deepEqual(await at(third), ['ella@1'])
  const old = await definition(pool, { workspace, kind: 'song', id: 'summer', version: 1 })
  assert.deepEqual(old?.body, SUMMER.body)
  await assert.rejects(pool.query('delete from document_revisions'), /append-only/)
})

test('any history of changes is told back by its revisions', async () => {
  const change = fc.record({ id: fc.constantFrom('a', 'b', 'c'), name: fc.option(fc.constantFrom('x', 'y', 'z')) })
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(change, { minLength: 1, maxLength: 3 }), { maxLength: 6 }), async (history) => {
      const { workspace, apply } = stage()
      const live = new Map<string, string>()
      const told: [number, string[]][] = []
      for (const changes of history) {
        const last = new Map(changes.map(({ id, name }) => [id, name]))
        const documents = [...last].flatMap(([id, name]) => (name === null ? [] : [{ kind: 'singer', id, body: { name } }]))
        const archive = [...last].flatMap(([id, name]) => (name === null ? [{ kind: 'singer', id }] : []))
        const { revision } = done(await apply(documents, { archive }))
        for (const [id, name] of last) name === null ? live.delete(id) : live.set(id, name)
        if (revision !== null) told.push([revision, [...live].map(([id, name]) => `${id} ${name}`).sort()])
      }
      for (const [revision, expected] of told) {
        const there = (await definitionsAt(pool, revision)).filter((each) => each.ws === workspace)
        assert.deepEqual(there.map(({ id, body }) => `${id} ${(body as { name: string }).name}`).sort(), expected)
      }
    }),
    { numRuns: 25 },
  )
})

test('publishing that fails on the way leaves nothing behind', async () => {
  const { workspace, author } = stage()
  const before = await latestRevision(pool)
  const announce = async (): Promise<void> => {
    throw new Error('the log is full')
  }
  await assert.rejects(
    inWorkspace(pool, workspace, (tx) => apply(tx, author, { documents: [ELLA], prune: false, kinds, announce })),
    /the log is full/,
  )
  assert.deepEqual([await liveDocuments(pool, workspace), await latestRevision(pool)], [[], before])
})

test('the announcement is written by the owner, in the same transaction', async () => {
  const { workspace, author } = stage()
  const announce = async (tx: { query(text: string): Promise<{ rows: { name: string }[] }> }): Promise<void> => {
    assert.equal((await tx.query('select current_user as name')).rows[0]!.name, 'cadenza')
  }
  done(
    await inWorkspace(pool, workspace, (tx) => apply(tx, author, { documents: [ELLA], prune: false, kinds, announce: announce as never })),
  )
})

test('people who publish at the same moment take turns: every revision has one set, versions have no gap', async () => {
  const { workspace, apply } = stage()
  const names = Array.from({ length: 8 }, (_, i) => `name${i}`)
  const outcomes = await Promise.all(names.map((name) => apply([{ ...ELLA, body: { name } }])))
  const revisions = outcomes.map((outcome) => done(outcome).revision)
  assert.equal(new Set(revisions).size, names.length)
  const { versions } = (await documentHistory(pool, workspace, ELLA))!
  assert.deepEqual(
    versions.map((each) => each.version),
    [8, 7, 6, 5, 4, 3, 2, 1],
  )
  assert.deepEqual(
    versions.filter((each) => each.status === 'published').map((each) => each.version),
    [8],
  )
})

test('a draft is nobody else’s business until it is published, and no one’s change is lost', async () => {
  const { workspace, author, apply } = stage()
  await apply([ELLA])
  const save = (name: string, expected: string | undefined) =>
    transaction(pool, (tx) => saveDraft(tx, author, { kind: 'singer', id: 'ella', body: { name }, expected }))
  const live = (await liveDocuments(pool, workspace))[0]!
  const first = await save('Ella F.', live.hash)
  assert.ok(!isRefusal(first))
  assert.equal(first.base, 1)
  assert.equal(problem(await save('Somebody else’s', live.hash)).code, 'document.changed')
  const second = await save('Ella Fitzgerald', first.hash)
  assert.ok(!isRefusal(second))
  assert.equal((await liveDocuments(pool, workspace))[0]!.hash, live.hash, 'the live version is as it was')

  await apply([{ ...ELLA, body: { name: 'Ella Fitzgerald' } }])
  const history = (await documentHistory(pool, workspace, ELLA))!
  assert.deepEqual([history.draft, history.versions.map((each) => each.version)], [undefined, [2, 1]], 'the draft became the version')
  assert.equal(await discardDraft(pool, { workspace, actor: 'person:ella', at: 1 }, ELLA), false)
})
