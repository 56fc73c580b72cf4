import { createHash } from 'node:crypto'
import type { AuditEntry } from '#platform/http/audit.ts'
import type { Queryable } from '#platform/log.ts'
import { chained, personalIn } from './audit.ts'
import type { AuditLine } from './schema.ts'

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/**
 * Adds a line to the workspace's chain in the caller's transaction: it stands or falls with what it tells.
 * Call it last, because it holds the end of the chain until the transaction ends. Throws when the line says who a person is.
 */
export async function appendAudit(tx: Queryable, entry: AuditEntry, at: number): Promise<AuditLine> {
  const { workspace, actor, action, object, before = '', after = '', requestId } = entry
  const personal = personalIn([actor, object, before, after, requestId])
  if (personal !== undefined) throw new Error(`The audit line of ${action} names a person (${personal.length} characters): use an id`)
  const head = await lockAuditHead(tx, workspace)
  const line = { seq: head.seq + 1, at, actor, action, object, beforeHash: before, afterHash: after, requestId, previous: head.hash }
  const made = chained(line, sha256)
  await insertAuditLine(tx, workspace, made)
  return made
}

/** The end of the chain, locked until the transaction ends. */
async function lockAuditHead(tx: Queryable, workspace: string): Promise<{ seq: number; hash: string }> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('audit ' || $1, 0))`, [workspace])
  return (await auditHead(tx, workspace)) ?? { seq: 0, hash: '' }
}

export async function auditHead(db: Queryable, workspace: string): Promise<{ seq: number; hash: string } | undefined> {
  const { rows } = await db.query<{ seq: number; hash: string }>(
    'select seq, hash from audit_lines where workspace_id = $1 order by seq desc limit 1',
    [workspace],
  )
  return rows[0]
}

async function insertAuditLine(tx: Queryable, workspace: string, line: AuditLine): Promise<void> {
  await tx.query(
    `insert into audit_lines (workspace_id, seq, at, actor, action, object, before_hash, after_hash, request_id, previous, hash)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      workspace,
      line.seq,
      line.at,
      line.actor,
      line.action,
      line.object,
      line.beforeHash,
      line.afterHash,
      line.requestId,
      line.previous,
      line.hash,
    ],
  )
}

const LINE = `seq, at, actor, action, object, before_hash as "beforeHash", after_hash as "afterHash", request_id as "requestId", previous, hash`

export interface AuditQuery {
  readonly before?: number | undefined
  readonly limit: number
  /** Beginnings of actor and action, a part of the object, and a time: from, and up to but without. */
  readonly actor?: string | undefined
  readonly action?: string | undefined
  readonly object?: string | undefined
  readonly from?: number | undefined
  readonly to?: number | undefined
}

/** Newest first. */
export async function auditBefore(db: Queryable, workspace: string, asked: AuditQuery): Promise<AuditLine[]> {
  const { before, limit, actor, action, object, from, to } = asked
  const values: unknown[] = [workspace]
  const where = ['workspace_id = $1']
  const also = (value: unknown, condition: (n: number) => string): void => {
    if (value === undefined || value === '') return
    values.push(value)
    where.push(condition(values.length))
  }
  also(before, (n) => `seq < $${n}::bigint`)
  also(actor, (n) => `starts_with(actor, $${n})`)
  also(action, (n) => `starts_with(action, $${n})`)
  also(object, (n) => `position($${n} in object) > 0`)
  also(from, (n) => `at >= $${n}::bigint`)
  also(to, (n) => `at < $${n}::bigint`)
  const { rows } = await db.query<AuditLine>(
    `select ${LINE} from audit_lines where ${where.join(' and ')} order by seq desc limit ${Math.trunc(limit)}`,
    values,
  )
  return rows
}

export async function auditAfter(
  db: Queryable,
  workspace: string,
  { after, limit }: { after: number; limit: number },
): Promise<AuditLine[]> {
  const { rows } = await db.query<AuditLine>(`select ${LINE} from audit_lines where workspace_id = $1 and seq > $2 order by seq limit $3`, [
    workspace,
    after,
    limit,
  ])
  return rows
}

/** Lines about an object, such as `journey:welcome` or `profile:p_1`, also where they name several; oldest first. */
export async function auditAbout(db: Queryable, workspace: string, objects: readonly string[]): Promise<AuditLine[]> {
  const { rows } = await db.query<AuditLine>(
    `select ${LINE} from audit_lines where workspace_id = $1
       and exists (select from regexp_split_to_table(object, '\\s+') word where regexp_replace(word, '@\\d+$', '') = any($2)) order by seq`,
    [workspace, objects],
  )
  return rows
}

/** The end of each workspace's chain. */
export async function auditHeads(db: Queryable): Promise<{ workspace: string; seq: number; hash: string }[]> {
  const { rows } = await db.query<{ workspace: string; seq: number; hash: string }>(
    `select w.workspace_id as workspace, l.seq, l.hash from workspaces w
     join lateral (select seq, hash from audit_lines a where a.workspace_id = w.workspace_id order by seq desc limit 1) l on true`,
  )
  return rows
}

// What has begun

export interface AuditIntent {
  readonly workspace: string
  readonly id: string
  readonly actor: string
  readonly action: string
  readonly requestId: string
}

export async function noteIntent(db: Queryable, { workspace, id, actor, action, requestId }: AuditIntent): Promise<void> {
  await db.query('insert into audit_intents (workspace_id, id, actor, action, request_id) values ($1, $2, $3, $4, $5)', [
    workspace,
    id,
    actor,
    action,
    requestId,
  ])
}

export async function dropIntent(tx: Queryable, { workspace, id }: Pick<AuditIntent, 'workspace' | 'id'>): Promise<void> {
  await tx.query('delete from audit_intents where workspace_id = $1 and id = $2', [workspace, id])
}

/** What began at least so many seconds ago (real time) and never said how it ended; taken, so that one process tells of it. */
export async function takeAbandoned(tx: Queryable, { olderThan, limit }: { olderThan: number; limit: number }): Promise<AuditIntent[]> {
  const { rows } = await tx.query<AuditIntent>(
    `delete from audit_intents where (workspace_id, id) in (
       select workspace_id, id from audit_intents where began < now() - make_interval(secs => $1) order by began limit $2 for update skip locked)
     returning workspace_id as workspace, id, actor, action, request_id as "requestId"`,
    [olderThan, limit],
  )
  return rows
}
