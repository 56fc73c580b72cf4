import { once } from 'node:events'
import { createServer } from 'node:http'
import pg from 'pg'
import { from } from 'pg-copy-streams'

/** The limit: an HTTP server that parses a batch and copies its events into one table, and answers when that is committed. No checks, no state. */
const pool = new pg.Pool({ connectionString: process.argv[2], max: 4 })
await pool.query(
  'drop table if exists bare_events; create table bare_events (message_id text, user_id text, received timestamptz, body jsonb)',
)

interface Waiting {
  readonly lines: string
  readonly done: () => void
}
const waiting: Waiting[] = []
let running = false

async function drain(): Promise<void> {
  running = true
  const client = await pool.connect()
  while (waiting.length > 0) {
    const group = waiting.splice(0)
    const stream = client.query(from('copy bare_events (message_id, user_id, received, body) from stdin'))
    stream.end(group.map(({ lines }) => lines).join(''))
    await once(stream, 'finish')
    for (const { done } of group) done()
  }
  client.release()
  running = false
}

const escape = (text: string): string => text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/\t/g, '\\t')

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const { batch } = JSON.parse(Buffer.concat(chunks).toString()) as { batch: { messageId: string; userId: string }[] }
    const received = new Date().toISOString()
    const lines = batch.map((event) => `${event.messageId}\t${event.userId}\t${received}\t${escape(JSON.stringify(event))}\n`).join('')
    waiting.push({ lines, done: () => response.end('{"success":true}') })
    if (!running) void drain()
  })
})
server.listen(0, '127.0.0.1', () => process.send!({ port: (server.address() as { port: number }).port }))
process.on('disconnect', () => process.exit(0))
