import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useId, useState } from 'react'
import type { z } from 'zod'
import { call, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Mono } from '#kit/copy.tsx'
import { Field, Select } from '#kit/field.tsx'
import { plural } from '#kit/format.ts'
import { Card } from '#kit/page.tsx'
import { Loaded } from '#kit/states.tsx'
import { notify } from '#kit/toast.tsx'
import { useWords, words } from '#kit/words.ts'
import { GetSignInSettings, PutSignInSettings } from '../entrance/api.ts'
import { Role } from '../schema.ts'
import { textOf, Wrong } from './door.tsx'
import { ROLE_WORDS } from './role-words.ts'

const WORDS = words(
  {
    factor: 'Second factor',
    everybody: 'Everybody needs a second factor',
    everybodyHint:
      'Who has none is led to set one up, and may do nothing else before. People who come through the provider are looked after there.',
    without: (n: number) => (n === 0 ? 'Everybody has one.' : `${plural(n, 'member has', 'members have')} none yet.`),
    provider: 'Sign-in through your company (OpenID Connect)',
    use: 'People may sign in through a provider of identities',
    callback: 'Enter this address at the provider as the place to return to:',
    name: 'Name on the button',
    nameHint: 'For example the name of your company.',
    issuer: 'Issuer',
    issuerHint: 'The address at which the provider describes itself.',
    client: 'Client id',
    secret: 'Client secret',
    secretKept: 'One is kept, encrypted. Enter another one only to replace it.',
    domains: 'Let in these e-mail domains',
    domainsHint: 'Separated by commas: example.com, example.org',
    role: 'Role of people who come for the first time',
    only: 'Only through the provider',
    onlyHint:
      'A password alone lets nobody in any more. Administrators with a second factor still come in, so that a provider that is broken can be mended.',
    save: 'Save',
    saved: 'The way in is changed',
  },
  {
    de: {
      factor: 'Zweiter Faktor',
      everybody: 'Alle brauchen einen zweiten Faktor',
      everybodyHint:
        'Wer keinen hat, wird zur Einrichtung geführt und darf vorher nichts anderes. Wer über den Anbieter kommt, wird dort geprüft.',
      without: (n) => (n === 0 ? 'Alle haben einen.' : `${plural(n, 'Mitglied hat', 'Mitglieder haben')} noch keinen.`),
      provider: 'Anmeldung über Ihre Firma (OpenID Connect)',
      use: 'Man darf sich über einen Identitätsanbieter anmelden',
      callback: 'Tragen Sie diese Adresse beim Anbieter als Rückkehradresse ein:',
      name: 'Name auf der Schaltfläche',
      nameHint: 'Zum Beispiel der Name Ihrer Firma.',
      issuer: 'Aussteller (Issuer)',
      issuerHint: 'Die Adresse, unter der sich der Anbieter beschreibt.',
      client: 'Client-ID',
      secret: 'Client-Geheimnis',
      secretKept: 'Eines ist verschlüsselt hinterlegt. Geben Sie nur dann ein anderes ein, wenn Sie es ersetzen wollen.',
      domains: 'Diese E-Mail-Domains einlassen',
      domainsHint: 'Durch Kommas getrennt: example.com, example.org',
      role: 'Rolle von Personen, die zum ersten Mal kommen',
      only: 'Nur über den Anbieter',
      onlyHint:
        'Ein Passwort allein lässt niemanden mehr ein. Die Verwaltung mit zweitem Faktor kommt weiterhin hinein, damit ein gestörter Anbieter repariert werden kann.',
      save: 'Speichern',
      saved: 'Der Zugang ist geändert',
    },
  },
)

type Settings = z.output<typeof GetSignInSettings.output>
type Given = z.input<typeof PutSignInSettings.input>

export function SignInSettings() {
  const settings = useRead(GetSignInSettings, {})
  return (
    <Loaded query={settings} lines={6}>
      {(data) => <Form key={JSON.stringify(data)} data={data} />}
    </Loaded>
  )
}

