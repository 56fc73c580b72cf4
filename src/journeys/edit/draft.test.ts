import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { canonical } from '#lib/json.ts'
import { isRefusal } from '#lib/problem.ts'
import { commandOf, exampleBodies, type Wish, wish } from '../../../test/fixtures/edits.ts'
import { type JourneyBody, ROOT, type StepBody, standingOf, standings } from './body.ts'
import type { Command } from './commands.ts'
import { type DraftState, openDraft, pulledIn, redoIn, runIn, savedIn, settledIn, undoIn, unsaved } from './draft.ts'
import { flatten } from './flat.ts'
import { merge } from './merge.ts'
import { readBody } from './parse.ts'
import { asMine } from './settle.ts'
import { blankJourney } from './starters.ts'

const bodies = exampleBodies()
const step = (id: string, more: object = {}): StepBody => ({ kind: 'wait', id, for: '1d', ...more }) as unknown as StepBody
const small = (...steps: StepBody[]): JourneyBody => ({ ...blankJourney('Small', []), steps }) as JourneyBody
const run = (draft: DraftState, command: Command, at = 0): DraftState => {
  const done = runIn(draft, command, at)
  assert.ok(!isRefusal(done), JSON.stringify(done))
  return done
}
const wished = (body: JourneyBody, wishes: readonly Wish[]): JourneyBody => {
  let draft = openDraft(body, 'h')
  for (const each of wishes) {
    const command = commandOf(draft.body, each)
    const done = command && runIn(draft, command, 0)
    if (done && !isRefusal(done)) draft = done
  }
  return draft.body
}

test('any two people’s edits of one journey come together: sound, each step once, every edit in it or named in a conflict', () => {
  fc.assert(
    fc.property(fc.constantFrom(...bodies), fc.array(wish, { maxLength: 8 }), fc.array(wish, { maxLength: 8 }), (base, mine, theirs) => {
      const [m, t] = [wished(base, mine), wished(base, theirs)]
      const { journey, conflicts } = merge({ base, mine: m, theirs: t })
      assert.ok(!isRefusal(readBody(journey as never)), JSON.stringify(readBody(journey as never)))
      const told = new Set(
        conflicts.flatMap((each) =>
          'step' in each ? [each.step ?? '', ...(each.kind === 'renamed' ? [each.from] : [])] : [each.list.step ?? ''],
        ),
      )
      if (conflicts.some((each) => each.kind === 'field' && each.step === null && each.path.length === 0)) return
      for (const side of [m, t]) assertKept({ base, side, journey, told })
    }),
    { numRuns: 250 },
  )
})

/** Every field that a side changed, and every step that it added or took away, is in the result, or its step is named. */
function assertKept({
  base,
  side,
  journey,
  told,
}: {
  base: JourneyBody
  side: JourneyBody
  journey: JourneyBody
  told: ReadonlySet<string>
}): void {
  const [b, s, r] = [flatten(base), flatten(side), flatten(journey)]
  for (const [id, now] of s.steps) {
    if (told.has(id)) continue
    const [was, is] = [b.steps.get(id), r.steps.get(id)]
    if (was && canonical(was.own) === canonical(now.own)) continue
    assert.ok(is, `${id} was changed and is not there`)
    for (const name of new Set([...Object.keys(now.own), ...Object.keys(was?.own ?? {})])) {
      if (was && canonical([was.own[name]]) === canonical([now.own[name]])) continue
      if (Array.isArray(now.own[name] ?? was?.own[name])) continue
      assert.deepEqual(is.own[name], now.own[name], `${id}.${name}`)
    }
  }
  for (const id of b.steps.keys()) if (!s.steps.has(id) && !told.has(id)) assert.ok(!r.steps.has(id), `${id} was deleted and is there`)
}

interface Server {
  body: JourneyBody
  hash: string
}
const hashOf = (body: JourneyBody): string => canonical(body)

/** One save of an editor: taken when it names what is there, else theirs comes in first. */
function sync(draft: DraftState, server: Server): DraftState {
  let now = draft
  if (now.base.hash !== server.hash) now = pulledIn(now, { ...server, by: 'other' }, 0)
  if (!unsaved(now)) return now
  server.body = now.body
  server.hash = hashOf(now.body)
  return savedIn(now, now.body, server.hash)
}

test('two editors of one draft, whatever the order of edits, saves, undos and redos, end with the same draft', () => {
  const move = fc.record({ who: fc.nat(1), does: fc.constantFrom('edit', 'edit', 'edit', 'save', 'undo', 'redo'), wish })
  fc.assert(
    fc.property(fc.constantFrom(...bodies), fc.array(move, { maxLength: 30 }), (base, moves) => {
      const server: Server = { body: base, hash: hashOf(base) }
      const editors = [openDraft(base, server.hash), openDraft(base, server.hash)]
      for (const { who, does, wish: wanted } of moves) {
        const draft = editors[who]!
        const command = does === 'edit' ? commandOf(draft.body, wanted) : undefined
        const done = command && runIn(draft, command, 0)
        if (done && !isRefusal(done)) editors[who] = done
        if (does === 'save') editors[who] = sync(draft, server)
        if (does === 'undo') editors[who] = undoIn(draft)
        if (does === 'redo') editors[who] = redoIn(draft)
        assert.ok(!isRefusal(readBody(editors[who]!.body as never)))
      }
      for (const who of [0, 1, 0, 1]) editors[who] = sync(editors[who]!, server)
      assert.equal(canonical(editors[0]!.body), canonical(server.body))
      assert.equal(canonical(editors[1]!.body), canonical(server.body))
    }),
    { numRuns: 150 },
  )
})

