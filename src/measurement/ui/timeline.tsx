import { ChevronRight, GitFork, Mail, Route, Zap } from 'lucide-react'
import { usePages } from '#kit/api.ts'
import { useDeliveryWord } from '#kit/delivery-words.ts'
import { amount, day, percent, time, words } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { Card } from '#kit/page.tsx'
import { toDecision, toJourney, toMessage } from '#kit/paths.ts'
import { Empty, ErrorView, Skeleton } from '#kit/states.tsx'
import { More } from '#kit/table.tsx'
import { useWords } from '#kit/words.ts'
import { ReadTimeline, type TimelineItem, type TimelineKind } from '../schema.ts'
import { brief } from './brief.ts'
import { JourneyNames, useJourneyNames } from './journey-names.tsx'
import { LIFE_WORDS } from './life-words.ts'
import { ownWords } from './own-events.ts'

const FILTERS: readonly (TimelineKind | '')[] = ['', 'event', 'delivery', 'transition', 'decision']

interface TimelineProps {
  readonly profile: string
  readonly kind: TimelineKind | ''
  readonly onKind: (kind: TimelineKind | '') => void
}

/** A life, newest first: what the person did, and what was done for them and why. */
export function Timeline({ profile, kind, onKind }: TimelineProps) {
  const say = useWords(LIFE_WORDS)
  const pages = usePages(ReadTimeline, { id: profile, ...(kind ? { kinds: kind } : {}) }, { every: 5_000 })
  const all = pages.data?.pages.flatMap((page) => page.items) ?? []
  // A receipt of ours is told by its delivery; as an event it would say the same again.
  const items =
    kind === 'event' ? all : all.filter((item) => item.kind !== 'event' || item.type !== 'system' || ownWords(item) !== undefined)
  return (
    <Card
      title={say.timeline}
      flush
      aside={
        <fieldset className="flex flex-wrap gap-1">
          <legend className="sr-only">{say.show}</legend>
          {FILTERS.map((value) => (
            <button
              key={value}
              type="button"
              aria-pressed={kind === value}
              onClick={() => onKind(value)}
              className="h-7 rounded-button px-2.5 text-dense font-medium text-ink-2 hover:bg-sunken aria-pressed:bg-sunken aria-pressed:text-ink"
            >
              {say.filters[value || 'all']}
            </button>
          ))}
        </fieldset>
      }
    >
      {pages.isError && items.length === 0 ? (
        <ErrorView error={pages.error} retry={() => void pages.refetch()} />
      ) : pages.data === undefined ? (
        <Skeleton lines={8} />
      ) : items.length === 0 ? (
        <Empty title={say.nothing}>{kind ? say.noneOfKind : say.soon}</Empty>
      ) : (
        <>
          <Days items={items} />
          <More more={pages.hasNextPage} busy={pages.isFetchingNextPage} onMore={() => void pages.fetchNextPage()}>
            {pages.hasNextPage ? say.older : say.beginning}
          </More>
        </>
      )}
    </Card>
  )
}

/** The lines of a timeline or of a why, by day. `within`: the journey that all are about, so that it need not be named in each. */
export function Days({ items, within }: { items: readonly TimelineItem[]; within?: string }) {
  const days = Object.entries(Object.groupBy(items, (item) => day(item.at)))
  return (
    <JourneyNames of={items.flatMap((item) => (item.kind === 'event' ? [] : [item.journeyId]))}>
      {days.map(([name, lines]) => (
        <div key={name} className="group/day">
          <h3 className="sticky top-0 z-10 border-b border-line bg-surface px-4 py-1.5 text-meta font-medium tracking-normal text-ink-3 group-[:not(:first-child)]/day:border-t">
            {name}
          </h3>
          <Lines items={lines ?? []} within={within} />
        </div>
      ))}
    </JourneyNames>
  )
}

function Lines({ items, within }: { items: readonly TimelineItem[]; within: string | undefined }) {
  return (
    <ol className="text-dense">
      {items.map((item, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two lines can be alike in everything
        <li key={`${item.kind}${item.at}${i}`} className="flex gap-3 border-b border-line px-4 py-2 last:border-0">
          <time dateTime={new Date(item.at).toISOString()} className="w-15 shrink-0 text-meta leading-[18px] text-ink-3 num">
            {time(item.at)}
          </time>
          <span className="mt-px">
            <KindIcon kind={item.kind} />
          </span>
          <div className="min-w-0 flex-1">
            <Line item={item} within={within} />
          </div>
        </li>
      ))}
    </ol>
  )
}

