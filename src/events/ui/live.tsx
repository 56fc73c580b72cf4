import { Pause, Play, Radio } from 'lucide-react'
import { useRef, useState } from 'react'
import { useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Chip, Dot } from '#kit/chip.tsx'
import { Code, Mono } from '#kit/copy.tsx'
import { Dialog } from '#kit/dialog.tsx'
import { Select } from '#kit/field.tsx'
import { plural, time } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { useStream } from '#kit/live.ts'
import { Card, Facts } from '#kit/page.tsx'
import { toDebugger, toEvent, toPerson } from '#kit/paths.ts'
import { Empty, NoResults } from '#kit/states.tsx'
import { useWords, words } from '#kit/words.ts'
import { ListEvents, ListSources, type LiveEvent, WatchEvents } from '../api.ts'
import { DATA_WORDS } from './data-words.ts'
import { Outcome } from './parts.tsx'

const WORDS = words(
  {
    title: 'Events as they come',
    live: 'Live',
    connecting: 'Connecting',
    lost: 'Connection lost; it is tried again',
    pause: 'Pause',
    resume: 'Go on',
    paused: (n: number) => (n === 0 ? 'Paused' : `Paused; ${plural(n, 'event has', 'events have')} come since`),
    person: 'Person (profile id)',
    more: (n: number) => `${plural(n, 'further event', 'further events')} came in between and ${n === 1 ? 'is' : 'are'} not listed here.`,
    filter: 'this filter so far',
    emptyTitle: 'Nothing has come in the last ten minutes',
    empty: 'Send an event from a source, and it stands here within a second.',
    list: 'Events, newest first',
    came: 'Came',
    happened: 'Happened',
    message: 'Message id',
    follow: 'Follow it: segments, journeys, messages',
    toPlan: 'Plan and quality of this event',
  },
  {
    de: {
      title: 'Ereignisse, wie sie kommen',
      live: 'Live',
      connecting: 'Verbindung wird aufgebaut',
      lost: 'Verbindung verloren; es wird neu versucht',
      pause: 'Anhalten',
      resume: 'Weiter',
      paused: (n) => (n === 0 ? 'Angehalten' : `Angehalten; seither ${plural(n, 'Ereignis', 'Ereignisse')}`),
      person: 'Person (Profil-ID)',
      more: (n) =>
        `${plural(n, 'weiteres Ereignis kam', 'weitere Ereignisse kamen')} dazwischen und ${n === 1 ? 'ist' : 'sind'} hier nicht aufgeführt.`,
      filter: 'diesem Filter',
      emptyTitle: 'In den letzten zehn Minuten kam nichts',
      empty: 'Sobald eine Quelle ein Ereignis sendet, steht es innerhalb einer Sekunde hier.',
      list: 'Ereignisse, die neuesten zuerst',
      came: 'Angekommen',
      happened: 'Geschehen',
      message: 'Kennung der Nachricht',
      follow: 'Verfolgen: Segmente, Journeys, Nachrichten',
      toPlan: 'Plan und Güte dieses Ereignisses',
    },
  },
)

/** Rows that stay on the screen. */
const SHOWN = 200

export interface LiveFilter {
  readonly event?: string
  readonly source?: string
  readonly person?: string
}

export function Live({ filter, onFilter }: { filter: LiveFilter; onFilter: (filter: LiveFilter) => void }) {
  // Another filter is another stream: it begins with what came lately.
  return <Stream key={JSON.stringify(filter)} filter={filter} onFilter={onFilter} />
}

function Stream({ filter, onFilter }: { filter: LiveFilter; onFilter: (filter: LiveFilter) => void }) {
  const say = useWords(WORDS)
  const [rows, setRows] = useState<readonly LiveEvent[]>([])
  const [more, setMore] = useState(0)
  const [paused, setPaused] = useState(false)
  const [missed, setMissed] = useState(0)
  const [open, setOpen] = useState<LiveEvent>()
  const stopped = useRef(false)
  const waiting = useRef<readonly LiveEvent[]>([])
  const link = useStream(WatchEvents, filter, (frame, first) => {
    const known = new Set([...waiting.current, ...rowsNow.current].map(({ key }) => key))
    const fresh = frame.events.filter(({ key }) => !known.has(key))
    // A connection that begins tells what came lately: where that reaches back to rows that are here, nothing is missing between.
    const between = first && fresh.length < frame.events.length ? 0 : frame.more
    if (stopped.current) {
      waiting.current = [...fresh, ...waiting.current].slice(0, SHOWN)
      setMissed((before) => before + fresh.length + between)
      return
    }
    setRows((before) => [...fresh, ...before].slice(0, SHOWN))
    setMore((before) => before + between)
  })
  const rowsNow = useRef(rows)
  rowsNow.current = rows
  const toggle = () => {
    stopped.current = !paused
    if (paused) {
      const held = waiting.current
      setRows((before) => [...held.filter(({ key }) => !before.some((each) => each.key === key)), ...before].slice(0, SHOWN))
      waiting.current = []
      setMissed(0)
    }
    setPaused(!paused)
  }
  const filtered = Object.values(filter).some((value) => value !== undefined && value !== '')
  return (
    <Card
      title={say.title}
      flush
      aside={
        <div className="flex flex-wrap items-center gap-2">
          <span role="status">
            {paused ? (
              <Chip dashed>{say.paused(missed)}</Chip>
            ) : (
              <Chip tone={link === 'live' ? 'ok' : link === 'lost' ? 'bad' : 'neutral'}>
                <Dot hollow={link !== 'live'} />
                {link === 'live' ? say.live : link === 'lost' ? say.lost : say.connecting}
              </Chip>
            )}
          </span>
          <Button onClick={toggle} aria-pressed={paused}>
            {paused ? <Play size={15} aria-hidden="true" /> : <Pause size={15} aria-hidden="true" />}
            {paused ? say.resume : say.pause}
          </Button>
        </div>
      }
    >
      <Filters filter={filter} onFilter={onFilter} />
      {rows.length === 0 ? (
        filtered ? (
          <NoResults of={say.filter} clear={() => onFilter({})} />
        ) : (
          <Empty icon={<Radio size={20} aria-hidden="true" />} title={say.emptyTitle}>
            {say.empty}
          </Empty>
        )
      ) : (
        <ul aria-label={say.list} className="divide-y divide-line">
          {rows.map((row) => (
            <Row key={row.key} row={row} onOpen={() => setOpen(row)} />
          ))}
        </ul>
      )}
      {more > 0 && <p className="border-t border-line px-4 py-2.5 text-dense text-ink-3">{say.more(more)}</p>}
      {open && <Opened event={open} onClose={() => setOpen(undefined)} />}
    </Card>
  )
}