test('undo and redo walk the whole history, and give the very same journeys', () => {
  fc.assert(
    fc.property(fc.constantFrom(...bodies), fc.array(wish, { maxLength: 20 }), (base, wishes) => {
      let draft = openDraft(base, 'h')
      const seen = [base]
      for (const each of wishes) {
        const command = commandOf(draft.body, each)
        const done = command && runIn(draft, command, 0)
        if (!done || isRefusal(done) || done.past.length === draft.past.length) continue
        draft = done
        seen.push(draft.body)
      }
      for (const body of seen.toReversed().slice(1)) {
        draft = undoIn(draft)
        assert.equal(draft.body, body)
      }
      for (const body of seen.slice(1)) {
        draft = redoIn(draft)
        assert.equal(canonical(draft.body), canonical(body))
      }
    }),
    { numRuns: 80 },
  )
})

test('typing is one line of the history, and 200 lines are kept', () => {
  let draft = openDraft(small(step('a')), 'h')
  for (const [i, name] of ['W', 'Wa', 'Wai', 'Wait'].entries()) draft = run(draft, { kind: 'update', step: 'a', set: { name } }, i * 300)
  assert.equal(draft.past.length, 1)
  draft = run(draft, { kind: 'update', step: 'a', set: { name: 'Wait a day' } }, 5_000)
  assert.equal(draft.past.length, 2)
  assert.equal(standingOf(undoIn(undoIn(draft)).body, 'a')!.step['name'], undefined)
  for (let n = 0; n < 300; n++) draft = run(draft, { kind: 'update', step: 'a', set: { for: `${n + 1}h` } }, 10_000 + n * 2_000)
  assert.equal(draft.past.length, 200)
})

test('an undo leaves what somebody else did since', () => {
  const base = small(step('a'), step('b'))
  const mine = run(openDraft(base, 'h'), { kind: 'update', step: 'a', set: { for: '2d' } })
  const theirs = run(openDraft(base, 'h'), { kind: 'insert', at: { list: ROOT, index: 2 }, steps: [step('c')] })
  const both = pulledIn(mine, { body: theirs.body, hash: 'h2', by: 'Bo' }, 1)
  const undone = undoIn(both)
  assert.deepEqual(
    standings(undone.body).map((each) => `${each.step.id} ${each.step['for']}`),
    ['a 1d', 'b 1d', 'c 1d'],
  )
})

test('where two changed the same field theirs stands and both values are told; mine can be taken', () => {
  const base = small(step('a'))
  const mine = run(openDraft(base, 'h'), { kind: 'update', step: 'a', set: { for: '2d' } })
  const theirs = run(openDraft(base, 'h'), { kind: 'update', step: 'a', set: { for: '3d' } })
  const both = pulledIn(mine, { body: theirs.body, hash: 'h2', by: 'Bo' }, 1)
  assert.equal(standingOf(both.body, 'a')!.step['for'], '3d')
  const [told] = both.conflicts
  assert.deepEqual(told!.conflict, { kind: 'field', step: 'a', lane: null, path: ['for'], mine: '2d', theirs: '3d' })
  assert.equal(told!.by, 'Bo')
  const [command] = asMine(both.body, told!.conflict)
  const settled = settledIn(run(both, command!), told!.id)
  assert.deepEqual([standingOf(settled.body, 'a')!.step['for'], settled.conflicts], ['2d', []])
})

test('a step that one deleted and the other changed stays, and it is told; letting it go deletes it', () => {
  const base = small(step('a'), step('b'))
  const theirs = run(openDraft(base, 'h'), { kind: 'delete', step: 'b' })
  const mine = run(openDraft(base, 'h'), { kind: 'update', step: 'b', set: { for: '9d' } })
  const both = pulledIn(mine, { body: theirs.body, hash: 'h2', by: 'Bo' }, 1)
  assert.equal(standingOf(both.body, 'b')!.step['for'], '9d')
  assert.deepEqual(both.conflicts[0]!.conflict, { kind: 'deleted', step: 'b', lane: null, by: 'theirs' })
  const gone = run(both, asMine(both.body, both.conflicts[0]!.conflict)[0]!)
  assert.equal(standingOf(gone.body, 'b'), undefined)
})

test('two that move steps into each other end with both steps', () => {
  const branch = (id: string): StepBody =>
    step(id, { kind: 'branch', for: undefined, branches: [{ id: 'yes', when: 'profile.age > 1', steps: [] }], otherwise: [] })
  const base = JSON.parse(JSON.stringify(small(branch('a'), branch('b')))) as JourneyBody
  const mine = run(openDraft(base, 'h'), { kind: 'move', step: 'a', to: { list: { step: 'b', lane: 'yes' }, index: 0 } })
  const theirs = run(openDraft(base, 'h'), { kind: 'move', step: 'b', to: { list: { step: 'a', lane: 'yes' }, index: 0 } })
  const { journey, conflicts } = merge({ base, mine: mine.body, theirs: theirs.body })
  assert.deepEqual(
    standings(journey)
      .map((each) => each.step.id)
      .sort(),
    ['a', 'b'],
  )
  assert.equal(conflicts[0]!.kind, 'moved')
})
