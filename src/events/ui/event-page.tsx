import { Suspense, useState } from 'react'
import { useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Chip } from '#kit/chip.tsx'
import { count, percent } from '#kit/format.ts'
import { lazyPart } from '#kit/lazy-part.tsx'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card, Facts, Page } from '#kit/page.tsx'
import { toData, toDebugger, toDocument, toPerson } from '#kit/paths.ts'
import { Loaded } from '#kit/states.tsx'
import { type Column, Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { useWords } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { GetEvent } from '../api.ts'
import { DATA_WORDS } from './data-words.ts'
import { EVENT_WORDS } from './event-words.ts'
import { useSourceNames } from './live.tsx'
import { Score, Spark, useFreshness } from './parts.tsx'

const Dialogs = lazyPart(() => import('./event-dialogs.tsx'), 'EventDialogs')

type Shown = OutputOf<typeof GetEvent>
export type EventDialog = 'plan' | 'block' | 'unblock' | 'map'

export function EventPage({ name }: { name: string }) {
  const say = useWords(EVENT_WORDS)
  const event = useRead(GetEvent, { event: name }, { every: 30_000 })
  const [open, setOpen] = useState<EventDialog>()
  const { data } = event
  const mayWrite = useMay('data:write')
  const mayDocuments = useMay('documents:write')
  return (
    <Page
      title={name}
      up={{ label: say.data, href: toData('events') }}
      facts={
        data && (
          <Chip dashed={!data.line.planned} tone={data.line.planned?.blocked ? 'bad' : 'neutral'}>
            {data.line.planned ? (data.line.planned.blocked ? say.blocked : say.planned(data.line.planned.version)) : say.notPlanned}
          </Chip>
        )
      }
      lead={data?.plan?.description}
      actions={data && mayWrite && mayDocuments ? <Actions data={data} onOpen={setOpen} /> : undefined}
    >
      <Loaded query={event} lines={10}>
        {(shown) => (
          <div className="flex flex-col gap-4">
            <Notes data={shown} />
            <div className="grid gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
              <Volume data={shown} />
              <Impact data={shown} />
            </div>
            <Properties data={shown} />
            <Violations data={shown} />
          </div>
        )}
      </Loaded>
      <Suspense>{open && data && <Dialogs open={open} data={data} onClose={() => setOpen(undefined)} />}</Suspense>
    </Page>
  )
}

function Actions({ data, onOpen }: { data: Shown; onOpen: (open: EventDialog) => void }) {
  const say = useWords(EVENT_WORDS)
  const { planned, similar } = data.line
  return (
    <>
      {similar && <Button onClick={() => onOpen('map')}>{say.mapTo(similar)}</Button>}
      <Button onClick={() => onOpen(planned?.blocked ? 'unblock' : 'block')}>{planned?.blocked ? say.unblock : say.blockIt}</Button>
      <Button look="primary" onClick={() => onOpen('plan')}>
        {planned ? say.editPlan : say.plan}
      </Button>
    </>
  )
}

function Notes({ data: { line } }: { data: Shown }) {
  const say = useWords(EVENT_WORDS)
  const fresh = useFreshness(line.freshness)
  const odd = line.freshness.kind === 'silent' || line.freshness.kind === 'low'
  const held = [
    ...(line.quarantined > 0 ? [['quarantined', say.waiting(line.quarantined)] as const] : []),
    ...(line.refused > 0 ? [['blocked', say.refused(line.refused)] as const] : []),
  ]
  if (!odd && held.length === 0 && !line.similar) return null
  return (
    <ul className="flex flex-col gap-1 rounded-card bg-warn-soft px-4 py-3 text-warn">
      {odd && <li>{fresh}</li>}
      {line.similar && <li>{say.similar(line.similar)}</li>}
      {held.map(([kind, text]) => (
        <li key={kind}>
          {text}.{' '}
          <Link href={toData('held', { ...(kind === 'quarantined' && { kind }), event: line.event })} className="font-medium underline">
            {say.look}
          </Link>
        </li>
      ))}
    </ul>
  )
}

function Volume({ data: { line, people, sources } }: { data: Shown }) {
  const say = useWords(EVENT_WORDS)
  const all = useWords(DATA_WORDS)
  const names = useSourceNames()
  const fresh = useFreshness(line.freshness)
  return (
    <Card title={say.volume} aside={<Spark hours={line.hours} />}>
      <Facts
        rows={[
          [
            say.lastDay,
            <span key="d" className="num">
              {count(line.day)}
            </span>,
          ],
          [
            say.lastWeek,
            <span key="w" className="num">
              {count(line.week)}
            </span>,
          ],
          [
            say.people,
            <span key="p" className="num">
              {count(people)}
            </span>,
          ],
          [say.first, line.first === null ? all.never : <Moment key="f" at={line.first} />],
          [all.lastSeen, line.last === null ? all.never : <Moment key="l" at={line.last} />],
          [say.arrival, fresh],
          [say.owner, line.planned?.owner || say.nobody],
          [all.score, <Score key="s" of={line.score} />],
          ...(sources.length === 0
            ? []
            : [
                [
                  say.bySource,
                  sources.map(({ id, events }) => `${names.get(id) ?? (id === '' ? all.byCadenza : id)}: ${count(events)}`).join(', '),
                ] as const,
              ]),
        ]}
      />
      <p className="mt-3 text-meta text-ink-3">{say.scoreIs}</p>
    </Card>
  )
}

function Impact({ data: { uses, people } }: { data: Shown }) {
  const say = useWords(EVENT_WORDS)
  const of = (kind: string): number => uses.filter((use) => use.kind === kind).length
  const others = uses.length - of('segment') - of('journey')
  return (
    <Card title={say.impact}>
      <p className="text-ink-2">
        {uses.length === 0 ? say.nothing : say.impactOf({ segments: of('segment'), journeys: of('journey'), others, people })}
      </p>
      <Used uses={uses} />
    </Card>
  )
}

function Used({ uses }: { uses: Shown['uses'] }) {
  if (uses.length === 0) return null
  return (
    <ul className="mt-2 flex flex-col gap-1 text-dense">
      {uses.map(({ kind, id, name }) => (
        <li key={`${kind}/${id}`} className="min-w-0 truncate">
          <Link href={toDocument(kind, id)}>{name}</Link> <span className="text-ink-3">{kind}</span>
        </li>
      ))}
    </ul>
  )
}

type Property = Shown['properties'][number]

function Properties({ data }: { data: Shown }) {
  const say = useWords(EVENT_WORDS)
  const all = useWords(DATA_WORDS)
  const columns: readonly Column<Property>[] = [
    {
      name: say.property,
      cell: ({ name, planned }) => (
        <>
          <code className="block truncate" title={name}>
            {name}
          </code>
          <span className="block truncate text-meta text-ink-3">
            {planned
              ? [
                  all.types[planned.type],
                  planned.required ? say.required : '',
                  planned.pii === 'none' ? '' : say.pii[planned.pii],
                  planned.description,
                ]
                  .filter((text) => text !== '')
                  .join(' · ')
              : say.notPlanned}
          </span>
        </>
      ),
    },
    {
      name: say.seenAs,
      width: 'w-40',
      from: 'sm',
      cell: ({ types }) =>
        types.length === 0 ? (
          <span className="text-warn">{say.neverSeen}</span>
        ) : (
          types.map(({ type, share }) => (share === 1 ? all.types[type] : `${all.types[type]} ${percent(share, 0)}`)).join(', ')
        ),
    },
    { name: say.filled, width: 'w-20', right: true, cell: ({ present }) => <span className="num">{percent(present, 0)}</span> },
    {
      name: say.values,
      width: 'w-[26%]',
      from: 'lg',
      cell: ({ top, different }) => (
        <span className="block truncate text-ink-2">
          {top.length === 0
            ? different === 0
              ? '–'
              : say.different(different)
            : top.map(({ value, share }) => `${value} ${percent(share, 0)}`).join(', ')}
        </span>
      ),
    },
    {
      name: say.feeds,
      width: 'w-44',
      from: 'md',
      cell: ({ uses }) => (
        <span className="block truncate">
          {uses.length === 0
            ? '–'
            : uses.map(({ kind, id, name }, i) => (
                <span key={`${kind}/${id}`}>
                  {i > 0 && ', '}
                  <Link href={toDocument(kind, id)}>{name}</Link>
                </span>
              ))}
        </span>
      ),
    },
  ]
  if (data.properties.length === 0) return null
  return (
    <Card title={say.properties} flush aside={<span className="text-dense text-ink-3">{say.sampled(data.sampled)}</span>}>
      <Table label={say.properties} columns={columns} rows={data.properties} rowKey={({ name }) => name} />
    </Card>
  )
}

function Violations({ data }: { data: Shown }) {
  const say = useWords(EVENT_WORDS)
  const all = useWords(DATA_WORDS)
  const faults = all.fault as Readonly<Record<string, string>>
  const columns: readonly Column<Shown['violations'][number]>[] = [
    { name: say.what, cell: ({ kind, says }) => <span className="block truncate">{`${faults[kind] ?? kind}: ${says}`}</span> },
    { name: say.place, width: 'w-48', from: 'sm', cell: ({ property }) => <code className="block truncate">{property || '–'}</code> },
    { name: say.events, width: 'w-24', right: true, cell: ({ week }) => <span className="num">{count(week)}</span> },
    { name: all.lastSeen, width: 'w-28', from: 'md', cell: ({ last }) => <Moment at={last} /> },
  ]
  return (
    <Card title={say.violations} flush={data.violations.length > 0}>
      {data.violations.length === 0 ? (
        <p className="text-ink-2">{say.none}</p>
      ) : (
        <>
          <Table
            label={say.violations}
            columns={columns}
            rows={data.violations}
            rowKey={({ kind, property, says }) => `${kind} ${property} ${says}`}
          />
          {data.samples.length > 0 && <Samples samples={data.samples} />}
        </>
      )}
    </Card>
  )
}

function Samples({ samples }: { samples: Shown['samples'] }) {
  const say = useWords(EVENT_WORDS)
  const names = useSourceNames()
  return (
    <details className="border-t border-line px-4 py-3">
      <summary className="cursor-pointer font-medium">{say.samples}</summary>
      <ul className="mt-2 flex flex-col gap-1.5 text-dense">
        {samples.slice(0, 20).map(({ messageId, profile, received, property, says, source }) => (
          <li key={`${messageId} ${property} ${says}`} className="flex flex-wrap gap-x-3">
            <Moment at={received} className="w-20 text-ink-3" />
            <code>{property}</code>
            <span>{says}</span>
            <span className="text-ink-3">{names.get(source) ?? source}</span>
            <Link href={toPerson(profile)}>{profile}</Link>
            <Link href={toDebugger(messageId)}>{say.follow}</Link>
          </li>
        ))}
      </ul>
    </details>
  )
}
