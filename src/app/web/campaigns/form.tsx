import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { Suspense, useMemo, useState } from 'react'
import { RequestApproval as Ask } from '#approvals/api.ts'
import { CampaignReach, ListCampaigns } from '#journeys/campaign-api.ts'
import { type Campaign, idFor, journeyOf, nextMinute } from '#journeys/campaigns/form.ts'
import { call, Refused, useRead } from '#kit/api.ts'
import { Button, ButtonLink } from '#kit/button.tsx'
import { Field } from '#kit/field.tsx'
import { count } from '#kit/format.ts'
import { lazyPart } from '#kit/lazy-part.tsx'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card, Page } from '#kit/page.tsx'
import { CAMPAIGNS, toCampaign, toJourney, toPerson } from '#kit/paths.ts'
import { serverNow } from '#kit/server-clock.ts'
import { ErrorView } from '#kit/states.tsx'
import { notify } from '#kit/toast.tsx'
import { useWords } from '#kit/words.ts'
import { zoneInUse } from '#kit/zone.ts'
import type { Problem } from '#lib/problem.ts'
import { useSettled } from '#segments/ui/settled.ts'
import { ListDocuments, PublishDraft, SaveDraft } from '#workspaces/documents/api.ts'
import { AudienceCard, GoalCard, MessageCard } from './form-parts.tsx'
import { WhenCard } from './form-when.tsx'
import { CAMPAIGN_WORDS } from './words.ts'

// Most campaigns go out without either.
const Dialog = lazyPart(() => import('#kit/dialog.tsx'), 'Dialog')
const RequestApproval = lazyPart(() => import('#approvals/ui/request.tsx'), 'RequestApproval')

/** From so many people on, the number has to be typed. */
const MANY = 1_000

/** What is missing before anything can be said about it. */
const isWhole = ({ name, audience, messages, when, goal }: Campaign, now: boolean): boolean =>
  name.trim() !== '' &&
  (audience.kind === 'segment' ? audience.id : audience.when).trim() !== '' &&
  messages.every((each) => each !== '') &&
  goal.event.trim() !== '' &&
  (now || when.kind !== 'once' || when.at !== '') &&
  (when.kind !== 'rule' || when.rule !== '') &&
  (when.kind !== 'week' || when.on.length > 0)

/** With its time: now is the next full minute but one of the reader's own zone. */
const timed = (campaign: Campaign, now: boolean): Campaign => {
  if (!now) return campaign
  const zone = zoneInUse()
  return { ...campaign, zone, when: { kind: 'once', at: nextMinute(serverNow(Date.now()), zone) } }
}

/** One campaign as a form: whom, what, when, what for; then whom it reaches, and away. */
export function CampaignForm({ id, stored }: { id: string; stored: Campaign }) {
  const say = useWords(CAMPAIGN_WORDS)
  const mayWrite = useMay('documents:write')
  const [campaign, setCampaign] = useState(stored)
  const [now, setNow] = useState(id === '')
  const change = (part: Partial<Campaign>) => setCampaign((before) => ({ ...before, ...part }))
  const parts = { campaign, onChange: change, readOnly: !mayWrite }
  return (
    <Page
      title={id === '' ? say.newCampaign : campaign.name}
      up={{ label: say.campaigns, href: CAMPAIGNS }}
      actions={id !== '' && <ButtonLink href={toJourney(id)}>{say.toStudio}</ButtonLink>}
    >
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 lg:grid-cols-[minmax(0,1fr)_340px]">
        <div className="flex min-w-0 flex-col gap-4">
          <Card>
            <Field
              label={say.name}
              hint={say.nameHint}
              value={campaign.name}
              maxLength={120}
              disabled={!mayWrite}
              onChange={({ target }) => change({ name: target.value })}
            />
          </Card>
          <AudienceCard {...parts} />
          <MessageCard {...parts} />
          <WhenCard {...parts} now={now} onNow={setNow} />
          <GoalCard {...parts} />
        </div>
        <div className="flex min-w-0 flex-col gap-4 lg:sticky lg:top-4">
          <Check id={id} campaign={campaign} now={now} />
        </div>
      </div>
    </Page>
  )
}

