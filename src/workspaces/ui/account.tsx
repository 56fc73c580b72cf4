import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, Suspense, useState } from 'react'
import { call, send, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Chip } from '#kit/chip.tsx'
import { type Density, setDensity, useDensity } from '#kit/density.ts'
import { Field, Select } from '#kit/field.tsx'
import { stamp } from '#kit/format.ts'
import { lazyPart } from '#kit/lazy-part.tsx'
import { Card } from '#kit/page.tsx'
import { Loaded } from '#kit/states.tsx'
import { type Column, Table } from '#kit/table.tsx'
import { setTheme, type Theme, useTheme } from '#kit/theme.ts'
import { Moment } from '#kit/time.tsx'
import { notify } from '#kit/toast.tsx'
import { LANGUAGES, type Language, setLanguage, useLanguage, useWords } from '#kit/words.ts'
import { setZone, useZone } from '#kit/zone.ts'
import {
  EndOtherSessions,
  EndSession,
  GetAccount,
  RemoveSecondFactor,
  RenameAccount,
  RenewRecoveryCodes,
  type SessionLine,
} from '../account/api.ts'
import { GetSession } from '../api.ts'
import { ACCOUNT_WORDS } from './account-words.ts'
import { browserOf } from './browser-name.ts'
import { textOf, Wrong } from './door.tsx'
import { RecoveryCodes, SetUpFactor } from './second-factor.tsx'

const Dialog = lazyPart(() => import('#kit/dialog.tsx'), 'Dialog')

export function Account() {
  const account = useRead(GetAccount, {})
  return (
    <div className="flex flex-col gap-5">
      <Loaded query={account} lines={8}>
        {(data) => (
          <>
            <Profile name={data.person.name} email={data.person.email} />
            <Display />
            {data.byProvider ? <ByProvider /> : <Password />}
            {!data.byProvider && <Factor factor={data.secondFactor} />}
            <Sessions sessions={data.sessions} />
          </>
        )}
      </Loaded>
    </div>
  )
}

function Profile({ name, email }: { name: string; email: string }) {
  const say = useWords(ACCOUNT_WORDS)
  const client = useQueryClient()
  const rename = useMutation({
    mutationFn: (to: string) => call(RenameAccount, { name: to }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: [GetAccount.name] })
      await client.invalidateQueries({ queryKey: [GetSession.name] })
      notify(say.renamed)
    },
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    rename.mutate(textOf(new FormData(event.currentTarget), 'name'))
  }
  return (
    <Card title={say.profile}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        {rename.isError && <Wrong error={rename.error} />}
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label={say.name} name="name" defaultValue={name} autoComplete="name" maxLength={120} required />
          <Field label={say.email} defaultValue={email} readOnly hint={say.emailHint} />
        </div>
        <div>
          <Button type="submit" busy={rename.isPending}>
            {say.save}
          </Button>
        </div>
      </form>
    </Card>
  )
}

/** How the screens look to this reader, in this browser. */
function Display() {
  const say = useWords(ACCOUNT_WORDS)
  const language = useLanguage()
  const theme = useTheme()
  const density = useDensity()
  const zone = useZone()
  const zones = ['', ...Intl.supportedValuesOf('timeZone')]
  return (
    <Card title={say.display}>
      <p className="mb-3 text-dense text-ink-3">{say.displayHint}</p>
      <div className="flex flex-wrap gap-x-6 gap-y-3">
        <Select
          label={say.language}
          value={language}
          choices={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
          onChange={(to) => setLanguage(to as Language)}
        />
        <Select
          label={say.theme}
          value={theme}
          choices={(['system', 'light', 'dark'] as const).map((value) => ({ value, label: say.themes[value] }))}
          onChange={(to) => setTheme(to as Theme)}
        />
        <Select
          label={say.density}
          value={density}
          choices={(['comfortable', 'compact'] as const).map((value) => ({ value, label: say.densities[value] }))}
          onChange={(to) => setDensity(to as Density)}
        />
        <Select
          label={say.zone}
          value={zone}
          choices={zones.map((value) => ({ value, label: value === '' ? say.ownZone : value.replaceAll('_', ' ') }))}
          onChange={setZone}
        />
      </div>
    </Card>
  )
}

function ByProvider() {
  const say = useWords(ACCOUNT_WORDS)
  return (
    <Card title={say.password}>
      <p className="text-ink-2">{say.byProvider}</p>
    </Card>
  )
}

function Password() {
  const say = useWords(ACCOUNT_WORDS)
  const client = useQueryClient()
  const change = useMutation({
    mutationFn: (form: FormData) =>
      send('/api/auth/change-password', {
        method: 'POST',
        body: JSON.stringify({ currentPassword: String(form.get('current')), newPassword: String(form.get('next')) }),
      }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: [GetAccount.name] })
      notify(say.passwordChanged)
    },
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = event.currentTarget
    change.mutate(new FormData(form), { onSuccess: () => form.reset() })
  }
  return (
    <Card title={say.password}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        {change.isError && <Wrong error={change.error} />}
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label={say.current} name="current" type="password" autoComplete="current-password" required />
          <Field
            label={say.next}
            name="next"
            type="password"
            autoComplete="new-password"
            minLength={8}
            maxLength={128}
            hint={say.passwordHint}
            required
          />
        </div>
        <div className="flex flex-wrap items-center gap-3">
          <Button type="submit" busy={change.isPending}>
            {say.changePassword}
          </Button>
          <span className="text-dense text-ink-3">{say.passwordEffect}</span>
        </div>
      </form>
    </Card>
  )
}

