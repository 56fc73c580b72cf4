import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { readAuthored } from '#app/authored-files.ts'
import { filesIn } from '#app/tar.ts'
import type { ListPacks, ReadVerdicts } from '#consent/policies/api.ts'
import type { PersonDecisions } from '#decisions/record-api.ts'
import type { OutputOf } from '#lib/action.ts'
import { startWorld, type World } from './world.ts'

const BANK = join(import.meta.dirname, '../../examples/bank')
const TERMS = 'Annual percentage rate (APR) for purchases: 21.99% variable. Annual fee: none. Minimum interest charge: $1.'

type Row = OutputOf<typeof ReadVerdicts>['verdicts'][number]

let world: World
before(async () => {
  // The clock of these worlds begins on Saturday 2026-03-07 at noon, UTC.
  world = await startWorld()
  const { documents, problems } = readAuthored(BANK)
  assert.deepEqual(problems, [])
  await world.publish(...documents.map(({ kind, id, body }) => ({ ...body, kind, id })))
})
after(() => world.stop())

/** A customer in New York whom the criteria v3 have pre-approved today, and what is different of them. */
async function customer(name: string, different: Readonly<Record<string, unknown>> = {}): Promise<void> {
  await world.identify(name, {
    name,
    country: 'US',
    state: 'NY',
    timezone: 'America/New_York',
    prescreen_result: 'pre-approved',
    prescreen_criteria: 'v3',
    prescreen_checked_at: '2026-03-06',
    prescreen_opt_out: false,
    card_terms: TERMS,
    ...different,
  })
}

async function verdictsOn(name: string): Promise<Row[]> {
  await world.app.reported()
  const { verdicts } = await world.api<OutputOf<typeof ReadVerdicts>>(`GET /api/compliance/verdicts?profile=${await world.profileId(name)}`)
  return verdicts
}

/** Offers the card, and gives back the one verdict against it. */
async function refused(name: string, policy: string): Promise<Row> {
  await world.track(name, 'Prescreen Completed')
  await world.pass({ minutes: 10 })
  assert.deepEqual(await world.subjectsTo(name), [], `${name} gets no mail`)
  const against = (await verdictsOn(name)).filter(({ outcome }) => outcome !== 'pass')
  const found = against.find((row) => row.policy === policy)
  assert.ok(found, `${policy} is among ${against.map((row) => row.policy).join(', ')}`)
  const { items } = await world.why('card-offer', name)
  assert.ok(JSON.stringify(items).includes(`policy:${policy} (${found.citation})`), 'the reason names the rule and its citation')
  return found
}

test('the rules of the bank stand between six customers and a card offer, and let one of them have it', async () => {
  await customer('eligible')
  await world.track('eligible', 'Prescreen Completed')
  await world.pass({ minutes: 10 })
  const [mail] = await world.mailTo('eligible')
  assert.ok(mail, JSON.stringify(await verdictsOn('eligible')))
  assert.match(mail.text, /annual percentage rate/i)
  assert.match(mail.text, /1-888-5-OPT-OUT/)
  assert.match(mail.html, /PRESCREEN &amp; OPT-OUT NOTICE/)
  assert.notEqual(mail.link.unsubscribe, '')
  const passed = await verdictsOn('eligible')
  assert.deepEqual(
    passed
      .filter(({ outcome, channel }) => outcome === 'pass' && channel === 'email')
      .map(({ stage }) => stage)
      .sort(),
    ['decision', 'dispatch'],
  )
  const atHandOver = passed.find(({ stage }) => stage === 'dispatch')!
  for (const rule of ['fcra-short-notice@1', 'fcra-long-notice@1', 'can-spam-unsubscribe@1', 'pre-approval-evidence@1', 'udaap-words@1'])
    assert.ok(atHandOver.policies.includes(rule), `${rule} was asked`)
})

test('an ineligible customer is refused with the citation', async () => {
  await customer('ineligible', { prescreen_result: 'declined' })
  const verdict = await refused('ineligible', 'fcra-firm-offer-criteria')
  assert.match(verdict.citation, /15 USC 1681/)
  assert.match(verdict.reason, /“prescreen_result” is declined/)
  assert.equal(verdict.stage, 'decision')
})

test('a check that is too old is refused with the citation', async () => {
  await customer('stale', { prescreen_checked_at: '2026-01-15' })
  const verdict = await refused('stale', 'pre-approval-evidence')
  assert.match(verdict.citation, /CR-14; 15 USC 1681b/)
  assert.match(verdict.reason, /may be 30d at most/)
})

