import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { journey, type Refused, startWorld, template, type World } from './world.ts'

let world: World
before(async () => {
  world = await startWorld({ consentMode: 'opt-out' })
  await world.publish(
    template('hello', { subject: 'Hello', body: 'Hello' }),
    journey('welcome', 'Signed Up', {
      holdout: '0%',
      steps: [
        { kind: 'wait', id: 'settle', for: '5d' },
        { kind: 'email', id: 'hello', template: 'hello' },
      ],
    }),
    journey('asked', 'Asked', { steps: [{ kind: 'hold', id: 'ask', upTo: '3d', otherwise: [] }] }),
  )
  for (const name of ['ann', 'ben', 'cyd']) {
    await world.identify(name, { email: `${name}@people.example` })
    await world.track(name, 'Signed Up')
  }
  await world.pass({ minutes: 1 })
  await world.app.reported()
})
after(() => world.stop())

const move = (body: object) =>
  world.api<{ moved: number; more: boolean }>('POST /api/journeys/welcome/runs/move', { step: 'settle', ...body })
const subjects = async (name: string) => (await world.messages(`${name}@people.example`)).length
const whyOf = async (name: string) => JSON.stringify(await world.why('welcome', `${name}@people.example`))

test('who stands on a step is moved on by hand, one by one or all, and it is said who did it', async () => {
  const ann = await world.profileId('ann@people.example')
  assert.deepEqual(await move({ to: 'on', profiles: [ann] }), { moved: 1, more: false })
  await world.pass({ minutes: 1 })
  assert.deepEqual([await subjects('ann'), await subjects('ben')], [1, 0])
  await world.app.reported()
  assert.match(await whyOf('ann'), /A colleague moved them on/)
  // Asked again, nobody of that visit is there any more.
  assert.equal((await move({ to: 'on', profiles: [ann] })).moved, 0)
})

test('who is taken out gets nothing more', async () => {
  const ben = await world.profileId('ben@people.example')
  assert.equal((await move({ to: 'out', profiles: [ben], comment: 'A friend of the house' })).moved, 1)
  await world.pass({ days: 6 })
  assert.deepEqual([await subjects('ben'), await subjects('cyd')], [0, 1])
  await world.app.reported()
  assert.match(await whyOf('ben'), /A colleague took them out/)
  const { lines } = await world.api<{ lines: { action: string; object: string }[] }>('GET /api/audit?limit=50')
  assert.ok(lines.some(({ action, object }) => action === 'journeys.moveRuns' && object === 'journey:welcome:settle out 1'))
})

test('a hold is decided and not gone around; a paused journey moves nobody on; an unknown step is told', async () => {
  const refused = (code: string) => (error: Refused) => (error.body as { code: string }).code === code
  await assert.rejects(world.api('POST /api/journeys/asked/runs/move', { step: 'ask', to: 'on' }), refused('journey.held'))
  await assert.rejects(move({ step: 'nowhere', to: 'on' }), refused('journey.step.unknown'))
  await world.api('POST /api/journeys/welcome/mode', { mode: 'pause' })
  await assert.rejects(move({ to: 'on' }), refused('journey.paused'))
  assert.equal((await move({ to: 'out' })).moved, 0)
})
