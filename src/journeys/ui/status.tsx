import { Pause } from 'lucide-react'
import { Chip, Dot } from '#kit/chip.tsx'

interface State {
  readonly status: 'draft' | 'live' | 'archived'
  readonly version: number
  readonly mode: 'run' | 'pause' | 'drain' | 'stop'
}

/** Solid is live, dashed is not; a mode other than running comes first. */
export function JourneyState({ status, version, mode }: State) {
  if (status === 'live' && mode === 'pause') {
    return (
      <Chip tone="warn">
        <Pause size={12} aria-hidden="true" />
        Paused v{version}
      </Chip>
    )
  }
  if (status === 'live' && mode !== 'run') {
    return (
      <Chip dashed tone={mode === 'stop' ? 'bad' : 'warn'}>
        <Dot hollow />
        {mode === 'stop' ? 'Stopped' : 'Draining'} v{version}
      </Chip>
    )
  }
  if (status === 'live') {
    return (
      <Chip tone="ok">
        <Dot />
        Live v{version}
      </Chip>
    )
  }
  return (
    <Chip dashed>
      <Dot hollow />
      {status === 'draft' ? 'Draft' : 'Archived'} v{version}
    </Chip>
  )
}
