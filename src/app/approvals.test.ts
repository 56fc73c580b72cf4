import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { CancelApproval, DecideApproval, GetApproval, ListApprovals, RequestApproval } from '#approvals/api.ts'
import { ChangeBroadcast, ChangeJourneyMode, DuplicateJourney } from '#journeys/api.ts'
import { ApplyDocuments, ArchiveDocument, PublishDraft, SaveDraft } from '#workspaces/documents/api.ts'
import { putMember } from '#workspaces/store.ts'
import { type ApprovalWorld, approvalWorld, type Caller } from '../../test/fixtures/approvals.ts'
import { beginBroadcast } from './broadcast-store.ts'

let base: ApprovalWorld
before(async () => {
  base = await approvalWorld()
})
after(() => base.stop())

const sender = { kind: 'sender', id: 'shop', from: { name: 'Shop', address: 'hello@shop.example' }, postalAddress: '1 Main Street, Town' }
const template = (text = 'Hello') => ({
  kind: 'template',
  id: 'hello',
  subject: text,
  html: '<p>{{ unsubscribe_url }} {{ sender.postal_address }}</p>',
  sender: 'shop',
})
const journey = (more: object = {}) => ({
  kind: 'journey',
  id: 'welcome',
  goal: { event: 'Bought', within: '7d' },
  default: { otherwise: 'continue' },
  entry: { event: 'Signed Up' },
  steps: [{ kind: 'email', id: 'mail', template: 'hello', sender: 'shop' }],
  ...more,
})
const always = (more: object = {}) => ({ kind: 'approval-policy', id: 'always', when: [{ kind: 'always' }], ...more })
const doc = (body: { kind: string; id: string }) => ({ kind: body.kind, id: body.id, body })
const code = (answer: object): string => {
  const { code: told, ...problem } = 'refused' in answer ? (answer.refused as { code: string }) : { code: 'done' }
  return told === 'documents.unsound' ? `${told} ${JSON.stringify(problem)}` : told
}

interface Team {
  readonly world: ApprovalWorld
  readonly ada: Caller
  readonly kim: Caller
  readonly lee: Caller
  apply(by: Caller, ...bodies: { kind: string; id: string }[]): Promise<string>
  ask(by: Caller, wanted: object): Promise<{ id: string; hash: string }>
  say(by: Caller, asked: { id: string; hash: string }, verdict?: string): Promise<string>
  stateOf(id: string): Promise<string>
}

/** Ada builds, Kim and Lee decide. The shop is live before the policy is. */
async function team(policy: object | null = always()): Promise<Team> {
  const world = await base.another()
  const [ada, kim, lee] = [await world.person('admin'), await world.person('approver'), await world.person('approver')]
  const apply = async (by: Caller, ...bodies: { kind: string; id: string }[]) =>
    code(await by.do(ApplyDocuments, { documents: bodies.map(doc) }))
  const made: Team = {
    world,
    ada,
    kim,
    lee,
    apply,
    async ask(by, wanted) {
      const answer = await by.do(RequestApproval, { wanted })
      assert.ok(!('refused' in answer), JSON.stringify(answer))
      assert.ok(answer.id !== null, 'a request was made')
      return { id: answer.id, hash: answer.hash }
    },
    say: async (by, { id, hash }, verdict = 'approve') => {
      const answer = await by.do(DecideApproval, { id, hash, verdict, comment: 'seen' })
      return 'refused' in answer ? answer.refused.code : answer.state
    },
    stateOf: async (id) => {
      const answer = await ada.do(GetApproval, { id })
      return 'refused' in answer ? answer.refused.code : answer.state
    },
  }
  assert.equal(await apply(ada, sender, template(), journey()), 'done')
  if (policy) assert.equal(await apply(ada, policy as never), 'done')
  return made
}

const publish = (...bodies: { kind: string; id: string }[]) => ({ kind: 'publish', documents: bodies.map(doc) })

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
