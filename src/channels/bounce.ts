import type { MailReport, RecipientStatus } from './mail-report.ts'
import type { ProviderReceipt } from './provider.ts'

/**
 * What an enhanced status (RFC 3463) says of: the `address` is none; the `mailbox` does not take it now; `policy`: they do not want
 * mail of ours; `content`: this message was too large or broken.
 */
export type BounceClass = 'address' | 'mailbox' | 'policy' | 'content'

/** 5.1.7 and 5.1.8 speak of our own address, so they are no fault of the recipient's. */
export function classOf(status: string): BounceClass {
  if (/^5\.1\.(?:1|2|3|4|6|10)$/.test(status)) return 'address'
  if (/^5\.(?:7\.\d+|1\.[78])$/.test(status)) return 'policy'
  if (/^[45]\.(?:2\.3|3\.4|6\.\d+)$/.test(status)) return 'content'
  return 'mailbox'
}

/** What went wrong with a message, as it is counted. */
export type Trouble = 'soft' | 'address' | 'policy' | 'complaint'

/** What a receipt counts as; null: as nothing. Its reason may hold the status. */
export function troubleOf({ name, permanent, reason = '' }: Pick<ProviderReceipt, 'name' | 'permanent' | 'reason'>): Trouble | null {
  if (name === 'message.complained') return 'complaint'
  if (name !== 'message.bounced') return null
  if (permanent === true) return 'address'
  const status = /(?<!\d)[45][._]\d{1,3}[._]\d{1,3}(?!\d)/.exec(reason)?.[0].replaceAll('_', '.') ?? ''
  const found = classOf(status)
  if (found === 'content') return null
  return found === 'policy' || /_blocked(?:_|$)/.test(reason) ? 'policy' : 'soft'
}

/** Soft bounces of one address that make it a bad one: of so many messages, within so long, and not all in one outage (ms). */
export const WORN = { messages: 5, within: 30 * 86_400_000, spread: 3 * 86_400_000 }

/** Whether an address has bounced so often that it counts as gone. `times`: epoch ms of one soft bounce of each message. */
export function isWorn(times: readonly number[], now: number): boolean {
  const recent = times.filter((at) => at > now - WORN.within)
  return recent.length >= WORN.messages && Math.max(...recent) - Math.min(...recent) >= WORN.spread
}

/** The receipts that follow from a mail that came to a return address. `unsubscribe` addresses take letters only, `bounce` addresses reports only. */
export function receiptsOf(report: MailReport, about: { kind: 'bounce' | 'unsubscribe'; effect: string; now: number }): ProviderReceipt[] {
  const { effect, now: at } = about
  switch (report.kind) {
    case 'delivery': {
      const worst = about.kind === 'bounce' ? worstOf(report.recipients) : undefined
      return worst ? [{ effect, at, name: 'message.bounced', ...worst }] : []
    }
    case 'feedback':
      // RFC 5965 §7.3 and RFC 6650: `not-spam` takes nothing back here; `auth-failure` and `virus` are no word of the reader's.
      return report.type === 'abuse' || report.type === 'opt-out'
        ? [{ effect, at, name: report.type === 'abuse' ? 'message.complained' : 'message.unsubscribed', once: '', reason: report.type }]
        : []
    case 'letter':
      return about.kind === 'unsubscribe' && /\b(?:unsubscribe|abmelden|desabonner|désabonner|desuscribir|remove)\b/i.test(report.subject)
        ? [{ effect, at, name: 'message.unsubscribed', once: 'mail', reason: 'mailto' }]
        : []
    case 'automatic':
    case 'unreadable':
      return []
  }
}

const RANK: Readonly<Record<BounceClass, number>> = { address: 3, policy: 2, mailbox: 1, content: 0 }

/** Each message has one recipient; of several that a list server reports, the gravest counts. */
function worstOf(recipients: readonly RecipientStatus[]): Pick<ProviderReceipt, 'once' | 'reason' | 'permanent'> | undefined {
  const failed = recipients.filter(({ action }) => action === 'failed').map((each) => statusOf(each))
  const [worst] = failed.sort((a, b) => RANK[classOf(b)] - RANK[classOf(a)])
  if (worst === undefined) return undefined
  return { once: `mail:${worst}`, reason: `dsn_${worst}`, permanent: classOf(worst) === 'address' }
}

/** `5.0.0` says nothing; what the server answered may. */
function statusOf({ status, diagnostic }: RecipientStatus): string {
  if (status !== '' && !/^[45]\.0\.0$/.test(status)) return status
  return /(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?![\d.])/.exec(diagnostic)?.[0] ?? (status || '5.0.0')
}
