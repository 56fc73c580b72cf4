import { FlaskConical, ShieldAlert } from 'lucide-react'
import { useState } from 'react'
import { useRead } from '#kit/api.ts'
import { ButtonLink } from '#kit/button.tsx'
import { Chip } from '#kit/chip.tsx'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card, Page } from '#kit/page.tsx'
import { HOLDOUTS, toExperiment, toExperimentSettings } from '#kit/paths.ts'
import { Empty, Loaded, Skeleton } from '#kit/states.tsx'
import { type Column, ROW_LINK, Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { useWords } from '#kit/words.ts'
import { ListDocuments } from '#workspaces/documents/api.ts'
import { type ExperimentLine, ListExperiments, ReadExperiment } from '../experiments/api.ts'
import { verdictOf } from './arms.ts'
import { Begin } from './begin.tsx'
import { EXPERIMENT_WORDS } from './experiment-words.ts'

function Verdict({ of }: { of: string }) {
  const { word, tone } = verdictOf(of)
  return <Chip tone={tone}>{word}</Chip>
}

/** Of a line that somebody wants to see now. Both cells ask the same question, which is asked once. */
function VerdictNow({ of }: { of: string }) {
  const say = useWords(EXPERIMENT_WORDS)
  const { data, isPending } = useRead(ReadExperiment, { key: of })
  if (isPending) return <Skeleton lines={1} />
  const first = data?.readouts[0]?.readout.comparisons.find(({ role }) => role === 'primary')
  return first ? <Verdict of={first.verdict} /> : <Chip dashed>{say.notRead}</Chip>
}
function SentenceNow({ of }: { of: string }) {
  const say = useWords(EXPERIMENT_WORDS)
  return useRead(ReadExperiment, { key: of }).data?.sentence ?? say.readSoon
}

function useColumns(now: ReadonlySet<string>, onRead: (key: string) => void): readonly Column<ExperimentLine>[] {
  const say = useWords(EXPERIMENT_WORDS)
  return [
    {
      name: say.compared,
      width: 'sm:w-[30%]',
      cell: ({ key, title, kind }) => (
        <>
          <Link plain href={toExperiment(key)} className={ROW_LINK}>
            {title}
          </Link>
          <span className="block truncate text-meta text-ink-3">{say.kinds[kind]}</span>
        </>
      ),
    },
    {
      name: say.soFar,
      width: 'w-36',
      cell: ({ key, title, last }) =>
        last ? (
          <Verdict of={last.verdict} />
        ) : now.has(key) ? (
          <VerdictNow of={key} />
        ) : (
          <span className="relative z-10 flex flex-col items-start gap-1">
            <Chip dashed>{say.notRead}</Chip>
            <button
              type="button"
              aria-label={say.readNowOf(title)}
              onClick={() => onRead(key)}
              className="hit text-dense font-medium text-accent hover:underline"
            >
              {say.readNow}
            </button>
          </span>
        ),
    },
    {
      name: say.inWords,
      from: 'md',
      cell: ({ key, last, crossings }) => (
        <>
          <span className="line-clamp-3 text-pretty">{last?.sentence ?? (now.has(key) ? <SentenceNow of={key} /> : say.readSoon)}</span>
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
      name: say.read,
      width: 'w-28',
      right: true,
      from: 'lg',
      cell: ({ last }) => (last ? <Moment at={last.asOf} /> : '–'),
    },
  ]
}

/** All that chance compares, whether or not somebody wrote a document about it. */
export function ExperimentList() {
  const say = useWords(EXPERIMENT_WORDS)
  // Each is read in the background: a list of many would else wait for as many reports.
  const experiments = useRead(ListExperiments, {}, { every: 60_000 })
  const [now, setNow] = useState<ReadonlySet<string>>(new Set())
  const columns = useColumns(now, (key) => setNow((before) => new Set([...before, key])))
  const begin = <Begin kind="experiment" label={say.fresh} to={toExperimentSettings} />
  return (
    <Page
      title={say.experiments}
      lead={say.lead}
      actions={
        <>
          <ButtonLink href={HOLDOUTS}>{say.holdouts}</ButtonLink>
          {begin}
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <Loaded query={experiments} lines={6}>
          {({ experiments: all }) =>
            all.length === 0 ? (
              <Card>
                <Empty icon={<FlaskConical size={20} aria-hidden="true" />} title={say.none}>
                  {say.noneWhy}
                </Empty>
              </Card>
            ) : (
              <Card flush>
                <Table label={say.experiments} columns={columns} rows={all} rowKey={({ key }) => key} />
              </Card>
            )
          }
        </Loaded>
        <Drafts />
      </div>
    </Page>
  )
}

/** Experiments that somebody writes and nobody has published. */
function Drafts() {
  const say = useWords(EXPERIMENT_WORDS)
  const may = useMay('documents:read')
  const documents = useRead(ListDocuments, { kind: 'experiment' }, { enabled: may })
  const drafts = documents.data?.documents.filter(({ live }) => live === null) ?? []
  if (drafts.length === 0) return null
  return (
    <Card title={say.drafts} flush>
      <ul>
        {drafts.map(({ id, name }) => (
          <li key={id} className="flex items-center justify-between gap-3 border-b border-line px-4 py-2.5 last:border-0">
            <Link href={toExperimentSettings(id)}>{name || id}</Link>
            <Chip dashed>{say.draft}</Chip>
          </li>
        ))}
      </ul>
    </Card>
  )
}
