import { Suspense } from 'react'
import { GetJourney } from '#journeys/api.ts'
import { useRead } from '#kit/api.ts'
import { lazyPart } from '#kit/lazy-part.tsx'
import { useMay } from '#kit/me.ts'
import { Page } from '#kit/page.tsx'
import { JOURNEYS } from '#kit/paths.ts'
import { soon } from '#kit/soon.ts'
import { ErrorView, Loaded, Skeleton } from '#kit/states.tsx'
import type { OutputOf } from '#lib/action.ts'
import { journeyRoute, useAddress } from './journey/route.ts'
import { useJourneyWords } from './journey/words.ts'

// What checks and changes a journey is a lot; who only looks does without it.
const JourneyLooked = lazyPart(() => import('./journey/looked.tsx'), 'JourneyLooked')
const JourneyDraft = lazyPart(() => import('./journey/studio.tsx'), 'JourneyDraft')

// What the address shows is fetched side by side, and not one after the other as each asks for the next.
const asked = new URLSearchParams(location.search)
if (asked.get('view') !== 'live') soon(JourneyDraft.preload())
if (asked.get('view') !== 'draft') soon(JourneyLooked.preload())
if ((asked.get('tab') ?? 'canvas') === 'canvas') soon(import('#journeys/ui/canvas.tsx'))

export type Shown = OutputOf<typeof GetJourney>

/** A journey: its draft where there is one and the reader may change it, else what is live or an older version. */
export function JourneyPage() {
  const { id } = journeyRoute.useParams()
  const address = useAddress()
  const { version, view, fresh } = address.search
  const say = useJourneyWords()
  const may = useMay('documents:write')
  const journey = useRead(GetJourney, { id, version }, { keep: true })
  if (fresh !== undefined && may && !journey.data)
    return (
      <Suspense fallback={<Skeleton lines={8} />}>
        <JourneyDraft key={id} id={id} shown={undefined} address={address} />
      </Suspense>
    )
  // A journey that is not there has no frame of its own.
  if (journey.isError && !journey.data)
    return (
      <Page title={id} up={{ label: say.journeys, href: JOURNEYS }}>
        <ErrorView error={journey.error} retry={() => void journey.refetch()} />
      </Page>
    )
  return (
    <Suspense fallback={<Skeleton lines={8} />}>
      <Loaded query={journey} lines={8}>
        {(shown) => {
          const drafted = view === 'draft' || (view === undefined && (shown.draft !== null || shown.status === 'draft'))
          return may && version === undefined && drafted ? (
            <JourneyDraft key={id} id={id} shown={shown} address={address} />
          ) : (
            <JourneyLooked key={id} shown={shown} address={address} />
          )
        }}
      </Loaded>
    </Suspense>
  )
}
