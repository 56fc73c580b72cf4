import { Chip, Dot } from '#kit/chip.tsx'

/** Where a segment stands, in a word. */
export function SegmentState({ status }: { status: 'building' | 'built' | 'draft' | 'archived' }) {
  switch (status) {
    case 'built':
      return (
        <Chip tone="ok">
          <Dot />
          Live
        </Chip>
      )
    case 'building':
      return (
        <Chip tone="accent">
          <Dot hollow />
          Building
        </Chip>
      )
    case 'draft':
      return <Chip dashed>Draft</Chip>
    case 'archived':
      return <Chip dashed>Archived</Chip>
  }
}
