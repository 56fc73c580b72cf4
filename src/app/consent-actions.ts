import { createHash } from 'node:crypto'
import { receipt } from '#channels/receipts.ts'
import {
  AddSuppression,
  ExportSuppressions,
  GetConsent,
  GetConsentHistory,
  GetConsentImport,
  ImportConsents,
  ImportSuppressions,
  ListSuppressions,
  RemoveSuppression,
  SetConsent,
} from '#consent/api.ts'
import { permissionOf } from '#consent/gate.ts'
import { columnsOf, isListed, listedAddress } from '#consent/import.ts'
import { ADDRESS_SUPPRESSED, ADDRESS_UNSUPPRESSED, ADS } from '#consent/react.ts'
import { time } from '#consent/record.ts'
import { beginConsentImport, type ConsentImport, consentRecords, findConsentImport } from '#consent/store.ts'
import { Wording, wordingKey } from '#consent/topics.ts'
import type { EventRecord } from '#events/schema.ts'
import { reach } from '#journeys/nodes/reach.ts'
import type { Person } from '#journeys/person.ts'
import type { InputOf } from '#lib/action.ts'
import { csvCell, csvLine } from '#lib/csv.ts'
import { isRefusal, type Outcome, refuse } from '#lib/problem.ts'
import { own } from '#lib/record.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { publishedVersions } from '#platform/document-versions.ts'
import { type Binding, bind, bindAudited, bindDownload } from '#platform/http/actions.ts'
import type { Queryable } from '#platform/log.ts'
import { type Pool, transaction } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import {
  type AddressHash,
  cancelFor,
  keyOf,
  pageSuppressions,
  removeSuppression,
  type Suppression,
  type SuppressionReason,
  suppress,
} from '#platform/suppressions.ts'
import { owners, sameAs } from '#profiles/store.ts'
import { CsvReader } from '#segments/csv.ts'
import { changeConsent } from './change-consent.ts'
import { consentTerms, loadPeople } from './consent-gate.ts'
import { appendRecords } from './settler.ts'

interface Options {
  readonly pool: Pool
  /** May write for the system: the log, the outbox. */
  readonly work: Pool
  readonly analytics: Analytics
  readonly partitions: number
  readonly now: () => number
  readonly hash: AddressHash
  /** Something was appended to the log. */
  readonly appended: () => void
}

const PAGE = 200
/** Whoever complained, or was erased, or left by themselves, is not brought back by somebody of the workspace. */
const REMOVABLE: readonly SuppressionReason[] = ['bounced', 'manual', 'imported']

