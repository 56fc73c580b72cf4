import { GetJourney } from '#journeys/api.ts'
import { places, title } from '#journeys/lanes.ts'
import { useRead } from '#kit/api.ts'
import { Select } from '#kit/field.tsx'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card } from '#kit/page.tsx'
import { toJourney } from '#kit/paths.ts'
import { Scroll } from '#kit/scroll.tsx'
import { Loaded } from '#kit/states.tsx'
import { useLanguage, useWords } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { ReadWhy } from '../schema.ts'
import { LIFE_WORDS } from './life-words.ts'
import { Days } from './timeline.tsx'

interface WhyProps {
  readonly profile: string
  readonly journeys: readonly { readonly id: string; readonly name: string }[]
  readonly journey: string
  readonly onJourney: (journey: string) => void
}

/** Why did this person get something from a journey, or why not? One sentence, then the lines that prove it. */
export function Why({ profile, journeys, journey, onJourney }: WhyProps) {
  const say = useWords(LIFE_WORDS)
  return (
    <Card title={say.why} flush>
      <div className="px-4 py-3">
        <Select
          label={say.journey}
          value={journey}
          onChange={onJourney}
          choices={journeys.map(({ id, name }) => ({ value: id, label: name }))}
        />
      </div>
      {journey && <Answer profile={profile} journey={journey} />}
    </Card>
  )
}

function Answer({ profile, journey }: { profile: string; journey: string }) {
  const say = useWords(LIFE_WORDS)
  const why = useRead(ReadWhy, { id: journey, profileId: profile }, { every: 10_000 })
  return (
    <Loaded query={why} lines={3}>
      {({ step, sentence, items, cut }) => (
        <>
          <p className="border-y border-line bg-sunken px-4 py-3 font-medium text-pretty">
            {step === '' ? sentence : <StandsAt journey={journey} step={step} items={items} />}
          </p>
          {items.length > 0 && (
            <Scroll label={say.behind} className="max-h-[420px] overflow-y-auto">
              {cut && <p className="px-4 pt-2 text-meta text-ink-3">{say.newestOnly}</p>}
              <Days items={items} within={journey} />
            </Scroll>
          )}
        </>
      )}
    </Loaded>
  )
}

interface StandsAtProps {
  readonly journey: string
  readonly step: string
  readonly items: OutputOf<typeof ReadWhy>['items']
}

/** Where they stand, by the name of the step in the version that they walk. */
function StandsAt({ journey, step, items }: StandsAtProps) {
  const say = useWords(LIFE_WORDS)
  const language = useLanguage()
  const walked = items.flatMap((item) => (item.kind === 'transition' && item.toStep === step ? [item.version] : [])).at(-1)
  const read = useRead(GetJourney, { id: journey, version: walked }, { enabled: useMay('journeys:read') })
  const found = read.data && places(read.data.definition.steps).find((place) => place.step.id === step)?.step
  return (
    <>
      {say.standsAt} <Link href={toJourney(journey, { step, version: walked })}>{found ? title(found, language) : step}</Link>.
    </>
  )
}
