import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { z } from 'zod'
import type { Announce } from '#platform/documents.ts'
import { testApi } from '../../../test/fixtures/api.ts'

const announced: number[] = []
const announce: Announce = async (_tx, revision) => void announced.push(revision)
const note = {
  kind: 'note',
  schema: z.strictObject({ name: z.string().optional(), text: z.string(), after: z.string().optional() }),
  check: ({ after: other }: { after?: string }, library: { get(kind: string, id: string): unknown }) =>
    other === undefined || library.get('note', other)
      ? []
      : [{ code: 'note.after', status: 422, title: `There is no note "${other}".`, at: '/after' }],
}
const api = await testApi({ kinds: [note], announce })
after(() => api.stop())

test('the road of a document as code: plan, apply that plan, apply it again, look at it, export it', async () => {
  const { key } = await api.workspace()
  const documents = [
    { kind: 'note', id: 'one', body: { name: 'First', text: 'hello' } },
    { kind: 'note', id: 'two', body: { text: 'world', after: 'one' } },
  ]
  const plan = await api.ask('POST /api/documents/plan', { key, body: { documents } })
  assert.deepEqual([plan.status, plan.body.ok, plan.body.changes.length], [200, true, 2])
  assert.deepEqual(announced, [], 'a plan changes nothing')
  const applied = await api.ask('POST /api/documents/apply', { key, body: { documents, token: plan.body.token } })
  assert.deepEqual([applied.status, applied.body.published.length, announced], [200, 2, [applied.body.revision]])
  const again = await api.ask('POST /api/documents/apply', { key, body: { documents, token: plan.body.token } })
  assert.deepEqual([again.status, again.body.revision, announced.length], [200, null, 1])

  const changed = [{ kind: 'note', id: 'one', body: { name: 'First', text: 'hello again' } }]
  const stale = await api.ask('POST /api/documents/apply', { key, body: { documents: changed, token: plan.body.token } })
  assert.deepEqual([stale.status, stale.body.code], [409, 'plan.stale'])
  await api.ask('POST /api/documents/apply', { key, body: { documents: changed } })
  const { body } = await api.ask('GET /api/documents/note/one', { key })
  assert.deepEqual(
    [body.live, body.shown.version, body.shown.diff],
    [2, 2, '@@ -1,2 +1,2 @@\n name: First\n-text: hello\n+text: hello again\n'],
  )
  assert.equal((await api.ask('GET /api/documents/note/one?version=1', { key })).body.shown.yaml, 'name: First\ntext: hello\n')
  assert.equal((await api.ask('GET /api/documents/note/one?version=9', { key })).status, 404)

  const exported = (await api.ask('GET /api/documents/export', { key })).body.documents
  const back = exported.map(({ kind, id, body: own }: { kind: string; id: string; body: object }) => ({ kind, id, body: own }))
  const same = await api.ask('POST /api/documents/plan', { key, body: { documents: back, prune: true } })
  assert.ok(
    same.body.changes.every((change: { action: string }) => change.action === 'unchanged'),
    'what was exported is what is live',
  )
  const list = (await api.ask('GET /api/documents?kind=note', { key })).body.documents
  assert.deepEqual(
    list.map(({ id, name, live, draft }: Record<string, unknown>) => [id, name, live, draft]),
    [
      ['one', 'First', 2, false],
      ['two', '', 1, false],
    ],
  )
})

test('unsound documents are refused as a whole, with every place', async () => {
  const { key } = await api.workspace()
  const documents = [
    { kind: 'note', id: 'good', body: { text: 'x' } },
    { kind: 'note', id: 'lost', body: { text: 'x', after: 'nowhere' } },
    { kind: 'note', id: 'typo', body: { txt: 'x' } },
  ]
  const { status, body } = await api.ask('POST /api/documents/apply', { key, body: { documents } })
  assert.deepEqual([status, body.code], [422, 'documents.unsound'])
  assert.deepEqual(
    body.problems.map(({ at }: { at: string }) => at),
    ['/note/lost/after', '/note/typo/text', '/note/typo'],
  )
  assert.deepEqual((await api.ask('GET /api/documents', { key })).body.documents, [])
})

test('two people edit one draft: the second one is told, and what is published is what was looked at', async () => {
  const { key } = await api.workspace()
  const save = (text: string, match?: string) =>
    api.ask('PUT /api/documents/note/n/draft', { key, body: { body: { text } }, ...(match && { headers: { 'if-match': `"${match}"` } }) })
  const first = await save('ada')
  assert.equal(first.headers.get('etag'), `"${first.body.draft.hash}"`)
  const second = await save('bob', first.body.draft.hash)
  assert.equal(second.status, 200)
  const lost = await save('ada again', first.body.draft.hash)
  assert.deepEqual([lost.status, lost.body.code], [412, 'document.changed'])
  const publish = (hash: string) => api.ask('POST /api/documents/note/n/publish', { key, body: { hash } })
  assert.equal((await publish(first.body.draft.hash)).status, 409)
  assert.deepEqual((await publish(second.body.draft.hash)).body.published, [{ kind: 'note', id: 'n', version: 1 }])
  const shown = (await api.ask('GET /api/documents/note/n', { key })).body
  assert.deepEqual([shown.shown.body, shown.draft], [{ text: 'bob' }, null])
})

test('a draft may be unsound, and says so; it can be thrown away', async () => {
  const { key } = await api.workspace()
  const saved = await api.ask('PUT /api/documents/note/n/draft', { key, body: { body: { text: 'x', after: 'nowhere' } } })
  assert.deepEqual(
    saved.body.problems.map(({ code, at }: Record<string, string>) => [code, at]),
    [['note.after', '/after']],
  )
  assert.equal((await api.ask('POST /api/documents/note/n/publish', { key, body: { hash: saved.body.draft.hash } })).status, 422)
  assert.equal((await api.ask('DELETE /api/documents/note/n/draft', { key })).status, 200)
  assert.equal((await api.ask('GET /api/documents/note/n', { key })).status, 404)
  assert.equal((await api.ask('PUT /api/documents/opera/n/draft', { key, body: { body: {} } })).status, 404)
})

test('what is archived is out of use, not gone; what others need stays', async () => {
  const { key } = await api.workspace()
  const documents = [
    { kind: 'note', id: 'one', body: { text: 'x' } },
    { kind: 'note', id: 'two', body: { text: 'x', after: 'one' } },
  ]
  await api.ask('POST /api/documents/apply', { key, body: { documents } })
  const archive = (id: string) => api.ask(`POST /api/documents/note/${id}/archive`, { key, body: {} })
  const needed = await archive('one')
  assert.deepEqual([needed.status, needed.body.problems[0].at], [422, '/note/two/after'])
  assert.equal((await archive('two')).status, 200)
  assert.equal((await archive('two')).status, 404)
  const { body } = await api.ask('GET /api/documents/note/two', { key })
  assert.deepEqual([body.live, body.shown.version, body.versions[0].status], [null, 1, 'archived'])
  const audit = (await api.ask('GET /api/audit?limit=2', { key })).body.lines
  assert.deepEqual(
    audit.map((line: { action: string; object: string }) => [line.action, line.object]),
    [
      ['documents.archive', 'note:two'],
      ['documents.apply', 'note:one@1 note:two@1'],
    ],
  )
})
