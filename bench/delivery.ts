import { fork } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { prepare } from '#app/prepare.ts'
import { smtpChannel } from '#channels/adapters/smtp.ts'
import type { Channel } from '#channels/channel.ts'
import { isRefusal } from '#lib/problem.ts'
import { deliveryWorld, SENDER, until } from '../test/fixtures/delivery.ts'

/** How many messages a second leave by SMTP, into a sink in another process that only takes them: rendering, signing, handing over. */
const COUNT = 10_000

if (process.argv[2] === 'sink') sink()
else await bench()

function sink(): void {
  const server = createServer((socket) => {
    let [mode, held] = ['command', '']
    socket.setNoDelay(true)
    socket.on('error', () => socket.destroy())
    socket.write('220 sink\r\n')
    socket.on('data', (chunk) => {
      held += chunk.toString('latin1')
      let answer = ''
      for (;;) {
        const end = mode === 'data' ? '\r\n.\r\n' : '\r\n'
        const at = held.indexOf(end)
        if (at < 0) break
        const line = held.slice(0, 4).toUpperCase()
        held = held.slice(at + end.length)
        if (mode === 'data') answer += '250 taken\r\n'
        else answer += line === 'EHLO' ? '250-sink\r\n250-8BITMIME\r\n250 PIPELINING\r\n' : line === 'DATA' ? '354 go\r\n' : '250 fine\r\n'
        mode = mode === 'command' && line === 'DATA' ? 'data' : 'command'
      }
      if (answer) socket.write(answer)
    })
  }).listen(0, '127.0.0.1', () => process.send!((server.address() as AddressInfo).port))
  process.on('disconnect', () => process.exit())
}

async function bench(): Promise<void> {
  const child = fork(import.meta.filename, ['sink'])
  const [port] = (await once(child, 'message')) as [number]
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  for (const signed of [false, true]) {
    const world = await deliveryWorld()
    const channel = smtpChannel({ url: `smtp://127.0.0.1:${port}`, dkimKey: async () => privateKey }) as Channel
    const parts = {
      ...world.parts,
      sender: async () => (signed ? { ...SENDER, dkim: { domain: 'shop.test', selector: 'k', key: 'k' } } : SENDER),
    }
    await world.queue(Array.from({ length: COUNT }, (_, i) => ({ id: `b${i}:m`, address: `p${i}@x.test` })))
    const [cpu, started] = [process.cpuUsage(), performance.now()]
    await world.dispatcher([channel], {
      settings: { concurrency: 128 },
      async prepare(entry) {
        const made = await prepare(entry, parts)
        if (isRefusal(made)) throw new Error(made.refused.title)
        return made
      },
    })
    await until('all sent', async () => (await world.counts())['sent'] === COUNT, 120_000)
    const seconds = (performance.now() - started) / 1_000
    const { user, system } = process.cpuUsage(cpu)
    process.stdout.write(
      `${JSON.stringify({ signed, messages: COUNT, perSecond: Math.round(COUNT / seconds), cpuSecondsPer1000: Number(((user + system) / 1e3 / COUNT).toFixed(3)) })}\n`,
    )
    await world.stop()
  }
  child.disconnect()
}