export const consentBindings = (options: Options): Binding[] => [
  bindAudited(SetConsent, (input, principal, call) =>
    setConsent(options, { input, ...principal }, (tx) => call.audit(tx, { object: `profile:${input.id}` })),
  ),
  bind(GetConsent, ({ id }, { workspace }) => getConsent(options, workspace, id)),
  bind(GetConsentHistory, async ({ id }, { workspace }) => {
    const profiles = await inWorkspace(options.pool, workspace, (tx) => sameAs(tx, workspace, id))
    const [rows, texts] = await Promise.all([consentRecords(options.analytics, workspace, profiles), wordingTexts(options.work, workspace)])
    const records = rows.map(({ expiresAt, effective, ...row }) => ({
      ...row,
      effective: effective === 1,
      expiresAt: expiresAt === 0 ? null : expiresAt,
      wordingText: row.wordingHash === '' ? '' : (texts.get(`${wordingKey(row.wording, row.wordingVersion)} ${row.wordingHash}`) ?? ''),
    }))
    return { records }
  }),
  bindAudited(ImportConsents, async ({ name, csv }, { workspace, actor }, call) => {
    const header = new CsvReader().push(`${csv.slice(0, csv.search(/[\r\n]|$/))}\n`)[0] ?? []
    const columns = columnsOf(header)
    if (isRefusal(columns)) return columns
    const id = createHash('sha256').update(csv).digest('hex').slice(0, 24)
    const begun = await transaction(options.work, async (tx) => {
      const row = await beginConsentImport(tx, { ws: workspace, id, name, content: Buffer.from(csv), by: actor, now: options.now() })
      await call.audit(tx, { object: `consent-import:${id}` })
      return row
    })
    return importView(begun)
  }),
  bind(GetConsentImport, async ({ id }, { workspace }) => {
    const found = await inWorkspace(options.pool, workspace, (tx) => findConsentImport(tx, workspace, id))
    return found ? importView(found) : refuse({ code: 'consent.import.unknown', status: 404, title: 'There is no such import', detail: id })
  }),
  bind(ListSuppressions, async ({ q, reason, cursor }, { workspace }) => {
    const page = await inWorkspace(options.pool, workspace, (tx) =>
      pageSuppressions(tx, { ws: workspace, start: q, reason, after: decoded(cursor), limit: PAGE }),
    )
    return { suppressions: page.rows, next: page.next === null ? null : encoded(page.next) }
  }),
  bindAudited(AddSuppression, async ({ address, channel, note }, { workspace, actor }, call) => {
    const place = listedAddress(address)
    if (!isListed(place)) return place
    const entry: Suppression = { ws: workspace, address: place, channel, topic: '', reason: 'manual', note, by: actor }
    return transaction(options.work, async (tx) => {
      const done = await addSuppressions(options, tx, [entry])
      await call.audit(tx, { object: `suppression:${options.hash(workspace, place).slice(0, 24)}` })
      return { added: done.added > 0, takenBack: done.takenBack }
    }).then(told(options))
  }),
  bindAudited(RemoveSuppression, async ({ address, channel }, { workspace }, call) => {
    const place = listedAddress(address)
    if (!isListed(place)) return place
    return transaction(options.work, async (tx) => {
      const done = await removeSuppression(tx, { ws: workspace, address: place, channel, removable: REMOVABLE })
      if (done.removed.length > 0 && done.kept.every((reason) => reason === 'unsubscribed'))
        await tellOwners(options, tx, { places: [{ ws: workspace, address: place }], name: ADDRESS_UNSUPPRESSED, reason: 'removed' })
      await call.audit(tx, { object: `suppression:${options.hash(workspace, place).slice(0, 24)}` })
      return done
    }).then(told(options))
  }),
  bindAudited(ImportSuppressions, async ({ csv, note }, { workspace, actor }, call) => {
    const read = readList(csv, { ws: workspace, note, by: actor })
    if (isRefusal(read)) return read
    return transaction(options.work, async (tx) => {
      const { added } = await addSuppressions(options, tx, read.entries)
      await call.audit(tx, { object: `suppressions:${read.entries.length}` })
      return { added, known: read.entries.length - added, rejected: read.rejected }
    }).then(told(options))
  }),
  bindDownload(ExportSuppressions, async (_input, { workspace }) => ({
    filename: 'suppressions.csv',
    body: exported(options.pool, workspace),
  })),
]

const told =
  ({ appended }: Options) =>
  <T>(outcome: T): T => {
    appended()
    return outcome
  }

/** `refused` would be taken for a refusal of the whole call. */
const importView = ({ ws: _ws, by: _by, refused, ...row }: ConsentImport) => ({ ...row, rejected: refused, faults: [...row.faults] })
const encoded = (text: string): string => Buffer.from(text).toString('base64url')
const decoded = (text: string): string => Buffer.from(text, 'base64url').toString()

const unknown = (id: string): Outcome<never> =>
  refuse({
    code: 'profile.unknown',
    status: 404,
    title: 'There is no such person',
    detail: id,
    hint: 'Search by e-mail address, user id or profile id',
  })

async function personOf({ work }: Options, ws: string, id: string): Promise<Pick<Person, 'profile' | 'consent'> | undefined> {
  return (await loadPeople(work, [{ ws, key: id }])).get(keyOf(ws, id))
}

