import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { GetIdentitySecret, ListProviders, ListSending, MakePushKeys, ResumeSending } from '#channels/api.ts'
import { LIMITS } from '#channels/reputation.ts'
import { CheckSender } from '#channels/settings-api.ts'
import { Sender } from '#content/schema.ts'
import { call, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Chip, type Tone } from '#kit/chip.tsx'
import { Code, Mono } from '#kit/copy.tsx'
import { Dialog } from '#kit/dialog.tsx'
import { Field } from '#kit/field.tsx'
import { useMay } from '#kit/me.ts'
import { Card, Facts, TabLinks } from '#kit/page.tsx'
import { CHANNELS } from '#kit/paths.ts'
import { ErrorView, Loaded, NoPermission } from '#kit/states.tsx'
import { Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { notify } from '#kit/toast.tsx'
import { useWords } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { ExportDocuments } from '#workspaces/documents/api.ts'
import { PutSecret } from '#workspaces/secrets/api.ts'
import { OwnDocuments } from '../rules/own-documents.tsx'
import { useQueryText, withView } from '../rules/use-view.ts'
import { CHANNEL_FORM } from './channel-form-words.ts'
import { CHANNEL_WORDS } from './channel-words.ts'
import { ProviderEditor } from './provider-editor.tsx'
import { ProviderList } from './provider-list.tsx'

const VIEWS = ['providers', 'senders', 'keys'] as const
const BLANK_SENDER = { from: { name: '', address: '' }, postalAddress: '' }
const SENDERS = withView(CHANNELS, { view: 'senders' })

/** Who carries messages, who they are from, and how mail is taken. */
export function Channels() {
  const say = useWords(CHANNEL_WORDS)
  const { view = 'providers', provider, new: type } = useQueryText()
  return (
    <div className="flex min-w-0 flex-col gap-5">
      <TabLinks
        label={say.views}
        tabs={VIEWS.map((each) => ({
          label: say[each],
          href: withView(CHANNELS, { view: each === 'providers' ? undefined : each }),
          current: view === each,
        }))}
      />
      {view === 'providers' &&
        (provider !== undefined || type !== undefined ? <OneProvider id={provider ?? ''} type={type ?? ''} /> : <ProviderList />)}
      {view === 'senders' && <Senders />}
      {view === 'keys' && <Keys />}
    </div>
  )
}

function OneProvider({ id, type }: { id: string; type: string }) {
  const list = useRead(ListProviders, {})
  return (
    <Loaded query={list} lines={6}>
      {({ providers }) => <ProviderEditor key={id || type} id={id} type={type} taken={providers.map((each) => each.id)} path={CHANNELS} />}
    </Loaded>
  )
}

function Senders() {
  const say = useWords(CHANNEL_WORDS)
  const { edit } = useQueryText()
  const mayRead = useMay('messages:read')
  const live = useRead(ExportDocuments, { kind: 'sender' })
  return (
    <>
      <OwnDocuments
        kind="sender"
        schema={Sender}
        words={CHANNEL_FORM}
        needs="publish"
        blank={BLANK_SENDER}
        path={SENDERS}
        text={{ add: say.addSender, none: say.noSender, more: say.noSenderMore, name: say.senderList }}
      />
      {edit === undefined && mayRead && live.data?.documents.map(({ id }) => <Dns key={id} id={id} />)}
      {edit === undefined && mayRead && <Reputation />}
    </>
  )
}

const TONES: Readonly<Record<string, Tone>> = {
  ok: 'ok',
  warning: 'warn',
  failed: 'bad',
  unknown: 'neutral',
  good: 'ok',
  warned: 'warn',
  paused: 'bad',
}

/** What mailbox providers ask DNS about a sender: asked now, with what to publish. */
function Dns({ id }: { id: string }) {
  const say = useWords(CHANNEL_WORDS)
  const check = useRead(CheckSender, { id }, { enabled: false })
  return (
    <Card
      title={say.checkOf(id)}
      aside={
        <Button busy={check.isFetching} onClick={() => void check.refetch()}>
          {check.data ? say.again : say.check}
        </Button>
      }
    >
      {check.isError && <ErrorView error={check.error} />}
      {check.data && (
        <ul aria-label={say.checkOf(id)} className="flex flex-col">
          {check.data.records.map((record) => (
            <li key={record.kind} className="border-t border-line py-3 first:border-0">
              <p className="flex flex-wrap items-center gap-2">
                <span className="font-medium">{say.records[record.kind]}</span>
                <Chip tone={TONES[record.state]!}>{say.states[record.state]}</Chip>
                <span className="text-dense text-ink-2">{say.notes[record.note]}</span>
              </p>
              <div className="mt-2">
                <Facts
                  rows={[
                    [say.at, <Mono key="name">{record.name}</Mono>],
                    ...(record.wanted === '' || record.state === 'ok'
                      ? []
                      : [[say.wanted, <Mono key="wanted">{record.wanted}</Mono>] as const]),
                    [say.found, record.found.length === 0 ? say.nothingFound : <code key="found">{record.found.join('\n')}</code>],
                  ]}
                />
              </div>
            </li>
          ))}
        </ul>
      )}
      {check.data && (
        <p className="text-meta text-ink-3">
          {say.checkedAt} <Moment at={check.data.at} exact />
        </p>
      )}
    </Card>
  )
}

type Domain = OutputOf<typeof ListSending>['domains'][number]

function Reputation() {
  const say = useWords(CHANNEL_WORDS)
  const may = useMay('workspace:admin')
  const sending = useRead(ListSending, {})
  const [resuming, setResuming] = useState<string>()
  return (
    <Card title={say.reputation} flush>
      <p className="px-4 py-3 text-dense text-ink-2">{say.reputationLead}</p>
      <Loaded query={sending} lines={2}>
        {({ domains }) =>
          domains.length === 0 ? (
            <p className="px-4 pb-4 text-ink-2">{say.noDomains}</p>
          ) : (
            <Table<Domain>
              label={say.reputation}
              rows={domains}
              rowKey={({ domain }) => domain}
              columns={[
                {
                  name: say.domain,
                  cell: ({ domain, state }) => (
                    <>
                      <span className="block font-medium wrap-anywhere">{domain}</span>
                      <Chip tone={TONES[state]!}>{say.state[state]}</Chip>
                      {state === 'paused' && may && (
                        <Button look="quiet" onClick={() => setResuming(domain)}>
                          {say.resume}
                        </Button>
                      )}
                    </>
                  ),
                },
                { name: say.sent, width: 'w-20', right: true, cell: ({ week }) => week.sent },
                {
                  name: say.complaints,
                  width: 'w-32',
                  from: 'sm',
                  cell: ({ week }) => say.of(week.complaints, week.sent, LIMITS.complaints.pause),
                },
                { name: say.bounces, width: 'w-32', from: 'md', cell: ({ week }) => say.of(week.bounces, week.sent, LIMITS.bounces.pause) },
                {
                  name: say.refusals,
                  width: 'w-32',
                  from: 'lg',
                  cell: ({ week }) => say.of(week.refusals, week.sent, LIMITS.refusals.warn),
                },
              ]}
            />
          )
        }
      </Loaded>
      {resuming !== undefined && <Resume domain={resuming} onClose={() => setResuming(undefined)} />}
    </Card>
  )
}

function Resume({ domain, onClose }: { domain: string; onClose: () => void }) {
  const say = useWords(CHANNEL_WORDS)
  const client = useQueryClient()
  const resume = useMutation({
    mutationFn: (reason: string) => call(ResumeSending, { domain, reason }),
    onSuccess: async ({ waiting }) => {
      await client.invalidateQueries({ queryKey: [ListSending.name] })
      notify(say.resumed(waiting))
      onClose()
    },
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    resume.mutate(String(new FormData(event.currentTarget).get('reason')))
  }
  return (
    <Dialog title={say.resumeTitle(domain)} open onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <p className="text-ink-2">{say.resumeWhat}</p>
        <Field label={say.resumeReason} name="reason" hint={say.resumeHint} required minLength={10} maxLength={500} />
        {resume.isError && <ErrorView error={resume.error} />}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{say.cancel}</Button>
          <Button look="primary" type="submit" busy={resume.isPending}>
            {say.resume}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

const SNIPPET = (server: string) => `<script src="${server}/sdk/cadenza.js" data-write-key="wk_…"></script>`
const VAPID = 'vapid-private-key'

function Keys() {
  const say = useWords(CHANNEL_WORDS)
  const may = useMay('workspace:admin')
  const [secret, setSecret] = useState<string>()
  const show = useMutation({ mutationFn: () => call(GetIdentitySecret, {}), onSuccess: (found) => setSecret(found.secret) })
  const make = useMutation({
    mutationFn: async (name: string) => {
      const { publicKey, privateKey } = await call(MakePushKeys, {})
      await call(PutSecret, { name, value: privateKey })
      return { name, publicKey }
    },
  })
  if (!may) return <NoPermission needs="workspace:admin" />
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    make.mutate(String(new FormData(event.currentTarget).get('name')))
  }
  return (
    <>
      <Card title={say.identity}>
        <p className="mb-3 text-ink-2">{say.identityLead}</p>
        {show.isError && <ErrorView error={show.error} />}
        {secret === undefined ? (
          <Button busy={show.isPending} onClick={() => show.mutate()}>
            {say.show}
          </Button>
        ) : (
          <Code label={say.identity} text={secret} />
        )}
        <h3 className="mt-4 mb-2 text-h3">{say.snippet}</h3>
        <Code label={say.snippet} text={SNIPPET(location.origin)} />
      </Card>
      <Card title={say.vapid}>
        <form onSubmit={submit} className="flex max-w-[640px] flex-col gap-3">
          <p className="text-ink-2">{say.vapidLead}</p>
          <Field label={say.secretName} name="name" defaultValue={VAPID} required maxLength={63} />
          {make.isError && <ErrorView error={make.error} />}
          <Button className="self-start" type="submit" busy={make.isPending}>
            {say.make}
          </Button>
          {make.data && (
            <>
              <p role="status">{say.vapidKept(make.data.name)}</p>
              <Code label={say.vapid} text={make.data.publicKey} />
            </>
          )}
        </form>
      </Card>
    </>
  )
}
