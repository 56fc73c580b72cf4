import { type ReactNode, useEffect } from 'react'
import { Refused } from '#kit/api.ts'

/** The frame of the screens before one is inside. */
export function Door({ title, lead, children, wide = false }: { title: string; lead: ReactNode; children: ReactNode; wide?: boolean }) {
  useEffect(() => {
    document.title = `${title} · Cadenza`
  }, [title])
  return (
    <main className="flex min-h-dvh justify-center px-4 py-[10vh]">
      <div className={`w-full ${wide ? 'max-w-[520px]' : 'max-w-[400px]'}`}>
        <img src="/favicon.svg" alt="Cadenza" width={40} height={40} className="mb-5" />
        <h1 className="text-h1">{title}</h1>
        <p className="mt-1 mb-6 text-pretty text-ink-2">{lead}</p>
        {children}
      </div>
    </main>
  )
}

/** What went wrong, above a form. */
export function Wrong({ error, children }: { error?: Error | null; children?: ReactNode }) {
  if (!error && !children) return null
  const failure = error instanceof Refused ? error.failure : undefined
  const text = failure ? [failure.title, failure.detail, failure.hint].filter(Boolean).join(' ') : error?.message
  return (
    <p role="alert" className="rounded-card bg-bad-soft px-3 py-2 wrap-anywhere text-bad">
      {children ?? text}
    </p>
  )
}

export const textOf = (form: FormData, name: string): string => String(form.get(name) ?? '').trim()

/** The problem of one field of a form, by its JSON pointer. */
export const faultAt = (error: Error | null, pointer: string): string | undefined =>
  error instanceof Refused ? error.failure.problems?.find((each) => each.at === pointer)?.title : undefined
