import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CancelApproval, DecideApproval, GetApproval, ListApprovals, RequestApproval } from '#approvals/api.ts'
import { ChangeBroadcast, ChangeJourneyMode, DuplicateJourney } from '#journeys/api.ts'
import { ApplyDocuments, ArchiveDocument, PublishDraft, SaveDraft } from '#workspaces/documents/api.ts'
import { always, code, doc, journey, publish, sender, team, template } from '../../test/fixtures/approval-team.ts'
import type { Caller } from '../../test/fixtures/approvals.ts'
import { beginBroadcast } from './broadcast-store.ts'

suite('what is published', () => {
  test('without a policy nothing needs approval', async () => {
    const { apply, ada } = await team(null)
    assert.equal(await apply(ada, template('Hi')), 'done')
  })

  test('an approval holds for exactly what was asked for, once', async () => {
    const { world, ada, kim, apply, ask, say, stateOf } = await team()
    assert.equal(await apply(ada, template('Hi')), 'approval.needed')
    const asked = await ask(ada, publish(template('Hi')))
    assert.equal(await say(ada, asked), 'approval.not_yours')
    assert.equal(await say(kim, asked), 'approved')
    assert.equal(await apply(ada, template('Something else')), 'approval.needed')
    world.now += 1
    assert.equal(await apply(ada, template('Hi')), 'done')
    assert.equal(await stateOf(asked.id), 'executed')
    const shown = await ada.do(GetApproval, { id: asked.id })
    assert.ok(!('refused' in shown) && shown.revision !== null, 'the revision is noted')
    // Back and forth: the old text is not approved for ever.
    const back = await ask(ada, publish(template('Hello')))
    await say(kim, back)
    world.now += 1
    assert.equal(await apply(ada, template('Hello')), 'done')
    assert.equal(await apply(ada, template('Hi')), 'approval.needed', 'a replay of an older version')
  })

  test('a dry run says who is needed and why, and asks nobody', async () => {
    const { ada, kim, lee } = await team()
    const told = await ada.do(RequestApproval, { wanted: publish(template('Hi')), dryRun: true })
    assert.ok(!('refused' in told))
    assert.deepEqual([told.id, told.needed, told.needs[0]?.reasons], [null, true, ['The policy asks each time.']])
    assert.deepEqual(told.deciders[0]?.toSorted(), [kim.id, lee.id].sort(), 'Ada wrote it')
    assert.deepEqual(told.manifest.journeys, ['welcome'], 'a change of a template changes the live journey that sends it')
    const list = await ada.do(ListApprovals, {})
    assert.deepEqual('approvals' in list && list.approvals, [])
  })

  test('a request shows the difference to what is live, its reach and who has said what', async () => {
    const { ada, kim, ask } = await team()
    const asked = await ask(ada, publish(template('Hi')))
    await kim.do(DecideApproval, { ...asked, verdict: 'approve', comment: 'fine' })
    const shown = await kim.do(GetApproval, { id: asked.id })
    assert.ok(!('refused' in shown))
    assert.match(shown.diffs[0]!.diff, /-subject: Hello\n(?:.*\n)*\+subject: Hi/)
    assert.deepEqual(
      shown.votes.map(({ person, verdict, comment }) => [person, verdict, comment]),
      [[kim.id, 'approve', 'fine']],
    )
    assert.deepEqual(shown.standing, [{ policy: 'always', quorum: 1, people: [kim.id], met: true }])
    assert.deepEqual(shown.authors, [ada.id])
  })

  test('every way to what is live is guarded: draft, folder, prune, archive, copy, archive and recreate', async () => {
    const { ada, apply } = await team()
    const saved = await ada.do(SaveDraft, doc(template('Hi')))
    assert.ok('draft' in saved)
    assert.equal(code(await ada.do(PublishDraft, { kind: 'template', id: 'hello', hash: saved.draft.hash })), 'approval.needed')
    assert.equal(await apply(ada, template('Hi')), 'approval.needed')
    assert.equal(code(await ada.do(ApplyDocuments, { documents: [doc(sender), doc(template())], prune: true })), 'approval.needed')
    assert.equal(code(await ada.do(ArchiveDocument, { kind: 'journey', id: 'welcome' })), 'approval.needed')
    await ada.do(DuplicateJourney, { id: 'welcome', to: 'copy' })
    assert.equal(await apply(ada, { ...journey(), id: 'copy' }), 'approval.needed')
    // What decides what is live is guarded by itself.
    assert.equal(code(await ada.do(ArchiveDocument, { kind: 'approval-policy', id: 'always' })), 'approval.needed')
    assert.equal(await apply(ada, always({ quorum: 2 })), 'approval.needed')
  })

  test('archived and made anew it needs a new approval', async () => {
    const { world, ada, kim, apply, ask, say } = await team()
    const gone = await ask(ada, { kind: 'publish', archive: [{ kind: 'journey', id: 'welcome' }] })
    assert.equal(await say(kim, gone), 'approved')
    world.now += 1
    assert.equal(code(await ada.do(ArchiveDocument, { kind: 'journey', id: 'welcome' })), 'done')
    assert.equal(await apply(ada, journey()), 'approval.needed')
  })
})

