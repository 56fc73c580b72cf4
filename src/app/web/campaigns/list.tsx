import { useMutation, useQueryClient } from '@tanstack/react-query'
import { CalendarDays, Megaphone, Plus } from 'lucide-react'
import { Suspense, useState } from 'react'
import { ChangeBroadcast } from '#journeys/api.ts'
import { type CampaignLine, ListCampaigns, TakeBackCampaign } from '#journeys/campaign-api.ts'
import { call, useRead } from '#kit/api.ts'
import { Button, ButtonLink } from '#kit/button.tsx'
import { Chip, type Tone } from '#kit/chip.tsx'
import { SearchField, Select } from '#kit/field.tsx'
import { count } from '#kit/format.ts'
import { lazyPart } from '#kit/lazy-part.tsx'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card, Page } from '#kit/page.tsx'
import { CALENDAR, NEW_CAMPAIGN, toCampaign, toJourney, toPeopleBehind } from '#kit/paths.ts'
import { serverNow } from '#kit/server-clock.ts'
import { Empty, ErrorView, Loaded, NoResults } from '#kit/states.tsx'
import { Moment } from '#kit/time.tsx'
import { notify } from '#kit/toast.tsx'
import { useWords } from '#kit/words.ts'
import { ListOutcomes } from '#measurement/goals/api.ts'
import { PublishDraft } from '#workspaces/documents/api.ts'
import { CAMPAIGN_WORDS } from './words.ts'

const Dialog = lazyPart(() => import('#kit/dialog.tsx'), 'Dialog')

export interface CampaignFilter {
  readonly q?: string | undefined
  readonly show?: Shown | undefined
  readonly channel?: string | undefined
}
export const SHOWN = ['planned', 'running', 'done', 'draft'] as const
type Shown = (typeof SHOWN)[number]
type Status = CampaignLine['status']

const KINDS: Readonly<Record<Shown, readonly Status[]>> = {
  planned: ['planned', 'held'],
  running: ['running', 'paused'],
  done: ['done', 'stopped', 'missed', 'over'],
  draft: ['draft'],
}
const TONES: Readonly<Record<Status, Tone>> = {
  draft: 'neutral',
  planned: 'accent',
  running: 'ok',
  paused: 'warn',
  held: 'warn',
  done: 'neutral',
  stopped: 'bad',
  missed: 'bad',
  over: 'neutral',
}
const CHANNELS = ['email', 'sms', 'push', 'inapp', 'whatsapp', 'slack', 'webhook'] as const

const fits = ({ q = '', show, channel }: CampaignFilter, { name, id, status, channels }: CampaignLine): boolean =>
  `${name} ${id}`.toLowerCase().includes(q.toLowerCase()) &&
  (show === undefined || KINDS[show].includes(status)) &&
  (channel === undefined || channels.includes(channel))

export function CampaignList({ filter, onFilter }: { filter: CampaignFilter; onFilter: (filter: CampaignFilter) => void }) {
  const say = useWords(CAMPAIGN_WORDS)
  const may = useMay('documents:write')
  const campaigns = useRead(ListCampaigns, {}, { every: 3_000 })
  const make = may && (
    <ButtonLink look="primary" href={NEW_CAMPAIGN}>
      <Plus size={16} aria-hidden="true" />
      {say.newCampaign}
    </ButtonLink>
  )
  return (
    <Page
      title={say.campaigns}
      lead={say.lead}
      actions={
        <>
          <ButtonLink href={CALENDAR}>
            <CalendarDays size={16} aria-hidden="true" />
            {say.calendar}
          </ButtonLink>
          {make}
        </>
      }
    >
      <div className="mb-4 flex flex-wrap items-center gap-3">
        <SearchField label={say.search} value={filter.q ?? ''} onSearch={(q) => onFilter({ ...filter, q: q || undefined })} />
        <Select
          label={say.show}
          value={filter.show ?? ''}
          choices={[{ value: '', label: say.every }, ...SHOWN.map((each) => ({ value: each, label: say.shown[each] }))]}
          onChange={(show) => onFilter({ ...filter, show: SHOWN.find((each) => each === show) })}
        />
        <Select
          label={say.channel}
          value={filter.channel ?? ''}
          choices={[{ value: '', label: say.every }, ...CHANNELS.map((each) => ({ value: each, label: say.channels[each] ?? each }))]}
          onChange={(channel) => onFilter({ ...filter, channel: channel || undefined })}
        />
      </div>
      <Loaded query={campaigns} lines={6}>
        {({ campaigns: all }) => {
          const shown = all.filter((each) => fits(filter, each))
          if (all.length === 0)
            return (
              <Card>
                <Empty icon={<Megaphone size={20} aria-hidden="true" />} title={say.none} action={make}>
                  {say.noneText}
                </Empty>
              </Card>
            )
          if (shown.length === 0)
            return <NoResults of={filter.q ?? (filter.show ? say.shown[filter.show] : say.campaigns)} clear={() => onFilter({})} />
          return (
            <ul className="flex flex-col gap-3">
              {shown.map((each) => (
                <CampaignCard key={each.id} campaign={each} />
              ))}
            </ul>
          )
        }}
      </Loaded>
    </Page>
  )
}