function Check({ id, campaign, now }: { id: string; campaign: Campaign; now: boolean }) {
  const say = useWords(CAMPAIGN_WORDS)
  const mayRead = useMay('people:read')
  const whole = isWhole(campaign, now)
  // What a name or an hour changes does not change whom it reaches: only the settled form is asked about.
  const settled = useSettled(
    JSON.stringify(whole ? journeyOf({ ...campaign, when: { kind: 'once', at: '2100-01-01T09:00' } }, id || 'new') : ''),
  )
  const body = useMemo(() => JSON.parse(settled) as Record<string, never> | '', [settled])
  const reach = useRead(CampaignReach, { body: body || {} }, { enabled: mayRead && whole && body !== '', keep: true })
  const allowed = reach.data?.allowed ?? 0
  const share = campaign.holdout / 100
  return (
    <Card title={say.reach}>
      {!whole && <p className="text-dense text-ink-2">{say.incomplete}</p>}
      {whole && reach.isPending && mayRead && <p className="text-dense text-ink-2">{say.counting}</p>}
      {whole && reach.error && <ErrorView error={reach.error} />}
      {whole && reach.data && (
        <div className="flex flex-col gap-2" aria-live="polite" aria-busy={reach.isFetching}>
          <p>{say.inAudience(reach.data.audience, reach.data.of)}</p>
          <p className="text-h3 num">{say.allowed(allowed)}</p>
          {share > 0 && <p className="text-dense text-ink-2">{say.willGet(Math.round(allowed * (1 - share)), campaign.holdout)}</p>}
          {reach.data.looked < reach.data.audience && <p className="text-meta text-ink-3">{say.estimated(reach.data.looked)}</p>}
          {reach.data.reasons.length > 0 && (
            <div>
              <h3 className="text-dense font-medium">{say.because}</h3>
              <ul className="mt-1 flex flex-col gap-1 text-dense">
                {reach.data.reasons.map(({ reason, sentence, people, some }) => (
                  <li key={reason}>
                    <span className="num font-medium">{count(people)}</span> {sentence}{' '}
                    {some[0] !== undefined && <Link href={toPerson(some[0])}>→</Link>}
                  </li>
                ))}
              </ul>
            </div>
          )}
          <p className="text-meta text-ink-3">{say.asOf}</p>
        </div>
      )}
      <Send id={id} campaign={campaign} now={now} whole={whole} allowed={reach.data ? allowed : undefined} />
    </Card>
  )
}

interface SendProps {
  readonly id: string
  readonly campaign: Campaign
  readonly now: boolean
  readonly whole: boolean
  readonly allowed: number | undefined
}

interface Written {
  readonly id: string
  readonly problems: readonly Problem[]
  readonly needsApproval: boolean
}

/** Saves, and publishes where that is wanted; the id is made of the name when it is saved for the first time. */
async function write({ id, campaign, now }: Pick<SendProps, 'id' | 'campaign' | 'now'>, live: boolean): Promise<Written> {
  const named =
    id || idFor(campaign.name, new Set((await call(ListDocuments, { kind: 'journey', archived: 'true' })).documents.map((each) => each.id)))
  const body = journeyOf(timed(campaign, now), named)
  const { draft, problems } = await call(SaveDraft, { kind: 'journey', id: named, body: body as never })
  const errors = problems.filter((each) => !('severity' in each) || each.severity === 'error')
  if (!live || errors.length > 0) return { id: named, problems: errors, needsApproval: false }
  try {
    await call(PublishDraft, { kind: 'journey', id: named, hash: draft.hash })
    return { id: named, problems: [], needsApproval: false }
  } catch (error) {
    if (error instanceof Refused && error.failure.code === 'approval.needed') return { id: named, problems: [], needsApproval: true }
    throw error
  }
}

