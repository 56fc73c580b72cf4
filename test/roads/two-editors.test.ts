import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { KINDS } from '#app/kinds.ts'
import { type JourneyBody, ROOT, type StepBody, standingOf, standings } from '#journeys/edit/body.ts'
import type { ToldConflict } from '#journeys/edit/draft.ts'
import { rewrite } from '#journeys/edit/source.ts'
import { blankJourney } from '#journeys/edit/starters.ts'
import type { Open } from '#journeys/ui/studio-shown.ts'
import { Studio } from '#journeys/ui/studio-store.ts'
import type { Kept, Stored, StudioPorts } from '#journeys/ui/studio-world.ts'
import { refuse } from '#lib/problem.ts'
import { commentBindings } from '#workspaces/comments/actions.ts'
import * as comments from '#workspaces/comments/api.ts'
import { draftBindings } from '#workspaces/drafts/actions.ts'
import * as drafts from '#workspaces/drafts/api.ts'
import { testApi } from '../fixtures/api.ts'
import { until } from '../fixtures/delivery.ts'

const isAction = (value: unknown): value is (typeof drafts)['WatchDraft'] => value !== null && typeof value === 'object' && 'route' in value
const api = await testApi({
  kinds: [KINDS.get('journey')!, { ...KINDS.get('template')!, examine: undefined } as never],
  actions: [...Object.values(drafts), ...Object.values(comments)].filter(isAction),
  more: (parts) => [...draftBindings(parts), ...commentBindings(parts)],
})
after(() => api.stop())

const step = (id: string, more: object = {}): StepBody => ({ kind: 'wait', id, for: '1d', ...more }) as unknown as StepBody
const SOURCE = `# Why it is so: see the wiki
kind: journey
id: welcome
name: "Welcome"
goal: { event: Bought, within: 30d }   # a month
entry: { event: Signed Up }

steps:
  - { kind: wait, id: first, for: 2d }
  # then a look
  - kind: wait
    id: second
    for: 1d
`