async function setConsent(
  options: Options,
  { input, workspace, actor }: { input: InputOf<typeof SetConsent>; workspace: string; actor: string },
  audit: (tx: Queryable) => Promise<void>,
): Promise<Outcome<{ may: boolean; reason: string }>> {
  const { id, status, channel, topic, wording, confirmed } = input
  const person = await personOf(options, workspace, id)
  if (!person) return unknown(id)
  const terms = await consentTerms(options.work, workspace)
  if (topic !== '' && !terms.topics.has(topic))
    return refuse({
      code: 'topic.unknown',
      status: 422,
      title: 'There is no such topic',
      detail: topic,
      hint: 'Publish the topic first',
      at: '/topic',
    })
  if (confirmed && !input.proof)
    return refuse({
      code: 'consent.proof',
      status: 422,
      title: 'A confirmation elsewhere needs its proof',
      hint: 'Say in proof where it is kept',
      at: '/proof',
    })
  if (wording && !(await wordingTexts(options.work, workspace)).has(wordingKey(wording.id, wording.version)))
    return refuse({
      code: 'wording.unknown',
      status: 422,
      title: 'There is no such version of this wording',
      detail: `${wording.id} ${wording.version}`,
      at: '/wording',
    })
  const at = time(input.at) ?? options.now()
  if (at > options.now())
    return refuse({
      code: 'consent.future',
      status: 422,
      title: 'Nobody has said this yet',
      hint: 'at must not be in the future',
      at: '/at',
    })
  await changeConsent(
    { pool: options.work, partitions: options.partitions, now: options.now, appended: options.appended, finish: audit },
    person,
    {
      ws: workspace,
      profile: person.profile.id,
      says: [{ status, channel, topic, verified: confirmed }],
      at,
      evidence: evidenceIn(input, actor),
      once: `consent:${createHash('sha256')
        .update(JSON.stringify({ ...input, at }))
        .digest('hex')
        .slice(0, 32)}`,
    },
  )
  const asked = { channel, topic, address: '', lane: 'marketing' as const }
  const now = await personOf(options, workspace, id)
  const permission = permissionOf(now ?? person, asked, { ...terms, now: options.now() })
  return { may: status === 'granted' && permission.ok, reason: permission.ok ? '' : permission.reason }
}

function evidenceIn(input: InputOf<typeof SetConsent>, actor: string): EventRecord['props'] {
  const { source, method, basis, wording, locale, ip, userAgent, url, jurisdiction, controller, expiresAt, by, proof } = input
  const given = {
    source,
    method,
    basis,
    locale,
    ip,
    user_agent: userAgent,
    url,
    jurisdiction,
    controller,
    expires_at: expiresAt,
    proof_ref: proof,
    actor,
  }
  return {
    ...(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as EventRecord['props']),
    ...(wording && { wording: wording.id, wording_version: wording.version }),
    ...(by === 'parent' && { by }),
  }
}

async function getConsent(options: Options, workspace: string, id: string) {
  const person = await personOf(options, workspace, id)
  if (!person) return unknown(id)
  const terms = await consentTerms(options.work, workspace)
  const now = options.now()
  const { permits, blocked, paused } = person.consent
  const standing = [...terms.topics.values()].flatMap((topic) =>
    Object.keys(topic.channels).map((channel) => {
      const reached = channel === 'webhook' ? { address: '' } : reach(channel as Parameters<typeof reach>[0], person.profile)
      const address = 'address' in reached ? reached.address.toLowerCase() : ''
      const permission = permissionOf(person, { channel, topic: topic.id, address, lane: 'marketing' }, { ...terms, now })
      return { channel, topic: topic.id, may: permission.ok, reason: permission.ok ? '' : permission.reason }
    }),
  )
  return {
    permits: Object.entries(permits).map(([key, permit]) => {
      const [channel = '', ...topic] = key.split(':')
      const { status, at, source, basis = 'consent' as const, expires = null, by = 'self' as const } = permit
      return { channel, topic: topic.join(':'), status, at, source, basis, expires, by }
    }),
    standing,
    blocked: Object.entries(blocked).map(([address, reason]) => ({ address, reason })),
    pausedUntil: paused && paused.until > now ? paused.until : null,
    ads: own(permits, ADS)?.status !== 'withdrawn',
  }
}

/** Texts of all versions by `id@version` and hash; each version also by itself. */
async function wordingTexts(db: Queryable, workspace: string): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>()
  for (const { id, version, body } of await publishedVersions(db, workspace, { kind: 'wording' })) {
    const name = wordingKey(id, version)
    texts.set(name, '')
    for (const text of Object.values(Wording.parse(body).texts))
      texts.set(`${name} ${createHash('sha256').update(text).digest('hex')}`, text)
  }
  return texts
}