test('an offer without its disclosure is refused at hand-over with the citation', async () => {
  await customer('undisclosed', { card_terms: 'No annual fee, ever.' })
  const verdict = await refused('undisclosed', 'reg-z-open-end')
  assert.equal(verdict.stage, 'dispatch')
  assert.match(verdict.citation, /12 CFR 1026\.16/)
  assert.match(verdict.reason, /because it says “annual fee”/)
})

test('a customer who has opted out is refused with the citation', async () => {
  await customer('opted-out')
  await world.track('opted-out', 'Consent Withdrawn', { channel: 'email' })
  const verdict = await refused('opted-out', 'can-spam-opt-out')
  assert.equal(verdict.reason, 'They have opted out')
  assert.match(verdict.citation, /15 USC 7704\(a\)\(4\)/)
})

test('in Texas nobody is texted on a Sunday before noon, and the rule is named', async () => {
  await customer('texan', { state: 'TX', timezone: 'America/Chicago', phone: '+15125550100' })
  await world.track('texan', 'Consent Granted', { channel: 'sms', basis: 'consent', wording: 'texts', wording_version: 1 })
  // Sunday 10:00 in Austin.
  await world.pass({ seconds: (Date.parse('2026-03-08T15:00:00Z') - world.clock.now()) / 1_000 })
  const verdict = await refused('texan', 'hours-tx')
  assert.equal(verdict.outcome, 'defer')
  assert.match(verdict.citation, /Tex\. Bus\. & Com\. Code 301\.051/)
  assert.match(verdict.reason, /Sun 10:00 in America\/Chicago/)
  assert.equal(verdict.until, Date.parse('2026-03-08T17:00:00Z'), 'noon in Austin')
  await world.pass({ hours: 3 })
  const passed = (await verdictsOn('texan')).filter(({ outcome, channel }) => outcome === 'pass' && channel === 'sms')
  assert.ok(passed.length > 0 && passed.every(({ at }) => at >= Date.parse('2026-03-08T17:00:00Z')))
})

test('the next best offer of a customer: a model chooses only among what the rules allow, and every rule that stood in the way is on record', async () => {
  await world.app.learned()
  const rich = { assets: 90_000 }
  await customer('offered', rich)
  await customer('declined', { ...rich, prescreen_result: 'declined' })
  await customer('saver', { savings_account: 's-1', prescreen_result: 'declined' })
  await customer('quiet', rich)
  await world.track('quiet', 'Consent Withdrawn', { channel: 'email' })
  for (const name of ['offered', 'declined', 'saver', 'quiet']) await world.track(name, 'Signed In')
  await world.pass({ minutes: 10 })
  await world.app.reported()
  const decided = async (name: string) => {
    const { decisions } = await world.api<OutputOf<typeof PersonDecisions>>(`GET /api/people/${await world.profileId(name)}/decisions`)
    const made = decisions.find(({ model }) => model === 'next-offer')!
    return { ...made, why: Object.fromEntries(made.candidates.map(({ arm, excluded }) => [arm, excluded])) }
  }
  const offered = await decided('offered')
  assert.deepEqual([offered.why['card'], offered.why['savings'], offered.why['advice']], ['', '', ''])
  const declined = await decided('declined')
  assert.match(declined.why['card']!, /^policy:fcra-firm-offer-criteria/)
  assert.equal(declined.why['savings'], '')
  assert.notEqual(declined.chosen, 'card')
  const firm = declined.candidates.find(({ arm }) => arm === 'card')!
  assert.equal(firm.propensity, 0)
  assert.match(firm.sentence, /^Not possible\. .*15 USC 1681/)
  // Nothing is left for these two, so nothing goes out.
  const [saver, quiet] = [await decided('saver'), await decided('quiet')]
  assert.deepEqual([saver.why['savings'], saver.why['advice']], ['condition', 'condition'])
  // One in five is control, whom nobody chooses for.
  assert.ok(saver.by === 'control' || saver.silence === 'no_candidate', `${saver.by} ${saver.silence}`)
  assert.equal(saver.chosen, 'fallback')
  assert.ok(
    ['card', 'savings', 'advice'].every((arm) => quiet.why[arm] !== ''),
    JSON.stringify(quiet.why),
  )
  assert.deepEqual([await world.subjectsTo('saver'), await world.subjectsTo('quiet')], [[], []])
  // Whoever is told of the card is told with its disclosure and the way out of such offers.
  for (const mail of [...(await world.mailTo('offered')), ...(await world.mailTo('declined'))]) {
    if (!/pre-approved/.test(mail.subject)) continue
    assert.match(mail.text, /annual percentage rate/i)
    assert.match(mail.text, /1-888-5-OPT-OUT/)
    assert.notEqual(mail.link.unsubscribe, '')
  }
})

