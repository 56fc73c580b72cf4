import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { call } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Code, Mono } from '#kit/copy.tsx'
import { Field } from '#kit/field.tsx'
import { useWords, words } from '#kit/words.ts'
import { BeginSecondFactor, ConfirmSecondFactor, GetAccount } from '../account/api.ts'
import { textOf, Wrong } from './door.tsx'

const WORDS = words(
  {
    why: 'An authenticator app on your phone shows a new code every half minute. With it, a stolen password alone opens nothing.',
    password: 'Your password',
    begin: 'Set up',
    scan: 'Scan this with the app, or type the key into it.',
    qr: 'QR code with the key for the authenticator app',
    key: 'Key',
    code: 'Code that the app shows now',
    confirm: 'Confirm',
    codesTitle: 'Keep these recovery codes',
    codesLead: 'Each opens the door once when the phone is lost. They are not shown again: keep them where the phone is not.',
    codes: 'recovery codes',
    kept: 'I have kept them',
  },
  {
    de: {
      why: 'Eine Authenticator-App auf dem Telefon zeigt alle halbe Minute einen neuen Code. Ein gestohlenes Passwort allein öffnet dann nichts.',
      password: 'Ihr Passwort',
      begin: 'Einrichten',
      scan: 'Scannen Sie dies mit der App, oder tippen Sie den Schlüssel ein.',
      qr: 'QR-Code mit dem Schlüssel für die Authenticator-App',
      key: 'Schlüssel',
      code: 'Code, den die App jetzt zeigt',
      confirm: 'Bestätigen',
      codesTitle: 'Bewahren Sie diese Wiederherstellungscodes auf',
      codesLead:
        'Jeder öffnet einmal die Tür, wenn das Telefon verloren ist. Sie werden nicht noch einmal gezeigt: Bewahren Sie sie anderswo auf als das Telefon.',
      codes: 'Wiederherstellungscodes',
      kept: 'Ich habe sie aufbewahrt',
    },
  },
)

/** Sets a second factor up: password, app, code, recovery codes. */
export function SetUpFactor({ onDone }: { onDone: () => void }) {
  const say = useWords(WORDS)
  const client = useQueryClient()
  const [codes, setCodes] = useState<readonly string[]>()
  const begin = useMutation({ mutationFn: (password: string) => call(BeginSecondFactor, { password }) })
  const confirm = useMutation({
    mutationFn: (code: string) => call(ConfirmSecondFactor, { code }),
    onSuccess: ({ recoveryCodes }) => setCodes(recoveryCodes),
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    if (begin.data) confirm.mutate(textOf(form, 'code'))
    else begin.mutate(String(form.get('password') ?? ''))
  }
  const end = async () => {
    await client.invalidateQueries({ queryKey: [GetAccount.name] })
    onDone()
  }
  if (codes) return <RecoveryCodes codes={codes} onDone={() => void end()} />
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <p className="max-w-[64ch] text-ink-2">{say.why}</p>
      {(begin.isError || confirm.isError) && <Wrong error={confirm.error ?? begin.error} />}
      {begin.data ? (
        <>
          <p>{say.scan}</p>
          <div className="flex flex-wrap items-center gap-5">
            {/* A code reader needs dark on light, in every theme. */}
            <svg
              role="img"
              aria-label={say.qr}
              viewBox={`-3 -3 ${begin.data.qr.size + 6} ${begin.data.qr.size + 6}`}
              className="size-44 rounded-card bg-[white]"
            >
              <path d={begin.data.qr.path} className="fill-[black]" shapeRendering="crispEdges" />
            </svg>
            <div className="min-w-0">
              <p className="text-dense text-ink-3">{say.key}</p>
              <Mono>{begin.data.secret}</Mono>
            </div>
          </div>
          <Field
            key="code"
            label={say.code}
            name="code"
            inputMode="numeric"
            autoComplete="one-time-code"
            minLength={6}
            required
            autoFocus
            className="max-w-72"
          />
        </>
      ) : (
        <Field
          key="password"
          label={say.password}
          name="password"
          type="password"
          autoComplete="current-password"
          required
          className="max-w-72"
        />
      )}
      <div>
        <Button type="submit" look="primary" busy={begin.isPending || confirm.isPending}>
          {begin.data ? say.confirm : say.begin}
        </Button>
      </div>
    </form>
  )
}

export function RecoveryCodes({ codes, onDone }: { codes: readonly string[]; onDone: () => void }) {
  const say = useWords(WORDS)
  return (
    <div className="flex flex-col gap-3" role="status">
      <p className="font-medium">{say.codesTitle}</p>
      <p className="max-w-[64ch] text-ink-2">{say.codesLead}</p>
      <Code label={say.codes} text={codes.join('\n')} />
      <div>
        <Button look="primary" onClick={onDone}>
          {say.kept}
        </Button>
      </div>
    </div>
  )
}
