import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Database } from 'lucide-react'
import { useState } from 'react'
import { call, useRead } from '#kit/api.ts'
import { Button, ButtonLink } from '#kit/button.tsx'
import { Chip } from '#kit/chip.tsx'
import { Dialog } from '#kit/dialog.tsx'
import { SearchField, Select } from '#kit/field.tsx'
import { count, plural } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card } from '#kit/page.tsx'
import { toData, toEvent } from '#kit/paths.ts'
import { Empty, ErrorView, Loaded, NoResults } from '#kit/states.tsx'
import { type Column, ROW_LINK, Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { notify } from '#kit/toast.tsx'
import { useWords, words } from '#kit/words.ts'
import { ApplyDocuments } from '#workspaces/documents/api.ts'
import { type EventLine, ListEvents } from '../api.ts'
import { DATA_WORDS } from './data-words.ts'
import { FreshChip, Score, Spark } from './parts.tsx'

const WORDS = words(
  {
    search: 'Search events',
    show: 'Show',
    shown: { all: 'All', planned: 'Planned', unplanned: 'Not planned', trouble: 'With violations', quiet: 'Silent or low' },
    unplanned: 'Events that nobody planned',
    unplannedIs: { allow: 'are taken', report: 'are taken and told', quarantine: 'go into quarantine', block: 'are refused' },
    change: 'Change',
    rule: 'What becomes of events that nobody planned',
    ruleMore:
      'It holds for all sources from the next second on. What lies in quarantine or was refused is kept for 30 days and can be replayed.',
    ruleDone: 'The rule holds',
    undo: 'Undo',
    save: 'Save',
    notPlanned: 'Not planned',
    blocked: 'Blocked',
    strict: { allow: 'Planned', quarantine: 'Planned, quarantine', block: 'Planned, block' },
    violations: 'Violations',
    violationsWeek: 'Share of the last 7 days',
    feeds: 'Feeds',
    feedsOf: (n: number) => plural(n, 'document'),
    similar: (name: string) => `Close to ${name}`,
    waiting: (n: number) => `${count(n)} in quarantine`,
    refused: (n: number) => `${count(n)} refused`,
    table: 'Events with volume, violations and score',
    emptyTitle: 'No events yet',
    empty: 'As soon as a source sends something, it stands here with its volume, its properties and what is odd about it.',
    connect: 'Connect a source',
    filter: 'this search',
  },
  {
    de: {
      search: 'Ereignisse suchen',
      show: 'Zeigen',
      shown: { all: 'Alle', planned: 'Geplante', unplanned: 'Ungeplante', trouble: 'Mit Verstößen', quiet: 'Stille oder wenige' },
      unplanned: 'Ereignisse, die niemand geplant hat,',
      unplannedIs: {
        allow: 'werden angenommen',
        report: 'werden angenommen und gemeldet',
        quarantine: 'kommen in Quarantäne',
        block: 'werden abgelehnt',
      },
      change: 'Ändern',
      rule: 'Was mit ungeplanten Ereignissen geschieht',
      ruleMore:
        'Das gilt von der nächsten Sekunde an für alle Quellen. Was in Quarantäne liegt oder abgelehnt wurde, bleibt 30 Tage und lässt sich erneut einspielen.',
      ruleDone: 'Die Regel gilt',
      undo: 'Rückgängig',
      save: 'Speichern',
      notPlanned: 'Nicht geplant',
      blocked: 'Gesperrt',
      strict: { allow: 'Geplant', quarantine: 'Geplant, Quarantäne', block: 'Geplant, Sperre' },
      violations: 'Verstöße',
      violationsWeek: 'Anteil der letzten 7 Tage',
      feeds: 'Speist',
      feedsOf: (n) => plural(n, 'Dokument', 'Dokumente'),
      similar: (name) => `Ähnlich wie ${name}`,
      waiting: (n) => `${count(n)} in Quarantäne`,
      refused: (n) => `${count(n)} abgelehnt`,
      table: 'Ereignisse mit Menge, Verstößen und Güte',
      emptyTitle: 'Noch keine Ereignisse',
      empty: 'Sobald eine Quelle etwas sendet, steht es hier: mit Menge, Eigenschaften und dem, was daran auffällt.',
      connect: 'Quelle anbinden',
      filter: 'dieser Suche',
    },
  },
)

export const EVENT_FILTERS = ['planned', 'unplanned', 'trouble', 'quiet'] as const
export interface EventFilter {
  readonly q: string
  readonly show?: (typeof EVENT_FILTERS)[number]
}

const fits = ({ q, show }: EventFilter, line: EventLine): boolean => {
  if (q !== '' && !line.event.toLowerCase().includes(q.toLowerCase())) return false
  if (show === 'planned') return line.planned !== null
  if (show === 'unplanned') return line.planned === null
  if (show === 'trouble') return line.violating + line.quarantined + line.refused > 0
  return show !== 'quiet' || line.freshness.kind === 'silent' || line.freshness.kind === 'low'
}

export function EventList({ filter, onFilter }: { filter: EventFilter; onFilter: (filter: EventFilter) => void }) {
  const say = useWords(WORDS)
  const events = useRead(ListEvents, {}, { every: 30_000 })
  return (
    <Card flush>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-4 py-2.5">
        <SearchField label={say.search} value={filter.q} onSearch={(q) => onFilter({ ...filter, q })} />
        <Select
          label={say.show}
          value={filter.show ?? ''}
          choices={[{ value: '', label: say.shown.all }, ...EVENT_FILTERS.map((value) => ({ value, label: say.shown[value] }))]}
          onChange={(show) => onFilter({ q: filter.q, ...(show !== '' && { show: show as EventFilter['show'] & string }) })}
        />
      </div>
      <Loaded query={events} lines={8}>
        {(data) => {
          const rows = data.events.filter((line) => fits(filter, line))
          return (
            <>
              <Unplanned now={data.unplanned} />
              {data.events.length === 0 ? (
                <Empty
                  icon={<Database size={20} aria-hidden="true" />}
                  title={say.emptyTitle}
                  action={<ButtonLink href={toData('sources')}>{say.connect}</ButtonLink>}
                >
                  {say.empty}
                </Empty>
              ) : rows.length === 0 ? (
                <NoResults of={say.filter} clear={() => onFilter({ q: '' })} />
              ) : (
                <Rows rows={rows} />
              )}
            </>
          )
        }}
      </Loaded>
    </Card>
  )
}

function Rows({ rows }: { rows: readonly EventLine[] }) {
  const say = useWords(WORDS)
  const data = useWords(DATA_WORDS)
  const columns: readonly Column<EventLine>[] = [
    {
      name: data.event,
      cell: (line) => (
        <>
          <Link plain href={toEvent(line.event)} className={ROW_LINK}>
            {line.event}
          </Link>
          <span className="flex min-w-0 flex-wrap gap-x-2 text-meta text-ink-3">
            <span>{line.planned ? (line.planned.blocked ? say.blocked : say.strict[line.planned.onViolation]) : say.notPlanned}</span>
            {line.planned?.owner && <span className="truncate">{line.planned.owner}</span>}
            {line.similar && <span className="text-warn">{say.similar(line.similar)}</span>}
            {line.quarantined > 0 && <span className="text-warn">{say.waiting(line.quarantined)}</span>}
            {line.refused > 0 && <span className="text-bad">{say.refused(line.refused)}</span>}
          </span>
        </>
      ),
    },
    { name: data.day, width: 'w-20', right: true, from: 'sm', cell: (line) => <span className="num">{count(line.day)}</span> },
    { name: data.hourly(0).split(':')[0]!, hideName: true, width: 'w-30', from: 'md', cell: (line) => <Spark hours={line.hours} /> },
    {
      name: say.violations,
      width: 'w-24',
      right: true,
      from: 'sm',
      cell: (line) => (
        <span title={say.violationsWeek} className={`num ${line.violating > 0 ? 'text-warn' : 'text-ink-3'}`}>
          {line.week === 0 ? '–' : data.share(line.violating / line.week)}
        </span>
      ),
    },
    {
      name: say.feeds,
      width: 'w-28',
      from: 'lg',
      cell: (line) => (line.feeds.length === 0 ? <span className="text-ink-3">–</span> : say.feedsOf(line.feeds.length)),
    },
    {
      name: data.lastSeen,
      width: 'w-36',
      from: 'md',
      cell: (line) => (
        <span className="flex items-center gap-2">
          {line.last === null ? <span className="text-ink-3">{data.never}</span> : <Moment at={line.last} />}
          <FreshChip of={line.freshness} />
        </span>
      ),
    },
    { name: data.score, width: 'w-16', right: true, cell: (line) => <Score of={line.score} /> },
  ]
  return <Table label={say.table} columns={columns} rows={rows} rowKey={(line) => line.event} />
}

type Rule = 'allow' | 'report' | 'quarantine' | 'block'
const RULES: readonly Rule[] = ['allow', 'report', 'quarantine', 'block']

function Unplanned({ now }: { now: Rule }) {
  const say = useWords(WORDS)
  const mayWrite = useMay('data:write')
  const mayDocuments = useMay('documents:write')
  const [open, setOpen] = useState(false)
  return (
    <p className="flex flex-wrap items-center gap-x-2 gap-y-1 border-b border-line px-4 py-2 text-dense text-ink-2">
      <span>{say.unplanned}</span>
      <Chip tone={now === 'block' ? 'bad' : now === 'quarantine' ? 'warn' : 'neutral'}>{say.unplannedIs[now]}</Chip>
      {mayWrite && mayDocuments && (
        <button type="button" className="hit font-medium text-accent hover:underline" onClick={() => setOpen(true)}>
          {say.change}
        </button>
      )}
      {open && <RuleDialog now={now} onClose={() => setOpen(false)} />}
    </p>
  )
}

const apply = (unplanned: Rule) =>
  call(ApplyDocuments, { documents: [{ kind: 'tracking-plan', id: 'plan', body: { kind: 'tracking-plan', id: 'plan', unplanned } }] })

function RuleDialog({ now, onClose }: { now: Rule; onClose: () => void }) {
  const say = useWords(WORDS)
  const data = useWords(DATA_WORDS)
  const client = useQueryClient()
  const [to, setTo] = useState<Rule>(now)
  const fresh = () => client.invalidateQueries({ queryKey: [ListEvents.name] })
  const save = useMutation({
    mutationFn: () => apply(to),
    onSuccess: async () => {
      await fresh()
      notify(say.ruleDone, { label: say.undo, run: () => void apply(now).then(fresh) })
      onClose()
    },
  })
  return (
    <Dialog title={say.rule} open onClose={onClose}>
      <fieldset className="flex flex-col gap-2">
        <legend className="mb-2 text-dense text-ink-2">{say.ruleMore}</legend>
        {RULES.map((rule) => (
          <label key={rule} className="flex min-h-8 items-center gap-2">
            <input
              type="radio"
              name="rule"
              value={rule}
              checked={to === rule}
              onChange={() => setTo(rule)}
              className="size-4 accent-(--accent)"
            />
            {say.unplanned} {say.unplannedIs[rule]}
          </label>
        ))}
      </fieldset>
      {save.isError && <ErrorView error={save.error} />}
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={onClose}>{data.cancel}</Button>
        <Button look="primary" busy={save.isPending} onClick={() => save.mutate()}>
          {say.save}
        </Button>
      </div>
    </Dialog>
  )
}
