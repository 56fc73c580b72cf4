import { Chip, type Tone } from '#kit/chip.tsx'
import { useDeliveryLabel } from '#kit/delivery-words.ts'

const TONES: Readonly<Record<string, Tone>> = {
  sent: 'ok',
  delivered: 'ok',
  opened: 'ok',
  clicked: 'ok',
  failed: 'bad',
  dead: 'bad',
  bounced: 'bad',
  complained: 'bad',
  ambiguous: 'warn',
  skipped: 'warn',
  held: 'warn',
  unsubscribed: 'warn',
}

export function MessageState({ status }: { status: string }) {
  const word = useDeliveryLabel()
  return <Chip tone={TONES[status] ?? 'neutral'}>{word(status)}</Chip>
}
