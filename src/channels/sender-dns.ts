/** The part of a sender document that mailbox providers ask DNS about. */
export interface Asked {
  readonly from: { readonly address: string }
  readonly dkim?: { readonly domain: string; readonly selector: string } | undefined
  readonly verpDomain?: string | undefined
}

/** What DNS answered for a name: the texts, none when there is no such record; undefined when it could not be asked. */
export type Answer = readonly string[] | undefined

export type RecordKind = 'spf' | 'dkim' | 'dmarc' | 'mx'
/** What is to be said about a record, by code, so that the reader's language tells it. */
export type RecordNote =
  | 'good'
  | 'missing'
  | 'not-asked'
  /** SPF: more than one record (RFC 7208 §4.5 makes that an error). */
  | 'several'
  /** SPF: the record does not name the provider that mail leaves by. */
  | 'not-included'
  /** SPF: `+all` lets everybody send. */
  | 'open'
  /** DKIM: another key is published than the one that signs. */
  | 'other-key'
  /** DKIM: the secret that signs is not kept. */
  | 'no-key'
  /** DKIM: the sender signs with no key of its own; the provider may. */
  | 'provider-signs'
  /** DMARC: only watched, nothing is asked of receivers. */
  | 'only-watched'
  /** DKIM: signs for a domain that is not the one people see, so DMARC does not count it. */
  | 'not-aligned'

export interface SenderRecord {
  readonly kind: RecordKind
  readonly type: 'TXT' | 'MX'
  readonly name: string
  /** What to publish; '' when nobody here can tell. */
  readonly wanted: string
  readonly found: readonly string[]
  readonly state: 'ok' | 'warning' | 'failed' | 'unknown'
  readonly note: RecordNote
}

/** SPF mechanisms by type of provider, from what each of them documents. */
const INCLUDES: Readonly<Record<string, string>> = {
  ses: 'include:amazonses.com',
  resend: 'include:amazonses.com',
  sendgrid: 'include:sendgrid.net',
  mailgun: 'include:mailgun.org',
  postmark: 'include:spf.mtasv.net',
}

export const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1).toLowerCase()

/** The domain that SPF is asked about: that of the envelope. */
export const envelopeDomain = ({ from, verpDomain }: Asked): string => verpDomain ?? domainOf(from.address)

/** Names at which a DMARC policy may stand: the domain's own, then those above it (the tree walk of DMARCbis), never a top level. */
export function dmarcNames(domain: string): string[] {
  const labels = domain.split('.')
  return labels.slice(0, -1).map((_label, i) => `_dmarc.${labels.slice(i).join('.')}`)
}

const about = (kind: RecordKind, name: string, { wanted, found }: { wanted: string; found: Answer }) => ({
  kind,
  type: kind === 'mx' ? ('MX' as const) : ('TXT' as const),
  name,
  wanted,
  found: found ?? [],
})
const NOT_ASKED = { state: 'unknown', note: 'not-asked' } as const

export function spfRecord(asked: Asked, { type, found }: { type: string; found: Answer }): SenderRecord {
  const include = INCLUDES[type]
  const records = found?.filter((text) => /^v=spf1(\s|$)/i.test(text))
  const base = about('spf', envelopeDomain(asked), { wanted: include === undefined ? '' : `v=spf1 ${include} ~all`, found: records })
  if (records === undefined) return { ...base, ...NOT_ASKED }
  const [record] = records
  if (record === undefined) return { ...base, state: 'failed', note: 'missing' }
  if (records.length > 1) return { ...base, state: 'failed', note: 'several' }
  const terms = record.toLowerCase().split(/\s+/)
  if (terms.includes('+all') || terms.includes('all')) return { ...base, state: 'failed', note: 'open' }
  // A redirect or a record of the house may include the provider further down: that is not followed, so it is no failure.
  if (include !== undefined && !terms.some((term) => term.replace(/^[+~?-]/, '') === include))
    return { ...base, state: 'warning', note: 'not-included' }
  return { ...base, state: 'ok', note: 'good' }
}

const tag = (record: string, name: string): string | undefined =>
  record
    .split(';')
    .map((part) => part.split('='))
    .find(([key]) => key?.trim().toLowerCase() === name)
    ?.slice(1)
    .join('=')
    .replaceAll(/\s+/g, '')

/** `key`: the public half of what signs, base64 (SPKI); null: the secret is not kept. */
export function dkimRecord(asked: Asked, { key, found }: { key: string | null; found: Answer }): SenderRecord {
  const { dkim } = asked
  if (!dkim) return { ...about('dkim', domainOf(asked.from.address), { wanted: '', found: [] }), state: 'warning', note: 'provider-signs' }
  const base = about('dkim', `${dkim.selector}._domainkey.${dkim.domain}`, {
    wanted: key === null ? '' : `v=DKIM1; k=rsa; p=${key}`,
    found,
  })
  if (key === null) return { ...base, state: 'failed', note: 'no-key' }
  if (found === undefined) return { ...base, ...NOT_ASKED }
  const keys = found.map((record) => tag(record, 'p')).filter((each) => each !== undefined && each !== '')
  if (keys.length === 0) return { ...base, state: 'failed', note: 'missing' }
  if (!keys.includes(key)) return { ...base, state: 'failed', note: 'other-key' }
  return aligned(dkim.domain, domainOf(asked.from.address))
    ? { ...base, state: 'ok', note: 'good' }
    : { ...base, state: 'warning', note: 'not-aligned' }
}

/** Relaxed alignment (RFC 7489 §3.1) where one domain stands within the other. */
const aligned = (a: string, b: string): boolean => a === b || a.endsWith(`.${b}`) || b.endsWith(`.${a}`)

/** `found` of the first name that has a policy, else of the last one asked. */
export function dmarcRecord(asked: Asked, { name, found }: { name: string; found: Answer }): SenderRecord {
  const domain = domainOf(asked.from.address)
  const records = found?.filter((text) => /^v=DMARC1(\s*;|\s|$)/i.test(text))
  const base = about('dmarc', records?.length ? name : `_dmarc.${domain}`, {
    wanted: `v=DMARC1; p=none; rua=mailto:dmarc@${domain}`,
    found: records,
  })
  if (records === undefined) return { ...base, ...NOT_ASKED }
  const [record] = records
  if (record === undefined) return { ...base, state: 'failed', note: 'missing' }
  return tag(record, 'p')?.toLowerCase() === 'none'
    ? { ...base, state: 'warning', note: 'only-watched' }
    : { ...base, state: 'ok', note: 'good' }
}

/** Null without a domain for what comes back. */
export function mxRecord({ verpDomain }: Asked, { host, found }: { host: string; found: Answer }): SenderRecord | null {
  if (verpDomain === undefined) return null
  const base = about('mx', verpDomain, { wanted: host === '' ? '' : `10 ${host}.`, found })
  if (found === undefined) return { ...base, ...NOT_ASKED }
  return found.length === 0 ? { ...base, state: 'failed', note: 'missing' } : { ...base, state: 'ok', note: 'good' }
}