function CampaignCard({ campaign }: { campaign: CampaignLine }) {
  const say = useWords(CAMPAIGN_WORDS)
  const { id, name, status, recurring, schedule, audience, channels, next, last } = campaign
  const open = status === 'running' || status === 'paused'
  return (
    <li className="flex flex-col gap-3 rounded-card border border-line bg-surface p-4">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0 flex-1 basis-72">
          <h2 className="flex flex-wrap items-center gap-2 text-h3">
            <Link plain href={toCampaign(id)} className="wrap-anywhere hover:underline">
              {name}
            </Link>
            <Chip tone={TONES[status]} dashed={status === 'draft'}>
              {say.status[status]}
            </Chip>
          </h2>
          <p className="mt-1 text-dense text-ink-2">
            {[...channels.map((each) => say.channels[each] ?? each), recurring ? say.recurring : say.once].join(' · ')} ·{' '}
            {say.to(audience.sentence)}
          </p>
          {next && (
            <p className="text-dense">
              {say.next}: {say.at(next.local, schedule.zone)} (<Moment at={next.begins} />)
            </p>
          )}
          {last && !open && (
            <p className="text-dense text-ink-2">
              {say.last}: {say.at(last.occurrence, schedule.zone)}
            </p>
          )}
        </div>
        <Deeds campaign={campaign} />
      </div>
      {open && last && <Progress name={name} last={last} />}
      {campaign.results.entered > 0 && <Results campaign={campaign} />}
    </li>
  )
}

type Last = NonNullable<CampaignLine['last']>

function Progress({ name, last: { looked, people, reached, beganAt, status } }: { name: string; last: Last }) {
  const say = useWords(CAMPAIGN_WORDS)
  const minutes = Math.max(1 / 60, (serverNow(Date.now()) - beganAt) / 60_000)
  const pace = Math.round(looked / minutes)
  return (
    <div className="flex flex-col gap-1">
      <progress aria-label={say.progress(name)} className="w-full" max={Math.max(1, people)} value={looked} />
      <p className="text-meta text-ink-2 num">
        {say.lookedAt(looked, Math.max(people, looked), reached)}
        {status === 'running' && pace > 0 && ` · ${say.pace(pace, Math.ceil(Math.max(0, people - looked) / pace))}`}
      </p>
    </div>
  )
}

