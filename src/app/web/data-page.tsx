import { getRouteApi } from '@tanstack/react-router'
import { CountHeld } from '#events/api.ts'
import { type EventFilter, EventList } from '#events/ui/event-list.tsx'
import { EventPage } from '#events/ui/event-page.tsx'
import { Held, type HeldFilter } from '#events/ui/held.tsx'
import { Live, type LiveFilter } from '#events/ui/live.tsx'
import { Sources } from '#events/ui/sources.tsx'
import { useRead } from '#kit/api.ts'
import { count } from '#kit/format.ts'
import { useMay } from '#kit/me.ts'
import { Page, TabLinks } from '#kit/page.tsx'
import { DATA, type DataTab, toData } from '#kit/paths.ts'
import { NoPermission } from '#kit/states.tsx'
import { useWords, words } from '#kit/words.ts'
import { NoSuchPart } from './not-found.tsx'
import { StandingStill } from './standing-still.tsx'

const WORDS = words(
  {
    data: 'Data',
    lead: 'What comes in, whether it is what was agreed, and what did not get through.',
    tabs: { live: 'Live', events: 'Events', sources: 'Sources', held: 'Dead letters' },
  },
  {
    de: {
      data: 'Daten',
      lead: 'Was hereinkommt, ob es dem Vereinbarten entspricht und was nicht durchkam.',
      tabs: { live: 'Live', events: 'Ereignisse', sources: 'Quellen', held: 'Liegengeblieben' },
    },
  },
)

const TABS: readonly DataTab[] = ['live', 'events', 'sources', 'held']
const route = getRouteApi('/inside/data/$tab')
const one = getRouteApi('/inside/data/event')
type Search = ReturnType<typeof route.useSearch>

export function DataPage() {
  const say = useWords(WORDS)
  const tab = route.useParams().tab as DataTab
  const may = useMay('data:read')
  if (!TABS.includes(tab)) return <NoSuchPart up={{ label: say.data, href: DATA }} />
  return (
    <Page title={say.data} lead={say.lead}>
      {may ? <Tabs current={tab} /> : <NoPermission needs="data:read" />}
    </Page>
  )
}

function Tabs({ current }: { current: DataTab }) {
  const say = useWords(WORDS)
  const { data } = useRead(CountHeld, {}, { every: 30_000 })
  const waiting = data ? data.quarantined + data.parked + data.dead + data.deadWebhooks : 0
  return (
    <>
      <TabLinks
        label={say.data}
        className="mb-5"
        tabs={TABS.map((tab) => ({
          label: say.tabs[tab],
          href: toData(tab),
          current: tab === current,
          ...(tab === 'held' && waiting > 0 && { badge: count(waiting) }),
        }))}
      />
      <Part tab={current} />
    </>
  )
}

function Part({ tab }: { tab: DataTab }) {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const { q = '', show, event, source, person, kind, code } = search
  const to = (next: object) => void navigate({ search: next as Search, replace: true })
  if (tab === 'live') return <Live filter={given<LiveFilter>({ event, source, person })} onFilter={to} />
  if (tab === 'sources') return <Sources />
  if (tab === 'events') return <EventList filter={{ ...given<Omit<EventFilter, 'q'>>({ show }), q }} onFilter={to} />
  return (
    <div className="flex flex-col gap-4">
      <StandingStill />
      <Held filter={given<HeldFilter>({ kind, source, event, code })} onFilter={to} />
    </div>
  )
}

/** What the address says; the rest is left out, so that a query is the same however one came to it. */
const given = <T extends object>(all: { readonly [Name in keyof T]: T[Name] | undefined }): T =>
  Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined && value !== '')) as T

export function OneEventPage() {
  const { name } = one.useSearch()
  const may = useMay('data:read')
  const say = useWords(WORDS)
  if (may && name !== '') return <EventPage key={name} name={name} />
  if (name === '') return <NoSuchPart up={{ label: say.data, href: DATA }} />
  return (
    <Page title={say.data}>
      <NoPermission needs="data:read" />
    </Page>
  )
}
