import { createVerify, X509Certificate } from 'node:crypto'
import { type Outcome, refuse } from '#lib/problem.ts'
import type { Hook, Tools } from '../provider.ts'
import { jsonOf, textOf } from './answers.ts'

export type SnsMessage = { readonly kind: 'notification'; readonly id: string; readonly text: string } | { readonly kind: 'confirmed' }

/** Amazon's own hosts and names of certificates, nothing else: who chooses the certificate chooses who may sign. */
const CERTIFICATE = /^https:\/\/sns\.[a-z0-9-]{3,30}\.amazonaws\.com(?:\.cn)?\/SimpleNotificationService-[0-9a-f]{32}\.pem$/
const CONFIRMATION = /^https:\/\/sns\.[a-z0-9-]{3,30}\.amazonaws\.com(?:\.cn)?\/\?Action=ConfirmSubscription&/

const known = new Map<string, X509Certificate>()
const MOST = 20

/**
 * Reads what SNS posts once its signature is found right, and confirms a subscription of the named topic
 * (https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html). Without a named topic nothing is taken.
 */
export async function snsMessage(
  hook: Hook,
  { topicArn, tools }: { topicArn: string | undefined; tools: Tools },
): Promise<Outcome<SnsMessage>> {
  const said = jsonOf(Buffer.from(hook.raw).toString('utf8'))
  const field = (name: string): string => textOf(said[name])
  if (topicArn === undefined || field('TopicArn') !== topicArn)
    return refuse({ ...FORGED, title: 'This topic may not post here', hint: 'Give the ARN of your SNS topic as topicArn.' })
  const certificate = await certificateAt(field('SigningCertURL'), tools)
  const algorithm = field('SignatureVersion') === '2' ? 'RSA-SHA256' : 'RSA-SHA1'
  const signed = certificate && createVerify(algorithm).update(canonical(said)).verify(certificate.publicKey, field('Signature'), 'base64')
  if (!signed) return refuse(FORGED)
  if (field('Type') === 'Notification') return { kind: 'notification', id: field('MessageId'), text: field('Message') }
  if (field('Type') === 'SubscriptionConfirmation') return confirm(field('SubscribeURL'), tools)
  return { kind: 'confirmed' }
}

const FORGED = {
  code: 'hook.signature',
  status: 401,
  title: 'The signature is not Amazon’s',
  hint: 'Let SNS post here itself, without raw message delivery.',
}

const NOTIFICATION = ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type']
const SUBSCRIPTION = ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type']

/** Names and values on lines of their own, in this order; a Subject only where there is one. */
function canonical(said: Readonly<Record<string, unknown>>): string {
  const names = said['Type'] === 'Notification' ? NOTIFICATION : SUBSCRIPTION
  return names.flatMap((name) => (said[name] === undefined || said[name] === null ? [] : [`${name}\n${textOf(said[name])}\n`])).join('')
}

async function certificateAt(url: string, tools: Tools): Promise<X509Certificate | undefined> {
  if (!CERTIFICATE.test(url)) return undefined
  const kept = known.get(url)
  if (kept && Date.parse(kept.validTo) > tools.now()) return kept
  const answer = await tools.request({ url, method: 'GET' })
  if (answer.kind !== 'answer' || answer.status !== 200 || !answer.body.includes('BEGIN CERTIFICATE')) return undefined
  const certificate = new X509Certificate(answer.body)
  if (Date.parse(certificate.validTo) <= tools.now()) return undefined
  if (known.size >= MOST) known.clear()
  known.set(url, certificate)
  return certificate
}

async function confirm(url: string, tools: Tools): Promise<Outcome<SnsMessage>> {
  if (!CONFIRMATION.test(url)) return refuse(FORGED)
  const answer = await tools.request({ url, method: 'GET' })
  if (answer.kind === 'answer' && answer.status === 200) return { kind: 'confirmed' }
  return refuse({
    code: 'hook.confirmation',
    status: 503,
    title: 'Amazon did not take the confirmation',
    hint: 'Ask SNS to send it again.',
  })
}
