import { createServer, type Socket } from 'node:net'

/** What the sink has taken: read by message `report`. */
interface Taken {
  messages: number
  /** Epoch ms of the first and the last. */
  first: number
  last: number
  /** Recipients, and Message-IDs that came more than once. */
  readonly recipients: Set<string>
  readonly ids: Map<string, number>
  /** Of mails whose subject is `Receipt <epoch ms>`: how long after that moment each came (ms). */
  readonly receipts: number[]
}

const taken: Taken = { messages: 0, first: 0, last: 0, recipients: new Set(), ids: new Map(), receipts: [] }

/** As little SMTP (RFC 5321, with PIPELINING) as takes a message, so that the sink is never the limit. */
function talk(socket: Socket): void {
  let text = ''
  let data = false
  let recipient = ''
  socket.setNoDelay(true)
  socket.write('220 sink ESMTP\r\n')
  socket.on('error', () => socket.destroy())
  socket.setEncoding('latin1')
  socket.on('data', (chunk: string) => {
    text += chunk
    let answers = ''
    for (;;) {
      const end = text.indexOf(data ? '\r\n.\r\n' : '\r\n')
      if (end < 0) break
      const part = text.slice(0, end)
      text = text.slice(end + (data ? 5 : 2))
      if (data) {
        data = false
        take(recipient, part)
        answers += '250 taken\r\n'
        continue
      }
      const verb = part.slice(0, 4).toUpperCase()
      if (verb === 'DATA') {
        data = true
        answers += '354 go on\r\n'
      } else if (verb === 'EHLO') answers += '250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n'
      else if (verb === 'QUIT') answers += '221 bye\r\n'
      else {
        if (verb === 'RCPT') recipient = /<([^>]*)>/.exec(part)?.[1] ?? ''
        answers += '250 ok\r\n'
      }
    }
    if (answers !== '') socket.write(answers)
  })
}

function take(recipient: string, message: string): void {
  const now = Date.now()
  const since = /^subject: Receipt (\d+)/im.exec(message)?.[1]
  if (since !== undefined) {
    taken.receipts.push(now - Number(since))
    return
  }
  taken.first ||= now
  taken.last = now
  taken.messages++
  taken.recipients.add(recipient)
  const id = /^message-id:\s*(\S+)/im.exec(message)?.[1] ?? ''
  taken.ids.set(id, (taken.ids.get(id) ?? 0) + 1)
}

const server = createServer(talk)
server.listen(0, '127.0.0.1', () => process.send!({ port: (server.address() as { port: number }).port }))
process.on('message', (message: { kind: 'report' | 'list' }) => {
  const { messages, first, last, recipients, ids, receipts } = taken
  const duplicated = [...ids.values()].reduce((sum, count) => sum + count - 1, 0)
  process.send!({
    messages,
    first,
    last,
    duplicated,
    receipts,
    ...(message.kind === 'list' ? { recipients: [...recipients] } : { distinct: recipients.size }),
  })
})
process.on('disconnect', () => process.exit(0))
