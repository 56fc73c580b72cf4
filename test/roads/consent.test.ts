import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { GetConsent, GetConsentHistory, GetConsentImport, ListSuppressions } from '#consent/api.ts'
import type { OutputOf } from '#lib/action.ts'
import { transaction } from '#platform/postgres/pool.ts'
import { addressHash, suppressHashed } from '#platform/suppressions.ts'
import { until } from '../fixtures/delivery.ts'
import { addressOf, BROWSER, type Document, journey, Refused, START, startWorld, template, type World } from './world.ts'

const SECRET = 'a secret of at least thirty-two characters'
const FORM = { 'content-type': 'application/x-www-form-urlencoded', 'user-agent': BROWSER }
const WORDS = { en: 'Yes, send me offers. I can stop at any time.', de: 'Ja, schickt mir Angebote. Ich kann jederzeit aufhören.' }

const mail = (id: string, body: string, more: object = {}): Document => ({
  kind: 'template',
  id,
  subject: id,
  purpose: 'transactional',
  mjml: `<mjml><mj-body><mj-section><mj-column><mj-text>${body}</mj-text></mj-column></mj-section></mj-body></mjml>`,
  ...more,
})

const TOPICS: Document[] = [
  { kind: 'wording', id: 'offers-form', texts: WORDS },
  mail('please-confirm', '<a href="{{ confirm_url }}">Confirm</a>'),
  {
    kind: 'topic',
    id: 'offers',
    texts: { en: { name: 'Offers', description: 'What is on sale' }, de: { name: 'Angebote', description: 'Was im Angebot ist' } },
    channels: { email: 'consent', sms: 'consent' },
    doubleOptIn: { templates: { email: 'please-confirm' }, withinDays: 3 },
  },
  {
    kind: 'topic',
    id: 'tips',
    texts: { en: { name: 'Tips <b>' } },
    channels: { email: 'legitimate-interest', push: 'consent' },
    default: 'on',
  },
  { kind: 'topic', id: 'games', texts: { en: { name: 'Games' } }, channels: { email: 'consent' }, minimumAge: 16 },
]
const step = (id: string) => ({ steps: [{ kind: 'email', id: 'send', template: id }] })

let world: World
before(async () => {
  world = await startWorld({ env: { SECRET_KEY: SECRET }, consentMode: 'opt-in' })
  const choose = '<a href="{{ preferences_url }}">Choose</a>'
  await world.publish(
    ...TOPICS,
    template('offer', { topic: 'offers', body: choose }),
    template('tip', { topic: 'tips', body: choose }),
    template('game', { topic: 'games' }),
    mail('receipt', `Thanks. ${choose}`),
    journey('offers', 'Offer Wanted', step('offer')),
    journey('more-offers', 'Offer Wanted Again', step('offer')),
    journey('tips', 'Tip Wanted', step('tip')),
    journey('late-tips', 'Late Tip Wanted', { steps: [{ kind: 'wait', id: 'rest', for: '2h' }, ...step('tip').steps] }),
    journey('games', 'Game Wanted', step('game')),
    journey('receipts', 'Order Completed', {
      goal: { event: 'Thanked', within: '1d' },
      steps: [{ kind: 'email', id: 'send', template: 'receipt', lane: 'transactional' }],
    }),
  )
})
after(() => world?.stop())

const linkIn = async (person: string, kind: 'y' | 'p', subject?: string): Promise<string> => {
  const mails = (await world.mailTo(person)).filter((each) => subject === undefined || each.subject === subject)
  return new RegExp(`http[^"\\s]*/${kind}/[^"\\s]+`).exec(mails.at(-1)?.html ?? '')?.[0] ?? ''
}
const post = (url: string, form: Record<string, string> | [string, string][]): Promise<Response> =>
  fetch(url, { method: 'POST', headers: FORM, body: new URLSearchParams(form) })
const consent = async (person: string): Promise<OutputOf<typeof GetConsent>> =>
  world.api(`GET /api/profiles/${await world.profileId(person)}/consent`)
const history = async (person: string): Promise<OutputOf<typeof GetConsentHistory>['records']> => {
  await world.settled()
  await world.app.reported()
  return (await world.api<OutputOf<typeof GetConsentHistory>>(`GET /api/profiles/${await world.profileId(person)}/consent/history`)).records
}
const may = async (person: string, name: string): Promise<string> => {
  const found = (await consent(person)).standing.find(({ channel, topic }) => `${channel}:${topic}` === name)
  return found?.may ? 'yes' : (found?.reason ?? 'not there')
}
const stored = async (): Promise<string> => {
  const { rows } = await world.app.parts.work.query(
    `select (select coalesce(sum(length(records)), 0) from log) as log, (select count(*) from suppressions) as list, (select count(*) from outbox) as outbox`,
  )
  return JSON.stringify(rows)
}

