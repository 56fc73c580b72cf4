import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { canonical, type Json } from '#lib/json.ts'
import { isRefusal } from '#lib/problem.ts'
import { commandOf, exampleBodies, type Wish, wish } from '../../test/fixtures/edits.ts'
import { type JourneyBody, standings } from './edit/body.ts'
import { openDraft, runIn } from './edit/draft.ts'
import { tally, versionDiff } from './version-diff.ts'

const edited = (body: JourneyBody, wishes: readonly Wish[]): JourneyBody => {
  let draft = openDraft(body, 'h')
  for (const each of wishes) {
    const command = commandOf(draft.body, each)
    const done = command && runIn(draft, command, 0)
    if (done && !isRefusal(done)) draft = done
  }
  return draft.body
}
const pair = fc
  .tuple(fc.constantFrom(...exampleBodies()), fc.array(wish, { maxLength: 10 }))
  .map(([before, wishes]) => [before, edited(before, wishes)] as const)
const ids = (body: JourneyBody) => new Set(standings(body).map(({ step }) => step.id))

test('a version has no difference to itself; back and forth are each other’s mirror', () => {
  fc.assert(
    fc.property(pair, ([before, after]) => {
      assert.deepEqual(versionDiff(after, after), [])
      const [there, back] = [tally(versionDiff(before, after)), tally(versionDiff(after, before))]
      assert.deepEqual([there.added, there.removed, there.changed], [back.removed, back.added, back.changed])
    }),
  )
})

test('added and removed are exactly the steps that one has and the other has not; a changed one names its place or its fields', () => {
  fc.assert(
    fc.property(pair, ([before, after]) => {
      const changes = versionDiff(before, after)
      const of = (change: string) => new Set(changes.filter((each) => each.change === change).map(({ step }) => step))
      assert.deepEqual(of('added'), ids(after).difference(ids(before)))
      assert.deepEqual(of('removed'), ids(before).difference(ids(after)))
      for (const each of changes) {
        if (each.change === 'changed') assert.ok(each.moved || each.fields.length > 0, each.step)
        for (const { before: old, after: now } of each.fields)
          assert.notEqual(canonical((old ?? null) as Json), canonical((now ?? null) as Json))
      }
    }),
  )
})
