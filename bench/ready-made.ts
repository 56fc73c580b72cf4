import { smtpChannel } from '#channels/adapters/smtp.ts'
import type { PreparedEmail } from '#channels/channel.ts'

/** The delivery's own pooled SMTP client with messages that are ready: nothing is claimed, rendered or noted. What delivery is held against. */
const [port, countText, sizeText] = process.argv.slice(2)
const [count, size] = [Number(countText), Number(sizeText)]
const channel = smtpChannel({ url: `smtp://127.0.0.1:${port}`, dkimKey: async () => undefined })
const text = 'We keep carts for a week. Nothing was charged, and nothing will be until you order.\r\n'

function message(i: number): PreparedEmail {
  const headers = `From: Shop <hello@shop.example>\r\nTo: r${i}@shop.example\r\nSubject: Ready\r\nMessage-ID: <r${i}@shop.example>\r\n\r\n`
  const bytes = Buffer.from(headers + text.repeat(Math.ceil((size - headers.length) / text.length)), 'latin1')
  const envelope = { from: 'hello@shop.example', to: `r${i}@shop.example` }
  const [from, to] = [
    { name: 'Shop', address: envelope.from },
    { name: '', address: envelope.to },
  ]
  return {
    kind: 'email',
    id: `r${i}`,
    workspace: 'w',
    provider: '',
    lane: 'marketing',
    messageId: `<r${i}@shop.example>`,
    envelope,
    message: bytes,
    signing: undefined,
    parts: { from, to, replyTo: undefined, subject: 'Ready', html: '', text, headers: [] },
  }
}

const never = new AbortController().signal
let next = 0
const begun = performance.now()
const worker = async (): Promise<void> => {
  for (let i = next++; i < count; i = next++) {
    const handover = await channel.send(message(i), never)
    if (handover.kind !== 'sent') throw new Error(`A ready-made message was not taken: ${JSON.stringify(handover)}`)
  }
}
await Promise.all(Array.from({ length: 128 }, worker))
const seconds = (performance.now() - begun) / 1_000
await channel.close()
process.send!({ perSecond: count / seconds })
process.disconnect?.()
