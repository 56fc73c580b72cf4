import type { Logger } from 'pino'
import { webhookSecret } from '#channels/adapters/keys.ts'
import type { WebhookAttempt } from '#channels/adapters/webhook.ts'
import { addAttempts, secretOf } from '#channels/webhook-store.ts'
import type { Queryable } from '#platform/log.ts'
import { profilesOfEntries } from '#platform/outbox-view.ts'

interface Options {
  readonly db: Queryable
  readonly secretKey: string
  readonly now: () => number
}

/** A new secret signs everywhere after this (real ms); for 24 hours the one before signs as well. */
const FRESH_MS = 5_000

/** The secrets that sign now, the newest first. */
export async function signingSecrets(
  { db, secretKey, now }: Options,
  ws: string,
): Promise<{ secrets: readonly string[]; beforeUntil: number | null }> {
  const { generation, beforeUntil } = await secretOf(db, ws)
  const both = generation > 0 && beforeUntil > now()
  const current = webhookSecret(secretKey, ws, generation)
  return { secrets: both ? [current, webhookSecret(secretKey, ws, generation - 1)] : [current], beforeUntil: both ? beforeUntil : null }
}

/** The same from memory, for sending. */
export function keptSecrets(options: Options): (ws: string) => Promise<readonly string[]> {
  const kept = new Map<string, { readonly at: number; readonly secrets: readonly string[] }>()
  return async (ws) => {
    const known = kept.get(ws)
    if (known && performance.now() - known.at < FRESH_MS) return known.secrets
    const { secrets } = await signingSecrets(options, ws)
    kept.set(ws, { at: performance.now(), secrets })
    return secrets
  }
}

const SOON_MS = 300
const MOST_WAITING = 2_000

/** Keeps what webhooks answered; written together, and given up rather than holding up deliveries. */
export function attemptLog({ db, logger }: { readonly db: Queryable; readonly logger: Pick<Logger, 'warn'> }): {
  note: (attempt: WebhookAttempt) => void
  flush: () => Promise<void>
} {
  let waiting: WebhookAttempt[] = []
  let timer: ReturnType<typeof setTimeout> | null = null
  const flush = async (): Promise<void> => {
    if (timer) clearTimeout(timer)
    timer = null
    const rows = waiting
    waiting = []
    if (rows.length === 0) return
    try {
      const whose = await profilesOfEntries(
        db,
        rows.map(({ workspace: ws, effect: id }) => ({ ws, id })),
      )
      await addAttempts(
        db,
        rows.map(({ workspace: ws, effect: message, ...rest }) => ({
          ...cleaned(rest),
          ws,
          message,
          profile: whose.get(`${ws} ${message}`) ?? '',
        })),
      )
    } catch (error) {
      logger.warn({ err: error, calls: rows.length }, 'calls of webhooks could not be noted in their log')
    }
  }
  return {
    note: (attempt) => {
      if (waiting.length >= MOST_WAITING) return
      waiting.push(attempt)
      timer ??= setTimeout(() => void flush(), SOON_MS).unref()
    },
    flush,
  }
}

/** What PostgreSQL takes; what follows a `?` of an address may name people. */
const cleaned = <T extends { readonly url: string; readonly excerpt: string }>(attempt: T): T => ({
  ...attempt,
  url: attempt.url.split('?', 1)[0]!,
  excerpt: attempt.excerpt.replaceAll('\u0000', '').toWellFormed(),
})
