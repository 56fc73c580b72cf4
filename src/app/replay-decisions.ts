import { ReplayDecisions } from '#decisions/api.ts'
import { recompute as recomputeChoice } from '#decisions/choice/decide.ts'
import { recomputeContent } from '#decisions/content/decide.ts'
import { recompute as recomputePace } from '#decisions/pressure/pace.ts'
import type { DecisionKind, DecisionRecord } from '#decisions/record.ts'
import type { ModelType } from '#decisions/schema.ts'
import type { Snapshot } from '#decisions/snapshot.ts'
import { snapshotsNamed } from '#decisions/store.ts'
import type { OutputOf } from '#lib/action.ts'
import { canonical } from '#lib/json.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { type Binding, bind } from '#platform/http/actions.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import type { ModelShelf } from './learning/shelf.ts'
import { decisionsIn, type LoggedDecision } from './replay-decisions-store.ts'

/** How decisions of a kind are reckoned again, and whose snapshots they rest on; other kinds are passed over, and counted. */
const RECKONED: {
  readonly [Kind in DecisionKind]?: { type: ModelType; again: (record: DecisionRecord, snapshot: Snapshot | null) => DecisionRecord }
} = {
  choose: { type: 'choice', again: recomputeChoice },
  content: { type: 'content', again: recomputeContent },
  frequency: { type: 'pressure', again: recomputePace },
}

interface Options {
  readonly pool: Pool
  readonly analytics: Analytics
  readonly shelf: ModelShelf
}

type Difference = OutputOf<typeof ReplayDecisions>['differences'][number]
type Read = { readonly snapshot: Snapshot | null; readonly broken?: string }

/** Differences that one answer tells; more of them say nothing new. */
const MOST_TOLD = 200
/** Decisions after which the process looks at its other work. */
const AT_ONCE = 200

export const replayBindings = (options: Options): Binding[] => [
  bind(ReplayDecisions, async ({ from, to, model = '', after = { at: 0, id: '' }, limit }, { workspace }) => {
    const logged = await decisionsIn(options.analytics, { workspace, from, to, model, after, limit })
    const last = logged.at(-1)
    const next = last && logged.length === limit ? { at: last.at, id: last.id } : null
    return { ...(await replayed(options, workspace, logged)), next }
  }),
]

async function replayed(options: Options, workspace: string, logged: readonly LoggedDecision[]) {
  const records = logged.map(({ at, record }) => ({ at, record: JSON.parse(record) as DecisionRecord }))
  const snapshots = await snapshotsOf(options, workspace, records)
  const differences: Difference[] = []
  let same = 0
  let passed = 0
  for (const [i, { at, record }] of records.entries()) {
    if (i % AT_ONCE === AT_ONCE - 1) await new Promise((resolve) => setImmediate(resolve))
    if (!RECKONED[record.kind]) passed++
    else {
      const { id, model, snapshot } = record
      const found = differenceIn(record, snapshot === 0 ? { snapshot: null } : snapshots.get(`${model} ${snapshot}`))
      if (!found) same++
      else if (differences.length < MOST_TOLD) differences.push({ id, at, model, snapshot, ...found })
    }
  }
  return { checked: records.length - passed, same, passed, differences }
}

/** What is not as it was; undefined: all is, bit for bit. */
export function differenceIn(record: DecisionRecord, read: Read | undefined): Pick<Difference, 'kind' | 'detail'> | undefined {
  if (!read) return { kind: 'no_snapshot', detail: 'the snapshot that it names is not there' }
  if (read.broken !== undefined) return { kind: 'broken', detail: read.broken }
  try {
    // As it would be written: numbers are read back from text as they were.
    const again = RECKONED[record.kind]!.again(record, read.snapshot) as unknown as Record<string, unknown>
    const before = record as unknown as Record<string, unknown>
    const fields = [...new Set([...Object.keys(before), ...Object.keys(again)])].filter(
      (field) => text(before[field]) !== text(again[field]),
    )
    return fields.length === 0 ? undefined : { kind: 'differs', detail: fields.sort().join(', ') }
  } catch (error) {
    return { kind: 'failed', detail: error instanceof Error ? error.message : String(error) }
  }
}

const text = (value: unknown): string => (value === undefined ? '' : canonical(value))

/** One decision reckoned again, with the snapshot that it rests on. */
export async function explainedBy(
  options: Options,
  workspace: string,
  record: DecisionRecord,
): Promise<{ replay: { state: 'same' | 'passed' | Difference['kind']; detail: string }; snapshot: Snapshot | null }> {
  if (!RECKONED[record.kind]) return { replay: { state: 'passed', detail: '' }, snapshot: null }
  const named = `${record.model} ${record.snapshot}`
  const read = record.snapshot === 0 ? { snapshot: null } : (await snapshotsOf(options, workspace, [{ record }])).get(named)
  const found = differenceIn(record, read)
  return { replay: found ? { state: found.kind, detail: found.detail } : { state: 'same', detail: '' }, snapshot: read?.snapshot ?? null }
}

/** Every snapshot that the records name, decoded; left out where there is none. */
async function snapshotsOf(
  { pool, shelf }: Options,
  workspace: string,
  records: readonly { readonly record: DecisionRecord }[],
): Promise<Map<string, Read>> {
  const asked = records.filter(({ record }) => record.snapshot > 0 && RECKONED[record.kind])
  const named = new Map(asked.map(({ record }) => [`${record.model} ${record.snapshot}`, record]))
  const wanted = [...named.values()].map(({ model, snapshot }) => ({ model, serial: snapshot }))
  const lines = wanted.length === 0 ? [] : await inWorkspace(pool, workspace, (tx) => snapshotsNamed(tx, workspace, wanted))
  const read = new Map<string, Read>()
  for (const line of lines) {
    const name = `${line.model} ${line.serial}`
    read.set(name, await shelf.decoded(line, RECKONED[named.get(name)!.kind]!.type))
  }
  return read
}
