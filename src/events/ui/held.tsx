import { useMutation, useQueryClient } from '@tanstack/react-query'
import { CircleCheckBig } from 'lucide-react'
import { useState } from 'react'
import { call, usePages, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Code } from '#kit/copy.tsx'
import { Dialog } from '#kit/dialog.tsx'
import { Select } from '#kit/field.tsx'
import { count, plural } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card } from '#kit/page.tsx'
import { toDevelopers, toEvent } from '#kit/paths.ts'
import { Empty, ErrorView, NoResults, Skeleton } from '#kit/states.tsx'
import { More } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { notify } from '#kit/toast.tsx'
import { useWords, words } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { CountHeld, DiscardHeld, type HeldLine, ListEvents, ListHeld, ListSources, ReplayHeld } from '../api.ts'
import { DATA_WORDS } from './data-words.ts'
import { useSourceNames } from './live.tsx'
import { Outcome } from './parts.tsx'

const WORDS = words(
  {
    title: 'Events that did not get through',
    list: 'Held events, newest first',
    kind: 'Kind',
    all: 'All kinds',
    reason: 'Reason',
    anyReason: 'Any reason',
    none: 'Nothing lies here',
    noneMore: 'Events in quarantine, blocked ones and malformed ones would stand here, each with its reason and how to mend it.',
    filter: 'this filter',
    select: (name: string) => `Choose ${name}`,
    chosen: (n: number) => `${count(n)} chosen`,
    replay: 'Replay',
    replayAll: (n: number) => `Replay ${count(n)}`,
    anyway: 'Replay without the plan',
    discard: 'Discard',
    discardTitle: (n: number) => `Discard ${plural(n, 'event')}`,
    discardMore: 'They are deleted for good. No journey and no report will ever hear of them.',
    discarded: (n: number) => `${plural(n, 'event')} discarded`,
    replaying: (done: number, of: number) => `${count(done)} of ${count(of)} looked at`,
    result: (n: number) => `${plural(n, 'event', 'events')} replayed`,
    still: (n: number) => `${count(n)} stay, because they are still wrong:`,
    shown: (n: number, of: number) => `${count(n)} of ${count(of)}`,
    toDebugger: 'Mend and send it in the debugger',
    toEvent: 'Plan and quality',
    kept: 'Kept for 30 days.',
  },
  {
    de: {
      title: 'Ereignisse, die nicht durchkamen',
      list: 'Zurückgehaltene Ereignisse, die neuesten zuerst',
      kind: 'Art',
      all: 'Alle Arten',
      reason: 'Grund',
      anyReason: 'Jeder Grund',
      none: 'Hier liegt nichts',
      noneMore: 'Ereignisse in Quarantäne, gesperrte und fehlerhafte stünden hier, jedes mit seinem Grund und wie man ihn behebt.',
      filter: 'diesem Filter',
      select: (name) => `${name} auswählen`,
      chosen: (n) => `${count(n)} ausgewählt`,
      replay: 'Erneut einspielen',
      replayAll: (n) => `${count(n)} erneut einspielen`,
      anyway: 'Ohne den Plan einspielen',
      discard: 'Verwerfen',
      discardTitle: (n) => `${plural(n, 'Ereignis', 'Ereignisse')} verwerfen`,
      discardMore: 'Sie werden endgültig gelöscht. Keine Journey und kein Bericht wird je von ihnen erfahren.',
      discarded: (n) => `${plural(n, 'Ereignis', 'Ereignisse')} verworfen`,
      replaying: (done, of) => `${count(done)} von ${count(of)} angesehen`,
      result: (n) => `${plural(n, 'Ereignis', 'Ereignisse')} eingespielt`,
      still: (n) => `${count(n)} bleiben, weil sie noch nicht stimmen:`,
      shown: (n, of) => `${count(n)} von ${count(of)}`,
      toDebugger: 'Im Debugger beheben und senden',
      toEvent: 'Plan und Güte',
      kept: 'Bleibt 30 Tage.',
    },
  },
)

export const HELD_KINDS = ['quarantined', 'blocked', 'rejected'] as const
export interface HeldFilter {
  readonly kind?: (typeof HELD_KINDS)[number]
  readonly source?: string
  readonly event?: string
  readonly code?: string
}

