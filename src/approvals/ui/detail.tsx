import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ArrowLeft, Check, MessageSquareText, PencilLine, TriangleAlert, X } from 'lucide-react'
import { useEffect, useMemo, useRef, useState } from 'react'
import { call, useRead } from '#kit/api.ts'
import { Button, ButtonLink } from '#kit/button.tsx'
import { Chip } from '#kit/chip.tsx'
import { Dialog } from '#kit/dialog.tsx'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { TabLinks } from '#kit/page.tsx'
import { toDocument } from '#kit/paths.ts'
import { useShortcuts } from '#kit/shortcuts.ts'
import { ErrorView, Loaded } from '#kit/states.tsx'
import { Moment } from '#kit/time.tsx'
import { notify } from '#kit/toast.tsx'
import { useWords } from '#kit/words.ts'
import type { InputOf, OutputOf } from '#lib/action.ts'
import { type RequestApproval as Ask, CancelApproval, CarryOutApproval, GetApproval, ListApprovals } from '../api.ts'
import type { Verdict } from '../schema.ts'
import { Changes } from './changes.tsx'
import { Decide, type Decided } from './decide.tsx'
import { DETAIL } from './detail-words.ts'
import { History } from './history.tsx'
import { Messages } from './messages.tsx'
import { Reach } from './reach.tsx'
import { RequestApproval } from './request.tsx'
import { Rules } from './rules.tsx'
import { Summary } from './summary.tsx'
import { GRADE_TONES, STATE_TONES } from './tones.ts'
import { nameOf } from './who.ts'
import { COMMON } from './words.ts'

export const TABS = ['summary', 'messages', 'changes', 'rules', 'reach', 'history'] as const
export type Tab = (typeof TABS)[number]
type Shown = OutputOf<typeof GetApproval>

interface DetailProps {
  readonly id: string
  readonly tab: Tab
  /** Address of a tab of this request. */
  readonly toTab: (tab: Tab) => string
  /** Address of the list alone, for narrow screens. */
  readonly up: string
}

const REFRESH = 15_000

/** One request: what it is, all that a decider has to know, and the word itself. */
export function ApprovalDetail(props: DetailProps) {
  const request = useRead(GetApproval, { id: props.id }, { every: REFRESH })
  return (
    <Loaded query={request} lines={8}>
      {(data) => <Opened key={data.id} request={data} {...props} />}
    </Loaded>
  )
}

function Opened({ request, tab, toTab, up }: { request: Shown } & Omit<DetailProps, 'id'>) {
  const say = useWords(DETAIL)
  const common = useWords(COMMON)
  const [verdict, setVerdict] = useState<Verdict>()
  const [done, setDone] = useState<Decided>()
  const shortcuts = useMemo(
    () =>
      request.mayDecide
        ? { a: () => setVerdict('approve'), r: () => setVerdict('reject'), e: () => setVerdict('change') }
        : ({} as Record<string, () => void>),
    [request.mayDecide],
  )
  useShortcuts(shortcuts)
  const refused = request.rules.filter((rule) => rule.verdict === 'refuse').length + request.lint.length
  const badges: Partial<Record<Tab, number>> = { messages: request.examples.length, changes: request.diffs.length, rules: refused }
  return (
    <article aria-labelledby="request-title" className="min-w-0 rounded-card border border-line bg-surface">
      <header className="flex flex-col gap-3 px-4 pt-4">
        <Link plain href={up} className="hit flex w-fit items-center gap-1 text-dense text-ink-2 hover:underline lg:hidden">
          <ArrowLeft size={14} aria-hidden="true" />
          {say.back}
        </Link>
        <div className="flex flex-wrap items-center gap-2">
          <h2 id="request-title" className="mr-1 min-w-0 text-h2 wrap-anywhere">
            {request.title}
          </h2>
          <Chip tone={STATE_TONES[request.state]}>{common.states[request.state]}</Chip>
          <Chip tone={GRADE_TONES[request.grade]}>{common.risk(common.grades[request.grade])}</Chip>
        </div>
        <p className="-mt-1 text-dense text-ink-2">
          {common.operations[request.operation]} · {say.by(nameOf(request.names, request.requestedBy))} ·{' '}
          <Moment at={request.requestedAt} />
        </p>
        <Standing request={request} done={done} />
        <Actions request={request} onVerdict={setVerdict} />
        <TabLinks
          label={say.tabs}
          tabs={TABS.map((each) => ({
            label: say[each],
            href: toTab(each),
            current: each === tab,
            ...(badges[each] ? { badge: String(badges[each]) } : {}),
          }))}
        />
      </header>
      <div className="p-4">
        {tab === 'summary' && <Summary request={request} />}
        {tab === 'messages' && <Messages request={request} />}
        {tab === 'changes' && <Changes diffs={request.diffs} />}
        {tab === 'rules' && <Rules request={request} />}
        {tab === 'reach' && <Reach request={request} />}
        {tab === 'history' && <History request={request} />}
      </div>
      {verdict && (
        <Decide
          request={request}
          verdict={verdict}
          onClose={() => setVerdict(undefined)}
          onDone={(now) => {
            setVerdict(undefined)
            setDone(now)
          }}
        />
      )}
    </article>
  )
}

