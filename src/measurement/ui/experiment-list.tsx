import { FlaskConical, ShieldAlert } from 'lucide-react'
import { useRead } from '#kit/api.ts'
import { Chip } from '#kit/chip.tsx'
import { count } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { Card, Page } from '#kit/page.tsx'
import { toExperiment } from '#kit/paths.ts'
import { Empty, Loaded } from '#kit/states.tsx'
import { type Column, ROW_LINK, Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { type ExperimentLine, type HoldoutLine, ListExperiments, ListHoldouts } from '../experiments/api.ts'
import { KINDS, verdictOf } from './arms.ts'

const COLUMNS: readonly Column<ExperimentLine>[] = [
  {
    name: 'What is compared',
    width: 'sm:w-[30%]',
    cell: ({ key, title, kind }) => (
      <>
        <Link plain href={toExperiment(key)} className={ROW_LINK}>
          {title}
        </Link>
        <span className="block truncate text-meta text-ink-3">{KINDS[kind]}</span>
      </>
    ),
  },
  {
    name: 'So far',
    width: 'w-32',
    cell: ({ last }) => {
      if (!last) return <Chip dashed>Not read yet</Chip>
      const { word, tone } = verdictOf(last.verdict)
      return <Chip tone={tone}>{word}</Chip>
    },
  },
  {
    name: 'In words',
    from: 'md',
    cell: ({ last, crossings }) => (
      <>
        <span className="line-clamp-3 text-pretty">{last?.sentence ?? 'It is read at night, and whenever you open it.'}</span>
        {crossings[0] && (
          <span className="mt-0.5 flex gap-1.5 text-bad">
            <ShieldAlert size={15} aria-hidden="true" className="mt-0.5 shrink-0" />
            {crossings[0].sentence}
          </span>
        )}
      </>
    ),
  },
  {
    name: 'Read',
    width: 'w-28',
    right: true,
    from: 'lg',
    cell: ({ last }) => (last ? <Moment at={last.asOf} /> : '–'),
  },
]

/** All that chance compares, whether or not somebody wrote a document about it. */
export function ExperimentList() {
  const experiments = useRead(ListExperiments, {})
  const holdouts = useRead(ListHoldouts, {})
  return (
    <Page
      title="Experiments"
      lead="All that chance compares: journeys against people held out, splits, choices of models, best hours, slots. Look as often as you like: the intervals hold at all looks together."
    >
      <div className="flex flex-col gap-4">
        <Loaded query={experiments} lines={6}>
          {({ experiments: all }) =>
            all.length === 0 ? (
              <Card>
                <Empty icon={<FlaskConical size={20} aria-hidden="true" />} title="Nothing is compared yet">
                  Hold people out of a journey (<code>holdout: 10%</code>), split its steps, or let a model choose with a control. From then
                  on this page says what each way changed, with an interval.
                </Empty>
              </Card>
            ) : (
              <Card flush>
                <Table label="Experiments" columns={COLUMNS} rows={all} rowKey={({ key }) => key} />
              </Card>
            )
          }
        </Loaded>
        <Loaded query={holdouts} lines={3}>
          {({ holdouts: all }) => (all.length === 0 ? null : <Holdouts all={all} />)}
        </Loaded>
      </div>
    </Page>
  )
}

function Holdouts({ all }: { all: readonly HoldoutLine[] }) {
  return (
    <Card title="Held out from all marketing" flush>
      <ul>
        {all.map(({ id, period, name, key, share, people, sentence, value }) => (
          <li key={`${id}${period}`} className="border-b border-line px-4 py-3 last:border-0">
            <p className="flex flex-wrap items-baseline gap-x-3">
              <Link href={toExperiment(key)} className="font-medium">
                {name}
                {period && ` · ${period}`}
              </Link>
              <span className="text-meta text-ink-3 num">
                {share}: {count(people.heldOut)} held out, {count(people.treated)} reached
              </span>
            </p>
            <p className="mt-1 max-w-[90ch] text-pretty text-ink-2">{value?.[0]?.sentence ?? sentence}</p>
          </li>
        ))}
      </ul>
    </Card>
  )
}
