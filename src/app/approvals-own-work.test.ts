import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { DecideApproval, RequestApproval } from '#approvals/api.ts'
import { DuplicateJourney } from '#journeys/api.ts'
import { ApplyDocuments, PublishDraft, SaveDraft } from '#workspaces/documents/api.ts'
import { putMember } from '#workspaces/store.ts'
import { always, doc, journey, publish, team, template } from '../../test/fixtures/approval-team.ts'

suite('never one’s own work', () => {
  test('who saved a draft of it, and somebody else published', async () => {
    const { world, kim, lee, ask, say } = await team()
    const bea = await world.person('admin')
    await bea.do(SaveDraft, doc(template('By Bea')))
    const asked = await ask(lee, publish(template('By Bea')))
    assert.equal(await say(bea, asked), 'approval.not_yours')
    assert.equal(await say(lee, asked), 'approval.not_yours', 'who asked is an author too')
    assert.equal(await say(kim, asked), 'approved')
  })

  test('by a key: it acts for whoever made it, through other keys too', async () => {
    const { world, kim, ask, say } = await team(always({ deciders: { keys: true } }))
    const bea = await world.person('admin')
    const first = await world.keyOf(bea)
    const second = await world.keyOf(first)
    const asked = await ask(second, publish(template('By a key')))
    assert.equal(await say(bea, asked), 'approval.not_yours')
    assert.equal(await say(first, asked), 'approval.not_yours')
    const ofKim = await world.keyOf(kim)
    assert.equal(await say(ofKim, asked), 'approved', 'the policy lets a key speak for the person who made it')
  })

  test('without leave no key decides, whoever made it', async () => {
    const { world, ada, kim, ask, say } = await team()
    const asked = await ask(ada, publish(template('Hi')))
    assert.equal(await say(await world.keyOf(kim), asked), 'approval.not_yours')
  })

  test('by a copy, or by letting somebody import the same text', async () => {
    const { world, ada, kim, lee, ask, say } = await team()
    const bea = await world.person('admin')
    const cleo = await world.person('admin')
    const long = journey({
      id: 'bea',
      description: 'x',
      steps: [{ kind: 'notify', id: 'tell', text: 'A text of Bea that is long enough to be known again wherever it stands.' }],
    })
    await bea.do(SaveDraft, doc(long))
    await cleo.do(DuplicateJourney, { id: 'bea', to: 'cleo' })
    const copied = await ask(lee, { kind: 'publish', drafts: [{ kind: 'journey', id: 'cleo' }] })
    assert.equal(await say(bea, copied), 'approval.not_yours')
    assert.equal(await say(cleo, copied), 'approval.not_yours')
    const imported = await ask(ada, publish({ ...long, id: 'other', name: 'Mine' } as never))
    assert.equal(await say(bea, imported), 'approval.not_yours')
    assert.equal(await say(kim, imported), 'approved')
  })

  test('what was approved once is nobody’s own work any more', async () => {
    const { world, ada, kim, lee, apply, ask, say } = await team()
    const bea = await world.person('admin')
    await bea.do(SaveDraft, doc(template('By Bea')))
    const asked = await ask(ada, publish(template('By Bea')))
    await say(kim, asked)
    world.now += 1
    assert.equal(await apply(ada, template('By Bea')), 'done')
    world.now += 1
    const next = await ask(lee, publish(journey({ name: 'Another name' })))
    assert.equal(await say(bea, next), 'approved')
  })

  test('a quorum is of different people, who must be what they were when it is carried out', async () => {
    const { world, ada, kim, lee, apply, ask, say } = await team(always({ quorum: 2 }))
    const asked = await ask(ada, publish(template('Hi')))
    assert.equal(await say(kim, asked), 'open')
    assert.equal(await say(kim, asked), 'open', 'twice is once')
    assert.equal(await say(lee, asked), 'approved')
    await putMember(world.database.pool, world.workspace, { person: lee.id, role: 'marketer', at: world.now })
    assert.equal(await apply(ada, template('Hi')), 'approval.needed')
    await putMember(world.database.pool, world.workspace, { person: lee.id, role: 'approver', at: world.now })
    assert.equal(await apply(ada, template('Hi')), 'done')
  })

  test('whoever approved and writes on it afterwards has not approved it', async () => {
    const { world, ada, apply, ask, say } = await team()
    const bea = await world.person('admin')
    const asked = await ask(ada, publish(template('Hi')))
    assert.equal(await say(bea, asked), 'approved')
    world.now += 1
    await bea.do(SaveDraft, doc(template('Hi, by Bea')))
    assert.equal(await apply(ada, template('Hi')), 'approval.needed')
  })
})