test('double opt-in: nothing goes out before the person confirms, and looking at the link changes nothing', async () => {
  await world.identify('dora')
  await world.track('dora', 'Consent Granted', {
    channel: 'email',
    topic: 'offers',
    source: 'form',
    method: 'checkbox',
    wording: 'offers-form',
    wording_version: 1,
    locale: 'de',
    ip: '203.0.113.9',
  })
  await world.track('dora', 'Offer Wanted')
  await world.pass({ minutes: 1 })
  assert.deepEqual(await world.subjectsTo('dora'), ['please-confirm'])
  assert.equal(await may('dora', 'email:offers'), 'consent_pending')

  const link = await linkIn('dora', 'y')
  const before = await stored()
  for (const method of ['GET', 'HEAD', 'GET'])
    assert.equal((await fetch(link, { method, headers: { 'user-agent': 'Barracuda' } })).status, 200)
  assert.equal(await stored(), before)
  assert.equal((await fetch(`${link.slice(0, -3)}abc`, { method: 'POST' })).status, 404)
  const page = await (await fetch(link, { headers: { 'accept-language': 'de-AT,de;q=0.9' } })).text()
  assert.match(page, /<html lang="de"/)
  assert.match(page, /Angebote/)
  assert.match(page, /d••@people\.example/)

  assert.equal((await post(link, {})).status, 200)
  await world.settled()
  assert.equal(await may('dora', 'email:offers'), 'yes')
  await world.track('dora', 'Offer Wanted Again')
  await world.pass({ minutes: 1 })
  assert.equal((await world.subjectsTo('dora')).filter((subject) => subject === 'offer').length, 1)

  const records = await history('dora')
  assert.deepEqual(
    records.map(({ status, method, source }) => [status, method, source]),
    [
      ['pending', 'checkbox', 'form'],
      ['granted', 'double-opt-in', 'double-opt-in'],
    ],
  )
  const [asked, granted] = records
  assert.equal(asked!.wordingText, WORDS.de, 'the text as it was read')
  assert.equal(asked!.wordingHash.length, 64)
  assert.equal(asked!.ip, '203.0.113.9')
  assert.equal(granted!.wording, 'offers-form')
  assert.match(granted!.userAgent, /Chrome/)
  assert.match(granted!.supersedes, /^pending@/)
})

test('a question that nobody answers runs out by itself, and its link says so', async () => {
  await world.identify('slow')
  await world.track('slow', 'Consent Granted', { channel: 'email', topic: 'offers', source: 'form', method: 'checkbox' })
  await world.pass({ minutes: 1 })
  const link = await linkIn('slow', 'y')
  // Asked again at once, nobody gets a second mail; asked for ever, at most three a day.
  for (let i = 0; i < 5; i++) {
    await world.track('slow', 'Consent Granted', { channel: 'email', topic: 'offers', source: 'form', method: 'checkbox' })
    await world.pass({ minutes: i })
  }
  assert.ok((await world.subjectsTo('slow')).length <= 3)
  await world.pass({ days: 4 })
  assert.equal(await may('slow', 'email:offers'), 'consent_expired')
  assert.equal((await post(link, {})).status, 410)
  assert.equal((await history('slow')).at(-1)!.reason, 'not_confirmed')
})

test('the preference centre: what is chosen there holds when it answers', async () => {
  await world.identify('paula', { phone: '+4915112345678' })
  await world.track('paula', 'Order Completed')
  await world.pass({ minutes: 1 })
  const link = await linkIn('paula', 'p')
  const before = await stored()
  for (const method of ['GET', 'HEAD']) assert.equal((await fetch(link, { method })).status, 200)
  assert.equal(await stored(), before)
  const page = await fetch(link)
  const text = await page.text()
  assert.doesNotMatch(text, /<script|paula@people/)
  assert.match(text, /Tips &lt;b&gt;/)
  assert.match(String(page.headers.get('content-security-policy')), /default-src 'none'/)
  assert.match(text, /value="email:tips" checked/, 'what is on by default is ticked')

  // A message waits; its topic is left; it does not go.
  await world.track('paula', 'Late Tip Wanted')
  await world.settled()
  const answer = await post(link, [
    ['do', 'save'],
    ['shown', 'email:tips'],
    ['shown', 'email:offers'],
    ['shown', 'sms:offers'],
    ['on', 'email:offers'],
    ['on', 'sms:offers'],
  ])
  assert.equal(answer.status, 200)
  assert.match(await answer.text(), /role="status"/)
  await world.pass({ hours: 3 })
  assert.deepEqual(await world.subjectsTo('paula'), ['receipt'])
  assert.equal(await may('paula', 'email:tips'), 'consent_withdrawn')
  assert.equal(await may('paula', 'email:offers'), 'yes', 'whoever has the link reads the address: no second question')
  assert.equal(await may('paula', 'sms:offers'), 'yes', 'no question is asked by this channel')

  await post(link, { do: 'pause', days: '30' })
  await world.track('paula', 'Offer Wanted')
  await world.pass({ minutes: 5 })
  assert.equal(await may('paula', 'email:offers'), 'consent_paused')
  assert.match(await (await fetch(`${link}?lang=fr`)).text(), /En pause jusqu’au 10 avril 2026|En pause jusqu’au \d+ avril 2026/)
  await world.pass({ days: 31 })
  assert.equal(await may('paula', 'email:offers'), 'yes', 'the pause ends by itself')

  await post(link, { do: 'language', language: 'es' })
  await world.settled()
  assert.match(await (await fetch(link)).text(), /<html lang="es"/)
  await post(link, { do: 'none' })
  await world.settled()
  assert.equal(await may('paula', 'email:offers'), 'consent_withdrawn')
  assert.equal(await may('paula', 'sms:offers'), 'consent_withdrawn')
})