/** On the list, on the log of whoever has these addresses, and out of the outbox. */
async function addSuppressions(
  options: Options,
  tx: Queryable,
  entries: readonly Suppression[],
): Promise<{ added: number; takenBack: number }> {
  const now = options.now()
  const added = await suppress(tx, entries, now)
  const taken: EventRecord[] = []
  for (const entry of entries)
    for (const row of await cancelFor(tx, { ...entry, topic: '' }, { now, reason: 'address_blocked', all: true }))
      taken.push(receipt({ ...row, ws: entry.ws }, { name: 'message.cancelled', at: now, props: { reason: 'address_blocked' } }))
  await appendRecords(tx, taken, { partitions: options.partitions, now })
  // One channel's block is kept by the list alone: the profile knows addresses, which several channels share.
  const places = entries.filter(({ channel = '' }) => channel === '')
  await tellOwners(options, tx, { places, name: ADDRESS_SUPPRESSED, reason: entries[0]?.reason ?? 'manual' })
  return { added, takenBack: taken.length }
}

async function tellOwners(
  { now: clock, partitions }: Options,
  tx: Queryable,
  { places, name, reason }: { places: readonly { ws: string; address: string }[]; name: string; reason: string },
): Promise<void> {
  const now = clock()
  const ids = places.flatMap(({ ws, address }) => ['email', 'phone'].map((kind) => ({ ws, kind, value: address })))
  const records = (ids.length === 0 ? [] : await owners(tx, ids)).map(
    ({ ws, value, profile }): EventRecord => ({
      kind: 'event',
      ws,
      key: profile,
      id: `${name}:${now}:${createHash('sha256').update(value).digest('hex').slice(0, 16)}`,
      type: 'system',
      name,
      at: now,
      received: now,
      props: { address: value, reason, source: 'suppression-list' },
      ids: [],
    }),
  )
  await appendRecords(tx, records, { partitions, now })
}

/** The entries of a CSV: `address`, and `channel` and `note` if there are such columns. A file without a header is a list of addresses. */
function readList(
  csv: string,
  { ws, note, by }: { ws: string; note: string; by: string },
): Outcome<{ entries: Suppression[]; rejected: { row: number; title: string }[] }> {
  const reader = new CsvReader()
  const rows = [...reader.push(csv), ...reader.end()]
  const header = (rows[0] ?? []).map((name) => name.trim().toLowerCase())
  const named = header.includes('address') || header.includes('email') || header.includes('phone')
  const column = named ? header.findIndex((name) => ['address', 'email', 'phone'].includes(name)) : 0
  const cell = (row: readonly string[], name: string): string => (named ? (row[header.indexOf(name)]?.trim() ?? '') : '')
  const entries: Suppression[] = []
  const rejected: { row: number; title: string }[] = []
  for (const [i, row] of rows.entries()) {
    if ((named && i === 0) || row.every((field) => field.trim() === '')) continue
    const place = listedAddress(row[column] ?? '')
    if (!isListed(place)) rejected.push({ row: i + 1, title: place.refused.title })
    else
      entries.push({
        ws,
        address: place,
        channel: cell(row, 'channel'),
        topic: '',
        reason: 'imported',
        note: cell(row, 'note') || note,
        by,
      })
  }
  if (entries.length > 0) return { entries, rejected: rejected.slice(0, 1_000) }
  return refuse({
    code: 'suppression.empty',
    status: 422,
    title: 'The file has no address',
    hint: 'Give one address a line, or a column “address”',
    at: '/csv',
  })
}

async function* exported(pool: Pool, workspace: string): AsyncGenerator<string> {
  yield csvLine(['address', 'hashed', 'channel', 'topic', 'reason', 'at', 'note', 'by'])
  let after: string | null = ''
  while (after !== null) {
    const cursor: string = after
    const page = await inWorkspace(pool, workspace, (tx) =>
      pageSuppressions(tx, { ws: workspace, start: '', reason: '', after: cursor, limit: 5_000 }),
    )
    yield page.rows
      .map(({ address, hashed, channel, topic, reason, at, note, by }) => {
        const rest = csvLine([hashed, channel, topic, reason, new Date(at).toISOString(), note, by])
        return `${addressCell(address)},${rest}`
      })
      .join('')
    after = page.next
  }
}

/** A phone number keeps its plus as it is: the file is taken back as a list of addresses. */
const addressCell = (address: string): string => (/^\+\d+$/.test(address) ? address : csvCell(address))
