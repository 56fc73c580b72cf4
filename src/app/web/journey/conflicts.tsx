import { GitMerge, Users } from 'lucide-react'
import type { ToldConflict } from '#journeys/edit/draft.ts'
import type { Journey } from '#journeys/schema.ts'
import { nameIn } from '#journeys/ui/place-words.ts'
import type { Incoming } from '#journeys/ui/studio-shown.ts'
import type { StudioView } from '#journeys/ui/studio-state.ts'
import { Button } from '#kit/button.tsx'
import { notify } from '#kit/toast.tsx'
import { type JourneySay, useJourneyWords } from './words.ts'

type Told = Pick<StudioView, 'settle' | 'seen'> & {
  readonly journey: Journey
  readonly conflicts: readonly ToldConflict[]
  readonly incoming: readonly Incoming[]
}

/** What somebody else changed while this was open: told once, and where both changed the same thing, asked. */
export function Meanwhile({ journey, conflicts, incoming, settle, seen }: Told) {
  const say = useJourneyWords()
  if (conflicts.length === 0 && incoming.length === 0) return null
  return (
    <div className="flex flex-col gap-1 border-b border-line bg-warn-soft px-4 py-2 text-dense sm:px-6 lg:px-8">
      {incoming.length > 0 && (
        <p role="status" className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <Users size={15} aria-hidden="true" className="text-warn" />
          <span className="min-w-0 flex-1">
            {[...new Set(incoming.map(({ by }) => by))]
              .map((by) => say.changedBy(by, new Set(incoming.filter((each) => each.by === by).flatMap(({ steps }) => steps)).size))
              .join(' · ')}
          </span>
          <Button onClick={seen}>{say.seen}</Button>
        </p>
      )}
      {conflicts.length > 0 && (
        <section aria-label={say.conflictsTitle}>
          <h2 className="flex items-center gap-2 font-medium text-warn">
            <GitMerge size={15} aria-hidden="true" />
            {say.conflictsTitle}
          </h2>
          <ul>
            {conflicts.map((told) => (
              <Conflict key={told.id} told={told} journey={journey} settle={settle} />
            ))}
          </ul>
        </section>
      )}
    </div>
  )
}

function Conflict({ told, journey, settle }: { told: ToldConflict } & Pick<Told, 'journey' | 'settle'>) {
  const say = useJourneyWords()
  const { conflict, id, by } = told
  const end = (as: 'mine' | 'theirs') => {
    const refused = settle(id, as)
    if (refused) notify(refused.refused.title)
  }
  const values = conflict.kind === 'field'
  return (
    <li className="flex flex-wrap items-center gap-2 py-1">
      <span className="min-w-0 flex-1">{say.conflict(whatOf(conflict, journey, say), by)}</span>
      {conflict.kind === 'renamed' ? (
        <Button onClick={() => end('theirs')}>{say.understood}</Button>
      ) : (
        <>
          <Button onClick={() => end('mine')}>{say.mine(values ? brief(conflict.mine) : '')}</Button>
          <Button onClick={() => end('theirs')}>{say.theirs(values ? brief(conflict.theirs) : '')}</Button>
        </>
      )}
    </li>
  )
}

const LONGEST = 40
function brief(value: unknown): string {
  const text = typeof value === 'string' ? value : value === undefined ? '–' : JSON.stringify(value)
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}

function whatOf(conflict: ToldConflict['conflict'], journey: Journey, say: JourneySay): string {
  switch (conflict.kind) {
    case 'field': {
      const field = conflict.path.join('.') || '…'
      return conflict.step === null ? say.conflictJourney(field) : say.conflictField(field, nameIn(journey, conflict.step))
    }
    case 'deleted':
      return say.conflictDeleted(nameIn(journey, conflict.step), conflict.by === 'mine')
    case 'moved':
      return say.conflictMoved(nameIn(journey, conflict.step))
    case 'order':
      return say.conflictOrder
    case 'renamed':
      return say.conflictRenamed(conflict.from, nameIn(journey, conflict.step))
  }
}
