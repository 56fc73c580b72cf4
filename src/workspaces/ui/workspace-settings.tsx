import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { type FormEvent, Suspense, useState } from 'react'
import { call, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Field, Select } from '#kit/field.tsx'
import { lazyPart } from '#kit/lazy-part.tsx'
import { Card } from '#kit/page.tsx'
import { HOME } from '#kit/paths.ts'
import { Loaded } from '#kit/states.tsx'
import { notify } from '#kit/toast.tsx'
import { useWords } from '#kit/words.ts'
import { workIn } from '#kit/workspace.ts'
import { GetSession, GetWorkspace, UpdateWorkspace } from '../api.ts'
import type { Workspace } from '../schema.ts'
import { DeleteWorkspace, DeletionEffect, LeaveWorkspace } from '../tenants/api.ts'
import { faultAt, textOf, Wrong } from './door.tsx'
import { WORKSPACE_WORDS } from './workspace-words.ts'

const Dialog = lazyPart(() => import('#kit/dialog.tsx'), 'Dialog')

export function WorkspaceSettings() {
  const workspace = useRead(GetWorkspace, {})
  return (
    <Loaded query={workspace} lines={6}>
      {(data) => (
        <div className="flex flex-col gap-5">
          <About key={JSON.stringify(data)} data={data} />
          <Ending workspace={data} />
        </div>
      )}
    </Loaded>
  )
}

function About({ data }: { data: Workspace }) {
  const say = useWords(WORKSPACE_WORDS)
  const client = useQueryClient()
  const [timezone, setTimezone] = useState(data.timezone)
  const [consentMode, setConsentMode] = useState(data.consentMode)
  const update = useMutation({
    mutationFn: (form: FormData) =>
      call(UpdateWorkspace, {
        name: textOf(form, 'name'),
        currency: textOf(form, 'currency').toUpperCase(),
        postalAddress: textOf(form, 'postalAddress'),
        timezone,
        consentMode,
      }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: [GetWorkspace.name] })
      await client.invalidateQueries({ queryKey: [GetSession.name] })
      notify(say.saved)
    },
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    update.mutate(new FormData(event.currentTarget))
  }
  const zones = [...new Set([data.timezone, 'UTC', ...Intl.supportedValuesOf('timeZone')])]
  return (
    <Card title={say.about}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        {update.isError && <Wrong error={update.error} />}
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label={say.name} name="name" defaultValue={data.name} maxLength={120} required error={faultAt(update.error, '/name')} />
          <Field
            label={say.currency}
            name="currency"
            defaultValue={data.currency}
            pattern="[A-Za-z]{3}"
            hint={say.currencyHint}
            required
            error={faultAt(update.error, '/currency')}
          />
        </div>
        <Field label={say.address} name="postalAddress" defaultValue={data.postalAddress} maxLength={500} hint={say.addressHint} />
        <Select
          label={say.zone}
          value={timezone}
          choices={zones.map((value) => ({ value, label: value.replaceAll('_', ' ') }))}
          onChange={setTimezone}
        />
        <fieldset className="flex flex-col gap-2">
          <legend className="mb-1 text-dense font-medium">{say.consent}</legend>
          {(['opt-in', 'opt-out'] as const).map((mode) => (
            <label key={mode} className="flex cursor-pointer gap-3 rounded-card border border-line p-3 has-checked:border-ink">
              <input
                type="radio"
                name="consentMode"
                checked={consentMode === mode}
                onChange={() => setConsentMode(mode)}
                className="mt-0.5 size-4 accent-(--accent)"
              />
              <span>
                <span className="block font-medium">{say.modes[mode]}</span>
                <span className="block text-dense text-ink-2">{say.modeHints[mode]}</span>
              </span>
            </label>
          ))}
          {consentMode !== data.consentMode && <p className="text-dense text-warn">{say.modeEffect}</p>}
        </fieldset>
        <div>
          <Button type="submit" look="primary" busy={update.isPending}>
            {say.save}
          </Button>
        </div>
      </form>
    </Card>
  )
}

function Ending({ workspace }: { workspace: Workspace }) {
  const say = useWords(WORKSPACE_WORDS)
  const [doing, setDoing] = useState<'leave' | 'delete'>()
  const close = () => setDoing(undefined)
  return (
    <Card title={say.ending}>
      <div className="flex flex-wrap gap-2">
        <Button onClick={() => setDoing('leave')}>{say.leave}</Button>
        <Button look="bad" onClick={() => setDoing('delete')}>
          {say.delete}
        </Button>
      </div>
      <Suspense>
        {doing === 'leave' && <Leave workspace={workspace} onClose={close} />}
        {doing === 'delete' && <Delete workspace={workspace} onClose={close} />}
      </Suspense>
    </Card>
  )
}

/** The workspace is closed to the reader: on to another one of theirs, or to the place that says there is none. */
function useGone() {
  const client = useQueryClient()
  const router = useRouter()
  return () => {
    workIn('')
    client.clear()
    router.history.push(HOME)
  }
}

function Leave({ workspace, onClose }: { workspace: Workspace; onClose: () => void }) {
  const say = useWords(WORKSPACE_WORDS)
  const gone = useGone()
  const leave = useMutation({ mutationFn: () => call(LeaveWorkspace, { id: workspace.id }), onSuccess: gone })
  return (
    <Dialog title={say.leaveTitle(workspace.name)} open onClose={onClose}>
      {leave.isError && <Wrong error={leave.error} />}
      <p className="text-ink-2">{say.leaveLead}</p>
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={onClose}>{say.cancel}</Button>
        <Button look="bad" busy={leave.isPending} onClick={() => leave.mutate()}>
          {say.leave}
        </Button>
      </div>
    </Dialog>
  )
}

function Delete({ workspace, onClose }: { workspace: Workspace; onClose: () => void }) {
  const say = useWords(WORKSPACE_WORDS)
  const gone = useGone()
  const effect = useRead(DeletionEffect, {})
  const [typed, setTyped] = useState('')
  const end = useMutation({
    mutationFn: () => call(DeleteWorkspace, { name: typed }),
    onSuccess: () => {
      notify(say.deleted(workspace.name))
      gone()
    },
  })
  const fits = typed === workspace.name
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (fits) end.mutate()
  }
  return (
    <Dialog title={say.deleteTitle(workspace.name)} open onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        {end.isError && <Wrong error={end.error} />}
        <Loaded query={effect}>{(data) => <p className="text-ink-2">{say.deleteEffect(data)}</p>}</Loaded>
        <p className="text-ink-2">{say.deleteAfter}</p>
        <Field
          label={say.typeName(workspace.name)}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          autoComplete="off"
          spellCheck={false}
        />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{say.cancel}</Button>
          <Button type="submit" look="bad" aria-disabled={!fits || undefined} busy={end.isPending}>
            {say.delete}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
