import type { ReactNode } from 'react'
import type { Denominator, Totals } from '#journeys/ui/counts.tsx'
import { JourneyState } from '#journeys/ui/status.tsx'
import { Select } from '#kit/field.tsx'
import { count } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import type { Link as StreamState } from '#kit/live.ts'
import { Page, TabLinks } from '#kit/page.tsx'
import { JOURNEYS, type JourneyTab, toJourney } from '#kit/paths.ts'
import type { Shown } from '../journey-page.tsx'
import type { JourneySearch } from '../search.ts'
import type { Address } from './route.ts'
import { useJourneyWords } from './words.ts'

const TABS: readonly JourneyTab[] = ['canvas', 'outline', 'code', 'test', 'runs', 'report', 'settings', 'versions']
/** Tabs in which a step can be open. */
const WITH_STEP: ReadonlySet<JourneyTab> = new Set(['canvas', 'outline'])

interface FrameProps {
  readonly id: string
  readonly title: string
  /** Undefined: it is not on the server yet. */
  readonly shown: Shown | undefined
  readonly view: 'draft' | 'live'
  readonly changes: number
  readonly address: Address
  readonly totals: Totals | undefined
  readonly stream: StreamState
  readonly facts?: ReactNode
  readonly actions?: ReactNode
  readonly children: ReactNode
}

/** What stands around every view of a journey: its name, which version, the views, the numbers. */
export function JourneyFrame({ id, title, shown, view, changes, address, totals, stream, facts, actions, children }: FrameProps) {
  const say = useJourneyWords()
  const { search } = address
  const tab = search.tab ?? 'canvas'
  const tabs = view === 'draft' ? TABS : TABS.filter((each) => each !== 'settings')
  return (
    <Page
      full
      title={title}
      up={{ label: say.journeys, href: JOURNEYS }}
      facts={
        <>
          {shown && view === 'live' && <JourneyState status={shown.status} version={shown.version} mode={shown.mode} />}
          <Which id={id} shown={shown} view={view} changes={changes} search={search} />
          {facts}
        </>
      }
      actions={actions}
    >
      <div className="flex flex-wrap items-end justify-between gap-x-6 border-b border-line px-4 pt-2 sm:px-6 lg:px-8">
        <TabLinks
          label={say.views}
          className="-mb-px border-0"
          tabs={tabs.map((value) => ({
            label: value === 'canvas' && view === 'live' ? say.look : say.tabs[value],
            current: tab === value,
            href: toJourney(id, { ...kept(search), tab: value, step: WITH_STEP.has(value) ? search.step : undefined }),
          }))}
        />
        <div className="flex flex-wrap items-center gap-x-4 gap-y-1 py-1.5">
          {neverLive(shown) ? <p className="text-dense text-ink-3">{say.neverLive}</p> : <Numbers totals={totals} stream={stream} />}
          {WITH_STEP.has(tab) && !neverLive(shown) && <Counting address={address} />}
        </div>
      </div>
      {children}
    </Page>
  )
}

/** Nobody has ever been in it: there are no numbers to show. */
export const neverLive = (shown: Shown | undefined): boolean => (shown?.versions ?? []).length === 0

/** What of an address stays on the way to another view. */
const kept = ({ version, view, as, range, fresh }: JourneySearch) => ({ version, view, as, range, fresh })

/** Live beside the draft, when there are both. */
function Which({ id, shown, view, changes, search }: Pick<FrameProps, 'id' | 'shown' | 'view' | 'changes'> & { search: JourneySearch }) {
  const say = useJourneyWords()
  const live = shown?.versions.find((each) => each.status === 'live')?.version
  if (live === undefined || (view === 'live' && shown?.draft === null)) return null
  const link = (to: 'draft' | 'live', label: string) => (
    <Link
      plain
      href={toJourney(id, { tab: search.tab, step: search.step, view: to, as: search.as, range: search.range })}
      aria-current={view === to ? 'true' : undefined}
      className={`flex h-7 items-center rounded-input border px-2.5 text-dense font-medium text-ink-2 hover:bg-sunken aria-[current]:bg-sunken aria-[current]:text-ink ${to === 'draft' ? 'border-dashed border-line-strong' : 'border-line'}`}
    >
      {label}
    </Link>
  )
  return (
    <nav aria-label={say.which} className="flex gap-1">
      {link('live', say.liveTab(live))}
      {link('draft', say.draftTab(changes))}
    </nav>
  )
}

function Numbers({ totals, stream }: { totals: Totals | undefined; stream: StreamState }) {
  const say = useJourneyWords()
  const shown = [
    [say.numbers.entered, totals?.entered],
    [say.numbers.left, totals?.exited],
    [say.numbers.converted, totals?.converted],
  ] as const
  return (
    <p className="flex flex-wrap items-center gap-x-4 gap-y-1 text-dense text-ink-2">
      {shown.map(([word, value]) => (
        <span key={word}>
          <strong className="font-semibold text-ink num">{value === undefined ? '–' : count(value)}</strong> {word}
        </span>
      ))}
      <span className={`inline-flex items-center gap-1.5 text-meta ${stream === 'lost' ? 'text-warn' : 'text-ink-3'}`}>
        <span
          aria-hidden="true"
          className={`size-1.5 rounded-pill ${stream === 'live' ? 'bg-ok' : stream === 'lost' ? 'bg-warn' : 'bg-line-strong'}`}
        />
        {say.stream[stream]}
      </span>
    </p>
  )
}

/** One range and one denominator for all numbers of the drawing. */
function Counting({ address: { search, set } }: { address: Address }) {
  const say = useJourneyWords()
  const choices: readonly (readonly [Denominator, string])[] = [
    ['people', say.asPeople],
    ['entered', say.asEntered],
    ['previous', say.asPrevious],
  ]
  return (
    <div className="flex flex-wrap items-center gap-3 max-md:hidden">
      <Select
        label={say.range}
        value={search.range ?? 'all'}
        onChange={(value) => set({ range: value === 'day' ? 'day' : undefined })}
        choices={[
          { value: 'all', label: say.ranges.all },
          { value: 'day', label: say.ranges.day },
        ]}
      />
      <Select
        label={say.as}
        value={search.as ?? 'people'}
        onChange={(value) => set({ as: value === 'entered' || value === 'previous' ? value : undefined })}
        choices={choices.map(([value, label]) => ({ value, label }))}
      />
    </div>
  )
}