suite('what voids an approval', () => {
  const changes: readonly (readonly [name: string, body: { kind: string; id: string }])[] = [
    ['a template', template('Other')],
    ['a sender', { ...sender, from: { name: 'Shop', address: 'other@shop.example' } } as never],
    ['a contact policy', { kind: 'contact-policy', id: 'default', caps: [] } as never],
    ['an approval policy', { kind: 'approval-policy', id: 'more', when: [{ kind: 'reach', people: 5 }] } as never],
    ['a segment of a segment', { kind: 'segment', id: 'inner', when: 'profile.plan == "free"' } as never],
    ['a calendar', { kind: 'calendar', id: 'holidays', holidays: ['2026-12-24'] } as never],
  ]
  for (const [name, body] of changes) {
    test(`${name} that changes after the approval`, async () => {
      // Only journeys are asked about, so that the change itself comes through.
      const policy = { kind: 'approval-policy', id: 'journeys', when: [{ kind: 'documents', kinds: ['journey'] }] }
      const { world, ada, kim, apply, ask, say, stateOf } = await team(null)
      const inner = { kind: 'segment', id: 'inner', when: 'profile.plan == "pro"' }
      const outer = { kind: 'segment', id: 'outer', when: 'segment("inner")' }
      const calendar = { kind: 'calendar', id: 'holidays', holidays: ['2026-12-25'] }
      assert.equal(await apply(ada, inner, outer, calendar), 'done')
      assert.equal(await apply(ada, policy), 'done')
      const wanted = journey({
        entry: { segment: 'outer', on: 'entered', existing: 'skip' },
        steps: [
          { kind: 'wait', id: 'open', window: { from: '09:00', to: '17:00', except: ['holidays'] } },
          { kind: 'email', id: 'mail', template: 'hello' },
        ],
      })
      const asked = await ask(ada, publish(wanted))
      assert.equal(await say(kim, asked), 'approved')
      world.now += 1
      if (body.kind === 'approval-policy') {
        const more = await ask(ada, publish(body))
        assert.equal(await say(kim, more), 'approved')
      }
      assert.equal(await apply(ada, body), 'done')
      assert.equal(await stateOf(asked.id), 'void')
      assert.equal(await apply(ada, wanted), 'approval.needed')
      const shown = await ada.do(GetApproval, { id: asked.id })
      assert.match('reason' in shown ? shown.reason : '', new RegExp(`${body.kind}/${body.id}`), 'it says what has changed')
    })
  }

  test('an audience that moves by more than a tenth; one that moves by less does not', async () => {
    const { world, ada, kim, apply, ask, say } = await team(null)
    assert.equal(await apply(ada, { kind: 'segment', id: 'vip', when: 'profile.vip == true' } as never, always()), 'done')
    const wanted = journey({ entry: { segment: 'vip', on: 'entered', existing: 'enter' } })
    for (const index of [0, 1, 2])
      await world.database.pool.query(
        `insert into keyed_state (workspace_id, kind, id, partition, state, version) select $1, 'profile', 'p' || i, 0, '{}', 1 from generate_series($2::int, $3::int) i`,
        [world.workspace, index * 1_000, index * 1_000 + 999],
      )
    const asked = await ask(ada, publish(wanted))
    assert.equal(await say(kim, asked), 'approved')
    world.audience = 1_101
    assert.equal(await apply(ada, wanted), 'approval.needed')
    world.audience = 1_100
    assert.equal(await apply(ada, wanted), 'done')
  })

  test('how people inside are treated is bound too', async () => {
    const { ada, kim, ask, say } = await team()
    const body = journey({ name: 'Two' })
    const asked = await ask(ada, publish(body))
    assert.equal(await say(kim, asked), 'approved')
    const answer = await ada.do(ApplyDocuments, { documents: [doc(body)], inFlight: { welcome: { kind: 'follow' } } })
    assert.equal(code(answer), 'approval.needed')
  })
})