test('consent by the API is refused without its parts, and kept with them', async () => {
  await world.identify('api')
  await world.settled()
  const id = await world.profileId('api')
  const set = (body: object) => world.api<{ may: boolean; reason: string }>(`POST /api/profiles/${id}/consent`, body)
  await assert.rejects(set({ status: 'granted', channel: 'email', topic: 'nope', source: 'store', method: 'verbal' }), Refused)
  await assert.rejects(
    set({ status: 'granted', channel: 'email', topic: 'offers', source: 'store', method: 'verbal', confirmed: true }),
    /proof/,
  )
  await assert.rejects(set({ status: 'granted', channel: 'email', topic: 'offers' }), Refused)
  await set({ status: 'granted', channel: 'email', topic: 'offers', source: 'store', method: 'written', confirmed: true, proof: 'scan 77' })
  await world.settled()
  assert.equal(await may('api', 'email:offers'), 'yes')
  await set({ status: 'withdrawn', channel: '*', source: 'phone', method: 'verbal' })
  await world.settled()
  assert.equal(await may('api', 'email:tips'), 'consent_withdrawn')
  const last = (await history('api')).filter(({ status }) => status === 'granted').at(-1)!
  assert.equal(last.proof, 'scan 77')
  assert.match(last.actor, /key/)
})

test('consent that is withdrawn by an event stops messages that wait already', async () => {
  await world.identify('eve')
  await world.track('eve', 'Late Tip Wanted')
  await world.pass({ hours: 1 })
  await world.track('eve', 'Consent Withdrawn', { channel: 'email', topic: 'tips' })
  await world.pass({ hours: 3 })
  assert.deepEqual(await world.subjectsTo('eve'), [])
})

test('somebody too young gets no marketing, unless a parent has agreed; an unknown age is refused', async () => {
  const born = (years: number): string => new Date(START - years * 365.25 * 86_400_000).toISOString().slice(0, 10)
  for (const [who, traits] of [
    ['young', { birth_date: born(13) }],
    ['grown', { birth_date: born(30) }],
    ['ageless', {}],
  ] as const) {
    await world.identify(who, traits)
    await world.track(who, 'Consent Granted', { channel: 'email', topic: 'games', source: 'form', method: 'checkbox' })
    await world.track(who, 'Game Wanted')
  }
  await world.pass({ minutes: 1 })
  assert.deepEqual(await Promise.all(['young', 'grown', 'ageless'].map((who) => may(who, 'email:games'))), [
    'under_age',
    'yes',
    'age_unknown',
  ])
  await world.track('young', 'Consent Granted', { channel: 'email', topic: 'games', source: 'letter', method: 'written', by: 'parent' })
  await world.settled()
  assert.equal(await may('young', 'email:games'), 'yes')
  assert.deepEqual(await world.subjectsTo('young'), [])
})

