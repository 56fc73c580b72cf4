import { explain } from '#journeys/reasons.ts'
import type { AuditLine } from '#workspaces/schema.ts'
import type { ArchiveRow } from './archive-store.ts'
import type { Evidence } from './proof-evidence.ts'
import { momentText, type Table } from './proof-pages.ts'

export interface SentLine {
  readonly row: ArchiveRow
  readonly subject: string
  readonly files: readonly string[]
  /** `yes`, `no`, or `erased`. */
  readonly exact: string
}

interface Told {
  readonly table: Table
  readonly json: unknown
  readonly title: string
  readonly says: string
}
export type Tables = Readonly<Record<'sent' | 'not-sent' | 'path' | 'verdicts' | 'consents' | 'approvals' | 'audit-lines', Told>>

const NOT_SENT = new Set(['skipped', 'failed', 'cancelled', 'dead', 'bounced'])

/** Everything that a pack tells, as tables for people and as JSON. */
export function tablesOf(evidence: Evidence, sent: readonly SentLine[], lines: readonly AuditLine[]): Tables {
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