function Form({ data }: { data: Settings }) {
  const say = useWords(WORDS)
  const roles = useWords(ROLE_WORDS)
  const client = useQueryClient()
  const [using, setUsing] = useState(data.provider !== null)
  const [role, setRole] = useState<string>(data.provider?.role ?? 'viewer')
  const put = useMutation({
    mutationFn: (given: Given) => call(PutSignInSettings, given),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: [GetSignInSettings.name] })
      notify(say.saved)
    },
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    put.mutate(givenIn(new FormData(event.currentTarget), { using, role: role as Exclude<Role, 'admin'> }))
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-5">
      {put.isError && <Wrong error={put.error} />}
      <Card title={say.factor}>
        <Tick name="secondFactor" checked={data.secondFactor} label={say.everybody}>
          {say.everybodyHint} {say.without(data.withoutFactor)}
        </Tick>
      </Card>
      <Card title={say.provider}>
        <Tick name="using" checked={using} label={say.use} onChange={setUsing} />
        {using && (
          <div className="mt-4 flex flex-col gap-4">
            <p className="text-dense text-ink-2">
              {say.callback} <Mono>{data.callback}</Mono>
            </p>
            <div className="grid gap-4 sm:grid-cols-2">
              <Field label={say.name} name="name" defaultValue={data.provider?.name} hint={say.nameHint} maxLength={120} required />
              <Field label={say.issuer} name="issuer" type="url" defaultValue={data.provider?.issuer} hint={say.issuerHint} required />
              <Field label={say.client} name="clientId" defaultValue={data.provider?.clientId} autoComplete="off" required />
              <Field
                label={say.secret}
                name="clientSecret"
                type="password"
                autoComplete="off"
                hint={data.provider ? say.secretKept : undefined}
                required={data.provider === null}
              />
              <Field label={say.domains} name="domains" defaultValue={data.provider?.domains.join(', ')} hint={say.domainsHint} required />
            </div>
            <Select
              label={say.role}
              value={role}
              choices={Role.options.filter((each) => each !== 'admin').map((value) => ({ value, label: roles.roles[value] }))}
              onChange={setRole}
            />
            <Tick name="onlyProvider" checked={data.onlyProvider} label={say.only}>
              {say.onlyHint}
            </Tick>
          </div>
        )}
      </Card>
      <div>
        <Button type="submit" look="primary" busy={put.isPending}>
          {say.save}
        </Button>
      </div>
    </form>
  )
}

const givenIn = (form: FormData, { using, role }: { using: boolean; role: Exclude<Role, 'admin'> }): Given => {
  const secret = String(form.get('clientSecret') ?? '')
  return {
    secondFactor: form.get('secondFactor') === 'on',
    onlyProvider: using && form.get('onlyProvider') === 'on',
    provider: using
      ? {
          name: textOf(form, 'name'),
          issuer: textOf(form, 'issuer'),
          clientId: textOf(form, 'clientId'),
          domains: textOf(form, 'domains')
            .split(/[\s,;]+/)
            .filter((each) => each !== ''),
          role,
        }
      : null,
    ...(secret !== '' && { clientSecret: secret }),
  }
}

function Tick({
  name,
  checked,
  label,
  onChange,
  children,
}: {
  name: string
  checked: boolean
  label: string
  onChange?: (checked: boolean) => void
  children?: ReactNode
}) {
  const id = useId()
  return (
    <div className="flex gap-3">
      <input
        id={id}
        type="checkbox"
        name={name}
        defaultChecked={checked}
        onChange={(event) => onChange?.(event.target.checked)}
        aria-describedby={children ? `${id}-about` : undefined}
        className="mt-0.5 size-5 shrink-0 accent-(--accent)"
      />
      <div>
        <label htmlFor={id} className="font-medium">
          {label}
        </label>
        {children && (
          <p id={`${id}-about`} className="max-w-[72ch] text-dense text-ink-2">
            {children}
          </p>
        )}
      </div>
    </div>
  )
}
