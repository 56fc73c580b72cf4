import { emailOf, phoneOf } from '#events/accept.ts'
import { CHANNELS } from '#events/reaction.ts'
import type { Identifier } from '#events/schema.ts'
import type { JsonObject } from '#lib/json.ts'
import { isRefusal, type Outcome, refuse } from '#lib/problem.ts'
import { time } from './record.ts'
import { BASES } from './schema.ts'
import { ruleOf, type Topics, type WordingHashes, wordingKey } from './topics.ts'

/** What a column of a file of consents may be called; others are refused, so that a misspelt proof is not lost. */
const COLUMNS = [
  'user_id',
  'email',
  'phone',
  'status',
  'channel',
  'topic',
  'captured_at',
  'method',
  'source',
  'basis',
  'wording',
  'wording_version',
  'locale',
  'ip',
  'user_agent',
  'url',
  'jurisdiction',
  'controller',
  'expires_at',
  'proof_ref',
  'by',
] as const
export type ConsentColumn = (typeof COLUMNS)[number]
/** Without these no row can show who said what, when, how and where. */
const NEEDED: readonly ConsentColumn[] = ['channel', 'captured_at', 'method', 'source', 'wording', 'wording_version']

/** What the columns are, by the header. */
export function columnsOf(header: readonly string[]): Outcome<readonly ConsentColumn[]> {
  const names = header.map((name) =>
    name
      .trim()
      .toLowerCase()
      .replaceAll(/[\s-]+/g, '_'),
  )
  const unknown = names.filter((name) => !COLUMNS.some((each) => each === name))
  const missing = NEEDED.filter((name) => !names.includes(name))
  const nobody = !names.some((name) => name === 'user_id' || name === 'email' || name === 'phone')
  if (unknown.length === 0 && missing.length === 0 && !nobody) return names as ConsentColumn[]
  const said = [
    ...(unknown.length > 0 ? [`unknown: ${unknown.slice(0, 10).join(', ')}`] : []),
    ...(missing.length > 0 ? [`missing: ${missing.join(', ')}`] : []),
    ...(nobody ? ['nobody is named: give user_id, email or phone'] : []),
  ]
  return refuse({
    code: 'consent.import.columns',
    status: 422,
    title: 'The columns of the file do not show what was consented to',
    detail: said.join('; '),
    hint: `Use the columns ${COLUMNS.join(', ')}`,
    at: '/csv',
  })
}

/** One row as an event. */
export interface ImportedConsent {
  readonly ids: readonly Identifier[]
  readonly name: 'Consent Granted' | 'Consent Withdrawn'
  /** When it was said (epoch ms). */
  readonly at: number
  readonly props: JsonObject
}

/** The consent that a row shows, or why it shows none. `now`: nobody has consented in the future (epoch ms). */
export function consentOf(
  fields: readonly string[],
  columns: readonly ConsentColumn[],
  { now, topics, wordings }: { now: number; topics: Topics; wordings: WordingHashes },
): ImportedConsent | string {
  const cell = (name: ConsentColumn): string => fields[columns.indexOf(name)]?.trim() ?? ''
  const ids = idsOf(cell)
  if (typeof ids === 'string') return ids
  const status = cell('status').toLowerCase() || 'granted'
  if (status !== 'granted' && status !== 'withdrawn') return `status “${status}” is neither granted nor withdrawn`
  const channel = cell('channel').toLowerCase()
  if (channel !== '*' && channel !== 'ads' && !CHANNELS.some((each) => each === channel)) return `“${channel}” is no channel`
  const at = time(cell('captured_at'))
  if (at === undefined) return 'captured_at is no date: write it as 2026-03-07T12:00:00Z'
  if (at > now) return 'captured_at is in the future'
  for (const name of ['method', 'source'] as const) if (cell(name) === '') return `${name} is empty: nothing shows how or where it was said`
  const basis = cell('basis') || 'consent'
  if (!BASES.some((each) => each === basis)) return `“${basis}” is no lawful basis`
  const proof = status === 'granted' ? faultOfGrant({ cell, channel, basis, topics, wordings }) : undefined
  if (proof !== undefined) return proof
  const expires = time(cell('expires_at'))
  if (cell('expires_at') !== '' && expires === undefined) return 'expires_at is no date'
  const kept = COLUMNS.filter(
    (name) => !['user_id', 'status', 'captured_at', 'wording_version', 'expires_at', 'phone', 'email'].includes(name),
  )
  const said = Object.fromEntries(kept.map((name) => [name, cell(name)]).filter(([, value]) => value !== ''))
  const address = channel === 'email' ? cell('email') : channel === 'sms' || channel === 'whatsapp' ? cell('phone') : ''
  return {
    ids,
    at,
    name: status === 'granted' ? 'Consent Granted' : 'Consent Withdrawn',
    props: {
      ...said,
      channel,
      basis,
      ...(cell('wording_version') === '' ? {} : { wording_version: Number(cell('wording_version')) }),
      ...(expires === undefined ? {} : { expires_at: expires }),
      ...(address === '' ? {} : { address }),
      // Its proof says that it was confirmed: nobody is asked once more.
      ...(cell('method') === 'double-opt-in' ? { verified: true } : {}),
    },
  }
}