/** What was just said and what comes of it; what stands in the way; how it ended. */
function Standing({ request, done }: { request: Shown; done: Decided | undefined }) {
  const say = useWords(DETAIL)
  const said = useRef<HTMLParagraphElement>(null)
  // The dialog is gone: what has come of it is read next.
  useEffect(() => {
    if (done) said.current?.focus()
  }, [done])
  const next = done && nextOf(done, request, say)
  return (
    <>
      {next !== undefined && (
        <p ref={said} tabIndex={-1} role="status" className="rounded-input bg-ok-soft px-3 py-2 text-ok outline-none">
          {next}
        </p>
      )}
      {next === undefined && request.state === 'approved' && (
        <p className="rounded-input bg-ok-soft px-3 py-2 text-ok">{say.approvedNow}</p>
      )}
      {next === undefined && say.over[request.state] !== undefined && (
        <p className="rounded-input bg-sunken px-3 py-2 text-ink-2">
          {say.over[request.state]}
          {request.reason !== '' && request.reason !== 'deadline' && <span className="block wrap-anywhere text-ink">{request.reason}</span>}
        </p>
      )}
      {request.drift.length > 0 && (
        <div role="alert" className="flex gap-2.5 rounded-input bg-warn-soft px-3 py-2 text-warn">
          <TriangleAlert size={18} aria-hidden="true" className="mt-px shrink-0" />
          <div className="min-w-0">
            <p className="font-medium">{say.drift}</p>
            <ul className="text-dense">
              {request.drift.map((each) => (
                <li key={each} className="wrap-anywhere">
                  {each}
                </li>
              ))}
            </ul>
            <p className="text-dense">{say.driftMore}</p>
          </div>
        </div>
      )}
    </>
  )
}

function nextOf(
  { state, standing }: Decided,
  { operation }: Shown,
  say: ReturnType<typeof useWords<(typeof DETAIL)['en']>>,
): string | undefined {
  if (state === 'open') {
    const more = Math.max(...standing.map(({ quorum, people }) => quorum - people.length))
    return say.next.open(more)
  }
  if (state === 'approved') return operation === 'publish' ? say.next.approved : say.next.approvedRun
  return state === 'executed' || state === 'rejected' || state === 'changes' ? say.next[state] : undefined
}