function Send({ id, campaign, now, whole, allowed }: SendProps) {
  const say = useWords(CAMPAIGN_WORDS)
  const client = useQueryClient()
  const router = useRouter()
  const mayWrite = useMay('documents:write')
  const maySend = [useMay('publish'), useMay('send')].every(Boolean)
  const [confirming, setConfirming] = useState(false)
  const [asking, setAsking] = useState<string>()
  const [problems, setProblems] = useState<readonly Problem[]>([])
  const wanted = useMemo(() => ({ kind: 'publish' as const, drafts: [{ kind: 'journey', id: asking ?? '' }] }), [asking])
  const work = useMutation({
    mutationFn: (what: 'save' | 'send' | 'ask') => write({ id, campaign, now }, what === 'send'),
    onSuccess: async (done, what) => {
      setConfirming(false)
      setProblems(done.problems)
      await client.invalidateQueries()
      if (done.needsApproval || (what === 'ask' && done.problems.length === 0)) return setAsking(done.id)
      if (done.problems.length > 0) return
      notify(what === 'send' ? say.planned : say.saved)
      router.history.push(what === 'send' ? CAMPAIGNS : toCampaign(done.id))
      void client.invalidateQueries({ queryKey: [ListCampaigns.name] })
    },
  })
  if (!mayWrite) return null
  const people = allowed ?? 0
  const send = () => (people >= MANY ? setConfirming(true) : work.mutate('send'))
  const shown = allowed === undefined ? say.counting : now ? say.sendTo(people) : say.planFor(people)
  return (
    <div className="mt-4 flex flex-col gap-3 border-t border-line pt-4">
      {whole && <Approval id={id} campaign={campaign} now={now} />}
      {work.isError && <ErrorView error={work.error} />}
      {problems.length > 0 && (
        <div role="alert">
          <p className="text-dense font-medium text-bad">{say.problems}</p>
          <ul className="list-disc pl-5 text-dense">
            {problems.map((each) => (
              <li key={`${each.code} ${each.at} ${each.title}`}>
                {each.title}. {each.hint}
              </li>
            ))}
          </ul>
        </div>
      )}
      {maySend ? (
        <Button look="primary" busy={work.isPending || !whole || allowed === undefined} onClick={send}>
          {whole ? shown : say.check}
        </Button>
      ) : (
        <>
          <p className="text-dense text-ink-2">{say.mayNotSend}</p>
          <Button look="primary" busy={work.isPending || !whole} onClick={() => work.mutate('ask')}>
            {say.ask}
          </Button>
        </>
      )}
      <Button busy={work.isPending || !whole} onClick={() => work.mutate('save')}>
        {say.save}
      </Button>
      <Suspense>
        {confirming && (
          <Confirm people={people} onClose={() => setConfirming(false)} onSend={() => work.mutate('send')} busy={work.isPending} />
        )}
        {asking !== undefined && <RequestApproval wanted={wanted} title={campaign.name} onClose={() => setAsking(undefined)} />}
      </Suspense>
    </div>
  )
}

/** Who would have to agree, before anybody presses anything. */
function Approval({ id, campaign, now }: { id: string; campaign: Campaign; now: boolean }) {
  const say = useWords(CAMPAIGN_WORDS)
  const named = id || 'new'
  const settled = useSettled(
    JSON.stringify(journeyOf(now ? { ...campaign, when: { kind: 'once', at: '2100-01-01T09:00' } } : campaign, named)),
  )
  const wanted = useMemo(
    () => ({
      kind: 'publish' as const,
      documents: settled === '' ? [] : [{ kind: 'journey', id: named, body: JSON.parse(settled) as never }],
    }),
    [settled, named],
  )
  const told = useRead(Ask, { wanted, dryRun: true }, { keep: true, enabled: settled !== '' })
  if (!told.data) return null
  return <p className="text-dense text-ink-2">{told.data.needed ? say.approvalNeeded(told.data.needs.length) : say.approvalNone}</p>
}

function Confirm({ people, onClose, onSend, busy }: { people: number; onClose: () => void; onSend: () => void; busy: boolean }) {
  const say = useWords(CAMPAIGN_WORDS)
  const [typed, setTyped] = useState('')
  const same = typed.replace(/\D/g, '') === String(people)
  return (
    <Dialog title={say.confirm} open onClose={onClose}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (same && !busy) onSend()
        }}
      >
        <p>{say.confirmText(people)}</p>
        <Field
          label={say.confirmLabel(people)}
          value={typed}
          inputMode="numeric"
          autoComplete="off"
          onChange={({ target }) => setTyped(target.value)}
        />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{say.cancel}</Button>
          <Button look="primary" type="submit" busy={busy || !same} onClick={() => undefined}>
            {say.sendTo(people)}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
