import type { LogRecord } from '#events/schema.ts'
import { canonical } from '#lib/json.ts'
import type { Book, Evidence } from './check.ts'

/** What was learned came into force once, by a revision that is on every partition; what was decided by it is reckoned again. */
export function checkLearned(book: Book, { left, replayed }: Evidence): void {
  for (const [model, rows] of Map.groupBy(left.snapshots, ({ ws, model }) => `${ws} ${model}`))
    book.none(
      'snapshots are numbered without a gap, each once',
      rows.flatMap(({ serial }, i) => (serial === i + 1 ? [] : `${model}: ${serial} in place ${i + 1}`)),
    )
  const told = new Map<string, number>()
  for (const { partition, records } of left.blocks)
    for (const record of JSON.parse(records) as LogRecord[])
      if (record.kind === 'definitions') told.set(`${partition} ${record.revision}`, (told.get(`${partition} ${record.revision}`) ?? 0) + 1)
  book.none(
    'each snapshot was told to every partition once',
    left.snapshots.flatMap(({ model, serial, revision }) =>
      left.heads.flatMap(({ partition }) => {
        const times = told.get(`${partition} ${revision}`) ?? 0
        return times === 1 ? [] : `${model} ${serial}: revision ${revision} stands ${times} times on partition ${partition}`
      }),
    ),
  )
  const places = Map.groupBy(
    left.facts.decisions.filter((row) => row['decision_id'] !== ''),
    (row) => String(row['decision_id']),
  )
  book.none(
    'each decision was made once',
    [...places].filter(([, rows]) => rows.length > 1).map(([id]) => id),
  )
  if (!replayed) return
  const { checked, same, passed, differences } = replayed
  const logged = left.facts.decisions.filter((row) => row['decision_id'] !== '').length
  book.none(
    'every decision comes out again, bit for bit',
    checked === same && checked + passed === logged
      ? []
      : [canonical({ checked, same, passed, logged, differences: differences as never })],
  )
}
