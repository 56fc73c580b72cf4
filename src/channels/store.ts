import type { Queryable } from '#platform/log.ts'

/** A mail as the built-in mailbox received it. */
export interface ReceivedMail {
  /** Of the message's own mark; '' for a mail of somebody else. */
  readonly workspace: string
  readonly sender: string
  readonly recipient: string
  readonly subject: string
  /** First words of the text part. */
  readonly preview: string
  readonly messageId: string
  /** Epoch ms. */
  readonly at: number
  readonly raw: Buffer
}

export interface MailLine extends Omit<ReceivedMail, 'raw' | 'workspace'> {
  readonly id: string
  /** Bytes as received. */
  readonly size: number
}

const LINE = `id::text as id, sender, recipient, subject, preview, message_id as "messageId", at, size`

export async function keepMail(db: Queryable, mail: ReceivedMail): Promise<void> {
  await db.query(
    'insert into mailbox (workspace_id, sender, recipient, subject, preview, message_id, at, size, raw) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)',
    [mail.workspace, mail.sender, mail.recipient, mail.subject, mail.preview, mail.messageId, mail.at, mail.raw.length, mail.raw],
  )
}

/** Newest first; `text` is looked for in recipient and subject. */
export async function listMail(
  db: Queryable,
  workspace: string,
  { text, before, limit }: { text: string; before: string | null; limit: number },
): Promise<MailLine[]> {
  const { rows } = await db.query<MailLine>(
    `select ${LINE} from mailbox
     where workspace_id = $1 and ($2 = '' or position(lower($2) in lower(recipient || ' ' || subject)) > 0) and ($3::bigint is null or id < $3)
     order by mailbox.id desc limit $4`,
    [workspace, text, before, limit],
  )
  return rows
}

export async function countMail(db: Queryable, workspace: string): Promise<number> {
  const { rows } = await db.query<{ count: number }>('select count(*)::int as count from mailbox where workspace_id = $1', [workspace])
  return rows[0]!.count
}

export async function findMail(db: Queryable, workspace: string, id: string): Promise<(MailLine & { readonly raw: Buffer }) | undefined> {
  const { rows } = await db.query<MailLine & { raw: Buffer }>(`select ${LINE}, raw from mailbox where workspace_id = $1 and id = $2`, [
    workspace,
    id,
  ])
  return rows[0]
}

/** Mails whose Message-ID had arrived before: each is one delivery too many. */
export async function countRepeatedMail(db: Queryable, workspace: string): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    'select (count(*) - count(distinct message_id))::int as count from mailbox where workspace_id = $1',
    [workspace],
  )
  return rows[0]!.count
}