interface Grant {
  readonly cell: (name: ConsentColumn) => string
  readonly channel: string
  readonly basis: string
  readonly topics: Topics
  readonly wordings: WordingHashes
}

/** What a grant lacks: the words that were agreed to, and where the topic asks to confirm, that they did. */
function faultOfGrant({ cell, channel, basis, topics, wordings }: Grant): string | undefined {
  const topic = cell('topic')
  if (topic !== '' && !topics.has(topic)) return `there is no topic “${topic}”`
  if (basis === 'consent') {
    const [id, version] = [cell('wording'), Number(cell('wording_version'))]
    if (id === '' || !Number.isSafeInteger(version) || version < 1)
      return 'wording and wording_version are empty: nothing shows what was agreed to'
    if (!wordings.has(wordingKey(id, version))) return `there is no version ${version} of wording “${id}”`
  } else if (cell('proof_ref') === '') return `basis ${basis} needs proof_ref: the order, contract or inquiry that it stands on`
  const rule = ruleOf(topics, { channel, topic, place: cell('jurisdiction') })
  if (rule?.confirm && cell('method') !== 'double-opt-in')
    return `topic “${topic}” asks to confirm: only method double-opt-in shows that they did`
  if (cell('method') === 'double-opt-in' && cell('proof_ref') === '') return 'double-opt-in needs proof_ref: where the confirmation is kept'
  return undefined
}

function idsOf(cell: (name: ConsentColumn) => string): Identifier[] | string {
  const ids: Identifier[] = []
  if (cell('user_id') !== '') ids.push({ kind: 'user_id', value: cell('user_id').slice(0, 512) })
  if (cell('email') !== '') {
    const value = emailOf(cell('email'))
    if (value === null) return 'email is no address'
    ids.push({ kind: 'email', value })
  }
  if (cell('phone') !== '') {
    const value = phoneOf(cell('phone'))
    if (value === null) return 'phone is no number: write it with its country code, such as +15551234567'
    ids.push({ kind: 'phone', value })
  }
  return ids.length === 0 ? 'nobody is named: give user_id, email or phone' : ids
}

/** An address as suppression lists hold it: an e-mail address or a number in E.164. */
export function listedAddress(text: string): Outcome<string> {
  const found = emailOf(text) ?? phoneOf(text)
  if (found !== null) return found
  // Other channels name people by their profile.
  if (/^p_[A-Za-z0-9_-]{4,64}$/.test(text.trim())) return text.trim()
  return refuse({
    code: 'suppression.address',
    status: 422,
    title: 'This is neither an e-mail address nor a telephone number',
    hint: 'Write numbers with their country code, such as +15551234567',
    at: '/address',
  })
}

export const isListed = (outcome: Outcome<string>): outcome is string => !isRefusal(outcome)
