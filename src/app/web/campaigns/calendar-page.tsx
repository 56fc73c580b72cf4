import { useMutation, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { CalendarDays, ChevronLeft, ChevronRight, Download } from 'lucide-react'
import { useMemo, useState } from 'react'
import { ContactsPlanned, ListCampaigns, MoveCampaign, type PlannedItem } from '#journeys/campaign-api.ts'
import { icsOf } from '#journeys/campaigns/ics.ts'
import { daysShown, onDay, periodOf, rangeOf, stepped } from '#journeys/campaigns/plan.ts'
import { call, useRead } from '#kit/api.ts'
import { Button, ButtonLink, IconButton } from '#kit/button.tsx'
import { Select } from '#kit/field.tsx'
import { useMay } from '#kit/me.ts'
import { Card, Page, TabLinks } from '#kit/page.tsx'
import { NEW_CAMPAIGN, toCalendar, toJourney } from '#kit/paths.ts'
import { serverNow } from '#kit/server-clock.ts'
import { Empty, ErrorView, Loaded, NoResults } from '#kit/states.tsx'
import { notify } from '#kit/toast.tsx'
import { useLanguage, useWords } from '#kit/words.ts'
import { useZone, zoneInUse } from '#kit/zone.ts'
import type { OutputOf } from '#lib/action.ts'
import { Findings } from './calendar-findings.tsx'
import { CalendarGrid } from './calendar-grid.tsx'
import { CalendarList } from './calendar-list.tsx'
import { CALENDAR_WORDS } from './calendar-words.ts'
import { MoveDialog } from './move-dialog.tsx'
import { CAMPAIGN_WORDS } from './words.ts'

const route = getRouteApi('/inside/calendar')
export type Planned = OutputOf<typeof ContactsPlanned>
const VIEWS = ['month', 'week', 'list'] as const

interface Filter {
  readonly channel?: string | undefined
  readonly segment?: string | undefined
  readonly journey?: string | undefined
}
const fits = ({ channel, segment, journey }: Filter, item: PlannedItem): boolean =>
  (channel === undefined || item.channels.includes(channel)) &&
  (segment === undefined || item.audience.segment === segment) &&
  (journey === undefined || item.journey === journey)

export function CalendarPage() {
  const say = useWords(CALENDAR_WORDS)
  const language = useLanguage()
  useZone()
  const zone = zoneInUse()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const today = periodOf(serverNow(Date.now()), 'day', zone)
  const { view = 'month', on = today, ...filter } = search
  const days = useMemo(() => daysShown(view === 'week' ? 'week' : 'month', on), [view, on])
  const planned = useRead(ContactsPlanned, rangeOf(days, zone), { keep: true })
  const [moving, setMoving] = useState<PlannedItem>()
  const { move, error } = useMoving()
  const may = [useMay('send'), useMay('publish')].every(Boolean)
  const mayWrite = useMay('documents:write')
  const set = (part: Partial<typeof search>) => void navigate({ search: { ...search, ...part }, replace: true })
  const href = (part: Partial<typeof search>): string => toCalendar({ ...search, ...part })
  const label = new Intl.DateTimeFormat(language, {
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
    ...(view === 'week' && { day: 'numeric' }),
  }).format(new Date(`${view === 'week' ? days[0] : on}T12:00:00Z`))
  const span = view === 'week' ? 'week' : 'month'
  return (
    <Page
      title={say.calendar}
      lead={say.lead}
      actions={
        <>
          {planned.data && (
            <Button onClick={() => save(planned.data, say)}>
              <Download size={16} aria-hidden="true" />
              {say.export}
            </Button>
          )}
          {mayWrite && (
            <ButtonLink look="primary" href={NEW_CAMPAIGN}>
              {say.newCampaign}
            </ButtonLink>
          )}
        </>
      }
    >
      <TabLinks
        label={say.view}
        className="mb-4"
        tabs={VIEWS.map((each) => ({ label: say.views[each], href: href({ view: each }), current: each === view }))}
      />
      <div className="mb-3 flex flex-wrap items-center gap-x-4 gap-y-2">
        <div className="flex items-center gap-1">
          <IconButton label={say.earlier} onClick={() => set({ on: stepped(span, on, -1) })}>
            <ChevronLeft size={18} aria-hidden="true" />
          </IconButton>
          <h2 className="min-w-36 text-center text-h3" aria-live="polite">
            {label}
          </h2>
          <IconButton label={say.later} onClick={() => set({ on: stepped(span, on, 1) })}>
            <ChevronRight size={18} aria-hidden="true" />
          </IconButton>
          <Button onClick={() => set({ on: undefined })}>{say.today}</Button>
        </div>
        <Filters items={planned.data?.items ?? []} filter={filter} onFilter={set} />
      </div>
      <p className="mb-3 text-meta text-ink-3">
        {say.zone(zone)}. {may && view !== 'list' && say.drag}
      </p>
      {error && <ErrorView error={error} />}
      <Loaded query={planned} lines={8}>
        {(data) => {
          const items = data.items.filter((each) => fits(filter, each))
          const shown = { items, days, zone, today, may, onMove: setMoving }
          return (
            <>
              {data.items.length === 0 && (
                <Card className="mb-4">
                  <Empty icon={<CalendarDays size={20} aria-hidden="true" />} title={say.nothing}>
                    {say.nothingText}
                  </Empty>
                </Card>
              )}
              {data.items.length > 0 && items.length === 0 && (
                <NoResults of={say.noneShown} clear={() => set({ channel: undefined, segment: undefined, journey: undefined })} />
              )}
              {view === 'list' ? (
                items.length > 0 && <CalendarList {...shown} />
              ) : (
                <CalendarGrid {...shown} planned={data} onDrop={(item, day) => move(item, onDay(item.local, day))} />
              )}
              <Findings planned={data} />
            </>
          )
        }}
      </Loaded>
      {moving && (
        <MoveDialog
          item={moving}
          onClose={() => setMoving(undefined)}
          onMove={(to) => {
            setMoving(undefined)
            move(moving, to)
          }}
        />
      )}
    </Page>
  )
}

interface FiltersProps {
  readonly items: readonly PlannedItem[]
  readonly filter: Filter
  readonly onFilter: (filter: Filter) => void
}

function Filters({ items, filter, onFilter }: FiltersProps) {
  const say = useWords(CALENDAR_WORDS)
  const names = useWords(CAMPAIGN_WORDS).channels
  const every = { value: '', label: say.every }
  const channels = [...new Set([...items.flatMap((each) => each.channels), ...(filter.channel ? [filter.channel] : [])])]
  const journeys = new Map(items.map(({ journey, name }) => [journey, name]))
  const segments = new Map(
    items.flatMap(({ audience }) => (audience.segment === null ? [] : [[audience.segment, audience.sentence] as const])),
  )
  const choices = (known: ReadonlyMap<string, string>) => [every, ...[...known].map(([value, label]) => ({ value, label }))]
  return (
    <>
      <Select
        label={say.channel}
        value={filter.channel ?? ''}
        choices={[every, ...channels.map((each) => ({ value: each, label: names[each] ?? each }))]}
        onChange={(channel) => onFilter({ channel: channel || undefined })}
      />
      {(segments.size > 0 || filter.segment !== undefined) && (
        <Select
          label={say.segment}
          value={filter.segment ?? ''}
          choices={choices(segments)}
          onChange={(segment) => onFilter({ segment: segment || undefined })}
        />
      )}
      <Select
        label={say.journey}
        value={filter.journey ?? ''}
        choices={choices(journeys)}
        onChange={(journey) => onFilter({ journey: journey || undefined })}
      />
    </>
  )
}

/** Moves what goes out once, with the way back. */
function useMoving() {
  const say = useWords(CALENDAR_WORDS)
  const client = useQueryClient()
  const work = useMutation({
    mutationFn: ({ item, to }: { item: PlannedItem; to: string }) => call(MoveCampaign, { id: item.journey, from: item.local, to }),
    onSuccess: (_done, { item, to }) =>
      notify(say.moved(item.name, to), { label: say.undo, run: () => work.mutate({ item: { ...item, local: to }, to: item.local }) }),
    onSettled: () => Promise.all([ContactsPlanned, ListCampaigns].map(({ name }) => client.invalidateQueries({ queryKey: [name] }))),
  })
  return { move: (item: PlannedItem, to: string) => to !== item.local && work.mutate({ item, to }), error: work.error }
}

type Say = ReturnType<typeof useWords<typeof CALENDAR_WORDS.en>>

function save({ items }: Planned, say: Say): void {
  const events = items.map((item) => ({
    uid: `${item.key.replaceAll(' ', '-')}@cadenza`,
    begins: item.begins,
    ends: item.ends,
    title: item.name,
    text: [say.kinds[item.kind], item.audience.sentence, item.people === null ? say.unknown : say.people(item.people, item.exact.people)]
      .filter(Boolean)
      .join('\n'),
    url: `${location.origin}${toJourney(item.journey)}`,
  }))
  const address = URL.createObjectURL(
    new Blob([icsOf(events, { name: say.calendar, now: serverNow(Date.now()) })], { type: 'text/calendar' }),
  )
  const link = document.createElement('a')
  link.href = address
  link.download = 'cadenza.ics'
  link.click()
  // The browser reads it after this turn.
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
