import { useRead } from '#kit/api.ts'
import { count, decimal, percent, signed } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card, Page } from '#kit/page.tsx'
import { toDocument, toModel } from '#kit/paths.ts'
import { Loaded, NoPermission } from '#kit/states.tsx'
import { type Column, ROW_LINK, Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { useWords, words } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { ListModels } from '../api.ts'
import { ReadModelActivity } from '../screen-api.ts'
import { Areas } from './areas.tsx'
import { ModelKind, type ModelLine, ModelState } from './model-state.tsx'
import { MODEL_WORDS } from './model-words.ts'
import { Presets } from './presets.tsx'

const WORDS = words(
  {
    lead: 'What Cadenza learns from your events, how sure it is, and what happens where it does not know yet.',
    model: 'Model',
    state: 'State',
    how: 'How it is',
    usedIn: 'Used in',
    notUsed: 'Nothing names it yet.',
    more: (n: number) => `and ${n} more`,
    quality: 'Quality, 95 %',
    auc: 'tells apart',
    lift: 'over control',
    hits: 'found in ten',
    week: 'Decisions, 7 days',
    ofControl: (n: string) => `${n} comparison`,
    ofFallback: (n: string) => `${n} fell back`,
    learned: 'Last learned',
    notYet: 'not yet',
    of: (have: string, wanted: string) => `${have} of ${wanted} examples`,
  },
  {
    de: {
      lead: 'Was Cadenza aus Ihren Ereignissen lernt, wie sicher es ist und was geschieht, wo es noch nichts weiß.',
      model: 'Modell',
      state: 'Stand',
      how: 'Wie es steht',
      usedIn: 'Verwendet in',
      notUsed: 'Noch nennt es nichts.',
      more: (n) => `und ${n} weitere`,
      quality: 'Güte, 95 %',
      auc: 'Trennschärfe',
      lift: 'über Vergleich',
      hits: 'unter zehn gefunden',
      week: 'Entscheidungen, 7 Tage',
      ofControl: (n) => `${n} Vergleich`,
      ofFallback: (n) => `${n} Rückfall`,
      learned: 'Zuletzt gelernt',
      notYet: 'noch nicht',
      of: (have, wanted) => `${have} von ${wanted} Beispielen`,
    },
  },
)

const REFRESH = 5_000
type Activity = OutputOf<typeof ReadModelActivity>['models'][number]
type Row = ModelLine & { readonly activity: Activity | undefined }

const sentenceOf = (row: ModelLine): string => [row.sentence, row.waits?.sentence ?? row.todo].filter(Boolean).join(' ')

/** Serving quality in one line: its figure with its interval. */
export function QualityOf({ of }: { of: Activity['quality'] }) {
  const say = useWords(WORDS)
  const all = useWords(MODEL_WORDS)
  if (of === null) return <span className="text-ink-3">–</span>
  const write = (value: number): string => (of.kind === 'auc' ? decimal(value, 2) : of.kind === 'hits' ? percent(value, 0) : signed(value))
  return (
    <>
      <span className="num block">
        {write(of.value)} <span className="text-meta text-ink-3">{say[of.kind]}</span>
      </span>
      {of.low !== null && of.high !== null && (
        <span className="num block text-meta text-ink-3">{all.between(write(of.low), write(of.high))}</span>
      )}
    </>
  )
}

function UsedIn({ uses }: { uses: Activity['uses'] }) {
  const say = useWords(WORDS)
  if (uses.length === 0) return <span className="text-meta text-ink-3">{say.notUsed}</span>
  return (
    <span className="relative z-10 block text-meta text-ink-3">
      {say.usedIn}{' '}
      {uses.slice(0, 3).map((use, i) => (
        <span key={`${use.kind} ${use.id}`}>
          {i > 0 && ', '}
          <Link href={toDocument(use.kind, use.id)}>{use.name}</Link>
        </span>
      ))}
      {uses.length > 3 && ` ${say.more(uses.length - 3)}`}
    </span>
  )
}

function Week({ activity }: { activity: Activity | undefined }) {
  const say = useWords(WORDS)
  if (!activity) return <>–</>
  const beside = [
    activity.control > 0 ? say.ofControl(count(activity.control)) : '',
    activity.fallback > 0 ? say.ofFallback(count(activity.fallback)) : '',
  ].filter(Boolean)
  return (
    <>
      <span className="block">{count(activity.decisions)}</span>
      {beside.length > 0 && <span className="block text-meta text-ink-3">{beside.join(', ')}</span>}
    </>
  )
}

function useColumns(): readonly Column<Row>[] {
  const say = useWords(WORDS)
  return [
    {
      name: say.model,
      width: 'w-44 sm:w-56',
      cell: (row) => (
        <>
          <Link plain href={toModel(row.id)} className={ROW_LINK}>
            {row.name || row.id}
          </Link>
          <span className="block text-meta text-ink-3">
            <ModelKind type={row.type} /> · <code className="wrap-anywhere">{row.id}</code>
          </span>
        </>
      ),
    },
    { name: say.state, width: 'w-32', cell: (row) => <ModelState state={row.state} /> },
    {
      name: say.how,
      from: 'md',
      cell: (row) => (
        <>
          <span className="block text-pretty">{sentenceOf(row)}</span>
          {row.activity && <UsedIn uses={row.activity.uses} />}
        </>
      ),
    },
    { name: say.quality, width: 'w-36', right: true, from: 'lg', cell: (row) => <QualityOf of={row.activity?.quality ?? null} /> },
    { name: say.week, width: 'w-36', right: true, from: 'sm', cell: (row) => <Week activity={row.activity} /> },
    {
      name: say.learned,
      width: 'w-36',
      right: true,
      from: 'lg',
      cell: (row) => {
        const at = row.versions[0]?.trainedTo ?? null
        if (at !== null) return <Moment at={at} />
        return row.waits ? say.of(count(row.waits.examples), count(row.waits.wanted)) : say.notYet
      },
    },
  ]
}

/** What learns here, how it is, and what it waits for. */
export function ModelList() {
  const say = useWords(WORDS)
  const all = useWords(MODEL_WORDS)
  const may = useMay('models:read')
  const columns = useColumns()
  const models = useRead(ListModels, {}, { every: REFRESH, enabled: may })
  const activity = useRead(ReadModelActivity, {}, { every: 12 * REFRESH, enabled: may })
  const rowsOf = (lines: readonly ModelLine[]): Row[] =>
    lines.map((line) => ({ ...line, activity: activity.data?.models.find(({ model }) => model === line.id) }))
  return (
    <Page title={all.decisions} lead={say.lead}>
      <Areas current="models" />
      {may ? (
        <Loaded query={models} lines={5}>
          {(data) => (
            <div className="flex flex-col gap-6">
              {data.models.length > 0 && (
                <Card flush>
                  <Table label={all.areas.models} columns={columns} rows={rowsOf(data.models)} rowKey={(row) => row.id} />
                </Card>
              )}
              <Presets first={data.models.length === 0} />
            </div>
          )}
        </Loaded>
      ) : (
        <NoPermission needs="models:read" />
      )}
    </Page>
  )
}
