import { simpleParser } from 'mailparser'
import { SMTPServer, type SMTPServerSession } from 'smtp-server'
import type { ReceivedMail } from '../store.ts'

export interface MailboxParts {
  readonly keep: (mail: ReceivedMail) => Promise<void>
  /** Epoch ms. */
  readonly now: () => number
  readonly onError: (error: Error) => void
}

export interface Mailbox {
  /** `smtp://127.0.0.1:port` */
  readonly url: string
  stop(): Promise<void>
}

const LARGEST = 10_485_760
const PREVIEW = 140

/** A real SMTP server on this machine only, which keeps what it is given: to look at mail before a provider is connected. */
export async function startMailbox({ keep, now, onError }: MailboxParts): Promise<Mailbox> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    size: LARGEST,
    disableReverseLookup: true,
    closeTimeout: 1_000,
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('error', done)
      stream.on('end', () => {
        take(Buffer.concat(chunks), session, { keep, now }).then(
          () => done(),
          (error: Error) => {
            onError(error)
            // 4xx: the sender keeps the mail and tries again
            done(Object.assign(new Error('The mailbox cannot store it now'), { responseCode: 451 }))
          },
        )
      })
    },
  })
  server.on('error', onError)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const { port } = server.server.address() as { port: number }
  return { url: `smtp://127.0.0.1:${port}`, stop: () => new Promise((resolve) => server.close(() => resolve())) }
}

async function take(raw: Buffer, { envelope }: SMTPServerSession, { keep, now }: Pick<MailboxParts, 'keep' | 'now'>): Promise<void> {
  const { subject = '', text = '', messageId = '', headers } = await simpleParser(raw, { skipImageLinks: true, skipTextToHtml: true })
  // The mark that `message.ts` writes: workspace and effect.
  const workspace = String(headers.get('x-cadenza-ref') ?? '').split('/')[0]!
  const preview = text.replace(/\s+/g, ' ').trim().slice(0, PREVIEW)
  const sender = envelope.mailFrom ? envelope.mailFrom.address : ''
  const at = now()
  for (const { address } of envelope.rcptTo) await keep({ workspace, sender, recipient: address, subject, preview, messageId, at, raw })
}