function KindIcon({ kind }: { kind: TimelineItem['kind'] }) {
  const shape = { size: 15, 'aria-hidden': true } as const
  if (kind === 'event') return <Zap {...shape} className="text-cat-trigger" />
  if (kind === 'delivery') return <Mail {...shape} className="text-cat-message" />
  if (kind === 'decision') return <GitFork {...shape} className="text-cat-decision" />
  return <Route {...shape} className="text-cat-logic" />
}

const named = (names: Readonly<Record<string, string>>, name: string): string => names[name] ?? words(name)

function Line({ item, within }: { item: TimelineItem; within?: string }) {
  const say = useWords(LIFE_WORDS)
  const word = useDeliveryWord()
  const { journey, step } = useJourneyNames()
  switch (item.kind) {
    case 'event':
      return <EventLine item={item} />
    case 'transition': {
      const [from, to] = [step(item.journeyId, item.fromStep), step(item.journeyId, item.toStep)]
      const steps = item.move === 'moved' ? `${from} → ${to}` : item.move === 'entered' ? to : from
      return (
        <>
          <span className="font-medium">{say.moves[item.move]}</span>
          {within !== item.journeyId && (
            <>
              {' '}
              <Link href={toJourney(item.journeyId, { version: item.version })}>{journey(item.journeyId)}</Link>
            </>
          )}
          {steps && <span className="text-ink-2"> · {steps}</span>}
          {item.value !== 0 && <span className="num"> · {amount(item.value)}</span>}
          {item.arm === 'held_out' && <span className="text-ink-2"> · {say.heldOut}</span>}
          <Why sentence={item.sentence} reason={item.reason} />
        </>
      )
    }
    case 'delivery':
      return (
        <>
          <span className="font-medium">
            {named(say.channels, item.channel)} {word(item.status)}
          </span>{' '}
          {item.effectId === '' ? (
            <span className="text-ink-2">{step(item.journeyId, item.step)}</span>
          ) : (
            <Link href={toMessage(item.effectId)}>{step(item.journeyId, item.step)}</Link>
          )}
          {within !== item.journeyId && <span className="text-ink-2"> · {journey(item.journeyId)}</span>}
          <Why sentence={item.sentence} reason={item.reason} />
        </>
      )
    case 'decision':
      return (
        <>
          {item.decision === '' ? (
            <span className="font-medium">{say.chose(item.arm)}</span>
          ) : (
            <Link href={toDecision(item.decision)}>{say.chose(item.arm)}</Link>
          )}
          <span className="text-ink-2"> · {step(item.journeyId, item.step)}</span>
          <span className="block text-ink-2">{item.sentence || say.drawn(percent(item.propensity))}</span>
        </>
      )
  }
}

function Why({ sentence, reason }: { sentence: string; reason: string }) {
  if (!sentence && !reason) return null
  return <span className="block wrap-anywhere text-ink-2">{sentence || <code>{reason}</code>}</span>
}

function EventLine({ item }: { item: Extract<TimelineItem, { kind: 'event' }> }) {
  const say = useWords(LIFE_WORDS)
  const own = ownWords(item)
  if (own) {
    return (
      <>
        <span className="font-medium">{say.own[own.head]}</span>
        {own.text && <span className="block whitespace-pre-wrap wrap-anywhere text-ink-2">{own.text}</span>}
      </>
    )
  }
  const empty = item.properties === '{}' || item.properties === ''
  const head = (
    <>
      <span className="font-medium">{item.name || item.type}</span>
      {item.verdict !== 'accepted' && <span className="text-ink-2"> · {say.unchanged(item.verdict)}</span>}
    </>
  )
  if (empty) return head
  return (
    <details className="group">
      <summary className="flex min-h-6 list-none items-start gap-1 [&::-webkit-details-marker]:hidden">
        <span className="min-w-0 flex-1">
          {head}
          <span className="block truncate text-meta text-ink-3 group-open:hidden">{brief(item.properties)}</span>
        </span>
        <ChevronRight size={15} aria-hidden="true" className="mt-0.5 shrink-0 text-ink-3 group-open:rotate-90" />
      </summary>
      <pre className="mt-1 overflow-x-auto rounded-input bg-sunken p-2 text-meta whitespace-pre-wrap wrap-anywhere">
        {pretty(item.properties)}
      </pre>
    </details>
  )
}

function pretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2)
  } catch {
    // A cut record is shown as it is.
    return json
  }
}
