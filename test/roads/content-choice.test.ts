import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { ReplayDecisions } from '#decisions/api.ts'
import type { ReadTemplateResults } from '#decisions/content/api.ts'
import type { GetDecision, ModelDecisions, PersonDecisions } from '#decisions/record-api.ts'
import type { ReadModelReport } from '#decisions/report-api.ts'
import type { OutputOf } from '#lib/action.ts'
import { until } from '../fixtures/delivery.ts'
import { addressOf, BROWSER, type Mail, START, startWorld, type World } from './world.ts'

const FOOT =
  '<mj-section><mj-column><mj-text>{{ sender.postal_address }} <a href="{{ unsubscribe_url }}">Unsubscribe</a></mj-text></mj-column></mj-section>'
const section = (text: string): string => `<mj-section><mj-column><mj-text>${text}</mj-text></mj-column></mj-section>`
const variant = (id: string, text: string) => ({ id, body: section(text) })

suite('content that finds its best version, on the whole road', () => {
  let world: World
  before(async () => {
    world = await startWorld()
    await world.publish(
      { kind: 'model', id: 'best', type: 'content', within: '1h' },
      {
        kind: 'template',
        id: 'news',
        subject: 'News',
        mjml: `<mjml><mj-body><slot name="hero" /><slot name="foot" />${section('<a href="https://shop.example/x">Look</a>')}${FOOT}</mj-body></mjml>`,
        slots: {
          hero: { by: 'model', variants: [variant('dull', 'Something is here'), variant('bright', 'Spring is here')] },
          foot: { by: 'model', variants: [variant('left', 'On the left'), variant('right', 'On the right')] },
        },
      },
      {
        kind: 'journey',
        id: 'news',
        goal: { event: 'Order Completed', within: '7d' },
        entry: { event: 'Asked' },
        steps: [{ kind: 'email', id: 'mail', template: 'news', otherwise: [] }],
      },
    )
    await world.app.built()
  })
  after(() => world.stop())

  let count = 0
  /** So many new people ask, and what each of them gets. */
  async function write(people: number): Promise<{ person: string; mail: Mail; bright: boolean }[]> {
    const names = Array.from({ length: people }, () => `p${++count}`)
    const batch = names.flatMap((userId) => [
      { type: 'identify', userId, traits: { email: addressOf(userId) } },
      { type: 'track', userId, event: 'Asked', properties: {} },
    ])
    await world.call('batch', { batch })
    await world.pass({ minutes: 10 })
    return Promise.all(
      names.map(async (person) => {
        const mail = (await world.mailTo(person)).at(-1)!
        return { person, mail, bright: mail.text.includes('Spring') }
      }),
    )
  }
  const click = ({ mail }: { mail: Mail }) => fetch(mail.link.click, { redirect: 'manual', headers: { 'user-agent': BROWSER } })
  const decisionOf = async (person: string): Promise<OutputOf<typeof GetDecision>> => {
    await world.app.reported()
    const { decisions } = await world.api<OutputOf<typeof PersonDecisions>>(`GET /api/people/${await world.profileId(person)}/decisions`)
    return world.api<OutputOf<typeof GetDecision>>(`GET /api/decisions/${encodeURIComponent(decisions[0]!.id)}`)
  }
  const results = () => world.api<OutputOf<typeof ReadTemplateResults>>('GET /api/templates/news/results')

  test('while nothing is known all are shown alike; what is clicked becomes the rule within a snapshot; a tenth stays even', async () => {
    const first = await write(80)
    const bright = first.filter((each) => each.bright)
    assert.ok(bright.length > 22 && bright.length < 58, `${bright.length}`)
    const cold = await decisionOf(first[0]!.person)
    assert.deepEqual(
      [cold.kind, cold.by, cold.silence, cold.propensity, cold.candidates.length],
      ['content', 'cold_start', 'model_cold', 0.25, 4],
    )
    assert.match(cold.sentence, /drawn by lot, each combination as likely/)
    for (const each of bright) assert.equal((await click(each)).status, 302)
    await world.settled()
    const early = await results()
    assert.deepEqual(
      early.models.map(({ model, snapshot, slots }) => [model, snapshot, slots[0]!.options[0]!.adaptive.shown]),
      [['best', 0, 0]],
      'it is not over yet',
    )

    await world.pass({ hours: 2 })
    await world.app.reported()
    await world.api('POST /api/models/best/train')
    await world.app.learned()
    // Delivery looks once a second whether something was learned.
    await until('a message is chosen by what was learned', async () => {
      const [one] = await write(1)
      return (await decisionOf(one!.person)).snapshot > 0
    })
    const second = await write(100)
    const shown = second.filter((each) => each.bright).length
    assert.ok(shown >= 80, `${shown} of 100 are of the nine tenths, and of half of the tenth`)
    await world.app.reported()
    const { decisions } = await world.api<OutputOf<typeof ModelDecisions>>('GET /api/models/best/decisions?limit=100')
    assert.ok(
      decisions.every(
        ({ by, candidates }) => by === 'model' && Math.abs(candidates.reduce((sum, each) => sum + each.propensity, 0) - 1) < 1e-9,
      ),
    )
    const even = decisions.filter(({ sentence }) => /a share of messages stays even/.test(sentence)).length
    assert.ok(even > 0 && even < 30, `${even} of 100`)

    const from = START - 86_400_000
    const replay = { from, to: world.clock.now() + 1 }
    const { checked, same, differences } = await world.api<OutputOf<typeof ReplayDecisions>>('POST /api/decisions/replay', replay)
    assert.deepEqual(differences, [])
    assert.ok(checked === same && checked >= 181)
  })

  test('the results say in words what leads, what is not worth trying on, and that too few were drawn evenly to confirm it', async () => {
    const { models } = await results()
    const [best] = models
    const [hero, foot] = best!.slots
    assert.deepEqual([hero!.slot, hero!.leader], ['hero', 'bright'])
    assert.notEqual(hero!.state, 'confirmed', 'fewer than a hundred of each were drawn evenly')
    assert.equal(hero!.difference, null)
    assert.ok(hero!.options[1]!.share > 0.9)
    assert.ok(hero!.options[1]!.even.successes > 22 && hero!.options[0]!.even.successes === 0)
    assert.match(hero!.sentence, /“bright” leads/)
    assert.match(foot!.sentence, /^In foot.*not (decided|confirmed)/)
    const { sentences } = await world.api<OutputOf<typeof ReadModelReport>>('GET /api/models/best/report')
    assert.ok(sentences.some((each) => each.startsWith('news: In hero')))
    await assert.rejects(world.api('GET /api/templates/nothing/results'), /404/)
  })
})
