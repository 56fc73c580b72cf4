import { AwsV4Signer } from 'aws4fetch'
import { z } from 'zod'
import { isRefusal, refuse } from '#lib/problem.ts'
import type { Handover, PreparedEmail } from '../channel.ts'
import { type Answered, type Connection, type Hook, type ProviderReceipt, provider, type Tools } from '../provider.ts'
import { jsonOf, listOf, recordOf, textOf, unread } from './answers.ts'
import { effectOf, seen, tagOf } from './mail-events.ts'
import { snsMessage } from './sns.ts'

const Settings = z.strictObject({
  region: z.string().regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/, 'write a region such as eu-central-1'),
  /** Its event destination posts deliveries, bounces and complaints to an SNS topic. */
  configurationSet: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/)
    .optional(),
  /** The SNS topic that may post to the hook; anybody can sign with a topic of their own. */
  topicArn: z
    .string()
    .regex(/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/)
    .optional(),
  /** Left out: that of the region. */
  host: z.url({ protocol: /^https?$/ }).optional(),
})
type Settings = z.output<typeof Settings>

/** Amazon SES, API v2 `SendEmail` with raw content (https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html). */
export const ses = provider<Settings, PreparedEmail>({
  type: 'ses',
  channel: 'email',
  does: 'E-mail by Amazon SES',
  settings: Settings as z.ZodType<Settings>,
  secrets: { accessKeyId: 'Access key ID of a user that may ses:SendEmail', secretAccessKey: 'Its secret access key' },
  idempotent: false,
  connect: (connection, tools) => ({
    kind: 'email',
    async send(prepared, signal) {
      const [accessKeyId, secretAccessKey] = [await connection.secret('accessKeyId'), await connection.secret('secretAccessKey')]
      if (accessKeyId === undefined || secretAccessKey === undefined) return { kind: 'retry', reason: 'ses_secret_missing', provider: true }
      const { region, host } = connection.settings
      const signed = await new AwsV4Signer({
        method: 'POST',
        url: `${(host ?? `https://email.${region}.amazonaws.com`).replace(/\/$/, '')}/v2/email/outbound-emails`,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(bodyOf(prepared, connection.settings)),
        accessKeyId,
        secretAccessKey,
        service: 'ses',
        region,
        datetime: new Date(tools.now()).toISOString().replace(/[:-]|\.\d{3}/g, ''),
      }).sign()
      const answer = await tools.request({
        url: String(signed.url),
        method: 'POST',
        headers: Object.fromEntries(signed.headers as unknown as Iterable<[string, string]>),
        body: signed.body as string,
        signal,
      })
      return handoverOf(answer, tools.now())
    },
    close: async () => undefined,
  }),
  receive,
})

const bodyOf = ({ id, envelope, message }: PreparedEmail, { configurationSet }: Settings): object => ({
  FromEmailAddress: envelope.from,
  Destination: { ToAddresses: [envelope.to] },
  Content: { Raw: { Data: Buffer.from(message).toString('base64') } },
  EmailTags: [{ Name: 'cadenza', Value: tagOf(id).slice(0, 256) }],
  ...(configurationSet === undefined ? {} : { ConfigurationSetName: configurationSet }),
})

/** The account, the identity or the quota: no fault of this message. */
const OURS =
  /^(?:AccountSuspended|SendingPaused|LimitExceeded|TooManyRequests|MailFromDomainNotVerified|NotFound|InvalidClientTokenId|SignatureDoesNotMatch|UnrecognizedClient|AccessDenied|ExpiredToken|InvalidSignature)/

function handoverOf(answer: Answered, now: number): Handover {
  const soon = unread(answer, { name: 'ses', now, idempotent: false })
  if (soon) return soon
  const { status, headers, body } = answer as Extract<Answered, { kind: 'answer' }>
  const fields = jsonOf(body)
  if (status === 200) return { kind: 'sent', providerId: textOf(fields['MessageId']) }
  const type = textOf(headers['x-amzn-errortype']) || textOf(fields['__type'])
  const code = type
    .split(':')[0]!
    .split('#')
    .at(-1)!
    .replace(/Exception$/, '')
  if (OURS.test(code) || status === 403) return { kind: 'retry', reason: `ses_${code || status}`, provider: true }
  return { kind: 'failed', reason: `ses_${code || status}`, address: false }
}

async function receive(hook: Hook, connection: Connection<Settings>, tools: Tools) {
  const message = await snsMessage(hook, { topicArn: connection.settings.topicArn, tools })
  if (isRefusal(message)) return message
  if (message.kind !== 'notification') return { receipts: [], inbound: [] }
  const said = jsonOf(message.text)
  if (Object.keys(said).length === 0)
    return refuse({ code: 'hook.body', status: 400, title: 'The notification is not JSON', hint: 'Do not use raw message delivery.' })
  return { receipts: receiptsOf(said, message.id), inbound: [] }
}

type Fields = Readonly<Record<string, unknown>>
const timeOf = (fields: Fields): number => Date.parse(textOf(fields['timestamp'])) || 0

/** Event publishing (`eventType`) and the older notifications (`notificationType`) say the same by other names. */
function receiptsOf(said: Fields, once: string): ProviderReceipt[] {
  const mail = recordOf(said['mail'])
  const [tag] = (recordOf(mail['tags'])['cadenza'] as readonly unknown[] | undefined) ?? []
  const about = { providerId: textOf(mail['messageId']), ...effectOf(textOf(tag)) }
  const kind = (textOf(said['eventType']) || textOf(said['notificationType'])).toLowerCase()
  const detail = recordOf(said[kind])
  const at = timeOf(detail) || timeOf(mail)
  switch (kind) {
    case 'delivery':
      return [{ ...about, at, name: 'message.delivered', once: '' }]
    case 'bounce':
      return listOf(detail['bouncedRecipients']).map((each) => ({
        ...about,
        at,
        name: 'message.bounced' as const,
        once,
        reason: `ses_${textOf(detail['bounceType'])}_${textOf(detail['bounceSubType'])}`.toLowerCase(),
        // A full mailbox and a message that is too large are transient by Amazon's own word.
        permanent: detail['bounceType'] === 'Permanent',
        address: textOf(each['emailAddress']).toLowerCase(),
      }))
    case 'complaint':
      return listOf(detail['complainedRecipients']).map((each) => ({
        ...about,
        at,
        name: 'message.complained' as const,
        once: '',
        reason: textOf(detail['complaintFeedbackType']) || 'abuse',
        address: textOf(each['emailAddress']).toLowerCase(),
      }))
    case 'reject':
    case 'renderingfailure':
      return [{ ...about, at, name: 'message.failed', once: '', reason: `ses_${kind}` }]
    case 'open':
      return [seen({ ...about, at }, { name: 'message.opened', agent: textOf(detail['userAgent']), once })]
    case 'click':
      return [seen({ ...about, at }, { name: 'message.clicked', agent: textOf(detail['userAgent']), url: textOf(detail['link']), once })]
    case 'subscription':
      return [{ ...about, at, name: 'message.unsubscribed', once }]
    default:
      return []
  }
}
