import { createHash } from 'node:crypto'
import { ProofPack } from '#channels/api.ts'
import { explain } from '#journeys/reasons.ts'
import { isRefusal, refuse } from '#lib/problem.ts'
import { type Binding, bindDownload } from '#platform/http/actions.ts'
import { denied, type Principal } from '#platform/http/principal.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { auditPages } from '#workspaces/actions.ts'
import { anchorsIn, readAnchorText } from '#workspaces/adapters/anchor-file.ts'
import type { Signer } from '#workspaces/adapters/anchor-keys.ts'
import { checkAudit } from '#workspaces/adapters/audit-check.ts'
import { auditAbout } from '#workspaces/audit-store.ts'
import type { AuditCheck, AuditLine } from '#workspaces/schema.ts'
import type { Archive } from './archive.ts'
import type { Archived } from './archive-pack.ts'
import { type ArchiveRow, listArchived } from './archive-store.ts'
import { type Evidence, type EvidenceParts, evidenceOf, MOST, type Subject, subjectOf, versionsOf } from './proof-evidence.ts'
import { csv, inert, momentText, nameable, page, type Section, type Table } from './proof-pages.ts'
import { type PackedFile, TAR_END, tarEntry } from './tar.ts'

interface Options extends EvidenceParts {
  readonly archive: Archive
  readonly signer: Signer
  readonly anchors: { readonly path: string; readonly trusted: readonly string[] }
  /** Epoch ms. */
  readonly now: () => number
}

export const proofBindings = (options: Options): Binding[] => [
  bindDownload(ProofPack, async (input, principal, call) => {
    const more = denied('audit:read', principal)
    if (more) return refuse(more)
    const subject = await subjectOf(options, principal.workspace, input)
    if (isRefusal(subject)) return subject
    const object = subject.kind === 'person' ? `profile:${subject.profiles[0]}` : `journey:${subject.journey}`
    call.note({ object })
    return { filename: `proof-${nameable(object)}.tar`, body: tarOf(packOf(options, principal, subject), options.now()) }
  }),
]

async function* tarOf(files: AsyncIterable<PackedFile>, at: number): AsyncGenerator<Buffer> {
  for await (const file of files) yield tarEntry(file, at / 1_000)
  yield TAR_END
}

interface SentLine {
  readonly row: ArchiveRow
  readonly subject: string
  readonly files: readonly string[]
  /** `yes`, `no`, or `erased`. */
  readonly exact: string
}