test('Global Privacy Control: the browser and the known person are out of advertising, and mail to those who agreed stays', async () => {
  const send = (call: string, body: object, gpc: boolean) =>
    fetch(`${world.url}/v1/${call}`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${btoa(`${world.writeKey}:`)}`,
        'content-type': 'application/json',
        ...(gpc ? { 'sec-gpc': '1' } : {}),
      },
      body: JSON.stringify(body),
    })
  await send('page', { anonymousId: 'browser-7', name: 'Home' }, true)
  await send('identify', { anonymousId: 'browser-7', userId: 'greta', traits: { email: addressOf('greta') } }, false)
  await world.settled()
  assert.equal((await consent('greta')).ads, false)
  assert.equal(await may('greta', 'email:tips'), 'yes')
  assert.deepEqual(
    (await history('greta')).map(({ channel, status, source, method }) => [channel, status, source, method]),
    [['ads', 'withdrawn', 'gpc', 'signal']],
  )
  const resource = await fetch(`${world.url}/.well-known/gpc.json`)
  assert.match(String(resource.headers.get('content-type')), /application\/json/)
  assert.equal(((await resource.json()) as { gpc: boolean }).gpc, true)
})

test('an import with proof: rows without it are refused with line and reason, and the rest are consents', async () => {
  const csv = [
    'email,channel,topic,captured_at,method,source,wording,wording_version,proof_ref',
    'im-one@people.example,email,offers,2026-01-02T10:00:00Z,double-opt-in,old system,offers-form,1,export 2026-01 line 4',
    'im-two@people.example,email,offers,2026-01-02T10:00:00Z,checkbox,old system,offers-form,1,',
    'im-three@people.example,email,tips,2026-01-02T10:00:00Z,checkbox,old system,offers-form,9,',
    'im-four@people.example,email,tips,,checkbox,old system,offers-form,1,',
    'not an address,email,tips,2026-01-02T10:00:00Z,checkbox,old system,offers-form,1,',
    'im-five@people.example,email,tips,2036-01-02T10:00:00Z,checkbox,old system,offers-form,1,',
  ].join('\r\n')
  const begun = await world.api<OutputOf<typeof GetConsentImport>>('POST /api/consent/imports', { name: 'old.csv', csv })
  const look = () => world.api<OutputOf<typeof GetConsentImport>>(`GET /api/consent/imports/${begun.id}`)
  await until('the import is done', async () => (await look()).status === 'done')
  const { taken, rejected, faults } = await look()
  assert.deepEqual([taken, rejected], [1, 5])
  assert.deepEqual(
    faults.map(({ row, title }) => `${row} ${title.split(':')[0]}`),
    [
      '3 topic “offers” asks to confirm',
      '4 there is no version 9 of wording “offers-form”',
      '5 captured_at is no date',
      '6 email is no address',
      '7 captured_at is in the future',
    ],
  )
  await world.settled()
  assert.equal(await may('im-one@people.example', 'email:offers'), 'yes')
  assert.equal((await history('im-one@people.example'))[0]!.proof, 'export 2026-01 line 4')
  await assert.rejects(world.api('POST /api/consent/imports', { name: 'x', csv: 'email,channel\na@b.example,email' }), /columns|missing/)
  const again = await world.api<OutputOf<typeof GetConsentImport>>('POST /api/consent/imports', { name: 'old.csv', csv })
  assert.deepEqual([again.status, again.taken], ['done', 1], 'the same file again is the same import')
})

test('the suppression list: nothing goes to an address on it, an erased one is known by its hash, and complaints stay', async () => {
  await world.identify('manny')
  await world.track('manny', 'Late Tip Wanted')
  await world.settled()
  await world.api('POST /api/suppressions', { address: 'Manny@people.example', note: 'asked by letter' })
  await world.track('manny', 'Order Completed')
  await world.pass({ hours: 3 })
  assert.deepEqual(await world.subjectsTo('manny'), [], 'neither marketing nor answers')
  assert.equal(await may('manny', 'email:tips'), 'address_blocked')
  const list = await world.api<OutputOf<typeof ListSuppressions>>('GET /api/suppressions?q=manny')
  assert.deepEqual(
    list.suppressions.map(({ address, reason, note }) => [address, reason, note]),
    [['manny@people.example', 'manual', 'asked by letter']],
  )
  await world.api('POST /api/suppressions/remove', { address: 'manny@people.example', note: 'a mistake' })
  await world.settled()
  assert.equal(await may('manny', 'email:tips'), 'yes')

  // Erased, and then imported again by somebody who still has the old file.
  await transaction(world.app.parts.work, (tx) =>
    suppressHashed(
      tx,
      { ws: world.workspace, addresses: ['Gone@people.example'], hash: addressHash(SECRET), by: 'erasure' },
      world.clock.now(),
    ),
  )
  await world.identify('gone')
  await world.track('gone', 'Order Completed')
  await world.track('gone', 'Tip Wanted')
  await world.pass({ minutes: 5 })
  assert.deepEqual(await world.subjectsTo('gone'), [])
  assert.equal(await may('gone', 'email:tips'), 'address_blocked')
  const whole = await (
    await fetch(`${world.url}/api/suppressions/export`, { headers: { authorization: `Bearer ${world.secretKey}` } })
  ).text()
  assert.doesNotMatch(whole, /gone@people/)
  assert.match(whole, /,true,,,erased,/)

  const imported = await world.api<{ added: number; rejected: object[] }>('POST /api/suppressions/import', {
    csv: 'address,note\nx1@people.example,old\n+15551230000,old\nnonsense,old\n',
    note: 'from the old system',
  })
  assert.deepEqual([imported.added, imported.rejected.length], [2, 1])
})
