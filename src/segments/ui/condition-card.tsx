import { Refused, useRead } from '#kit/api.ts'
import { count } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { toPerson } from '#kit/paths.ts'
import { useWords } from '#kit/words.ts'
import { PreviewSegment } from '../api.ts'
import { print } from '../condition/print.ts'
import { type Group, treeOf } from '../condition/rows.ts'
import { CountConditions } from '../suggest-api.ts'
import { ConditionBuilder } from './condition/builder.tsx'
import { SEGMENT_WORDS } from './segment-words.ts'
import { useSettled } from './settled.ts'

interface CardProps {
  readonly value: string
  readonly onChange: (text: string) => void
  readonly readOnly?: boolean
  readonly onUnfinished?: (unfinished: boolean) => void
}

/** A condition with how many people it is, how many each row leaves, and some of them. A newer question ends the older one. */
export function ConditionCard({ value, onChange, readOnly = false, onUnfinished }: CardProps) {
  const say = useWords(SEGMENT_WORDS)
  const settled = useSettled(value.trim())
  const preview = useRead(PreviewSegment, { when: settled, sample: 8 }, { enabled: settled !== '', keep: true })
  const failure = settled !== '' && preview.error instanceof Refused ? preview.error.failure : undefined
  const problems = failure ? (failure.problems ?? [failure]) : []
  return (
    <div className="flex flex-col gap-4">
      <ConditionBuilder
        value={value}
        onChange={onChange}
        readOnly={readOnly}
        problems={problems}
        onUnfinished={onUnfinished}
        beside={(key, root) => <RowCount line={key} root={root} />}
      />
      {preview.data && !failure && settled !== '' && (
        <div aria-busy={preview.isFetching} className="rounded-card border border-line bg-sunken p-4">
          <p aria-live="polite">
            <strong className="text-h2 num">{count(preview.data.count)}</strong>
            {say.of(count(preview.data.of))}
            {preview.isFetching && <span className="ml-2 text-meta text-ink-3">{say.counting}</span>}
          </p>
          <p className="mt-1 text-dense text-ink-2">{preview.data.sentence}</p>
          {preview.data.sample.length > 0 && (
            <ul aria-label={say.some} className="mt-2 flex flex-wrap gap-x-4 gap-y-1 text-dense">
              {preview.data.sample.map((person) => (
                <li key={person.id}>
                  <Link href={toPerson(person.id)} className="inline-flex min-h-6 items-center">
                    {person.name || person.email || person.id}
                  </Link>
                </li>
              ))}
            </ul>
          )}
          <p className="mt-2 text-meta text-ink-3">{say.countAsOf}</p>
        </div>
      )}
    </div>
  )
}

/** The conditions row by row: of “all of these” each with those above it, of “any of these” each by itself. Null: a row is not finished. */
export function stepsOf(root: Group): readonly string[] | null {
  const trees = root.parts.map(treeOf)
  if (trees.some((tree) => tree === undefined)) return null
  const whole = trees as NonNullable<(typeof trees)[number]>[]
  if (root.join === 'or') return whole.map(print)
  return whole.map((tree, i) => (i === 0 ? print(tree) : print({ kind: 'and', parts: whole.slice(0, i + 1) })))
}

function RowCount({ line, root }: { line: number; root: Group }) {
  const say = useWords(SEGMENT_WORDS)
  const steps = root.parts.length > 1 && root.parts.length <= 60 ? stepsOf(root) : null
  const settled = useSettled(JSON.stringify(steps ?? []))
  const conditions = JSON.parse(settled) as string[]
  const counts = useRead(CountConditions, { conditions }, { enabled: conditions.length > 0, keep: true })
  const at = root.parts.findIndex(({ key }) => key === line)
  const n = counts.data?.counts[at]
  if (n === undefined || at < 0 || counts.isError || steps === null) return null
  return (
    <span className="mt-1 shrink-0 rounded-pill bg-sunken px-2 py-0.5 text-meta whitespace-nowrap text-ink-2 num">
      {root.join === 'and' ? say.rowLeaves(count(n)) : say.rowHas(count(n))}
    </span>
  )
}
