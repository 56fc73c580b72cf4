import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Check, X } from 'lucide-react'
import { type FormEvent, Suspense, useState } from 'react'
import { GetConsent, GetConsentHistory, SetConsent } from '#consent/api.ts'
import { ContactPressure } from '#consent/ui/pressure.tsx'
import { CHANNELS } from '#events/reaction.ts'
import { call, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Field, Select } from '#kit/field.tsx'
import { words as plain } from '#kit/format.ts'
import { lazyPart } from '#kit/lazy-part.tsx'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card } from '#kit/page.tsx'
import { TOPICS } from '#kit/paths.ts'
import { ErrorView, Loaded, NoPermission } from '#kit/states.tsx'
import { Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { notify } from '#kit/toast.tsx'
import { useWords } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { GetProfile } from '#profiles/api.ts'
import type { Profile } from '#profiles/ui/identity.tsx'
import { PERSON_WORDS } from './person-words.ts'

const Dialog = lazyPart(() => import('#kit/dialog.tsx'), 'Dialog')

/** Facts come a moment after they are recorded. */
const REFRESH = 3_000

type Standing = OutputOf<typeof GetConsent>['standing'][number]
type Statement = OutputOf<typeof GetConsentHistory>['records'][number]

/** What may be sent now by topic and channel, everything that was said with its proof, and a way to record more. */
export function PersonConsent({ profile }: { profile: Profile }) {
  const [may, mayWrite] = [useMay('consent:read'), useMay('consent:write')]
  const say = useWords(PERSON_WORDS)
  const [recording, setRecording] = useState(false)
  const consent = useRead(GetConsent, { id: profile.id }, { enabled: may })
  const history = useRead(GetConsentHistory, { id: profile.id }, { enabled: may, every: REFRESH })
  if (!may) return <NoPermission needs="consent:read" />
  return (
    <div className="flex flex-col gap-4">
      <Card title={say.standingNow} flush aside={mayWrite && <Button onClick={() => setRecording(true)}>{say.record}</Button>}>
        <p className="px-4 py-2.5 text-dense text-ink-2">{say.standingWhy}</p>
        <Loaded query={consent} lines={4}>
          {({ standing }) =>
            standing.length > 0 ? (
              <NowTable rows={standing} />
            ) : (
              <p className="px-4 pb-4">
                {say.noTopics} <Link href={TOPICS}>{say.toTopics}</Link>
              </p>
            )
          }
        </Loaded>
      </Card>
      <ContactPressure profile={profile.id} />
      <Card title={say.history} flush>
        <Loaded query={history} lines={4}>
          {({ records }) =>
            records.length === 0 ? <p className="p-4 text-ink-2">{say.noHistory}</p> : <HistoryTable rows={records.toReversed()} />
          }
        </Loaded>
      </Card>
      {recording && (
        <Suspense>
          <Dialog title={say.recordTitle} open onClose={() => setRecording(false)}>
            <Record profile={profile.id} onDone={() => setRecording(false)} />
          </Dialog>
        </Suspense>
      )}
    </div>
  )
}

function NowTable({ rows }: { rows: readonly Standing[] }) {
  const say = useWords(PERSON_WORDS)
  return (
    <Table
      label={say.standingNow}
      rows={rows}
      rowKey={(row) => `${row.topic} ${row.channel}`}
      columns={[
        { name: say.topic, cell: (row) => (row.topic ? plain(row.topic) : say.allTopics) },
        { name: say.channel, width: 'w-32', cell: (row) => nameOf(say.channels, row.channel) },
        {
          name: say.may,
          width: 'w-20',
          cell: (row) => (
            <span className={`inline-flex items-center gap-1 ${row.may ? 'text-ok' : 'text-bad'}`}>
              {row.may ? <Check size={15} aria-hidden="true" /> : <X size={15} aria-hidden="true" />}
              {row.may ? say.may : say.mayNot}
            </span>
          ),
        },
        { name: say.why, from: 'sm', cell: (row) => <span className="text-ink-2">{plain(row.reason)}</span> },
      ]}
    />
  )
}

function HistoryTable({ rows }: { rows: readonly Statement[] }) {
  const say = useWords(PERSON_WORDS)
  return (
    <Table
      label={say.history}
      rows={rows}
      rowKey={(row) => `${row.at} ${row.channel} ${row.topic} ${row.status}`}
      columns={[
        {
          name: say.said,
          cell: (row) => (
            <>
              <span className="font-medium">
                {nameOf(say.channels, row.channel)}, {row.topic ? plain(row.topic) : say.allTopics}
              </span>
              <span className="block text-meta text-ink-2">
                {plain(row.status)}
                {!row.effective && ` · ${say.noEffect}: ${plain(row.reason)}`}
              </span>
            </>
          ),
        },
        { name: say.when, width: 'w-44', cell: (row) => <Moment at={row.at} exact /> },
        {
          name: say.proof,
          from: 'md',
          cell: (row) => (
            <span className="block text-meta wrap-anywhere text-ink-2" title={row.wordingText}>
              {[row.source, row.method, row.wording && `${row.wording} v${row.wordingVersion}`, row.url, row.ip, row.proof, row.actor]
                .filter(Boolean)
                .join(' · ')}
            </span>
          ),
        },
        { name: say.basis, width: 'w-32', from: 'lg', cell: (row) => plain(row.basis) },
      ]}
    />
  )
}

const nameOf = (names: Readonly<Record<string, string>>, channel: string): string => names[channel] ?? plain(channel)

function Record({ profile, onDone }: { profile: string; onDone: () => void }) {
  const say = useWords(PERSON_WORDS)
  const client = useQueryClient()
  const [status, setStatus] = useState<'granted' | 'withdrawn'>('withdrawn')
  const [channel, setChannel] = useState<(typeof CHANNELS)[number] | '*'>('email')
  const [topic, setTopic] = useState('')
  const [source, setSource] = useState('')
  const [method, setMethod] = useState('')
  const [proof, setProof] = useState('')
  const record = useMutation({
    mutationFn: () => call(SetConsent, { id: profile, status, channel, topic, source, method, ...(proof !== '' && { proof }) }),
    onSuccess: async () => {
      notify(say.recorded)
      for (const action of [GetConsent, GetConsentHistory, GetProfile]) await client.invalidateQueries({ queryKey: [action.name] })
      onDone()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    record.mutate()
  }
  const channels = [...CHANNELS, '*' as const]
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <p className="text-ink-2">{say.recordWhy}</p>
      <Select
        label={say.said}
        value={status}
        onChange={(value) => setStatus(value === 'granted' ? 'granted' : 'withdrawn')}
        choices={[
          { value: 'withdrawn', label: say.withdraw },
          { value: 'granted', label: say.grant },
        ]}
      />
      <Select
        label={say.channel}
        value={channel}
        onChange={(value) => setChannel(channels.find((each) => each === value) ?? 'email')}
        choices={channels.map((value) => ({ value, label: nameOf(say.channels, value) }))}
      />
      <Field label={say.topic} placeholder={say.allTopics} value={topic} onChange={(event) => setTopic(event.target.value)} />
      <Field label={say.source} hint={say.sourceHint} required value={source} onChange={(event) => setSource(event.target.value)} />
      <Field label={say.method} hint={say.methodHint} required value={method} onChange={(event) => setMethod(event.target.value)} />
      <Field label={say.proofWhere} value={proof} onChange={(event) => setProof(event.target.value)} />
      {record.isError && <ErrorView error={record.error} />}
      <div className="flex gap-2">
        <Button type="submit" look="primary" busy={record.isPending}>
          {say.save}
        </Button>
      </div>
    </form>
  )
}
