import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { call, Refused, send, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Field } from '#kit/field.tsx'
import { useWords, words } from '#kit/words.ts'
import { EnterCode } from '../account/api.ts'
import { ListProviders } from '../entrance/api.ts'
import { Door, textOf, Wrong } from './door.tsx'

const WORDS = words(
  {
    title: 'Sign in',
    lead: 'To the Cadenza of your team.',
    email: 'E-mail',
    password: 'Password',
    signIn: 'Sign in',
    by: (name: string) => `Sign in with ${name}`,
    or: 'or with a password',
    forgotten: 'Password forgotten? An administrator of your workspace can make you a link for a new one.',
    wrong: 'This e-mail and password do not belong together. Check both.',
    often: 'Too many tries. Wait a minute, then try again.',
    codeTitle: 'One more step',
    codeLead: 'Enter the six digits that your authenticator app shows now, or one of your recovery codes.',
    code: 'Code',
    confirm: 'Continue',
    back: 'Back to the password',
    provider: {
      'provider.domain': 'Your e-mail address is in no domain that is let in. Ask an administrator.',
      'provider.removed': 'You are no member of this workspace any more. Ask an administrator for an invitation.',
      'provider.unverified': 'The provider has not verified your e-mail address.',
      'provider.no-email': 'The provider gave no e-mail address.',
      'provider.over': 'That took too long, or began in another browser. Try again.',
      'provider.unreachable': 'The provider cannot be reached now. Try again later, or sign in with a password.',
      other: 'The provider did not let you in. An administrator finds the reason in the log of the server.',
    },
  },
  {
    de: {
      title: 'Anmelden',
      lead: 'Beim Cadenza Ihres Teams.',
      email: 'E-Mail',
      password: 'Passwort',
      signIn: 'Anmelden',
      by: (name) => `Mit ${name} anmelden`,
      or: 'oder mit Passwort',
      forgotten: 'Passwort vergessen? Die Verwaltung Ihres Arbeitsbereichs kann Ihnen einen Link für ein neues geben.',
      wrong: 'E-Mail und Passwort gehören nicht zusammen. Bitte prüfen Sie beides.',
      often: 'Zu viele Versuche. Warten Sie eine Minute und versuchen Sie es erneut.',
      codeTitle: 'Noch ein Schritt',
      codeLead: 'Geben Sie die sechs Ziffern ein, die Ihre Authenticator-App jetzt zeigt, oder einen Ihrer Wiederherstellungscodes.',
      code: 'Code',
      confirm: 'Weiter',
      back: 'Zurück zum Passwort',
      provider: {
        'provider.domain': 'Ihre E-Mail-Adresse gehört zu keiner zugelassenen Domain. Fragen Sie die Verwaltung.',
        'provider.removed': 'Sie gehören diesem Arbeitsbereich nicht mehr an. Bitten Sie die Verwaltung um eine Einladung.',
        'provider.unverified': 'Der Anbieter hat Ihre E-Mail-Adresse nicht bestätigt.',
        'provider.no-email': 'Der Anbieter hat keine E-Mail-Adresse genannt.',
        'provider.over': 'Das hat zu lange gedauert oder begann in einem anderen Browser. Versuchen Sie es erneut.',
        'provider.unreachable': 'Der Anbieter ist jetzt nicht erreichbar. Versuchen Sie es später, oder melden Sie sich mit Passwort an.',
        other: 'Der Anbieter hat Sie nicht eingelassen. Die Verwaltung findet den Grund im Protokoll des Servers.',
      },
    },
  },
)

/** Sign-in: through a provider, or with a password and, where one is set, a code. `problem` is why a provider sent somebody back. */
export function SignIn({ to, problem, onDone }: { to: string; problem: string; onDone: () => Promise<void> }) {
  const say = useWords(WORDS)
  const [step, setStep] = useState<'password' | 'code'>('password')
  const providers = useRead(ListProviders, {}).data?.providers ?? []
  const signIn = useMutation({
    mutationFn: (form: FormData) =>
      send('/api/auth/sign-in/email', {
        method: 'POST',
        body: JSON.stringify({ email: textOf(form, 'email'), password: String(form.get('password') ?? '') }),
      }) as Promise<{ done: boolean }>,
    onSuccess: async ({ done }) => {
      if (done) await onDone()
      else setStep('code')
    },
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    signIn.mutate(new FormData(event.currentTarget))
  }
  if (step === 'code') return <CodeStep onBack={() => setStep('password')} onDone={onDone} />
  const status = signIn.error instanceof Refused ? signIn.error.failure.status : undefined
  const refusals: Readonly<Record<string, string>> = say.provider
  return (
    <Door title={say.title} lead={say.lead}>
      {problem !== '' && !signIn.isError && (
        <div className="mb-4">
          <Wrong>{refusals[problem] ?? say.provider.other}</Wrong>
        </div>
      )}
      {providers.length > 0 && (
        <div className="mb-5 flex flex-col gap-2">
          {providers.map(({ workspace, name }) => (
            <a
              key={workspace}
              href={`/api/auth/provider/${encodeURIComponent(workspace)}?${new URLSearchParams({ to })}`}
              className="flex h-10 items-center justify-center rounded-button border border-line-strong bg-surface px-3 font-medium hover:bg-sunken"
            >
              {say.by(name)}
            </a>
          ))}
          <p className="mt-3 flex items-center gap-3 text-meta text-ink-3 before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
            {say.or}
          </p>
        </div>
      )}
      <form onSubmit={submit} className="flex flex-col gap-4">
        {signIn.isError && <Wrong error={signIn.error}>{status === 401 ? say.wrong : status === 429 ? say.often : undefined}</Wrong>}
        <Field label={say.email} name="email" type="email" autoComplete="username" required />
        <Field label={say.password} name="password" type="password" autoComplete="current-password" required />
        <Button type="submit" look="primary" busy={signIn.isPending}>
          {say.signIn}
        </Button>
        <p className="text-meta text-pretty text-ink-3">{say.forgotten}</p>
      </form>
    </Door>
  )
}

function CodeStep({ onBack, onDone }: { onBack: () => void; onDone: () => Promise<void> }) {
  const say = useWords(WORDS)
  const enter = useMutation({ mutationFn: (code: string) => call(EnterCode, { code }), onSuccess: onDone })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    enter.mutate(textOf(new FormData(event.currentTarget), 'code'))
  }
  return (
    <Door title={say.codeTitle} lead={say.codeLead}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        {enter.isError && <Wrong error={enter.error} />}
        <Field label={say.code} name="code" autoComplete="one-time-code" spellCheck={false} minLength={6} required autoFocus />
        <Button type="submit" look="primary" busy={enter.isPending}>
          {say.confirm}
        </Button>
        <Button look="quiet" onClick={onBack}>
          {say.back}
        </Button>
      </form>
    </Door>
  )
}
