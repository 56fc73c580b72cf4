import type { ReactNode } from 'react'

export type Tone = 'neutral' | 'ok' | 'warn' | 'bad' | 'accent' | 'agent'

const TONES: Record<Tone, string> = {
  neutral: 'bg-sunken text-ink-2',
  ok: 'bg-ok-soft text-ok',
  warn: 'bg-warn-soft text-warn',
  bad: 'bg-bad-soft text-bad',
  accent: 'bg-accent-soft text-accent',
  agent: 'bg-agent-soft text-agent',
}

/** A status: always a word, never colour alone. Dashed: not live. */
export function Chip({ tone = 'neutral', dashed = false, children }: { tone?: Tone; dashed?: boolean; children: ReactNode }) {
  const look = dashed ? 'border border-dashed border-line-strong text-ink-2' : TONES[tone]
  return (
    <span className={`inline-flex h-6 shrink-0 items-center gap-1.5 rounded-pill px-2.5 text-meta font-medium whitespace-nowrap ${look}`}>
      {children}
    </span>
  )
}

/** The dot before a word of a status. */
export function Dot({ hollow = false }: { hollow?: boolean }) {
  return <span aria-hidden="true" className={`size-2 rounded-pill ${hollow ? 'border border-current' : 'bg-current'}`} />
}
