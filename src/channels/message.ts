import type { Rendered, Sender } from '#content/schema.ts'
import { digest } from '#lib/hash.ts'
import { domainOf } from './address.ts'
import type { Attachment, Header } from './channel.ts'
import { headerText, mailbox } from './mime.ts'

/** What one e-mail is about: enough for its headers. */
export interface Letter {
  readonly workspace: string
  /** The effect's id. */
  readonly id: string
  readonly lane: 'transactional' | 'marketing'
  readonly topic: string
  readonly journey: string
  readonly step: string
  /** When it was decided (epoch ms); the same on every attempt. */
  readonly at: number
  readonly sender: Sender
  /** A valid address (`address()`), and the name that is known; '' for none. */
  readonly to: { readonly name: string; readonly address: string }
  readonly unsubscribeUrl: string
  /** Local parts of the addresses to which what concerns it comes back (`return-path.ts`). */
  readonly returns: { readonly bounce: string; readonly unsubscribe: string }
  readonly rendered: Rendered
  readonly attachments?: readonly Attachment[]
}

/** The same effect has the same Message-ID on every attempt: a receiver can tell a repeat. */
export const messageIdOf = ({ workspace, id, sender }: Pick<Letter, 'workspace' | 'id' | 'sender'>): string =>
  `<${keyOf(workspace, id)}@${domainOf(sender.from.address).toLowerCase()}>`

const keyOf = (workspace: string, id: string): string => digest(`${workspace}\u0000${id}`)

/** Return path: one for each message where the sender has a bounce domain (VERP). */
export const returnPath = ({ returns, sender }: Pick<Letter, 'returns' | 'sender'>): string =>
  sender.verpDomain === undefined ? sender.from.address : `${returns.bounce}@${sender.verpDomain}`

/** Where mail asks to leave: in the bounce domain an address of the message's own, elsewhere the mailbox as it is. */
function leavingMailbox({ returns, sender: { unsubscribeMailbox, verpDomain } }: Pick<Letter, 'returns' | 'sender'>): string | undefined {
  if (unsubscribeMailbox === undefined || domainOf(unsubscribeMailbox).toLowerCase() !== verpDomain) return unsubscribeMailbox
  return `${returns.unsubscribe}@${verpDomain}`
}

export function emailHeaders(letter: Letter): Header[] {
  const { sender, to, rendered } = letter
  return [
    ['From', mailbox(sender.from)],
    ['To', mailbox(to)],
    ...(sender.replyTo === undefined ? [] : [['Reply-To', sender.replyTo] as const]),
    ['Subject', headerText(rendered.subject)],
    ['Date', rfc5322Date(letter.at)],
    ['Message-ID', messageIdOf(letter)],
    ...(letter.lane === 'marketing' ? listHeaders(letter) : []),
    ...(sender.feedbackId === undefined ? [] : [['Feedback-ID', feedbackId(letter, sender.feedbackId)] as const]),
    // RFC 3834 §5: keeps out-of-office answers away.
    ['Auto-Submitted', 'auto-generated'],
    ['X-Cadenza-Ref', `${headerWord(letter.workspace)}/${headerWord(letter.id)}`],
  ]
}

/** One `List-Unsubscribe` (RFC 2369) with one https link, and the word that makes it one click (RFC 8058); `List-Id` (RFC 2919). */
function listHeaders(letter: Letter): Header[] {
  const { sender, topic, unsubscribeUrl, workspace } = letter
  const mailbox = leavingMailbox(letter)
  const ways = [`<${unsubscribeUrl}>`, ...(mailbox === undefined ? [] : [`<mailto:${mailbox}?subject=unsubscribe>`])]
  return [
    ['List-Unsubscribe', ways.join(', ')],
    ['List-Unsubscribe-Post', 'List-Unsubscribe=One-Click'],
    ['List-Id', `<${topic === '' ? 'marketing' : topic}.${digest(workspace)}.${domainOf(sender.from.address).toLowerCase()}>`],
  ]
}

/** `a:b:c:SenderId` of Gmail's feedback loop: journey, step, lane. */
const feedbackId = ({ journey, step, lane }: Letter, senderId: string): string =>
  [...[journey, step, lane].map((part) => headerWord(part).replaceAll(':', '-').slice(0, 60)), senderId].join(':')

const headerWord = (text: string): string => text.replace(/[^\x21-\x7e]/g, '_')

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

function rfc5322Date(at: number): string {
  const date = new Date(at)
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${DAYS[date.getUTCDay()]}, ${two(date.getUTCDate())} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`
  return `${day} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} +0000`
}
