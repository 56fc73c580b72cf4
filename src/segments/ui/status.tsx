import { Chip, Dot } from '#kit/chip.tsx'
import { useWords } from '#kit/words.ts'
import { SEGMENT_WORDS } from './segment-words.ts'

/** Where a segment stands, in a word. */
export function SegmentState({ status }: { status: 'building' | 'built' | 'draft' | 'archived' }) {
  const say = useWords(SEGMENT_WORDS)
  switch (status) {
    case 'built':
      return (
        <Chip tone="ok">
          <Dot />
          {say.live}
        </Chip>
      )
    case 'building':
      return (
        <Chip tone="accent">
          <Dot hollow />
          {say.building}
        </Chip>
      )
    case 'draft':
      return <Chip dashed>{say.draft}</Chip>
    case 'archived':
      return <Chip>{say.archived}</Chip>
  }
}
