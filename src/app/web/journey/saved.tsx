import { Cloud, CloudOff, LoaderCircle, type LucideIcon, TriangleAlert } from 'lucide-react'
import type { Saved } from '#journeys/ui/studio-shown.ts'
import type { Present } from '#journeys/ui/studio-state.ts'
import { Moment } from '#kit/time.tsx'
import { type JourneySay, useJourneyWords } from './words.ts'

/** How far the server has the draft. */
export function SavedState({ saved, fresh }: { saved: Saved; fresh: boolean }) {
  const say = useJourneyWords()
  const [Icon, text, look] = lookOf(saved, say, fresh)
  return (
    <span className={`inline-flex items-center gap-1.5 text-meta ${look}`} data-saved={saved.state}>
      <Icon size={14} aria-hidden="true" />
      {text} {saved.state === 'saved' && <Moment at={saved.at} />}
    </span>
  )
}

function lookOf(saved: Saved, say: JourneySay, fresh: boolean): readonly [icon: LucideIcon, text: string, look: string] {
  switch (saved.state) {
    case 'saved':
      return [Cloud, say.saved, 'text-ink-3']
    case 'saving':
      return [LoaderCircle, say.saving, 'text-ink-3']
    case 'unsaved':
      return [Cloud, fresh && saved.at === null ? say.fresh : say.unsaved, 'text-ink-3']
    case 'offline':
      return [CloudOff, say.offline, 'text-warn']
    case 'failed':
      return [TriangleAlert, say.failed(saved.why.title), 'text-bad']
  }
}

const initials = (name: string): string =>
  name
    .split(/\s+/)
    .slice(0, 2)
    .map((part) => part.slice(0, 1).toUpperCase())
    .join('')

/** Who else has it open. */
export function Colleagues({ people }: { people: readonly Present[] }) {
  const say = useJourneyWords()
  const byPerson = new Map(people.map((each) => [each.person.id, each.person.name]))
  if (byPerson.size === 0) return null
  return (
    <ul className="flex -space-x-1.5">
      {[...byPerson].map(([id, name]) => (
        <li
          key={id}
          title={say.here(name)}
          className="flex size-7 items-center justify-center rounded-pill border-2 border-bg bg-accent-soft text-meta font-semibold text-accent"
        >
          <span aria-hidden="true">{initials(name)}</span>
          <span className="sr-only">{say.here(name)}</span>
        </li>
      ))}
    </ul>
  )
}
