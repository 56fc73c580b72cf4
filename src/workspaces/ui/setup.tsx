import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { z } from 'zod'
import { call, Refused } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Code } from '#kit/copy.tsx'
import { Field } from '#kit/field.tsx'
import { useWords } from '#kit/words.ts'
import { CreateSetup } from '../api.ts'
import { Door, textOf, Wrong } from './door.tsx'
import { SETUP_WORDS } from './setup-words.ts'

type Made = z.output<typeof CreateSetup.output>

/** First start: the one-time token proves that whoever sits here can read the server's log. */
export function Setup({ token, onDone }: { token: string; onDone: () => Promise<void> }) {
  const say = useWords(SETUP_WORDS)
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
    <Door title={say.title} lead={say.lead}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        {setup.isError && <Wrong error={setup.error} />}
        <Field label={say.token} name="token" defaultValue={token} autoComplete="off" spellCheck={false} required error={at('/token')} />
        <Field label={say.workspace} name="workspace" required error={at('/workspace/name')} />
        <div className="grid grid-cols-2 gap-3">
          <Field
            label={say.zone}
            name="timezone"
            defaultValue={Intl.DateTimeFormat().resolvedOptions().timeZone}
            required
            error={at('/workspace/timezone')}
          />
          <Field label={say.currency} name="currency" defaultValue="EUR" pattern="[A-Z]{3}" required error={at('/workspace/currency')} />
        </div>
        <Field label={say.name} name="name" autoComplete="name" required error={at('/admin/name')} />
        <Field label={say.email} name="email" type="email" autoComplete="username" required error={at('/admin/email')} />
        <Field
          label={say.password}
          name="password"
          type="password"
          autoComplete="new-password"
          minLength={8}
          hint={say.hint}
          required
          error={at('/admin/password')}
        />
        <Button type="submit" look="primary" busy={setup.isPending}>
          {say.make}
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
  const say = useWords(SETUP_WORDS)
  return (
    <Door title={say.ready(made.workspace.name)} lead={say.readyLead}>
      <div className="flex flex-col gap-5">
        <div>
          <h2 className="mb-1 text-h3">{say.writeKey}</h2>
          <p className="mb-2 text-dense text-ink-2">{say.writeKeyLead}</p>
          <Code label={say.writeKey} text={made.writeKey} />
        </div>
        <div>
          <h2 className="mb-1 text-h3">{say.secretKey}</h2>
          <p className="mb-2 text-dense text-ink-2">{say.secretKeyLead}</p>
          <Code label={say.secretKey} text={made.secretKey} />
        </div>
        <Button look="primary" onClick={() => void onDone()}>
          {say.copied}
        </Button>
      </div>
    </Door>
  )
}