/** One person's window: a studio that talks to the real server. */
class Window {
  readonly studio: Studio
  readonly cookie: string
  readonly #memory: Map<string, Kept>
  online = true
  constructor(cookie: string, options: { id?: string; fresh?: JourneyBody; memory?: Map<string, Kept> } = {}) {
    this.cookie = cookie
    this.#memory = options.memory ?? new Map()
    this.studio = new Studio({ id: options.id ?? 'welcome', ports: this.#ports(), readOnly: false, fresh: options.fresh })
  }
  async ask(route: string, body?: unknown, headers: Record<string, string> = {}) {
    if (!this.online) return { status: 0, body: {} as never }
    return api.ask(route, { cookie: this.cookie, headers, ...(body === undefined ? {} : { body }) })
  }
  #ports(): StudioPorts {
    const failed = (answer: { status: number; body: object }) =>
      refuse({ title: 'The server cannot be reached.', code: 'network.unreachable', ...answer.body, status: answer.status })
    return {
      now: Date.now,
      later: (ms, run) => {
        const timer = setTimeout(run, ms / 20)
        return () => clearTimeout(timer)
      },
      idle: (run) => {
        const timer = setTimeout(run, 0)
        return () => clearTimeout(timer)
      },
      load: async (id) => {
        const answer = await this.ask(`GET /api/documents/journey/${id}`)
        if (answer.status !== 200) return failed(answer)
        const { draft, shown, live, versions } = answer.body
        const found = draft ?? { ...shown, byName: versions[0].byName, at: versions[0].at }
        return { body: found.body, source: found.yaml, hash: found.hash, by: found.byName, at: found.at, live } satisfies Stored
      },
      save: async (id, { body, source, hash }) => {
        const answer = await this.ask(`PUT /api/documents/journey/${id}/draft`, { body, source }, { 'if-match': `"${hash}"` })
        return answer.status === 200 ? { hash: answer.body.draft.hash, at: answer.body.draft.at } : failed(answer)
      },
      rewrite: async (source, body) => rewrite(source, body),
      library: async () => ({ ids: () => [] }),
      remember: async (id, kept) => void this.#memory.set(id, structuredClone(kept)),
      recall: async (id) => this.#memory.get(id),
    }
  }
  get open(): Open {
    const shown = this.studio.shown()
    assert.equal(shown.state, 'ready', JSON.stringify(shown))
    return shown as Open
  }
  is(state: string): Promise<void> {
    return until(`it is ${state}`, async () => this.open.saved.state === state)
  }
  steps = (): string =>
    standings(this.open.body)
      .map((each) => `${each.step.id}:${each.step['for']}`)
      .join(' ')
  set = (id: string, time: string) => assert.equal(this.studio.run({ kind: 'update', step: id, set: { for: time } }), null)
}

async function pair() {
  const workspace = await api.workspace()
  const [ada, bo] = [await api.person(workspace.id, 'marketer'), await api.person(workspace.id, 'marketer')]
  const body = JSON.parse(
    JSON.stringify({
      kind: 'journey',
      id: 'welcome',
      name: 'Welcome',
      goal: { event: 'Bought', within: '30d' },
      entry: { event: 'Signed Up' },
      steps: [step('first', { for: '2d' }), step('second')],
    }),
  )
  const documents = [{ kind: 'journey', id: 'welcome', body, source: SOURCE }]
  const applied = await api.ask('POST /api/documents/apply', { key: workspace.key, body: { documents } })
  assert.equal(applied.status, 200, JSON.stringify(applied.body))
  const windows = [new Window(ada.cookie), new Window(bo.cookie)] as const
  for (const each of windows) await each.studio.open()
  return { workspace, ada, bo, windows }
}

test('two people edit one draft at once: both edits are in it, both see them, and each is told what the other changed', async () => {
  const { windows } = await pair()
  const [ada, bo] = windows
  ada.set('first', '5d')
  bo.studio.run({ kind: 'insert', at: { list: ROOT, index: 2 }, steps: [step('third')] })
  await ada.is('saved')
  await bo.is('saved')
  const { body } = await ada.ask('GET /api/documents/journey/welcome')
  await ada.studio.heard(body.draft.hash)
  assert.equal(ada.steps(), 'first:5d second:1d third:1d')
  assert.equal(bo.steps(), 'first:5d second:1d third:1d')
  const told = [...ada.open.incoming, ...bo.open.incoming]
  assert.ok(told.some(({ steps }) => steps.includes('first') || steps.includes('third')))
  assert.deepEqual([ada.open.conflicts, bo.open.conflicts], [[], []])
})

test('the same field: what was saved first stands, the other is told both values and can take theirs back in', async () => {
  const { windows } = await pair()
  const [ada, bo] = windows
  ada.set('first', '5d')
  await ada.studio.flush()
  bo.set('first', '6d')
  await bo.is('saved')
  assert.equal(bo.steps(), 'first:5d second:1d')
  const [told] = bo.open.conflicts as [ToldConflict]
  assert.deepEqual([told.conflict.kind === 'field' && [told.conflict.mine, told.conflict.theirs], told.by.length > 0], [['6d', '5d'], true])
  bo.studio.settle(told.id, 'mine')
  await bo.studio.flush()
  assert.equal((await ada.ask('GET /api/documents/journey/welcome')).body.draft.body.steps[0].for, '6d')
  assert.deepEqual(bo.open.conflicts, [])
})

test('without a connection the work stays here and goes out by itself; a closed window has it when it is opened again', async () => {
  const { ada: person } = await pair()
  const memory = new Map<string, Kept>()
  const ada = new Window(person.cookie, { memory })
  await ada.studio.open()
  ada.online = false
  ada.set('first', '9d')
  await ada.is('offline')
  const again = new Window(person.cookie, { memory })
  await again.studio.open()
  assert.equal(again.steps(), 'first:9d second:1d')
  await again.is('saved')
  again.studio.undo()
  assert.equal(again.steps(), 'first:2d second:1d', 'the history is kept as well')
  ada.online = true
  await ada.is('saved')
})

test('the text that somebody wrote keeps every byte that was not edited, through draft, publishing and export', async () => {
  const { windows, workspace } = await pair()
  const [ada] = windows
  assert.equal(await ada.studio.text(), SOURCE)
  ada.set('first', '5d')
  await ada.studio.flush()
  const { body } = await ada.ask('GET /api/documents/journey/welcome')
  assert.equal(body.draft.yaml, SOURCE.replace('for: 2d', 'for: 5d'))
  ada.studio.undo()
  assert.equal(await ada.studio.text(), SOURCE)
  ada.studio.redo()
  await ada.studio.flush()
  const published = await api.ask('POST /api/documents/journey/welcome/publish', { key: workspace.key, body: { hash: body.draft.hash } })
  assert.equal(published.status, 200, JSON.stringify(published.body))
  const exported = await api.ask('GET /api/documents/export?kind=journey', { key: workspace.key })
  assert.equal(exported.body.documents[0].yaml, SOURCE.replace('for: 2d', 'for: 5d'))
  const lie = await ada.ask('PUT /api/documents/journey/welcome/draft', { body: body.draft.body, source: 'kind: journey\n' })
  assert.deepEqual([lie.status, lie.body.code], [422, 'document.source'])
})

test('states of a draft are kept with who made them; one is named, the draft is thrown away, and restored', async () => {
  const { windows } = await pair()
  const [ada, bo] = windows
  ada.set('first', '5d')
  await ada.studio.flush()
  const named = await ada.ask('POST /api/documents/journey/welcome/checkpoint', { label: 'Before the sale' })
  assert.deepEqual([named.status, named.body.change.label], [200, 'Before the sale'])
  await bo.studio.heard(named.body.change.hash)
  bo.set('second', '8d')
  await bo.studio.flush()
  const { changes } = (await ada.ask('GET /api/documents/journey/welcome/changes')).body
  assert.deepEqual(
    changes.map(({ n, label, what }: Record<string, unknown>) => [n, label, what]),
    [
      [2, null, 'edited'],
      [1, 'Before the sale', 'edited'],
    ],
  )
  assert.notEqual(changes[0].by.id, changes[1].by.id)
  assert.match((await ada.ask('GET /api/documents/journey/welcome/changes/2')).body.diff, /-\s+for: 1d\n\+\s+for: 8d/)
  assert.equal((await bo.ask('DELETE /api/documents/journey/welcome/draft')).status, 200)
  assert.equal((await bo.ask('GET /api/documents/journey/welcome')).body.draft, null)
  const back = await bo.ask('POST /api/documents/journey/welcome/restore', { n: 1 })
  assert.equal(back.status, 200, JSON.stringify(back.body))
  await ada.studio.heard(back.body.hash)
  assert.equal(ada.steps(), 'first:5d second:1d')
})

test('a journey that is not there yet is made by its first change, and two who make the same one lose nothing', async () => {
  const { ada: person, bo: other } = await pair()
  const fresh = { ...blankJourney('Win back', []), steps: [step('one')] } as unknown as JourneyBody
  const [ada, bo] = [person, other].map(
    ({ cookie }) => new Window(cookie, { id: 'win-back', fresh: JSON.parse(JSON.stringify(fresh)) }),
  ) as [Window, Window]
  for (const each of [ada, bo]) await each.studio.open()
  ada.set('one', '2d')
  bo.studio.run({ kind: 'insert', at: { list: ROOT, index: 1 }, steps: [step('two')] })
  await ada.studio.flush()
  await bo.studio.flush()
  await bo.is('saved')
  assert.equal(bo.steps(), 'one:2d two:1d')
})

test('who has it open and on which step is pushed, and so is a new draft and a comment', async () => {
  const { windows, ada: person } = await pair()
  const [ada, bo] = windows
  const stop = new AbortController()
  const response = await fetch(`${api.url}/api/documents/journey/welcome/watch`, {
    headers: { cookie: person.cookie },
    signal: stop.signal,
  })
  const frames: { people: { person: { name: string }; step: string }[]; hash: string; comments: number | null }[] = []
  const reading = (async () => {
    let text = ''
    for await (const piece of response.body!) {
      text += new TextDecoder().decode(piece)
      const events = text.split('\n\n')
      text = events.pop()!
      for (const event of events) {
        const line = event.split('\n').find((each) => each.startsWith('data: '))
        if (line) frames.push(JSON.parse(line.slice(6)))
      }
    }
  })().catch((error: unknown) => assert.equal((error as Error).name, 'AbortError'))
  await bo.ask('POST /api/documents/journey/welcome/presence', { tab: 'a', step: 'second', editing: true })
  await until('Bo is seen', async () => frames.at(-1)?.people[0]?.step === 'second')
  const before = frames.at(-1)!.hash
  ada.set('first', '4d')
  await ada.studio.flush()
  await until('the draft is pushed', async () => frames.at(-1)!.hash !== before)
  await bo.ask('POST /api/comments/journey/welcome', { part: 'first', text: 'Is this long enough?' })
  await until('the comment is pushed', async () => frames.at(-1)!.comments !== null)
  await bo.ask('POST /api/documents/journey/welcome/presence', { tab: 'a', leaves: true })
  await until('Bo is gone', async () => frames.at(-1)!.people.length === 0)
  stop.abort()
  await reading
  assert.equal(standingOf(ada.open.body, 'first')!.step['for'], '4d')
})

test('a comment tells whom it names and those who spoke before; it is settled, and only its author takes it back', async () => {
  const { ada: a, bo: b, windows } = await pair()
  const [ada, bo] = windows
  const people = (await ada.ask('GET /api/comments/journey/welcome')).body.people as { id: string; name: string }[]
  const nameOf = (id: string) => people.find((each) => each.id === `person:${id}`)!.name
  const first = await ada.ask('POST /api/comments/journey/welcome', { part: 'first', text: `@${nameOf(b.id)} why two days?` })
  assert.deepEqual([first.status, first.body.told.length], [200, 1])
  const told = (await bo.ask('GET /api/notifications')).body
  assert.deepEqual([told.unread, told.notifications[0].kind, told.notifications[0].about.part], [1, 'mention', 'first'])
  await bo.ask('POST /api/comments/journey/welcome', { thread: first.body.thread, text: 'Because of the weekend.' })
  assert.equal((await ada.ask('GET /api/notifications')).body.notifications[0].kind, 'answer')
  assert.equal((await bo.ask('POST /api/notifications/read', {})).body.unread, 0)
  const { threads } = (await bo.ask('GET /api/comments/journey/welcome?part=first')).body
  assert.deepEqual([threads.length, threads[0].answers[0].text, threads[0].by.name], [1, 'Because of the weekend.', nameOf(a.id)])
  assert.equal((await bo.ask(`DELETE /api/comments/journey/welcome/${first.body.comment.id}`)).status, 403)
  await bo.ask('POST /api/comments/journey/welcome/resolve', { thread: first.body.thread })
  assert.deepEqual((await ada.ask('GET /api/comments/journey/welcome')).body.threads, [])
  assert.equal((await ada.ask('GET /api/comments/journey/welcome?resolved=true')).body.threads.length, 1)
  assert.equal((await ada.ask(`DELETE /api/comments/journey/welcome/${first.body.comment.id}`)).status, 200)
})
