import { Pause } from 'lucide-react'
import { Chip, Dot } from '#kit/chip.tsx'
import { useWords, words } from '#kit/words.ts'

const WORDS = words(
  { paused: 'Paused', stopped: 'Stopped', draining: 'Draining', live: 'Live', draft: 'Draft', archived: 'Archived' },
  { de: { paused: 'Angehalten', stopped: 'Beendet', draining: 'Läuft aus', live: 'Live', draft: 'Entwurf', archived: 'Archiviert' } },
)

interface State {
  readonly status: 'draft' | 'live' | 'archived'
  readonly version: number
  readonly mode: 'run' | 'pause' | 'drain' | 'stop'
}

/** Solid is live, dashed is not; a mode other than running comes first. */
export function JourneyState({ status, version, mode }: State) {
  const say = useWords(WORDS)
  if (status === 'live' && mode === 'pause') {
    return (
      <Chip tone="warn">
        <Pause size={12} aria-hidden="true" />
        {say.paused} v{version}
      </Chip>
    )
  }
  if (status === 'live' && mode !== 'run') {
    return (
      <Chip dashed tone={mode === 'stop' ? 'bad' : 'warn'}>
        <Dot hollow />
        {mode === 'stop' ? say.stopped : say.draining} v{version}
      </Chip>
    )
  }
  if (status === 'live') {
    return (
      <Chip tone="ok">
        <Dot />
        {say.live} v{version}
      </Chip>
    )
  }
  return (
    <Chip dashed>
      <Dot hollow />
      {status === 'draft' ? say.draft : say.archived} v{version}
    </Chip>
  )
}
