import { createHash } from 'node:crypto'
import { ProofPack } from '#channels/api.ts'
import { type Language, languageAsked } from '#lib/language.ts'
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
import { indexPage } from './proof-index.ts'
import { csv, inert, momentText, nameable } from './proof-pages.ts'
import { type SentLine, tablesOf } from './proof-tables.ts'
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
    const language = languageAsked(call.headers['accept-language'])
    return { filename: `proof-${nameable(object)}.tar`, body: tarOf(packOf(options, principal, { subject, language }), options.now()) }
  }),
]

async function* tarOf(files: AsyncIterable<PackedFile>, at: number): AsyncGenerator<Buffer> {
  for await (const file of files) yield tarEntry(file, at / 1_000)
  yield TAR_END
}

/** The files of a pack, one after the other, with a page to read in the language of whoever asks; the signed list of all of them comes last. */
export async function* packOf(
  options: Options,
  principal: Principal,
  { subject, language }: { subject: Subject; language: Language },
): AsyncGenerator<PackedFile> {
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
  yield add(
    'index.html',
    indexPage({ subject, evidence, tables, check: audit.check, at: options.now(), by: principal.actor, workspace, language }),
  )
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