/** What can be done with it as it stands. */
function Deeds({ campaign: { id, name, status, recurring, last } }: { campaign: CampaignLine }) {
  const say = useWords(CAMPAIGN_WORDS)
  const client = useQueryClient()
  const mayWrite = useMay('documents:write')
  const maySend = useMay('send')
  const mayPublish = useMay('publish')
  const [stopping, setStopping] = useState(false)
  const refresh = () => client.invalidateQueries({ queryKey: [ListCampaigns.name] })
  const change = useMutation({
    mutationFn: (to: 'pause' | 'resume' | 'cancel') => call(ChangeBroadcast, { id, occurrence: last!.occurrence, to }),
    onSuccess: async (_done, to) => {
      setStopping(false)
      if (to === 'cancel') notify(say.stopped)
      await refresh()
    },
  })
  const back = useMutation({
    mutationFn: () => call(TakeBackCampaign, { id }),
    onSuccess: async ({ hash }) => {
      notify(say.takenBack, {
        label: say.undo,
        run: () => void call(PublishDraft, { kind: 'journey', id, hash }).then(refresh, (error: Error) => notify(error.message)),
      })
      await refresh()
    },
  })
  const left = last ? Math.max(0, last.people - last.looked) : 0
  const failed = change.error ?? back.error
  return (
    <div className="flex flex-wrap items-center gap-2">
      {maySend && (status === 'running' || status === 'paused') && (
        <>
          <Button
            busy={change.isPending}
            aria-label={`${status === 'running' ? say.pause : say.resume}: ${name}`}
            onClick={() => change.mutate(status === 'running' ? 'pause' : 'resume')}
          >
            {status === 'running' ? say.pause : say.resume}
          </Button>
          <Button aria-label={`${say.stop} ${name}`} onClick={() => setStopping(true)}>
            {say.stop}
          </Button>
        </>
      )}
      {maySend && mayPublish && status === 'planned' && !recurring && (
        <Button busy={back.isPending} aria-label={`${say.takeBack}: ${name}`} onClick={() => back.mutate()}>
          {say.takeBack}
        </Button>
      )}
      {mayWrite && <ButtonLink href={toCampaign(id)}>{say.edit}</ButtonLink>}
      <ButtonLink href={toJourney(id)}>{say.studio}</ButtonLink>
      {failed && <ErrorView error={failed} />}
      <Suspense>
        {stopping && (
          <Dialog title={say.stopTitle(name)} open onClose={() => setStopping(false)}>
            <p>{say.stopText(left, last?.reached ?? 0)}</p>
            <div className="mt-4 flex justify-end gap-2">
              <Button onClick={() => setStopping(false)}>{say.keep}</Button>
              <Button look="bad" busy={change.isPending} onClick={() => change.mutate('cancel')}>
                {say.stopNow(left)}
              </Button>
            </div>
          </Dialog>
        )}
      </Suspense>
    </div>
  )
}

/** Numbers, each with the people or messages behind it, and what it brought. */
function Results({ campaign: { id, name, results, holdout } }: { campaign: CampaignLine }) {
  const say = useWords(CAMPAIGN_WORDS)
  const outcomes = useRead(ListOutcomes, { journey: id }, { every: 60_000 })
  const outcome = outcomes.data?.outcomes.find(({ journey }) => journey === id)
  const numbers = [
    [say.entered, results.entered, { of: 'entered' }],
    [say.heldOut, results.heldOut, { of: 'in_arm', arm: 'held_out' }],
    [say.sent, results.sent, { of: 'message', status: 'sent' }],
    [say.delivered, results.delivered, { of: 'message', status: 'delivered' }],
    [say.opened, results.opened, { of: 'message', status: 'opened' }],
    [say.clicked, results.clicked, { of: 'message', status: 'clicked' }],
    [say.converted, results.converted, { of: 'converted', arm: 'treated' }],
  ] as const
  return (
    <section aria-label={say.results(name)} className="border-t border-line pt-3">
      <dl className="grid grid-cols-2 gap-3 sm:grid-cols-4 lg:grid-cols-7">
        {numbers.map(([label, value, query]) => (
          <div key={label} title={label === say.opened || label === say.clicked ? say.machines : undefined}>
            <dt className="text-meta text-ink-3">{label}</dt>
            <dd className="text-h3 num">{value > 0 ? <Link href={toPeopleBehind(id, query)}>{count(value)}</Link> : '0'}</dd>
          </div>
        ))}
      </dl>
      <p className="mt-2 max-w-[72ch] text-dense text-ink-2">
        <strong className="font-medium text-ink">{say.lift}:</strong>{' '}
        {holdout === '0%' ? say.noHoldout : (outcome?.sentence ?? say.holdout(holdout))}
      </p>
    </section>
  )
}
