import { useMutation } from '@tanstack/react-query'
import type { FormEvent } from 'react'
import { call, useRead } from '#kit/api.ts'
import { Button, ButtonLink } from '#kit/button.tsx'
import { Field } from '#kit/field.tsx'
import { stamp } from '#kit/format.ts'
import { Loaded } from '#kit/states.tsx'
import { useWords, words } from '#kit/words.ts'
import { ResetPassword } from '../account/api.ts'
import { AcceptInvitation, ShowInvitation } from '../api.ts'
import { Door, faultAt, textOf, Wrong } from './door.tsx'
import { ROLE_WORDS } from './role-words.ts'

const WORDS = words(
  {
    title: 'Your invitation',
    lead: 'Somebody invited you to work with them in Cadenza.',
    to: (workspace: string) => `Join ${workspace}`,
    as: (email: string, role: string) => `As ${email}, with the role ${role}.`,
    until: (at: string) => `The invitation is good until ${at}.`,
    known: 'This address has an account already: you keep your name and password.',
    name: 'Your name',
    password: 'Choose a password',
    hint: 'At least 8 characters; 15 are better.',
    accept: 'Accept the invitation',
    done: 'You are in',
    doneLead: (email: string) => `Sign in as ${email} now.`,
    signIn: 'Go to sign-in',
    resetTitle: 'New password',
    resetLead: 'All your sessions end; a second factor stays as it is.',
    newPassword: 'New password',
    set: 'Set the password',
    setDone: 'The password is set',
    noToken: 'The address is not complete: copy the whole link, with all that stands after #.',
  },
  {
    de: {
      title: 'Ihre Einladung',
      lead: 'Jemand hat Sie zur gemeinsamen Arbeit in Cadenza eingeladen.',
      to: (workspace) => `${workspace} beitreten`,
      as: (email, role) => `Als ${email}, mit der Rolle ${role}.`,
      until: (at) => `Die Einladung gilt bis ${at}.`,
      known: 'Diese Adresse hat schon ein Konto: Name und Passwort bleiben, wie sie sind.',
      name: 'Ihr Name',
      password: 'Passwort wählen',
      hint: 'Mindestens 8 Zeichen; 15 sind besser.',
      accept: 'Einladung annehmen',
      done: 'Sie gehören dazu',
      doneLead: (email) => `Melden Sie sich jetzt als ${email} an.`,
      signIn: 'Zur Anmeldung',
      resetTitle: 'Neues Passwort',
      resetLead: 'Alle Ihre Sitzungen enden; ein zweiter Faktor bleibt, wie er ist.',
      newPassword: 'Neues Passwort',
      set: 'Passwort setzen',
      setDone: 'Das Passwort ist gesetzt',
      noToken: 'Die Adresse ist nicht vollständig: Kopieren Sie den ganzen Link, mit allem, was hinter # steht.',
    },
  },
)

/** Where a link of an invitation leads. The token stands in the fragment, so that it reaches no server log. */
export function Invitation({ token }: { token: string }) {
  const say = useWords(WORDS)
  const roles = useWords(ROLE_WORDS)
  const shown = useRead(ShowInvitation, { token }, { enabled: token !== '' })
  const accept = useMutation({
    mutationFn: (form: FormData | undefined) =>
      call(AcceptInvitation, form ? { token, name: textOf(form, 'name'), password: String(form.get('password') ?? '') } : { token }),
  })
  if (accept.data) return <Done title={say.done} email={accept.data.email} />
  if (token === '')
    return (
      <Door title={say.title} lead={say.lead}>
        <Wrong>{say.noToken}</Wrong>
      </Door>
    )
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    accept.mutate(shown.data?.known ? undefined : new FormData(event.currentTarget))
  }
  return (
    <Door
      title={shown.data ? say.to(shown.data.workspace) : say.title}
      lead={shown.data ? say.as(shown.data.email, roles.roles[shown.data.role]) : say.lead}
    >
      <Loaded query={shown}>
        {({ known, role, expiresAt }) => (
          <form onSubmit={submit} className="flex flex-col gap-4">
            <p className="rounded-card bg-sunken px-3 py-2 text-dense text-ink-2">
              {roles.about[role]} {say.until(stamp(expiresAt))}
            </p>
            {accept.isError && <Wrong error={accept.error} />}
            {known ? (
              <p>{say.known}</p>
            ) : (
              <>
                <Field label={say.name} name="name" autoComplete="name" maxLength={120} required error={faultAt(accept.error, '/name')} />
                <NewPassword label={say.password} hint={say.hint} error={faultAt(accept.error, '/password')} />
              </>
            )}
            <Button type="submit" look="primary" busy={accept.isPending}>
              {say.accept}
            </Button>
          </form>
        )}
      </Loaded>
    </Door>
  )
}

const NewPassword = ({ label, hint, error }: { label: string; hint: string; error: string | undefined }) => (
  <Field
    label={label}
    name="password"
    type="password"
    autoComplete="new-password"
    minLength={8}
    maxLength={128}
    hint={hint}
    required
    error={error}
  />
)

function Done({ title, email }: { title: string; email: string }) {
  const say = useWords(WORDS)
  return (
    <Door title={title} lead={say.doneLead(email)}>
      <ButtonLink href="/sign-in" look="primary">
        {say.signIn}
      </ButtonLink>
    </Door>
  )
}

/** Where a link for a new password leads. */
export function Reset({ token }: { token: string }) {
  const say = useWords(WORDS)
  const reset = useMutation({ mutationFn: (password: string) => call(ResetPassword, { token, password }) })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    reset.mutate(String(new FormData(event.currentTarget).get('password') ?? ''))
  }
  if (reset.data) return <Done title={say.setDone} email={reset.data.email} />
  return (
    <Door title={say.resetTitle} lead={say.resetLead}>
      {token === '' ? (
        <Wrong>{say.noToken}</Wrong>
      ) : (
        <form onSubmit={submit} className="flex flex-col gap-4">
          {reset.isError && <Wrong error={reset.error} />}
          <NewPassword label={say.newPassword} hint={say.hint} error={faultAt(reset.error, '/password')} />
          <Button type="submit" look="primary" busy={reset.isPending}>
            {say.set}
          </Button>
        </form>
      )}
    </Door>
  )
}