suite('how a request ends', () => {
  test('one word against it ends it, and needs a reason', async () => {
    const { ada, kim, lee, apply, ask, say } = await team()
    const asked = await ask(ada, publish(template('Hi')))
    assert.equal(await say(lee, asked, 'reject'), 'rejected')
    assert.equal(await say(kim, asked), 'approval.over')
    assert.equal(await apply(ada, template('Hi')), 'approval.needed')
    assert.throws(() => DecideApproval.input.parse({ ...asked, verdict: 'reject' }))
    const again = await ask(ada, publish(template('Hi')))
    assert.equal(await say(kim, again, 'change'), 'changes')
  })

  test('a deadline ends it at its very moment, before anybody has noted it, once, also after a restart', async () => {
    const { world, ada, kim, apply, ask, say, stateOf } = await team(always({ deadline: '1h', otherwise: 'reject' }))
    const asked = await ask(ada, publish(template('Hi')))
    assert.equal(await say(kim, asked), 'approved')
    world.now += 3_600_000
    assert.equal(await apply(ada, template('Hi')), 'approval.needed')
    assert.equal(await stateOf(asked.id), 'rejected')
    const again = world.restarted()
    assert.equal(await again.endDeadlines(), 1)
    assert.equal(await world.endDeadlines(), 0)
    const { rows } = await world.database.pool.query(
      `select object from audit_lines where workspace_id = $1 and action = 'approvals.deadline'`,
      [world.workspace],
    )
    assert.deepEqual(rows, [{ object: `approval:${asked.id} rejected` }])
  })

  test('hold waits on after the deadline; deterministic leaves what is live as it is', async () => {
    const holding = await team(always({ deadline: '1h', otherwise: 'hold' }))
    const waits = await holding.ask(holding.ada, publish(template('Hi')))
    holding.world.now += 7_200_000
    assert.equal(await holding.say(holding.kim, waits), 'approved')
    const lapsing = await team(always({ deadline: '1h', otherwise: 'deterministic' }))
    const lapses = await lapsing.ask(lapsing.ada, publish(template('Hi')))
    lapsing.world.now += 3_600_000
    assert.equal(await lapsing.say(lapsing.kim, lapses), 'approval.over')
    assert.equal(await lapsing.stateOf(lapses.id), 'lapsed')
  })

  test('who asked may take it back, nobody else but an administrator', async () => {
    const { world, ada, kim, ask } = await team()
    const asked = await ask(ada, publish(template('Hi')))
    assert.equal(code(await kim.do(CancelApproval, { id: asked.id })), 'auth.forbidden')
    assert.equal(code(await (await world.keyOf(ada)).do(CancelApproval, { id: asked.id })), 'done')
  })

  test('what was said and what was carried out cannot be rewritten', async () => {
    const { world, ada, kim, apply, ask, say } = await team()
    const asked = await ask(ada, publish(template('Hi')))
    await say(kim, asked)
    await apply(ada, template('Hi'))
    const { pool } = world.database
    await assert.rejects(pool.query('update approval_decisions set verdict = $1', ['reject']), /only added/)
    await assert.rejects(pool.query('delete from approval_executions'), /only added/)
  })

  test('a policy that nobody could meet is refused', async () => {
    const { apply, ada } = await team(null)
    assert.equal(await apply(ada, always({ quorum: 9 })), 'approval.policy.unreachable')
  })
})