export function Held({ filter, onFilter }: { filter: HeldFilter; onFilter: (filter: HeldFilter) => void }) {
  const say = useWords(WORDS)
  const pages = usePages(ListHeld, filter, { every: 10_000 })
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set())
  const rows = pages.data?.pages.flatMap(({ events }) => events) ?? []
  const total = pages.data?.pages[0]?.total ?? 0
  const filtered = Object.values(filter).some((value) => value !== undefined && value !== '')
  const toggle = (id: number) => {
    const next = new Set(chosen)
    if (!next.delete(id)) next.add(id)
    setChosen(next)
  }
  return (
    <Card title={say.title} flush aside={<span className="text-meta text-ink-3">{say.kept}</span>}>
      <Filters filter={filter} onFilter={onFilter} />
      {pages.isError && <ErrorView error={pages.error} retry={() => void pages.refetch()} />}
      {pages.isPending ? (
        <Skeleton lines={5} />
      ) : rows.length === 0 ? (
        filtered ? (
          <NoResults of={say.filter} clear={() => onFilter({})} />
        ) : (
          <Empty icon={<CircleCheckBig size={20} aria-hidden="true" />} title={say.none}>
            {say.noneMore}
          </Empty>
        )
      ) : (
        <>
          <Tools
            filter={filter}
            chosen={[...chosen].filter((id) => rows.some((row) => row.id === id))}
            total={total}
            onDone={() => setChosen(new Set())}
          />
          <ul aria-label={say.list} className="divide-y divide-line">
            {rows.map((row) => (
              <Row key={row.id} row={row} chosen={chosen.has(row.id)} onChoose={() => toggle(row.id)} />
            ))}
          </ul>
          <More more={pages.hasNextPage} busy={pages.isFetchingNextPage} onMore={() => void pages.fetchNextPage()}>
            {say.shown(rows.length, total)}
          </More>
        </>
      )}
    </Card>
  )
}

function Filters({ filter, onFilter }: { filter: HeldFilter; onFilter: (filter: HeldFilter) => void }) {
  const say = useWords(WORDS)
  const data = useWords(DATA_WORDS)
  const { data: counts } = useRead(CountHeld, {})
  const sources = useRead(ListSources, {})
  const codes = [...new Set([...(filter.code ? [filter.code] : []), ...(counts?.reasons ?? []).map(({ code }) => code)])]
  const names = [...new Set([...(filter.event ? [filter.event] : []), ...(counts?.reasons ?? []).map(({ event }) => event)])].filter(
    (name) => name !== '',
  )
  const choices = (all: string, values: readonly string[]) => [
    { value: '', label: all },
    ...values.map((value) => ({ value, label: value })),
  ]
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line px-4 py-2.5">
      <Select
        label={say.kind}
        value={filter.kind ?? ''}
        choices={[{ value: '', label: say.all }, ...HELD_KINDS.map((value) => ({ value, label: data.outcome[value] }))]}
        onChange={(kind) => onFilter({ ...filter, kind: HELD_KINDS.find((each) => each === kind) })}
      />
      <Select
        label={say.reason}
        value={filter.code ?? ''}
        choices={choices(say.anyReason, codes)}
        onChange={(code) => onFilter({ ...filter, code })}
      />
      <Select
        label={data.event}
        value={filter.event ?? ''}
        choices={choices(data.allEvents, names)}
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
    </div>
  )
}

type Result = Pick<OutputOf<typeof ReplayHeld>, 'replayed' | 'still' | 'reasons'>

/** Goes on call by call until nothing of it is left; what was said of each call is added up. */
async function replay(asked: object, onProgress: (looked: number) => void): Promise<Result> {
  const sum = { replayed: 0, still: 0, reasons: [] as { title: string; events: number }[] }
  for (let after = 0; ; ) {
    const done = await call(ReplayHeld, { ...asked, after })
    sum.replayed += done.replayed
    sum.still += done.still
    for (const { title, events } of done.reasons) {
      const known = sum.reasons.find((each) => each.title === title)
      if (known) known.events += events
      else sum.reasons.push({ title, events })
    }
    onProgress(sum.replayed + sum.still)
    if (done.left === 0) return sum
    after = done.last
  }
}