/** One round: somebody may write, somebody asks, some decide, somebody meddles, somebody publishes. Who is an index into the people. */
const Round = fc.record({
  writer: fc.option(fc.nat(5)),
  what: fc.nat(1),
  text: fc.nat(2),
  asker: fc.nat(5),
  deciders: fc.uniqueArray(fc.nat(5), { minLength: 2, maxLength: 6 }),
  meddling: fc.constantFrom('nothing', 'nothing', 'draft', 'copy', 'demoted'),
  meddler: fc.nat(5),
  publisher: fc.nat(5),
  published: fc.option(fc.nat(2), { freq: 1 }),
  way: fc.constantFrom('draft', 'folder'),
})

test('whatever people do in whatever order: nothing is live that `quorum` others have not approved as it is', async () => {
  let live = 0
  await fc.assert(
    fc.asyncProperty(fc.array(Round, { minLength: 4, maxLength: 8 }), async (rounds) => {
      const quorum = 2
      const { world, ada, kim, lee } = await team(always({ quorum, deciders: { keys: true } }))
      const bea = await world.person('admin')
      const callers = [ada, bea, kim, lee, await world.keyOf(ada), await world.keyOf(bea)]
      const people = [ada.id, bea.id, kim.id, lee.id, ada.id, bea.id]
      const textOf = (n: number): string => `A text number ${n} that is long enough to be known again wherever somebody puts it.`
      const bodyOf = (what: number, n: number) =>
        what === 0 ? template(textOf(n)) : journey({ id: 'news', steps: [{ kind: 'notify', id: 'tell', text: textOf(n) }] })
      // Counted apart from the code: who wrote each text since it was last made live, and who said yes to it since.
      const wrote = new Map<number, Set<string>>()
      const yes = new Map<string, Set<string>>()
      const note = (n: number, who: string): void => void wrote.set(n, (wrote.get(n) ?? new Set()).add(who))
      for (const { writer, what, text, asker, deciders, meddling, meddler, publisher, published, way } of rounds) {
        world.now += 1_000
        const body = bodyOf(what, text)
        if (writer !== null && 'draft' in (await callers[writer]!.do(SaveDraft, doc(body)))) note(text, people[writer]!)
        const asked = await callers[asker]!.do(RequestApproval, { wanted: publish(body) })
        const name = `${what} ${text}`
        for (const each of deciders) {
          if ('refused' in asked || asked.id === null) break
          const said = await callers[each]!.do(DecideApproval, { id: asked.id, hash: asked.hash, verdict: 'approve' })
          if (!('refused' in said) && people[each] !== people[asker]) yes.set(name, (yes.get(name) ?? new Set()).add(people[each]!))
        }
        world.now += 1_000
        const demoted = meddling === 'demoted' ? callers[2 + (meddler % 2)]! : undefined
        if (demoted) await putMember(world.database.pool, world.workspace, { person: demoted.id, role: 'marketer', at: world.now })
        if (meddling === 'draft' && 'draft' in (await callers[meddler]!.do(SaveDraft, doc(body)))) note(text, people[meddler]!)
        if (meddling === 'copy') await callers[meddler]!.do(DuplicateJourney, { id: 'news', to: `copy-${world.now}` })
        const wanted = bodyOf(what, published ?? text)
        const draft = way === 'draft' ? await callers[publisher]!.do(SaveDraft, doc(wanted)) : undefined
        if (draft && 'draft' in draft) note(published ?? text, people[publisher]!)
        const answer =
          draft && 'draft' in draft
            ? await callers[publisher]!.do(PublishDraft, { kind: wanted.kind, id: wanted.id, hash: draft.draft.hash })
            : await callers[publisher]!.do(ApplyDocuments, { documents: [doc(wanted)] })
        if (demoted) await putMember(world.database.pool, world.workspace, { person: demoted.id, role: 'approver', at: world.now })
        if ('refused' in answer || answer.revision === null) continue
        live++
        const key = `${what} ${published ?? text}`
        const authors = wrote.get(published ?? text) ?? new Set()
        const others = [...(yes.get(key) ?? [])].filter((one) => !authors.has(one) && one !== demoted?.id)
        assert.ok(others.length >= quorum, `${key} went live with the word of ${others.length} others`)
        wrote.delete(published ?? text)
        yes.delete(key)
      }
    }),
    { numRuns: RUNS },
  )
  assert.ok(live > 0, 'some of it was approved and went live')
})
const RUNS = Number(process.env['RUNS'] ?? 30)
