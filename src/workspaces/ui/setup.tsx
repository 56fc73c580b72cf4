import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { z } from 'zod'
import { call, Refused } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Code } from '#kit/copy.tsx'
import { Field } from '#kit/field.tsx'
import { CreateSetup } from '../api.ts'
import { Door, textOf } from './sign-in.tsx'

type Made = z.output<typeof CreateSetup.output>

/** First start: the one-time token proves that whoever sits here can read the server's log. */
export function Setup({ token, onDone }: { token: string; onDone: () => Promise<void> }) {
  const [made, setMade] = useState<Made>()
  const setup = useMutation({ mutationFn: (form: FormData) => call(CreateSetup, inputOf(form)), onSuccess: setMade })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    setup.mutate(new FormData(event.currentTarget))
  }
  if (made) return <Keys made={made} onDone={onDone} />
  const wrong = setup.error instanceof Refused ? setup.error.failure : undefined
  const at = (pointer: string) => wrong?.problems?.find((each) => each.at === pointer)?.title
  return (
    <Door
      title="Set up Cadenza"
      lead="You make the workspace and its first administrator. The server printed a one-time token when it started; it is valid for 15 minutes."
    >
      <form onSubmit={submit} className="flex flex-col gap-4">
        {setup.isError && (
          <p role="alert" className="rounded-card bg-bad-soft px-3 py-2 text-bad">
            {wrong ? [wrong.title, wrong.detail, wrong.hint].filter(Boolean).join(' ') : setup.error.message}
          </p>
        )}
        <Field label="Setup token" name="token" defaultValue={token} autoComplete="off" spellCheck={false} required error={at('/token')} />
        <Field label="Name of the workspace" name="workspace" placeholder="Harbour Shop" required error={at('/workspace/name')} />
        <div className="grid grid-cols-2 gap-3">
          <Field
            label="Time zone"
            name="timezone"
            defaultValue={Intl.DateTimeFormat().resolvedOptions().timeZone}
            required
            error={at('/workspace/timezone')}
          />
          <Field label="Currency" name="currency" defaultValue="EUR" pattern="[A-Z]{3}" required error={at('/workspace/currency')} />
        </div>
        <Field label="Your name" name="name" autoComplete="name" required error={at('/admin/name')} />
        <Field label="Your e-mail" name="email" type="email" autoComplete="username" required error={at('/admin/email')} />
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete="new-password"
          minLength={8}
          hint="At least 8 characters; 15 are better."
          required
          error={at('/admin/password')}
        />
        <Button type="submit" look="primary" busy={setup.isPending}>
          Make the workspace
        </Button>
      </form>
    </Door>
  )
}

const inputOf = (form: FormData): z.input<typeof CreateSetup.input> => ({
  token: textOf(form, 'token'),
  workspace: { name: textOf(form, 'workspace'), timezone: textOf(form, 'timezone'), currency: textOf(form, 'currency') },
  admin: { name: textOf(form, 'name'), email: textOf(form, 'email'), password: String(form.get('password') ?? '') },
})

function Keys({ made, onDone }: { made: Made; onDone: () => Promise<void> }) {
  return (
    <Door
      title={`${made.workspace.name} is ready`}
      lead="Two keys were made with it. Copy the secret one now: it is not stored in a form that can be shown again."
    >
      <div className="flex flex-col gap-5">
        <div>
          <h2 className="mb-1 text-h3">Write key</h2>
          <p className="mb-2 text-dense text-ink-2">Public. Goes into websites and apps; it can only add events.</p>
          <Code label="write key" text={made.writeKey} />
        </div>
        <div>
          <h2 className="mb-1 text-h3">Secret key</h2>
          <p className="mb-2 text-dense text-ink-2">For servers and the command line. Keep it like a password.</p>
          <Code label="secret key" text={made.secretKey} />
        </div>
        <Button look="primary" onClick={() => void onDone()}>
          I have copied them
        </Button>
      </div>
    </Door>
  )
}
