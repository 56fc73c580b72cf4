import type { Queryable } from '#platform/log.ts'
import type { LiveKept } from './live.ts'

interface Mine {
  readonly ws: string
  readonly effect: string
}

export async function keptContent(db: Queryable, { ws, effect }: Mine): Promise<LiveKept | undefined> {
  const { rows } = await db.query<{ content: LiveKept }>('select content from live_contents where workspace_id = $1 and effect_id = $2', [
    ws,
    effect,
  ])
  return rows[0]?.content
}

/** What several messages were made of, with their template; those with nothing live are left out. */
export async function keptContents(
  db: Queryable,
  names: readonly { readonly ws: string; readonly id: string }[],
): Promise<{ ws: string; id: string; template: string; version: number; content: LiveKept }[]> {
  if (names.length === 0) return []
  const { rows } = await db.query<{ ws: string; id: string; template: string; version: number; content: LiveKept }>(
    `select l.workspace_id as ws, l.effect_id as id, l.template, l.version, l.content
     from unnest($1::text[], $2::text[]) n(ws, id) join live_contents l on l.workspace_id = n.ws and l.effect_id = n.id`,
    [names.map(({ ws }) => ws), names.map(({ id }) => id)],
  )
  return rows
}

/** Forgets what was chosen for messages long ago; resolves with how many. */
export async function forgetContents(db: Queryable, { before, limit }: { before: number; limit: number }): Promise<number> {
  const { rowCount } = await db.query(
    `delete from live_contents where (workspace_id, effect_id) in (select workspace_id, effect_id from live_contents where at < $1 order by at limit $2)`,
    [before, limit],
  )
  return rowCount ?? 0
}

/** Keeps what was chosen for a message, unless another attempt was faster; resolves with what holds. */
export async function keepContent(
  db: Queryable,
  mine: Mine & { readonly profile: string; readonly template: string; readonly version: number; readonly now: number },
  content: LiveKept,
): Promise<LiveKept> {
  const { rows } = await db.query<{ content: LiveKept }>(
    `insert into live_contents (workspace_id, effect_id, profile_id, template, version, content, at) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (workspace_id, effect_id) do update set at = live_contents.at returning content`,
    [mine.ws, mine.effect, mine.profile, mine.template, mine.version, JSON.stringify(content), mine.now],
  )
  return rows[0]!.content
}

/** Keeps what a message shows now instead of what it would have shown at an earlier attempt. */
export async function replaceContent(db: Queryable, { ws, effect }: Mine, content: LiveKept): Promise<void> {
  await db.query('update live_contents set content = $3 where workspace_id = $1 and effect_id = $2', [ws, effect, JSON.stringify(content)])
}
