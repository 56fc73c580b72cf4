import { Chip, type Tone } from '#kit/chip.tsx'

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
const WORDS: Readonly<Record<string, string>> = {
  ready: 'Queued',
  queued: 'Queued',
  held: 'Held',
  sending: 'Sending',
  sent: 'Sent',
  delivered: 'Delivered',
  failed: 'Failed',
  skipped: 'Skipped',
  cancelled: 'Cancelled',
  ambiguous: 'Not certain',
  dead: 'Given up',
  opened: 'Opened',
  clicked: 'Clicked',
  bounced: 'Bounced',
  complained: 'Complained',
  unsubscribed: 'Unsubscribed',
}

export const statusWord = (status: string): string => WORDS[status] ?? status

export function MessageState({ status }: { status: string }) {
  return <Chip tone={TONES[status] ?? 'neutral'}>{statusWord(status)}</Chip>
}
