import { useMemo } from 'react'
import { ListEvents } from '#events/api.ts'
import { entriesOf } from '#journeys/entries/schema.ts'
import type { Journey } from '#journeys/schema.ts'
import { useRead } from '#kit/api.ts'
import { count } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { toEvent, toPeople } from '#kit/paths.ts'
import { PreviewSegment } from '#segments/api.ts'
import { useJourneyWords } from './words.ts'

/** What can be told beforehand of how many come in: events that begin it, and the people for whom it goes out. */
export interface Ways {
  readonly events: readonly string[]
  /** Only some of these events begin it: there is a condition. */
  readonly some: boolean
  /** Condition of the people for whom it goes out, or who are taken in when it is published; null: none. */
  readonly audience: string | null
}

export function waysIn({ entry }: Pick<Journey, 'entry'>): Ways {
  const all = entriesOf({ entry })
  const events = [...new Set(all.flatMap((each) => ('event' in each ? [each.event] : [])))]
  const [audience = null] = all.flatMap((each): string[] => {
    if ('schedule' in each) return [typeof each.audience === 'string' ? each.audience : `segment("${each.audience.segment}")`]
    return 'segment' in each && each.existing === 'enter' ? [`segment("${each.segment}")`] : []
  })
  return { events, some: all.some((each) => 'event' in each && each.where !== undefined), audience }
}

/** How many would come in, as far as it is known: each number leads to what it counts. */
export function Reach({ journey }: { journey: Journey }) {
  const say = useJourneyWords()
  const key = JSON.stringify(journey.entry)
  // biome-ignore lint/correctness/useExhaustiveDependencies: only the ways in decide
  const ways = useMemo(() => waysIn(journey), [key])
  const reads = useMay('data:read')
  const seesPeople = useMay('people:read')
  const events = useRead(ListEvents, {}, { enabled: reads && ways.events.length > 0 })
  const people = useRead(PreviewSegment, { when: ways.audience ?? 'true', sample: 0 }, { enabled: seesPeople && ways.audience !== null })
  const [first = ''] = ways.events
  const lines = events.data?.events.filter(({ event }) => ways.events.includes(event)) ?? []
  const day = Math.round(lines.reduce((sum, { week }) => sum + week, 0) / 7)
  return (
    <>
      {people.data && ways.audience !== null && (
        <Link href={toPeople({ when: ways.audience })} className="inline-flex min-h-6 items-center num">
          {say.reaches(people.data.count, people.data.of)}
        </Link>
      )}
      {events.data && first !== '' && (
        <Link href={toEvent(first)} className="inline-flex min-h-6 items-center num">
          {say.comesIn(day === 0 && lines.some(({ week }) => week > 0) ? '< 1' : count(day), ways.some)}
        </Link>
      )}
    </>
  )
}
