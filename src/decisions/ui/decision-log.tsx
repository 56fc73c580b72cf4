import { Sparkles } from 'lucide-react'
import { usePages } from '#kit/api.ts'
import { Select } from '#kit/field.tsx'
import { amount, percent } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card } from '#kit/page.tsx'
import { toDecision, toPerson } from '#kit/paths.ts'
import { Empty, ErrorView, NoPermission, NoResults, Skeleton } from '#kit/states.tsx'
import { type Column, More, ROW_LINK, Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { useWords } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { ModelDecisions } from '../record-api.ts'
import { DECISION_WORDS } from './decision-words.ts'
import { MODEL_WORDS } from './model-words.ts'

export const WAYS = ['model', 'cold_start', 'control', 'held_out', 'fallback'] as const
export type Way = (typeof WAYS)[number]
export interface LogFilter {
  readonly by?: Way | undefined
  readonly chosen?: string | undefined
}

export type Decision = OutputOf<typeof ModelDecisions>['decisions'][number]
const PAGE = 50

/** What has come of a decision, in a word. */
export function OutcomeOf({ of }: { of: Decision['outcome'] }) {
  const say = useWords(DECISION_WORDS)
  if (of === null) return <span className="text-ink-3">–</span>
  const word = of.complained
    ? say.outcome.complained
    : of.unsubscribed
      ? say.outcome.left
      : of.converted
        ? say.outcome.converted
        : of.matured
          ? say.outcome.not
          : say.outcome.open
  return (
    <>
      <span className={of.converted ? 'text-ok' : 'text-ink-2'}>{word}</span>
      {of.matured && <span className="num block text-meta text-ink-3">{amount(of.reward)}</span>}
    </>
  )
}

function useColumns(): readonly Column<Decision>[] {
  const say = useWords(DECISION_WORDS)
  const all = useWords(MODEL_WORDS)
  return [
    {
      name: say.chosen,
      cell: (row) => (
        <>
          <Link plain href={toDecision(row.id)} className={ROW_LINK}>
            {row.chosen}
          </Link>
          <span className="line-clamp-2 text-meta text-ink-3">{row.sentence}</span>
        </>
      ),
    },
    {
      name: say.who,
      width: 'w-56',
      from: 'lg',
      cell: (row) => (
        <Link href={toPerson(row.profile)} className="relative z-10 block truncate">
          <code className="text-meta">{row.profile}</code>
        </Link>
      ),
    },
    { name: say.how, width: 'w-44', from: 'md', cell: (row) => (all.by as Readonly<Record<string, string>>)[row.by] ?? row.by },
    { name: say.chance, width: 'w-24', right: true, from: 'sm', cell: (row) => percent(row.propensity) },
    { name: say.came, width: 'w-36', right: true, from: 'md', cell: (row) => <OutcomeOf of={row.outcome} /> },
    { name: say.when, width: 'w-28', right: true, cell: (row) => <Moment at={row.at} /> },
  ]
}

interface LogProps {
  readonly model: string
  readonly filter: LogFilter
  /** Options that can be filtered by. */
  readonly options: readonly string[]
  readonly onFilter: (filter: LogFilter) => void
}

/** All that a model decided, the newest first. */
export function DecisionLog({ model, filter, options, onFilter }: LogProps) {
  const say = useWords(DECISION_WORDS)
  const all = useWords(MODEL_WORDS)
  const may = useMay('people:read')
  const columns = useColumns()
  const query = usePages(ModelDecisions, { id: model, limit: PAGE, ...filter }, { enabled: may })
  if (!may) return <NoPermission needs="people:read" />
  const rows = query.data?.pages.flatMap(({ decisions }) => decisions) ?? []
  const filtered = filter.by !== undefined || filter.chosen !== undefined
  const known = filter.chosen !== undefined && !options.includes(filter.chosen) ? [...options, filter.chosen] : options
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap gap-x-4 gap-y-2">
        <Select
          label={say.how}
          value={filter.by ?? ''}
          onChange={(by) => onFilter({ ...filter, by: WAYS.find((each) => each === by) })}
          choices={[{ value: '', label: say.any }, ...WAYS.map((way) => ({ value: way, label: all.by[way] }))]}
        />
        <Select
          label={say.option}
          value={filter.chosen ?? ''}
          onChange={(chosen) => onFilter({ ...filter, chosen: chosen || undefined })}
          choices={[{ value: '', label: say.anyOption }, ...known.map((arm) => ({ value: arm, label: arm }))]}
        />
      </div>
      <Card flush>
        {query.isError ? (
          <ErrorView error={query.error} retry={() => void query.refetch()} />
        ) : !query.data ? (
          <Skeleton lines={6} />
        ) : rows.length === 0 ? (
          filtered ? (
            <NoResults of={say.filter} clear={() => onFilter({})} />
          ) : (
            <Empty icon={<Sparkles size={20} aria-hidden="true" />} title={say.empty}>
              {say.emptyLead}
            </Empty>
          )
        ) : (
          <>
            <Table label={all.decisions} columns={columns} rows={rows} rowKey={(row) => row.id} />
            <More more={query.hasNextPage} busy={query.isFetchingNextPage} onMore={() => void query.fetchNextPage()}>
              {say.shown(rows.length)}
            </More>
          </>
        )}
      </Card>
    </div>
  )
}
