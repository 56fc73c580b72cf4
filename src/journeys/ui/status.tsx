import { Chip, Dot } from '#kit/chip.tsx'

/** Solid is live, dashed is not. */
export function JourneyState({ status, version }: { status: 'draft' | 'live' | 'archived'; version: number }) {
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
