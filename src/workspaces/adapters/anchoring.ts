import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Pool } from '#platform/postgres/pool.ts'
import { CHAIN_START, type ChainState, faultSentence, UNANCHORED, verifyChain } from '../audit.ts'
import { auditAfter, auditHeads, sha256 } from '../audit-store.ts'
import type { AuditAnchor } from '../schema.ts'
import { type AnchorsRead, anchorsIn, appendAnchors, prefixesOf, readAnchorText } from './anchor-file.ts'
import type { Signer } from './anchor-keys.ts'
import { tellAbandoned } from './audit-trail.ts'

/** The file of anchors below the data directory. */
export const anchorPath = (dataDir: string): string => join(dataDir, 'audit', 'anchors.jsonl')

interface Options {
  readonly pool: Pool
  /** Where this process keeps its anchors; further files are copies that may lie on another disk. */
  readonly path: string
  readonly copies: readonly string[]
  /** Sends an anchor to somewhere else; throws when it was not taken. */
  readonly post?: (anchor: AuditAnchor) => Promise<void>
  readonly signer: Signer
  readonly now: () => number
  readonly logger: Logger
  /** Milliseconds of the world outside between two looks. */
  readonly everyMs?: number
}

export interface Anchoring {
  /** Anchors every chain that has grown, however little; resolves with what was anchored. */
  anchor(): Promise<readonly AuditAnchor[]>
  /** Anchors what is left, and ends. */
  stop(): Promise<void>
}

/** A chain is anchored when it has grown by so many lines, or when its last anchor is so old (real ms). */
const LINES = 1_000
const OLDEST_MS = 600_000
const LOOK_MS = 20_000
const PAGE = 5_000

/** Keeps signed points of every workspace's audit chain outside the database, and tells of actions that never ended. */
export function startAnchoring(options: Options): Anchoring {
  const { logger, everyMs = LOOK_MS } = options
  const anchoredAt = new Map<string, number>()
  const known = new LastAnchors()
  let unsent: AuditAnchor[] = []
  let running: Promise<unknown> = Promise.resolve()
  const look = async (all: boolean): Promise<readonly AuditAnchor[]> => {
    await tellAbandoned(options)
    const made = await anchorGrown(options, known, (workspace, grown) => {
      const last = anchoredAt.get(workspace) ?? Number.NEGATIVE_INFINITY
      return all || grown >= LINES || performance.now() - last >= OLDEST_MS
    })
    for (const { workspace } of made) anchoredAt.set(workspace, performance.now())
    unsent = await sent([...unsent, ...made], options)
    return made
  }
  // One look at a time: the next one has to see what this one wrote.
  const queued = (all: boolean): Promise<readonly AuditAnchor[]> => {
    const next = running.then(
      () => look(all),
      () => look(all),
    )
    running = next
    return next
  }
  const unheard = (error: unknown): void => logger.error({ err: error }, 'the audit log could not be anchored; trying again')
  const timer = setInterval(() => void queued(false).catch(unheard), everyMs)
  return {
    anchor: () => queued(true),
    async stop() {
      clearInterval(timer)
      await queued(true).catch(unheard)
    },
  }
}

/** The last anchor of each workspace, as the file says: read whole only when somebody else has written to it. */
class LastAnchors {
  #size = -1
  #last = new Map<string, AnchorsRead['last']>()

  /** Of these workspaces; read from the file those that are not known. */
  async of(options: Options, workspaces: readonly string[]): Promise<ReadonlyMap<string, AnchorsRead['last']>> {
    const { path, signer } = options
    const size = await sizeOf(path)
    if (size !== this.#size) this.#last.clear()
    this.#size = size
    const unknown = workspaces.filter((workspace) => !this.#last.has(workspace))
    const text = unknown.length > 0 ? await readAnchorText(path) : ''
    for (const workspace of unknown) this.#last.set(workspace, anchorsIn(text, { workspace, trusted: [signer.key] }).last)
    return this.#last
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0
    throw error
  }
}

async function anchorGrown(
  options: Options,
  known: LastAnchors,
  due: (workspace: string, grown: number) => boolean,
): Promise<AuditAnchor[]> {
  const { pool, path, copies, logger } = options
  const heads = await auditHeads(pool)
  const lasts = await known.of(
    options,
    heads.map(({ workspace }) => workspace),
  )
  const made: AuditAnchor[] = []
  for (const { workspace, seq, hash } of heads) {
    const last = lasts.get(workspace)
    const from = last?.seq ?? 0
    // A chain that is shorter than what was anchored, or another one, is never anchored over: `audit verify` says what happened to it.
    if (seq < from || (seq === from && last && last.head !== hash)) {
      logger.error({ workspace, lines: seq, anchored: from }, 'the audit log is not the one that was anchored; run “cadenza audit verify”')
      continue
    }
    if (seq === from || !due(workspace, seq - from)) continue
    const anchor = await anchorOf(options, { workspace, last })
    if (anchor) made.push(anchor)
  }
  if (made.length === 0) return []
  const lines = made.map((anchor) => JSON.stringify(anchor))
  await appendAnchors(path, lines)
  for (const copy of copies) await appendAnchors(copy, lines)
  return made
}

async function anchorOf(
  { pool, signer, now, logger }: Options,
  { workspace, last }: { workspace: string; last: { seq: number; head: string; hash: string } | undefined },
): Promise<AuditAnchor | undefined> {
  let state: ChainState = { ...CHAIN_START, seq: last?.seq ?? 0, hash: last?.head ?? '' }
  const hashes: string[] = []
  for (;;) {
    const lines = await auditAfter(pool, workspace, { after: state.seq, limit: PAGE })
    if (lines.length === 0) break
    state = verifyChain(state, lines, { sha256, anchored: UNANCHORED })
    hashes.push(...lines.map(({ hash }) => hash))
  }
  if (state.fault) {
    logger.error({ workspace, fault: state.fault }, `the audit log is broken and is not anchored: ${faultSentence(state.fault)}`)
    return undefined
  }
  const anchor = {
    workspace,
    from: (last?.seq ?? 0) + 1,
    seq: state.seq,
    head: state.hash,
    at: now(),
    lines: prefixesOf(hashes),
    previous: last?.hash ?? '',
    key: signer.key,
  }
  return { ...anchor, signature: signer.sign(anchor) }
}

/** What could not be sent, to be tried again at the next look. */
async function sent(anchors: readonly AuditAnchor[], { post, logger }: Options): Promise<AuditAnchor[]> {
  if (!post) return []
  for (const [i, anchor] of anchors.entries()) {
    try {
      await post(anchor)
    } catch (error) {
      logger.warn({ err: error, waiting: anchors.length - i }, 'an anchor of the audit log could not be sent; trying again')
      return anchors.slice(i)
    }
  }
  return []
}
