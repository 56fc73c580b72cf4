import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { createTransport } from 'nodemailer'
import { until } from '../fixtures/delivery.ts'
import { freePort } from '../fixtures/ports.ts'
import { type Postfix, postfixMissing, startPostfix } from '../fixtures/postfix.ts'
import { addressOf, journey, SENDER, startWorld, template, type World } from './world.ts'

suite('what comes back by mail, from a real mail server', { skip: postfixMissing }, () => {
  let world: World
  let postfix: Postfix
  let port: number
  before(async () => {
    port = await freePort()
    world = await startWorld({
      env: { SMTP_URL: `smtp://127.0.0.1:${port}`, MAIL_IN: '127.0.0.1:0' },
    })
    postfix = await startPostfix({
      port,
      mailboxes: [addressOf('ann')],
      routes: {
        'bounce.shop.example': `smtp:[127.0.0.1]:${world.app.mailIn}`,
        'full.example': 'error:5.2.2 The mailbox is full',
        'policy.example': 'error:5.7.1 We do not want this',
      },
    })
    await world.publish(
      { ...SENDER, verpDomain: 'bounce.shop.example', unsubscribeMailbox: 'leave@bounce.shop.example' },
      template('news'),
      journey('news', 'News Asked', { steps: [{ kind: 'email', id: 'news', template: 'news', otherwise: [] }] }),
    )
  })
  after(async () => {
    await world?.stop()
    await postfix?.stop()
  })

  const asked = async (person: string, email?: string): Promise<void> => {
    await world.identify(person, email === undefined ? {} : { email })
    await world.track(person, 'News Asked')
    await world.settled()
    await until(`${person} got a mail`, async () => (await world.messages(person))[0]?.status === 'sent')
  }
  const blocked = async (): Promise<string[]> =>
    (await world.app.parts.work.query<{ line: string }>(`select address || ' ' || reason as line from suppressions order by 1`)).rows.map(
      ({ line }) => line,
    )
  const history = async (person: string): Promise<string[]> => {
    await world.settled()
    const [first] = await world.messages(person)
    return (await world.message(first!.id)).history.map(({ status, reason }) => `${status} ${reason}`.trim())
  }
  const has = (person: string, line: string) => until(`${person}: ${line}`, async () => (await history(person)).includes(line))
  const standing = async (person: string): Promise<string> => {
    const [first] = await world.messages(person)
    return first?.reason || (first?.status ?? '')
  }
  const smtp = (at: number) => createTransport({ host: '127.0.0.1', port: at, secure: false, ignoreTLS: true })

  test('an address that does not exist is blocked when its report comes back', async () => {
    await asked('nobody')
    await has('nobody', 'bounced dsn_5.1.1')
    assert.deepEqual(await blocked(), [`${addressOf('nobody')} bounced`])
  })

  test('a full mailbox and a refusal for policy are noted and block nobody', async () => {
    await asked('fay', 'fay@full.example')
    await asked('pol', 'pol@policy.example')
    await has('fay', 'bounced dsn_5.2.2')
    await has('pol', 'bounced dsn_5.7.1')
    assert.deepEqual(await blocked(), [`${addressOf('nobody')} bounced`])
    const { domains } = await world.api<{ domains: { domain: string; state: string; week: object }[] }>('GET /api/sending')
    assert.deepEqual(
      domains.map(({ domain, state, week }) => ({ domain, state, week })),
      [{ domain: 'shop.example', state: 'good', week: { sent: 3, complaints: 0, bounces: 1, refusals: 1 } }],
    )
  })

  test('an address that nobody has made is refused at the door; an absence changes nothing', async () => {
    await asked('ann')
    await until('it is in the mailbox', async () => (await postfix.delivered(addressOf('ann'))).length === 1)
    const [source] = await postfix.delivered(addressOf('ann'))
    const own = /^Return-Path: <(b\+[a-z2-7]{50}@bounce\.shop\.example)>/m.exec(source!)?.[1]
    assert.ok(own, 'each message has a return path of its own')
    const forged = own.replace(/[a-z2-7](?=@)/, (last) => (last === 'a' ? 'e' : 'a'))
    const report = (to: string) => ({
      envelope: { from: '', to },
      raw: `From: ann@x.test\r\nSubject: Away\r\nAuto-Submitted: auto-replied\r\n\r\nhi\r\n`,
    })
    const door = smtp(world.app.mailIn!)
    await assert.rejects(door.sendMail(report(forged)), { responseCode: 550 })
    await assert.rejects(door.sendMail(report('b+d41d8cd98f00b204e9800998@bounce.shop.example')), { responseCode: 550 })
    await assert.rejects(door.sendMail(report('postmaster@elsewhere.example')), { responseCode: 550 })
    await assert.rejects(door.sendMail({ ...report(own), raw: 'x'.repeat(1_200_000) }), { responseCode: 552 })
    await door.sendMail(report(own))
    door.close()
    await world.settled()
    assert.deepEqual(await blocked(), [`${addressOf('nobody')} bounced`])
  })

  test('who writes “unsubscribe” to the address in List-Unsubscribe has left', async () => {
    const [source] = await postfix.delivered(addressOf('ann'))
    const to = /<mailto:(u\+[a-z2-7]{50}@bounce\.shop\.example)\?subject=unsubscribe>/.exec(source!.replace(/\r?\n[ \t]+/g, ' '))?.[1]
    assert.ok(to)
    const post = smtp(port)
    await post.sendMail({ from: addressOf('ann'), to, subject: 'unsubscribe', text: '' })
    post.close()
    await until('she is on the list', async () => (await blocked()).includes(`${addressOf('ann')} unsubscribed`))
    await world.track('ann', 'News Asked')
    await world.settled()
    assert.equal((await world.messages('ann')).filter(({ status }) => status === 'sent').length, 1)
  })

  test('a complaint that a feedback loop sends on blocks the address; one about a forged message does not', async () => {
    await asked('cal', 'ann2@full.example')
    const { rows } = await world.app.parts.work.query<{ id: string }>(`select id from outbox where address = 'ann2@full.example'`)
    assert.equal(rows.length, 1)
    const log = await until('its report', async () => (await postfix.log()).includes('ann2@full.example')).then(() => postfix.log())
    const from = [...log.matchAll(/from=<(b\+[a-z2-7]{50}@bounce\.shop\.example)>/g)].at(-1)![1]!
    const arf = (original: string): string =>
      [
        'Content-Type: multipart/report; report-type=feedback-report; boundary="x"',
        '',
        '--x',
        'Content-Type: message/feedback-report',
        '',
        'Feedback-Type: abuse',
        'Version: 1',
        `Original-Mail-From: <${original}>`,
        '--x--',
        '',
      ].join('\r\n')
    const loop = smtp(world.app.mailIn!)
    const post = (original: string) => loop.sendMail({ envelope: { from: '', to: 'fbl@bounce.shop.example' }, raw: arf(original) })
    await post(`b+${'a'.repeat(50)}@bounce.shop.example`)
    assert.ok(!(await blocked()).some((line) => line.endsWith('complained')))
    await post(from)
    await post(from)
    loop.close()
    await until('it is blocked', async () => (await blocked()).includes('ann2@full.example complained'))
    const { domains } = await world.api<{ domains: { week: { complaints: number } }[] }>('GET /api/sending')
    assert.equal(domains[0]!.week.complaints, 1, 'told twice, it counts once')
  })

  test('only a paused domain can be let go on, and only with a reason', async () => {
    const to = (reason: string) =>
      world.api('POST /api/sending/shop.example/resume', { reason }).then(
        () => null,
        (error: { status: number }) => error.status,
      )
    assert.deepEqual([await to(''), await to('The list was cleaned by Grace')], [422, 409])
    await world.app.parts.work.query(
      `insert into sending_identities (workspace_id, domain, state, cause, rate, sent, since) values ($1, 'shop.example', 'paused', 'complaints', 0.004, 5000, 0)
       on conflict (workspace_id, domain) do update set state = 'paused'`,
      [world.workspace],
    )
    // Whether a domain is paused is remembered for two seconds: who was asked before goes yet.
    let last = ''
    let tries = 0
    await until('somebody’s mail waits', async () => {
      last = `ben-${++tries}`
      await world.identify(last)
      await world.track(last, 'News Asked')
      await world.settled()
      await until('it is decided', async () => ['sent', 'identity_paused'].includes(await standing(last)))
      return (await standing(last)) === 'identity_paused'
    })
    assert.equal(await to('The list was cleaned by Grace'), null)
    await until('it has left', async () => {
      await world.pass({ minutes: 61 })
      return (await standing(last)) === 'sent'
    })
  })
})
