import { useMutation } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useEffect } from 'react'
import { Refused, send } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Field } from '#kit/field.tsx'

/** The frame of the screens before one is signed in. */
export function Door({ title, lead, children }: { title: string; lead: ReactNode; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Cadenza`
  }, [title])
  return (
    <main className="flex min-h-dvh justify-center px-4 py-[10vh]">
      <div className="w-full max-w-[400px]">
        <img src="/favicon.svg" alt="Cadenza" width={40} height={40} className="mb-5" />
        <h1 className="text-h1">{title}</h1>
        <p className="mt-1 mb-6 text-pretty text-ink-2">{lead}</p>
        {children}
      </div>
    </main>
  )
}

export const textOf = (form: FormData, name: string): string => String(form.get(name) ?? '').trim()

export function SignIn({ onDone }: { onDone: () => Promise<void> }) {
  const signIn = useMutation({
    mutationFn: (form: FormData) =>
      send('/api/auth/sign-in/email', {
        method: 'POST',
        body: JSON.stringify({ email: textOf(form, 'email'), password: String(form.get('password') ?? '') }),
      }),
    onSuccess: onDone,
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    signIn.mutate(new FormData(event.currentTarget))
  }
  return (
    <Door title="Sign in" lead="To the Cadenza of your team.">
      <form onSubmit={submit} className="flex flex-col gap-4">
        {signIn.isError && (
          <p role="alert" className="rounded-card bg-bad-soft px-3 py-2 text-bad">
            {sentence(signIn.error)}
          </p>
        )}
        <Field label="E-mail" name="email" type="email" autoComplete="username" required />
        <Field label="Password" name="password" type="password" autoComplete="current-password" required />
        <Button type="submit" look="primary" busy={signIn.isPending}>
          Sign in
        </Button>
      </form>
    </Door>
  )
}

function sentence(error: Error): string {
  if (!(error instanceof Refused)) return error.message
  const { status, title, hint } = error.failure
  if (status === 401) return 'This e-mail and password do not belong together. Check both.'
  if (status === 429) return 'Too many tries. Wait a minute, then try again.'
  return [title, hint].filter(Boolean).join(' ')
}
