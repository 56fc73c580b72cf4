import assert from 'node:assert/strict'
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { after, before, suite, test } from 'node:test'
import { until } from '../../../test/fixtures/delivery.ts'
import { adapterTools, connected } from '../../../test/fixtures/tools.ts'
import type { Channel, Handover, PreparedSms } from '../channel.ts'
import { smpp } from './smpp.ts'

/** Against Net::SMPP, a library of others in the role of the SMS centre (`test/stand-ins/smsc.pl`). */
suite('SMPP 3.4', () => {
  const lines: Record<string, unknown>[] = []
  const tools = adapterTools({ ports: [] })
  let centre: ChildProcessByStdio<null, Readable, null>
  let port = 0
  let channel: Channel<PreparedSms>
  const open = (secret: string): Channel<PreparedSms> =>
    smpp.connect(
      connected(smpp.settings.parse({ host: '127.0.0.1', port, systemId: 'cadenza', from: '+491511234567' }), { password: secret }),
      tools,
    )
  const send = (to: string, text = 'Grüße €'): Promise<Handover> =>
    channel.send({ kind: 'sms', id: `e:${to}`, workspace: 'w1', lane: 'marketing', provider: '', to, text }, AbortSignal.timeout(20_000))

  before(async () => {
    centre = spawn('perl', ['test/stand-ins/smsc.pl'], { stdio: ['ignore', 'pipe', 'inherit'] })
    createInterface(centre.stdout).on('line', (line) => {
      if (line.startsWith('port ')) port = Number(line.slice(5))
      else lines.push(JSON.parse(line) as Record<string, unknown>)
    })
    await until('the centre listens', () => port > 0)
    channel = open('secret')
  })
  after(async () => {
    await channel.close()
    await tools.stop()
    centre.kill()
    await once(centre, 'close')
  })

  test('hands over in the centre’s own alphabet, and hears the receipt under the centre’s id', async () => {
    const sent = await send('+4915100000001')
    assert.deepEqual(sent, { kind: 'sent', providerId: 'mid0001', units: 1, props: { segments: 1, encoding: 'gsm-7' } })
    await until('the centre told of it', () => lines.some(({ id }) => id === 'mid0001'))
    const line = lines.find(({ id }) => id === 'mid0001')!
    // ü is 7E, ß 1E, € the escape and 65 (3GPP TS 23.038).
    assert.deepEqual([line['to'], line['coding'], line['hex']], ['4915100000001', 0, '47727e1e65201b65'])
    await until('the receipt came', () => tools.heard.length > 0)
    assert.deepEqual(tools.heard[0]!.receipts, [{ providerId: 'mid0001', at: tools.now(), name: 'message.delivered', once: '' }])
    await until('the centre got its answer', () => lines.some(({ answered }) => answered === 0))
  })

  test('a long text in another alphabet goes in parts that say which they are; each is charged', async () => {
    const sent = await send('+4915100000009', 'Ж'.repeat(68).padEnd(80, 'a'))
    assert.ok(sent.kind === 'sent')
    assert.deepEqual([sent.units, sent.props], [2, { segments: 2, encoding: 'ucs-2' }])
    const inParts = () => lines.filter(({ to }) => to === '4915100000009')
    await until('the centre told of both', () => inParts().length === 2)
    const parts = inParts()
    assert.deepEqual(
      parts.map((part) => [part['coding'], part['class'], String(part['hex']).slice(0, 6), String(part['hex']).slice(8, 12)]),
      [
        [8, 0x40, '050003', '0201'],
        [8, 0x40, '050003', '0202'],
      ],
    )
    assert.equal(String(parts[0]!['hex']).slice(12, 16), '0416')
  })

  test('a centre that is full is asked again, a number that is none is not, an answer that never comes is neither', async () => {
    assert.deepEqual(await send('+4915100000002'), { kind: 'retry', reason: 'smpp_0x58', provider: true })
    assert.deepEqual(await send('+4915100000003'), { kind: 'failed', reason: 'smpp_0x0b', address: true })
    assert.deepEqual(await send('+4915100000004'), { kind: 'ambiguous', reason: 'smpp_no_answer' })
    assert.equal((await send('+4915100000009')).kind, 'sent', 'the line is made again')
  })

  test('a receipt that comes twice is told twice under one mark; what could not be delivered blocks no number', async () => {
    tools.heard.length = 0
    await send('+4915100000006')
    await send('+4915100000007')
    await until('three receipts', () => tools.heard.length === 3)
    const [one, again, lost] = tools.heard.map(({ receipts }) => receipts[0]!)
    assert.deepEqual(one, again)
    assert.deepEqual([lost!.name, lost!.reason, lost!.permanent], ['message.bounced', 'smpp_undeliv_011', false])
  })

  test('what a person texts is heard as it is', async () => {
    tools.heard.length = 0
    await send('+4915100000008')
    await until('the text came', () => tools.heard.length === 1)
    const [{ from, to, text, channel: by } = assert.fail()] = tools.heard[0]!.inbound
    assert.deepEqual([by, from, to, text], ['sms', '+4915100000008', 'shop', 'Please stop texting me'])
  })

  test('a wrong password is the provider’s fault, not the message’s', async () => {
    // The centre takes one line at a time.
    await channel.close()
    const other = open('wrong')
    const refused = await other.send(
      { kind: 'sms', id: 'e', workspace: 'w1', lane: 'marketing', provider: '', to: '+4915100000001', text: 'x' },
      AbortSignal.timeout(20_000),
    )
    await other.close()
    channel = open('secret')
    assert.deepEqual(refused, { kind: 'retry', reason: 'smpp_bind_0xe', provider: true })
  })
})