suite('what runs again', () => {
  test('a paused journey that is not as it was approved needs a new approval to go on', async () => {
    const { world, ada, kim, ask, say, apply } = await team()
    assert.equal(code(await ada.do(ChangeJourneyMode, { id: 'welcome', mode: 'pause' })), 'done', 'stopping needs nobody')
    assert.equal(
      code(await ada.do(ChangeJourneyMode, { id: 'welcome', mode: 'run' })),
      'approval.needed',
      'it was live before the policy was',
    )
    const asked = await ask(ada, { kind: 'resume', journey: 'welcome' })
    assert.equal(await say(kim, asked), 'approved')
    assert.equal(code(await ada.do(ChangeJourneyMode, { id: 'welcome', mode: 'run' })), 'done')
    assert.equal(code(await ada.do(ChangeJourneyMode, { id: 'welcome', mode: 'pause' })), 'done')
    world.now += 1
    assert.equal(code(await ada.do(ChangeJourneyMode, { id: 'welcome', mode: 'run' })), 'done', 'it is what was approved')
    await ada.do(ChangeJourneyMode, { id: 'welcome', mode: 'pause' })
    const edit = await ask(ada, publish(template('Hi')))
    await say(kim, edit)
    world.now += 1
    assert.equal(await apply(ada, template('Hi')), 'done')
    assert.equal(
      code(await ada.do(ChangeJourneyMode, { id: 'welcome', mode: 'run' })),
      'done',
      'the edit that was approved was of this journey',
    )
  })

  test('a broadcast begins only as it was approved, and a held one goes out only with a new approval', async () => {
    const { world, ada, kim, ask, say } = await team(null)
    const { pool } = world.database
    await pool.query(
      `insert into keyed_state (workspace_id, kind, id, partition, state, version) select $1, 'profile', 'p' || i, 0, '{}', 1 from generate_series(1, 3000) i`,
      [world.workspace],
    )
    const wanted = journey({ entry: { schedule: { at: '2030-01-01T09:00', zone: 'UTC' }, audience: 'profile.vip == true' } })
    await ada.do(ApplyDocuments, { documents: [doc(always())] })
    const asked = await ask(ada, publish(wanted))
    await say(kim, asked)
    assert.equal(code(await ada.do(ApplyDocuments, { documents: [doc(wanted)] })), 'done')
    const begin = () =>
      world.desk.mayRun(pool, { workspace: world.workspace, journey: 'welcome', operation: 'broadcast', actor: 'system:broadcast' })
    assert.equal(await begin(), undefined)
    world.audience = 2_000
    assert.equal((await begin())?.code, 'approval.needed')
    await beginBroadcast(pool, {
      ws: world.workspace,
      journey: 'welcome',
      occurrence: '2030-01-01T09:00',
      kind: 'scheduled',
      version: 2,
      status: 'paused',
      due: 0,
      beganAt: 0,
      reason: 'approval.needed',
    })
    const resume = () => ada.do(ChangeBroadcast, { id: 'welcome', occurrence: '2030-01-01T09:00', to: 'resume' })
    assert.equal(code(await resume()), 'approval.needed')
    const more = await ask(ada, { kind: 'broadcast', journey: 'welcome' })
    assert.equal(await say(kim, more), 'approved')
    assert.equal(code(await resume()), 'done')
  })
})

suite('held runs', () => {
  test('deciding on the sample decides the batch that was asked about, and no other', async () => {
    const { world, ada, kim, ask, say } = await team()
    world.waiting = ['p1 e1 check 1', 'p2 e2 check 1', 'p3 e3 check 1']
    const asked = await ask(ada, { kind: 'run', journey: 'welcome', step: 'check' })
    world.waiting.push('p4 e4 check 2')
    assert.equal(await say(ada, asked), 'approval.not_yours', 'whoever wrote the journey does not release')
    assert.equal(await say(kim, asked), 'executed')
    assert.deepEqual(
      world.decided.map(({ name, verdict }) => `${name} ${verdict}`),
      ['p1 e1 check 1 released', 'p2 e2 check 1 released', 'p3 e3 check 1 released'],
    )
    assert.deepEqual(world.waiting, ['p4 e4 check 2'])
    assert.equal(await say(kim, asked), 'approval.over', 'once')
  })

  test('one run is released by one other person; where two are needed, together only', async () => {
    const { world, ada, kim } = await team()
    const asked = { workspace: world.workspace, journey: 'welcome', step: 'check', run: 'p1 e1 check 1', verdict: 'released' as const }
    const by = (caller: Caller) => world.desk.mayRelease(world.database.pool, { ...asked, actor: caller.principal.actor })
    assert.equal((await by(ada))?.code, 'approval.not_yours')
    assert.equal(await by(kim), undefined)
    const strict = await team(always({ quorum: 2 }))
    const problem = await strict.world.desk.mayRelease(strict.world.database.pool, {
      ...asked,
      workspace: strict.world.workspace,
      actor: strict.kim.principal.actor,
    })
    assert.equal(problem?.code, 'approval.needed')
  })

  test('the deadline of a batch sends those who still wait the other way', async () => {
    const { world, ada, ask } = await team(always({ deadline: '1h', otherwise: 'deterministic' }))
    world.waiting = ['p1 e1 check 1']
    await ask(ada, { kind: 'run', journey: 'welcome', step: 'check' })
    world.now += 3_600_000
    await world.endDeadlines()
    assert.equal(await world.endDeadlines(), 0, 'once')
    assert.deepEqual(world.decided, [{ name: 'p1 e1 check 1', verdict: 'rejected', actor: 'system:approvals' }])
  })
})