/** The files of a pack, one after the other; the signed list of all of them comes last. */
export async function* packOf(options: Options, principal: Principal, subject: Subject): AsyncGenerator<PackedFile> {
  const { workspace } = principal
  const listed: { name: string; bytes: number; sha256: string }[] = []
  const add = (name: string, text: string): PackedFile => {
    const content = Buffer.from(text)
    listed.push({ name, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') })
    return { name, content }
  }
  const evidence = await evidenceOf(options, workspace, subject)
  const sent: SentLine[] = []
  for await (const { row, message } of messagesOf(options, workspace, subject)) {
    const files = messageFiles(row, message, sent.length + 1)
    for (const { name, text } of files) yield add(name, text)
    const exact = message === null ? 'erased' : message.hash === row.contentHash ? 'yes' : 'no'
    sent.push({ row, subject: message?.subject ?? '', files: files.map(({ name }) => name), exact })
  }
  const versions = await versionsOf(options.pool, workspace, namesOf(evidence, sent))
  for (const { kind, id, version, body, hash } of versions)
    yield add(`documents/${nameable(kind)}/${nameable(id)}-${version}.json`, pretty({ kind, id, version, sha256: hash, body }))
  const audit = await auditFor(options, workspace, { subject, evidence, versions })
  yield add('audit/lines.jsonl', audit.lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  yield add('audit/check.json', pretty(audit.check))
  yield add('audit/anchors.jsonl', audit.anchors)
  const tables = tablesOf(evidence, sent, audit.lines)
  for (const [name, { table, json }] of Object.entries(tables)) {
    yield add(`${name}.csv`, csv(table))
    yield add(`${name}.json`, pretty(json))
  }
  if (subject.kind === 'person')
    yield add('person.json', pretty({ profiles: subject.profiles, identifiers: evidence.identifiers, states: evidence.people }))
  yield add('index.html', indexPage({ subject, evidence, tables, audit, at: options.now(), by: principal.actor, workspace }))
  const manifest = { workspace, about: subject, at: options.now(), by: principal.actor, files: listed, key: options.signer.key }
  yield { name: 'manifest.json', content: Buffer.from(pretty({ ...manifest, signature: options.signer.sign(manifest) })) }
}

const pretty = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
const PAGE = 200

async function* messagesOf(
  { pool, archive }: Options,
  workspace: string,
  subject: Subject,
): AsyncGenerator<{ row: ArchiveRow; message: Archived | null }> {
  const whose = subject.kind === 'person' ? { profiles: subject.profiles } : { journey: subject.journey }
  let after: ArchiveRow | undefined
  for (let done = 0; done < MOST; done += PAGE) {
    const found = await inWorkspace(pool, workspace, async (tx) => {
      const rows = await listArchived(tx, workspace, { ...whose, after, limit: PAGE })
      return { rows, messages: await archive.openAll(tx, rows) }
    })
    for (const [i, row] of found.rows.entries()) yield { row, message: found.messages[i]! }
    after = found.rows.at(-1)
    if (found.rows.length < PAGE) return
  }
}

function messageFiles(row: ArchiveRow, message: Archived | null, n: number): { name: string; text: string }[] {
  const folder = `messages/${String(n).padStart(5, '0')}-${nameable(row.channel)}-${nameable(row.effect)}`
  const { sealed: _sealed, skeleton: _skeleton, about, ...plain } = row
  const data = {
    ...plain,
    at: momentText(row.at),
    about,
    exact: message ? message.hash === row.contentHash : null,
    to: message?.to ?? null,
    data: message?.data ?? null,
  }
  const files = [{ name: `${folder}/message.json`, text: pretty(data) }]
  if (!message) return files
  if (message.eml === '') return [...files, { name: `${folder}/message.txt`, text: message.body }]
  const { eml, html, text } = message
  return [
    ...files,
    { name: `${folder}/message.eml`, text: eml },
    { name: `${folder}/message.html`, text: inert(html) },
    { name: `${folder}/message.txt`, text },
  ]
}

/** `kind id version` of every authored thing that anything in the pack refers to. */
function namesOf({ path, verdicts, deliveries }: Evidence, sent: readonly SentLine[]): Set<string> {
  const names = new Set<string>()
  for (const { journey, version } of [...path, ...deliveries]) names.add(`journey ${journey} ${version}`)
  for (const { policy, policyVersion } of verdicts) if (policy !== '') names.add(`policy ${policy} ${policyVersion}`)
  for (const { row } of sent)
    if (typeof row.about['template'] === 'string') names.add(`template ${row.about['template']} ${row.about['template_version']}`)
  return names
}

interface AuditPart {
  readonly lines: readonly AuditLine[]
  readonly check: AuditCheck
  readonly anchors: string
}

async function auditFor(
  { pool, anchors }: Options,
  workspace: string,
  { subject, evidence, versions }: { subject: Subject; evidence: Evidence; versions: readonly { kind: string; id: string }[] },
): Promise<AuditPart> {
  const text = await readAnchorText(anchors.path)
  const check = await checkAudit(auditPages(pool, workspace), anchorsIn(text, { workspace, trusted: anchors.trusted }))
  const objects = new Set([
    ...(subject.kind === 'person' ? subject.profiles.map((id) => `profile:${id}`) : [`journey:${subject.journey}`]),
    ...versions.map(({ kind, id }) => `${kind}:${id}`),
    ...evidence.deliveries.map(({ message }) => `message:${message}`),
    ...evidence.path.map(({ enrollment, from }) => `enrollment:${enrollment}:${from}`),
    ...evidence.approvals.map(({ id }) => `approval:${id}`),
  ])
  const lines = await inWorkspace(pool, workspace, (tx) => auditAbout(tx, workspace, [...objects]))
  const own = text.split('\n').filter((line) => line !== '' && (JSON.parse(line) as { workspace?: string }).workspace === workspace)
  return { lines, check, anchors: own.map((line) => `${line}\n`).join('') }
}

interface Told {
  readonly table: Table
  readonly json: unknown
  readonly title: string
  readonly says: string
}
type Tables = Readonly<Record<'sent' | 'not-sent' | 'path' | 'verdicts' | 'consents' | 'approvals' | 'audit-lines', Told>>

const NOT_SENT = new Set(['skipped', 'failed', 'cancelled', 'dead', 'bounced'])

function tablesOf(evidence: Evidence, sent: readonly SentLine[], lines: readonly AuditLine[]): Tables {
  return {
    sent: sentTable(sent),
    'not-sent': notSentTable(evidence),
    path: pathTable(evidence),
    verdicts: verdictTable(evidence),
    consents: consentTable(evidence),
    approvals: approvalTable(evidence),
    'audit-lines': auditTable(lines),
  }
}

const sentTable = (sent: readonly SentLine[]): Told => ({
  title: 'What was sent',
  says: 'Each message that was handed over to a provider, as it was kept at that moment. “Exact” says whether the bytes in the pack have the hash that was noted at the hand-over.',
  json: sent.map(({ row: { sealed: _, skeleton: __, ...row }, ...line }) => ({ ...row, ...line })),
  table: {
    columns: [
      'When',
      'Profile',
      'Channel',
      'Subject',
      'Journey',
      'Version',
      'Step',
      'Template',
      'Provider’s id',
      'SHA-256',
      'Exact',
      'File',
    ],
    rows: sent.map(({ row, subject, exact, files }) => [
      momentText(row.at),
      row.profile,
      row.channel,
      subject,
      row.journey,
      said(row.about['version']),
      said(row.about['step_id']),
      `${said(row.about['template'])} ${said(row.about['template_version'])}`.trim(),
      said(row.about['provider_id']),
      row.contentHash,
      exact,
      files.find((name) => name.endsWith('.eml')) ?? files.at(-1) ?? '',
    ]),
  },
})

const said = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')

/** Messages that ended without being sent, each with the refusal that stopped it; and refusals before there was a message. */
function notSentTable({ deliveries, verdicts }: Evidence): Told {
  const refusals = verdicts.filter(({ outcome }) => outcome !== 'pass')
  const ended = deliveries.filter(({ status }) => NOT_SENT.has(status))
  const stopped = ended.map((delivery) => ({ ...delivery, verdict: refusals.findLast(({ message }) => message === delivery.message) }))
  const ids = new Set(ended.map(({ message }) => message))
  const before = refusals.filter(({ message, outcome }) => outcome === 'refuse' && !ids.has(message))
  return {
    title: 'What was not sent, and why',
    says: 'Messages that were wanted by a journey and stopped, with the rule that stopped them and where that rule comes from.',
    json: { stopped, before },
    table: {
      columns: ['When', 'Profile', 'Journey', 'Step', 'Channel', 'Ended as', 'Reason', 'In words', 'Citation', 'Policy'],
      rows: [
        ...stopped.map(({ at, profile, journey, step, channel, status, reason, verdict }) => [
          momentText(at),
          profile,
          journey,
          step,
          channel,
          status,
          reason,
          verdict?.reason || explain(reason),
          verdict?.citation ?? '',
          verdict ? `${verdict.policy} ${verdict.policyVersion}` : '',
        ]),
        ...before.map(({ at, profile, journey, step, channel, stage, gate, reason, citation, policy, policyVersion }) => [
          momentText(at),
          profile,
          journey,
          step,
          channel,
          `refused at ${stage}`,
          gate,
          reason,
          citation,
          `${policy} ${policyVersion}`,
        ]),
      ],
    },
  }
}

const pathTable = ({ path }: Evidence): Told => ({
  title: 'The way through the journeys',
  says: 'Every move of a person from step to step, with its reason: why a message was wanted, or why it was not.',
  json: path.map((row) => ({ ...row, sentence: explain(row.reason) })),
  table: {
    columns: ['When', 'Profile', 'Journey', 'Version', 'Run', 'What', 'From', 'To', 'Reason', 'In words'],
    rows: path.map(({ at, profile, journey, version, enrollment, kind, from, to, reason }) => [
      momentText(at),
      profile,
      journey,
      version,
      enrollment,
      kind,
      from,
      to,
      reason,
      reason === '' ? '' : explain(reason),
    ]),
  },
})

const verdictTable = ({ verdicts }: Evidence): Told => ({
  title: 'Verdicts of the rules of law',
  says: 'What each rule said of each message, with the citation, the version of the rule and the evidence that it looked at.',
  json: verdicts,
  table: {
    columns: ['When', 'Profile', 'Stage', 'Outcome', 'Message', 'Rule', 'Gate', 'Jurisdiction', 'Citation', 'Reason', 'Evidence'],
    rows: verdicts.map((row) => [
      momentText(row.at),
      row.profile,
      row.stage,
      row.outcome,
      row.message,
      `${row.policy} ${row.policyVersion}`,
      row.gate,
      row.jurisdiction,
      row.citation,
      row.reason,
      row.evidence,
    ]),
  },
})

const consentTable = ({ consents }: Evidence): Told => ({
  title: 'Consent',
  says: 'Every word of the person on what they want to get, oldest first, with the wording that they saw and how it reached us.',
  json: consents,
  table: {
    columns: ['When', 'Channel', 'Topic', 'Status', 'Took effect', 'Basis', 'Source', 'Method', 'Wording', 'Address', 'Page'],
    rows: consents.map((row) => [
      momentText(row.at),
      row.channel,
      row.topic,
      row.status,
      row.effective === 1 ? 'yes' : `no: ${row.reason}`,
      row.basis,
      row.source,
      row.method,
      row.wording === '' ? '' : `${row.wording} ${row.wordingVersion} (${row.wordingHash})`,
      row.address,
      row.url,
    ]),
  },
})

const approvalTable = ({ approvals }: Evidence): Told => ({
  title: 'Approvals',
  says: 'What had to be decided by people before it could happen, who decided, and the hash of exactly what they decided on.',
  json: approvals,
  table: {
    columns: ['Asked', 'Id', 'What', 'State', 'Asked by', 'Decisions', 'Hash'],
    rows: approvals.map(({ requestedAt, id, title, state, requestedBy, votes, hash }) => [
      momentText(requestedAt),
      id,
      title,
      state,
      requestedBy,
      votes
        .map(({ actor, verdict, at, comment }) => `${momentText(at)} ${actor}: ${verdict}${comment === '' ? '' : ` (${comment})`}`)
        .join('; '),
      hash,
    ]),
  },
})

const auditTable = (lines: readonly AuditLine[]): Told => ({
  title: 'Audit log',
  says: 'Who did what in Cadenza that this rests on. Each line stands at its place in a chain of hashes; audit/check.json says whether the whole chain holds.',
  json: lines,
  table: {
    columns: ['Place', 'When', 'Who', 'Did', 'To', 'Hash'],
    rows: lines.map(({ seq, at, actor, action, object, hash }) => [seq, momentText(at), actor, action, object, hash]),
  },
})

/** Rows that the page itself shows; all are in the files. */
const SHOWN = 500

interface Index {
  readonly subject: Subject
  readonly evidence: Evidence
  readonly tables: Tables
  readonly audit: AuditPart
  readonly at: number
  readonly by: string
  readonly workspace: string
}

function indexPage({ subject, evidence, tables, audit, at, by, workspace }: Index): string {
  const whom =
    subject.kind === 'person'
      ? `the person with the profile ${subject.profiles.join(', ')} (${evidence.identifiers.map(({ kind, value }) => `${kind} ${value}`).join(', ') || 'no identifiers are known any more'})`
      : `the journey ${subject.journey}`
  const { check } = audit
  const chain = check.fault
    ? `The audit log does NOT hold: ${check.sentence}`
    : `The audit log of ${check.lines} lines holds; anchors outside the database vouch for it up to line ${check.anchored}.`
  const sections: Section[] = Object.entries(tables).map(([name, { title, says, table }]) => ({
    title: `${title} (${table.rows.length})`,
    says: table.rows.length > SHOWN ? `${says} The first ${SHOWN} are shown; the files hold all.` : says,
    table: { ...table, rows: table.rows.slice(0, SHOWN) },
    files: [`${name}.csv`, `${name}.json`],
  }))
  return page({
    title: 'Proof pack',
    intro: [
      `About ${whom} of the workspace ${workspace}. Made on ${momentText(at)} by ${by}.`,
      chain,
      'messages/ holds what was sent: .eml is the message as it was handed over, .html and .txt are for reading. documents/ holds every journey, template and rule in the version that counted.',
      'manifest.json lists the SHA-256 of every file and is signed (Ed25519, RFC 8032, over the canonical JSON of all its other fields, keys sorted).',
    ],
    sections,
  })
}