function Tools({ filter, chosen, total, onDone }: { filter: HeldFilter; chosen: readonly number[]; total: number; onDone: () => void }) {
  const say = useWords(WORDS)
  const data = useWords(DATA_WORDS)
  const client = useQueryClient()
  const may = useMay('data:write')
  const [looked, setLooked] = useState(0)
  const [discarding, setDiscarding] = useState(false)
  const asked = chosen.length > 0 ? { ids: [...chosen] } : filter
  const n = chosen.length > 0 ? chosen.length : total
  const fresh = async () => {
    for (const { name } of [ListHeld, CountHeld, ListEvents]) await client.invalidateQueries({ queryKey: [name] })
    onDone()
  }
  const again = useMutation({
    mutationFn: (check: boolean) => replay({ ...asked, check }, setLooked),
    onSettled: fresh,
    onMutate: () => setLooked(0),
  })
  const discard = useMutation({
    mutationFn: () => call(DiscardHeld, asked),
    onSuccess: async ({ discarded }) => {
      setDiscarding(false)
      notify(say.discarded(discarded))
      await fresh()
    },
  })
  if (!may) return null
  return (
    <div className="border-b border-line px-4 py-2.5">
      <div className="flex flex-wrap items-center gap-2">
        <Button look="primary" busy={again.isPending} onClick={() => again.mutate(true)}>
          {say.replayAll(n)}
        </Button>
        {again.data && again.data.still > 0 && (
          <Button busy={again.isPending} onClick={() => again.mutate(false)}>
            {say.anyway}
          </Button>
        )}
        <Button look="bad" onClick={() => setDiscarding(true)}>
          {say.discard}
        </Button>
        <span role="status" className="text-dense text-ink-2">
          {again.isPending ? say.replaying(looked, n) : chosen.length > 0 ? say.chosen(chosen.length) : ''}
        </span>
      </div>
      {again.isPending && <progress className="mt-2 w-full" value={looked} max={n} aria-label={say.replaying(looked, n)} />}
      {again.isError && <ErrorView error={again.error} />}
      {again.data && !again.isPending && (
        <div role="status" className="mt-2 text-dense">
          <p className={again.data.replayed > 0 ? 'text-ok' : ''}>{say.result(again.data.replayed)}</p>
          {again.data.still > 0 && (
            <>
              <p>{say.still(again.data.still)}</p>
              <ul className="list-disc pl-5 text-ink-2">
                {again.data.reasons.map(({ title, events }) => (
                  <li key={title}>
                    {title} ({count(events)})
                  </li>
                ))}
              </ul>
            </>
          )}
        </div>
      )}
      {discarding && (
        <Dialog title={say.discardTitle(n)} open onClose={() => setDiscarding(false)}>
          <p className="text-ink-2">{say.discardMore}</p>
          {discard.isError && <ErrorView error={discard.error} />}
          <div className="mt-4 flex justify-end gap-2">
            <Button onClick={() => setDiscarding(false)}>{data.cancel}</Button>
            <Button look="bad" busy={discard.isPending} onClick={() => discard.mutate()}>
              {say.discardTitle(n)}
            </Button>
          </div>
        </Dialog>
      )}
    </div>
  )
}

function Row({ row, chosen, onChoose }: { row: HeldLine; chosen: boolean; onChoose: () => void }) {
  const say = useWords(WORDS)
  const data = useWords(DATA_WORDS)
  const sources = useSourceNames()
  const parts = row.problem.problems ?? [row.problem]
  const title = row.event || row.problem.code
  return (
    <li className="flex gap-3 px-4 py-2.5 text-dense">
      <input
        type="checkbox"
        aria-label={say.select(title)}
        checked={chosen}
        onChange={onChoose}
        className="mt-1 size-4 shrink-0 accent-(--accent)"
      />
      <details className="min-w-0 flex-1">
        <summary className="cursor-pointer">
          <span className="ml-1 inline-flex w-[calc(100%-1.5rem)] flex-wrap items-center gap-x-3 gap-y-1 align-top">
            <b className="font-medium wrap-anywhere">{title}</b>
            <Outcome of={row.kind} />
            <span className="min-w-0 text-ink-2 wrap-anywhere">{row.problem.title}</span>
            <span className="text-ink-3">{sources.get(row.source) ?? row.source}</span>
            <Moment at={row.received} className="text-ink-3" />
          </span>
        </summary>
        <ul className="mt-2 flex flex-col gap-1">
          {parts.map((each) => (
            <li key={`${each.code}${each.at}`}>
              {each.title}
              {each.at && <code className="ml-2 text-ink-3">{each.at}</code>}
              {each.hint && <span className="block text-ink-2">{each.hint}</span>}
            </li>
          ))}
        </ul>
        <div className="mt-2">
          {row.payload === null ? (
            <p className="text-ink-3">{data.hidden}</p>
          ) : (
            <Code label={data.copied} text={JSON.stringify(row.payload, null, 2)} />
          )}
        </div>
        <p className="mt-2 flex flex-wrap gap-x-4">
          {row.kind !== 'rejected' && row.event !== '' && <Link href={toEvent(row.event)}>{say.toEvent}</Link>}
          <Link href={toDevelopers('debugger', { held: String(row.id), source: row.source })}>{say.toDebugger}</Link>
        </p>
      </details>
    </li>
  )
}
