import { places, title } from '#journeys/lanes.ts'
import type { Journey } from '#journeys/schema.ts'
import { ButtonLink } from '#kit/button.tsx'
import { lazyPart } from '#kit/lazy-part.tsx'
import { Link } from '#kit/link.tsx'
import { Card, TabLinks } from '#kit/page.tsx'
import { toJourney, toPeopleBehind } from '#kit/paths.ts'
import { Empty } from '#kit/states.tsx'
import { language } from '#kit/words.ts'
import { Outcome } from '#measurement/ui/outcome.tsx'
import { PeopleRows } from '#measurement/ui/people-behind.tsx'
import { Report } from '#measurement/ui/report.tsx'
import type { Shown } from '../journey-page.tsx'
import type { JourneySearch } from '../search.ts'
import type { Address } from './route.ts'
import { useJourneyWords } from './words.ts'

const Versions = lazyPart(() => import('./versions.tsx'), 'Versions')

interface TabsProps {
  readonly tab: Exclude<JourneySearch['tab'], 'canvas' | 'outline' | 'code' | 'test' | 'settings' | undefined> | 'settings'
  readonly id: string
  readonly shown: Shown | undefined
  readonly journey: Journey
  readonly address: Address
  readonly onRestored?: () => void
}

const WIDE = 'mx-auto w-full max-w-[1200px] p-4 sm:p-6 lg:px-8'

/** The views of a journey that are read from top to bottom: who was here, what came of it, which versions there were. */
export function Tabs(props: TabsProps) {
  switch (props.tab) {
    case 'runs':
      return <Runs {...props} />
    case 'report':
      return <Reported {...props} />
    case 'versions':
      return <Versions {...props} />
    case 'settings':
      return <InDraft id={props.id} />
  }
}

/** Settings are part of what is published, so they are changed in a draft. */
function InDraft({ id }: { id: string }) {
  const say = useJourneyWords()
  return (
    <div className={WIDE}>
      <Empty
        title={say.settingsInDraft}
        action={<ButtonLink href={toJourney(id, { view: 'draft', tab: 'settings' })}>{say.openSettings}</ButtonLink>}
      >
        {say.settingsInDraftWhy}
      </Empty>
    </div>
  )
}

function Reported({ id, journey, address: { search, set } }: TabsProps) {
  const names = new Map(places(journey.steps).map((place) => [place.step.id, title(place.step, language())]))
  return (
    <div className={WIDE}>
      <Outcome journey={id} />
      <Report
        journey={id}
        version={search.version}
        onVersion={(version) => set({ version })}
        stepName={(step) => names.get(step) ?? step}
      />
    </div>
  )
}

const OF = ['waiting', 'entered', 'left', 'refused', 'converted'] as const

/** Everybody who is or was here, with the reason. */
function Runs({ id, address: { search } }: TabsProps) {
  const say = useJourneyWords()
  const of = OF.find((each) => each === search.of) ?? 'waiting'
  return (
    <div className={WIDE}>
      <h2 className="text-h2">{say.runsTitle}</h2>
      <p className="mt-1 mb-3 text-ink-2">{say.runsLead}</p>
      <TabLinks
        label={say.runsTitle}
        className="mb-4"
        tabs={OF.map((each) => ({
          label: say.runs[each],
          current: each === of,
          href: toJourney(id, { tab: 'runs', view: search.view, version: search.version, of: each === 'waiting' ? undefined : each }),
        }))}
      />
      <Card flush>
        <PeopleRows journey={id} query={{ of, version: search.version }} />
      </Card>
      <p className="mt-3 text-dense">
        <Link href={toPeopleBehind(id, { of, version: search.version })}>{say.runs[of]}</Link>
      </p>
    </div>
  )
}