function Factor({ factor }: { factor: { since: number; recoveryLeft: number } | null }) {
  const say = useWords(ACCOUNT_WORDS)
  const [doing, setDoing] = useState<'set' | 'renew' | 'remove'>()
  const done = () => setDoing(undefined)
  return (
    <Card title={say.factor} aside={factor ? <Chip tone="ok">{say.factorOn}</Chip> : <Chip tone="warn">{say.factorOff}</Chip>}>
      {doing === 'set' ? (
        <SetUpFactor onDone={done} />
      ) : factor ? (
        <>
          <p className="text-ink-2">
            {say.factorSince(stamp(factor.since))} {say.recoveryLeft(factor.recoveryLeft)}
          </p>
          <div className="mt-3 flex flex-wrap gap-2">
            <Button onClick={() => setDoing('renew')}>{say.renew}</Button>
            <Button look="bad" onClick={() => setDoing('remove')}>
              {say.remove}
            </Button>
          </div>
        </>
      ) : (
        <>
          <p className="max-w-[64ch] text-ink-2">{say.factorWhy}</p>
          <div className="mt-3">
            <Button look="primary" onClick={() => setDoing('set')}>
              {say.setUp}
            </Button>
          </div>
        </>
      )}
      <Suspense>{(doing === 'renew' || doing === 'remove') && <WithCode what={doing} onClose={done} />}</Suspense>
    </Card>
  )
}

/** What needs a code of the factor itself: whoever sits at an open screen must not be able to take it away. */
function WithCode({ what, onClose }: { what: 'renew' | 'remove'; onClose: () => void }) {
  const say = useWords(ACCOUNT_WORDS)
  const client = useQueryClient()
  const [codes, setCodes] = useState<readonly string[]>()
  const act = useMutation({
    mutationFn: async (code: string) => {
      if (what === 'renew') setCodes((await call(RenewRecoveryCodes, { code })).recoveryCodes)
      else await call(RemoveSecondFactor, { code })
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: [GetAccount.name] })
      if (what === 'remove') {
        notify(say.removed)
        onClose()
      }
    },
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    act.mutate(textOf(new FormData(event.currentTarget), 'code'))
  }
  return (
    <Dialog title={what === 'renew' ? say.renewTitle : say.removeTitle} open onClose={onClose}>
      {codes ? (
        <RecoveryCodes codes={codes} onDone={onClose} />
      ) : (
        <form onSubmit={submit} className="flex flex-col gap-4">
          <p className="text-ink-2">{what === 'renew' ? say.renewLead : say.removeLead}</p>
          {act.isError && <Wrong error={act.error} />}
          <Field label={say.code} name="code" autoComplete="one-time-code" minLength={6} required autoFocus />
          <div className="flex justify-end gap-2">
            <Button onClick={onClose}>{say.cancel}</Button>
            <Button type="submit" look={what === 'remove' ? 'bad' : 'primary'} busy={act.isPending}>
              {what === 'renew' ? say.renew : say.remove}
            </Button>
          </div>
        </form>
      )}
    </Dialog>
  )
}

function Sessions({ sessions }: { sessions: readonly SessionLine[] }) {
  const say = useWords(ACCOUNT_WORDS)
  const client = useQueryClient()
  const end = useMutation({
    mutationFn: async (id: string | undefined) => {
      if (id === undefined) await call(EndOtherSessions, {})
      else await call(EndSession, { id })
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: [GetAccount.name] })
      notify(say.ended)
    },
  })
  const columns: readonly Column<SessionLine>[] = [
    {
      name: say.browser,
      cell: (each) => (
        <span className="flex min-w-0 flex-wrap items-center gap-2">
          <span className="truncate font-medium">{browserOf(each.agent) || say.unknownBrowser}</span>
          {each.current && <Chip tone="accent">{say.here}</Chip>}
        </span>
      ),
    },
    { name: say.where, width: 'w-36', from: 'sm', cell: (each) => <code className="text-ink-2">{each.ip || '–'}</code> },
    { name: say.began, width: 'w-28', from: 'md', cell: (each) => <Moment at={each.at} /> },
    { name: say.seen, width: 'w-28', from: 'md', cell: (each) => <Moment at={each.seenAt} /> },
    {
      name: say.end,
      hideName: true,
      right: true,
      width: 'w-28',
      cell: (each): ReactNode =>
        each.current ? null : (
          <Button look="quiet" aria-label={say.endOf(browserOf(each.agent) || say.unknownBrowser)} onClick={() => end.mutate(each.id)}>
            {say.end}
          </Button>
        ),
    },
  ]
  return (
    <Card
      title={say.sessions}
      flush
      aside={
        sessions.length > 1 && (
          <Button busy={end.isPending} onClick={() => end.mutate(undefined)}>
            {say.endOthers}
          </Button>
        )
      }
    >
      {end.isError && <Wrong error={end.error} />}
      <Table label={say.sessions} columns={columns} rows={sessions} rowKey={(each) => each.id} />
    </Card>
  )
}
