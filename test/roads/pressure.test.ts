import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { ReplayDecisions } from '#decisions/api.ts'
import type { GetDecision, PersonDecisions } from '#decisions/record-api.ts'
import type { ReadModelReport } from '#decisions/report-api.ts'
import type { GetScores } from '#decisions/scores-api.ts'
import type { OutputOf } from '#lib/action.ts'
import { journey, START, startWorld, template, type World } from './world.ts'

let world: World
before(async () => {
  world = await startWorld()
  await world.publish(
    { kind: 'model', id: 'rest', type: 'pressure', explore: '100%', control: '0%', caps: [1, 2] },
    { kind: 'model', id: 'sentiment', type: 'sentiment' },
    template('news'),
    template('sorry'),
  )
  await world.publish(
    journey('news', 'Visited', {
      entry: { event: 'Visited', reentry: 'always' },
      steps: [{ kind: 'email', id: 'mail', template: 'news', otherwise: [] }],
    }),
    journey('care', 'Cart Left', {
      steps: [
        {
          kind: 'branch',
          id: 'mood',
          branches: [
            { id: 'upset', when: 'score("sentiment") < -0.3', steps: [{ kind: 'email', id: 'sorry', template: 'sorry', otherwise: [] }] },
          ],
          otherwise: [],
        },
      ],
    }),
  )
})
after(() => world.stop())

test('who has drawn a weekly cap gets no more; each message that was wanted is a decision that can be read and reckoned again', async () => {
  await world.identify('ada')
  for (let i = 0; i < 4; i++) {
    await world.track('ada', 'Visited')
    await world.pass({ hours: 1 })
  }
  await world.app.reported()
  const id = await world.profileId('ada')
  const { decisions } = await world.api<OutputOf<typeof PersonDecisions>>(`GET /api/people/${id}/decisions?limit=20`)
  assert.deepEqual([...new Set(decisions.map(({ kind }) => kind))], ['frequency'])
  assert.equal(decisions.length, 4)
  const cap = Number(decisions[0]!.chosen.slice(4))
  assert.equal((await world.mailTo('ada')).length, cap)
  const newest = await world.api<OutputOf<typeof GetDecision>>(`GET /api/decisions/${encodeURIComponent(decisions[0]!.id)}`)
  assert.match(
    newest.sentence,
    new RegExp(`^It was kept back: they had had ${cap} marketing messages in seven days, .* at most ${cap} a week`),
  )
  assert.equal(newest.candidates.length, 4)
  const why = await world.why('news', 'ada')
  assert.match(JSON.stringify(why), /as many messages as cap “model” allows/)
  const again = await world.api<OutputOf<typeof ReplayDecisions>>('POST /api/decisions/replay', { from: START, to: world.clock.now() + 1 })
  assert.deepEqual([again.checked, again.same, again.differences], [4, 4, []])
  await world.pass({ days: 8 })
  await world.track('ada', 'Visited')
  await world.pass({ hours: 1 })
  assert.equal((await world.mailTo('ada')).length, cap + 1, 'another week')
})

test('what cannot be said yet is said so, and holds nobody back', async () => {
  await world.app.reported()
  await world.api('POST /api/models/rest/train')
  await world.app.learned()
  const report = await world.api<OutputOf<typeof ReadModelReport>>('GET /api/models/rest/report')
  assert.equal(report.snapshot, 1)
  assert.match(report.sentences[0]!, /^It cannot be said yet how messages tire people: nobody who has drawn a cap was written to before/)
})

test('what somebody has written to the support moves the path of a journey', async () => {
  await world.identify('bob')
  await world.identify('eve')
  await world.track('bob', 'Support Ticket Created', { text: 'This is terrible. I hate it and I want my money back!' })
  await world.track('eve', 'Support Ticket Created', { text: 'I love it, thank you so much. Great service!' })
  for (const person of ['bob', 'eve']) await world.track(person, 'Cart Left')
  await world.pass({ minutes: 5 })
  assert.deepEqual([await world.subjectsTo('bob'), await world.subjectsTo('eve')], [['sorry'], []])
  const { others } = await world.api<OutputOf<typeof GetScores>>(`GET /api/people/${await world.profileId('bob')}/scores`)
  assert.ok(others.find(({ name }) => name === 'sentiment')!.score < -0.3)
})