function Actions({ request, onVerdict }: { request: Shown; onVerdict: (verdict: Verdict) => void }) {
  const say = useWords(DETAIL)
  const mayWrite = useMay('documents:write')
  const [asking, setAsking] = useState(false)
  const { mayDecide, state, carry, manifest, mine, why } = request
  const isOver = state !== 'open' && state !== 'approved'
  const wanted = useMemo(() => againOf(request), [request])
  const place = mayWrite && manifest.touched.length === 1 ? toDocument(manifest.touched[0]!.kind, manifest.touched[0]!.id) : undefined
  const own = request.needs.every(({ ownWork }) => ownWork === 'allowed')
  const again = (isOver && state !== 'executed') || request.drift.length > 0
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-2">
        {mayDecide && (
          <>
            <Button look="primary" onClick={() => onVerdict('approve')}>
              <Check size={16} aria-hidden="true" />
              {say.approve}
              <Key of="A" />
            </Button>
            <Button onClick={() => onVerdict('change')}>
              <MessageSquareText size={16} aria-hidden="true" />
              {say.change}
              <Key of="E" />
            </Button>
            <Button look="bad" onClick={() => onVerdict('reject')}>
              <X size={16} aria-hidden="true" />
              {say.reject}
              <Key of="R" />
            </Button>
          </>
        )}
        {state === 'approved' && carry.may && <CarryOut request={request} />}
        {place !== undefined && !isOver && (
          <ButtonLink href={place}>
            <PencilLine size={16} aria-hidden="true" />
            {say.edit}
          </ButtonLink>
        )}
        {again && (mine || mayWrite) && <Button onClick={() => setAsking(true)}>{say.askAgain}</Button>}
        {request.mayCancel && <TakeBack request={request} />}
      </div>
      {!mayDecide && !isOver && <p className="text-dense text-ink-2">{say.cannot(why)}</p>}
      {state === 'approved' && !carry.may && carry.why !== '' && <p className="text-dense text-ink-2">{carry.why}</p>}
      {place !== undefined && mayDecide && <p className="text-meta text-ink-3">{own ? say.editOwn : say.editWhy}</p>}
      {asking && <RequestApproval wanted={wanted} title={request.title} onClose={() => setAsking(false)} />}
    </div>
  )
}

const Key = ({ of }: { of: string }) => (
  <span aria-hidden="true" className="rounded-input border border-current px-1 text-meta opacity-60 max-lg:hidden">
    {of}
  </span>
)

/** The same once more, with the drafts as they are now. */
function againOf({ operation, manifest }: Pick<Shown, 'operation' | 'manifest'>): InputOf<typeof Ask>['wanted'] {
  const { touched, journeys, inFlight } = manifest
  const name = ({ kind, id }: (typeof touched)[number]) => ({ kind, id })
  if (operation === 'resume' || operation === 'broadcast') return { kind: operation, journey: journeys[0] ?? '' }
  return {
    kind: 'publish',
    documents: [],
    drafts: touched.filter(({ action }) => action !== 'archive').map(name),
    archive: touched.filter(({ action }) => action === 'archive').map(name),
    prune: false,
    inFlight: inFlight as never,
  }
}

function CarryOut({ request: { id, hash } }: { request: Pick<Shown, 'id' | 'hash'> }) {
  const say = useWords(DETAIL)
  const client = useQueryClient()
  const carry = useMutation({
    mutationFn: () => call(CarryOutApproval, { id, hash }),
    onSuccess: async () => {
      notify(say.carried)
      await client.invalidateQueries()
    },
  })
  return (
    <>
      <Button look="primary" busy={carry.isPending} onClick={() => carry.mutate()}>
        {say.carry}
      </Button>
      {carry.isError && <ErrorView error={carry.error} />}
    </>
  )
}

function TakeBack({ request: { id } }: { request: Pick<Shown, 'id'> }) {
  const say = useWords(DETAIL)
  const client = useQueryClient()
  const [open, setOpen] = useState(false)
  const cancel = useMutation({
    mutationFn: () => call(CancelApproval, { id }),
    onSuccess: async () => {
      setOpen(false)
      notify(say.cancelled)
      await Promise.all([GetApproval, ListApprovals].map(({ name }) => client.invalidateQueries({ queryKey: [name] })))
    },
  })
  return (
    <>
      <Button look="quiet" onClick={() => setOpen(true)}>
        {say.cancel}
      </Button>
      {open && (
        <Dialog title={say.cancelTitle} open onClose={() => setOpen(false)}>
          <p className="mb-4 text-ink-2">{say.cancelMore}</p>
          {cancel.isError && <ErrorView error={cancel.error} />}
          <div className="flex flex-wrap justify-end gap-2">
            <Button onClick={() => setOpen(false)}>{say.keep}</Button>
            <Button look="bad" busy={cancel.isPending} onClick={() => cancel.mutate()}>
              {say.cancel}
            </Button>
          </div>
        </Dialog>
      )}
    </>
  )
}