test('the proof pack of the campaign shows all six: the one that got the offer, and the five that were refused, with the citation', async () => {
  await world.app.reported()
  const answer = await fetch(`${world.url}/api/proof?journey=card-offer`, { headers: { authorization: `Bearer ${world.secretKey}` } })
  assert.equal(answer.status, 200)
  const files = new Map<string, string>()
  for await (const { name, content } of filesIn(answer.body!)) files.set(name, content.toString())
  const sent = JSON.parse(files.get('sent.json')!) as { profile: string; channel: string; exact: string; files: string[] }[]
  const offer = sent.find(({ channel }) => channel === 'email')!
  assert.deepEqual([offer.profile, offer.exact], [await world.profileId('eligible'), 'yes'])
  const shown = files.get(offer.files.find((file) => file.endsWith('.txt'))!)!
  assert.match(shown, /annual percentage rate/i)
  assert.match(shown, /1-888-5-OPT-OUT/)
  const refusals = files.get('verdicts.csv')!
  const six: [string, RegExp][] = [
    ['ineligible', /15 USC 1681/],
    ['stale', /CR-14; 15 USC 1681b/],
    ['undisclosed', /12 CFR 1026\.16/],
    ['opted-out', /15 USC 7704\(a\)\(4\)/],
    ['texan', /Tex\. Bus\. & Com\. Code 301\.051/],
  ]
  for (const [name, citation] of six) {
    const id = await world.profileId(name)
    const lines = refusals.split('\r\n').filter((line) => line.includes(id) && /,(refuse|defer),/.test(line))
    assert.ok(
      lines.some((line) => citation.test(line)),
      `${name}: ${lines.join('\n')}`,
    )
  }
  const index = files.get('index.html')!
  assert.ok(index.includes('12 CFR 1026.16') && !/<script/i.test(index))
  assert.ok([...files.keys()].some((name) => name.startsWith('documents/journey/card-offer-')))
})

test('the packs are listed with their citations, and which of them hold', async () => {
  const { packs } = await world.api<OutputOf<typeof ListPacks>>('GET /api/compliance/packs')
  assert.deepEqual(
    packs
      .filter(({ on }) => on)
      .map(({ id }) => id)
      .sort(),
    ['mailbox-providers', 'us-can-spam', 'us-credit-offers', 'us-tcpa'],
  )
  assert.ok(packs.every(({ policies }) => policies.every(({ citation }) => citation.length > 5)))
})

test('an offer that lacks its notices, or promises too much, cannot be published: the place and the citation are named', async () => {
  const [offer] = readAuthored(BANK)
    .documents.filter(({ id }) => id === 'card-offer' || id === 'card-offer-mail')
    .filter(({ kind }) => kind === 'template')
  const mjml = String(offer!.body['mjml'])
    .replace('you are pre-approved', 'guaranteed approval')
    .replaceAll('PRESCREEN &amp; OPT-OUT NOTICE', 'NOTICE')
  await assert.rejects(world.publish({ ...offer!.body, kind: 'template', id: 'card-offer', mjml }), (error: Error) => {
    assert.match(error.message, /fcra-long-notice · US · 15 USC 1681m/)
    assert.match(error.message, /It says “guaranteed approval”/)
    assert.match(error.message, /\/mjml:2:/)
    return true
  })
})

test('what a prohibited basis decides cannot be published as a credit journey', async () => {
  const segment = { kind: 'segment', id: 'young', when: 'profile.birth_date > date("2000-01-01")' }
  const steps = [
    {
      kind: 'branch',
      id: 'who',
      branches: [{ id: 'yes', when: 'segment("young")', steps: [{ kind: 'email', id: 'offer', template: 'card-offer' }] }],
      otherwise: [],
    },
  ]
  const journey = {
    kind: 'journey',
    id: 'young-card',
    goal: { event: 'Card Application Submitted', within: '30d' },
    entry: { event: 'Signed Up' },
    steps,
    default: { otherwise: 'continue' },
  }
  await assert.rejects(world.publish(segment, journey), /“birth_date” must not decide who gets it.*ecoa-prohibited-basis.*1002\.4/)
})