function Filters({ filter, onFilter }: { filter: LiveFilter; onFilter: (filter: LiveFilter) => void }) {
  const say = useWords(WORDS)
  const data = useWords(DATA_WORDS)
  const events = useRead(ListEvents, {})
  const sources = useRead(ListSources, {})
  const names = [...new Set([...(filter.event ? [filter.event] : []), ...(events.data?.events ?? []).map(({ event }) => event)])]
  const choice = (value: string) => ({ value, label: value })
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-4 py-2.5">
      <Select
        label={data.event}
        value={filter.event ?? ''}
        choices={[{ value: '', label: data.allEvents }, ...names.map(choice)]}
        onChange={(event) => onFilter({ ...filter, event })}
      />
      <Select
        label={data.source}
        value={filter.source ?? ''}
        choices={[
          { value: '', label: data.allSources },
          ...(sources.data?.sources ?? []).map(({ id, name }) => ({ value: id, label: name })),
        ]}
        onChange={(source) => onFilter({ ...filter, source })}
      />
      <form
        className="flex items-center gap-2"
        onSubmit={(event) => {
          event.preventDefault()
          onFilter({ ...filter, person: String(new FormData(event.currentTarget).get('person')).trim() })
        }}
      >
        <input
          name="person"
          aria-label={say.person}
          placeholder={say.person}
          defaultValue={filter.person ?? ''}
          className="h-9 w-44 rounded-input border border-line-strong bg-surface px-2 placeholder:text-ink-3 pointer-coarse:h-11"
        />
      </form>
    </div>
  )
}

function Row({ row, onOpen }: { row: LiveEvent; onOpen: () => void }) {
  const data = useWords(DATA_WORDS)
  const sources = useSourceNames()
  return (
    <li className="relative flex flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2 text-dense hover:bg-sunken">
      <time className="w-18 shrink-0 text-ink-3 num" dateTime={new Date(row.received).toISOString()}>
        {time(row.received)}
      </time>
      <button
        type="button"
        onClick={onOpen}
        className="min-w-0 flex-1 truncate text-left font-medium after:absolute after:inset-0 hover:underline focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-focus"
      >
        {row.event || row.type}
      </button>
      {row.faults.length > 0 && (
        <span className="max-w-[40ch] truncate text-ink-3 max-md:hidden">{row.faults[0]!.at || row.faults[0]!.says}</span>
      )}
      <span className="w-36 truncate text-ink-3 max-sm:hidden">
        {sources.get(row.source) ?? (row.source === '' ? data.byCadenza : row.source)}
      </span>
      <Outcome of={row.outcome} />
    </li>
  )
}

/** Names of sources by the id of their write key. */
export function useSourceNames(): ReadonlyMap<string, string> {
  const { data } = useRead(ListSources, {})
  return new Map((data?.sources ?? []).map(({ id, name }) => [id, name]))
}

function Opened({ event, onClose }: { event: LiveEvent; onClose: () => void }) {
  const say = useWords(WORDS)
  const data = useWords(DATA_WORDS)
  const sources = useSourceNames()
  const faults = data.fault as Readonly<Record<string, string>>
  return (
    <Dialog title={event.event || event.type} open onClose={onClose} wide>
      <div className="flex flex-col gap-4">
        <Facts
          rows={[
            [say.came, time(event.received)],
            [say.happened, time(event.at)],
            [data.source, sources.get(event.source) ?? data.byCadenza],
            [say.message, event.messageId === '' ? '–' : <Mono key="id">{event.messageId}</Mono>],
          ]}
        />
        {event.faults.length > 0 && (
          <ul className="flex flex-col gap-1 rounded-card bg-warn-soft p-3 text-dense text-warn">
            {event.faults.map(({ kind, at, says }) => (
              <li key={`${kind}${at}`}>
                <b className="font-medium">{faults[kind] ?? data.outcome[event.outcome]}</b> {at} {says}
              </li>
            ))}
          </ul>
        )}
        {event.payload === null ? (
          <p className="text-ink-3">{data.hidden}</p>
        ) : (
          <Code label={data.copied} text={JSON.stringify(event.payload, null, 2)} />
        )}
        <div className="flex flex-wrap gap-x-4 gap-y-2">
          {event.person !== '' && <Link href={toPerson(event.person)}>{event.person}</Link>}
          {event.messageId !== '' && <Link href={toDebugger(event.messageId)}>{say.follow}</Link>}
          {event.event !== '' && <Link href={toEvent(event.event)}>{say.toPlan}</Link>}
        </div>
      </div>
    </Dialog>
  )
}
