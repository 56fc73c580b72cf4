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
