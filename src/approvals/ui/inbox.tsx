import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { Circle, CircleCheckBig, CircleDot, Triangle } from 'lucide-react'
import { type ReactNode, useMemo, useState } from 'react'
import { call, Refused, useRead } from '#kit/api.ts'
import { Button, ButtonLink } from '#kit/button.tsx'
import { Chip } from '#kit/chip.tsx'
import { Dialog } from '#kit/dialog.tsx'
import { Select } from '#kit/field.tsx'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Page, TabLinks } from '#kit/page.tsx'
import { POLICIES, toApprovals } from '#kit/paths.ts'
import { useShortcuts } from '#kit/shortcuts.ts'
import { Empty, Loaded, NoResults } from '#kit/states.tsx'
import { Moment } from '#kit/time.tsx'
import { notify } from '#kit/toast.tsx'
import { useWords } from '#kit/words.ts'
import { type ApprovalLine, DecideApproval, GetApproval, ListApprovals } from '../api.ts'
import { GRADES, type Grade } from '../grade.ts'
import { ApprovalDetail, type Tab } from './detail.tsx'
import { INBOX } from './inbox-words.ts'
import { type InboxFilter, inOrder, neighbour } from './order.ts'
import { GRADE_TONES, STATE_TONES } from './tones.ts'
import { COMMON } from './words.ts'

export interface InboxSearch extends InboxFilter {
  readonly open?: string
  readonly tab?: Tab
}

const REFRESH = 10_000
const ICONS: Readonly<Record<Grade, typeof Circle>> = { low: Circle, medium: CircleDot, high: Triangle }
const INKS: Readonly<Record<Grade, string>> = { low: 'text-ink-3', medium: 'text-warn', high: 'text-bad' }

/** The inbox beside one request. The address holds all of it: filter, order, request and tab. */
export function Inbox({ search, below }: { search: InboxSearch; below?: ReactNode }) {
  const say = useWords(INBOX)
  const common = useWords(COMMON)
  const router = useRouter()
  const { show, risk, sort, open, tab = 'summary' } = search
  const query = useRead(ListApprovals, { over: show === 'over' ? 'true' : 'false' }, { every: REFRESH, keep: true })
  const lines = useMemo(() => inOrder(query.data?.approvals ?? [], { show, risk, sort }), [query.data, show, risk, sort])
  const to = (change: Partial<Record<keyof InboxSearch, string | undefined>>): string =>
    toApprovals({ show, risk, sort, open, tab: search.tab, ...change })
  // Beside the list there is always one open; alone on a narrow screen only when it was chosen.
  const current = open ?? lines[0]?.id
  const shortcuts = useMemo(() => {
    const move = (by: 1 | -1) => () => {
      const next = neighbour(
        lines.map(({ id }) => id),
        current,
        by,
      )
      if (next !== undefined) router.history.push(toApprovals({ show, risk, sort, open: next }))
    }
    return { j: move(1), k: move(-1) }
  }, [lines, current, router, show, risk, sort])
  useShortcuts(shortcuts)
  return (
    <Page title={say.title} lead={say.lead}>
      <div className="mb-4 flex flex-wrap items-end justify-between gap-x-4 gap-y-2">
        <TabLinks
          label={say.shows}
          tabs={(['waiting', 'mine', 'over'] as const).map((each) => ({
            label: say.show[each],
            href: toApprovals({ show: each === 'waiting' ? undefined : each, risk, sort }),
            current: (show ?? 'waiting') === each,
          }))}
        />
        <div className="flex flex-wrap gap-3">
          <Select
            label={say.risk}
            value={risk ?? ''}
            choices={[{ value: '', label: say.anyRisk }, ...GRADES.toReversed().map((value) => ({ value, label: common.grades[value] }))]}
            onChange={(value) => router.history.push(to({ risk: value || undefined, open: undefined }))}
          />
          {show !== 'over' && (
            <Select
              label={say.sort}
              value={sort ?? 'due'}
              choices={(['due', 'risk'] as const).map((value) => ({ value, label: say.sorts[value] }))}
              onChange={(value) => router.history.push(to({ sort: value === 'risk' ? value : undefined }))}
            />
          )}
        </div>
      </div>
      <Loaded query={query} lines={6}>
        {() =>
          lines.length === 0 && open === undefined ? (
            <Nothing search={search} clear={() => router.history.push(to({ risk: undefined }))} />
          ) : (
            <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 lg:grid-cols-[340px_minmax(0,1fr)]">
              <div className={open === undefined ? '' : 'max-lg:hidden'}>
                <Lines lines={lines} current={current} toLine={(id) => to({ open: id, tab: undefined })} />
                <p className="mt-2 text-meta text-ink-3 max-lg:hidden">{say.keys}</p>
              </div>
              <div className={open === undefined ? 'max-lg:hidden' : ''}>
                {current === undefined ? (
                  <Empty title={say.pick} />
                ) : (
                  <ApprovalDetail
                    id={current}
                    tab={tab}
                    up={toApprovals({ show, risk, sort })}
                    toTab={(each) => to({ open: current, tab: each === 'summary' ? undefined : each })}
                  />
                )}
              </div>
            </div>
          )
        }
      </Loaded>
      {below}
    </Page>
  )
}

function Nothing({ search: { show, risk }, clear }: { search: InboxSearch; clear: () => void }) {
  const say = useWords(INBOX)
  const maySet = useMay('documents:read')
  if (risk !== undefined) return <NoResults of={say.filter} clear={clear} />
  const icon = <CircleCheckBig size={20} aria-hidden="true" />
  if (show === 'mine')
    return (
      <Empty icon={icon} title={say.noneMine}>
        {say.noneMineMore}
      </Empty>
    )
  return (
    <Empty
      icon={icon}
      title={show === 'over' ? say.noneOver : say.none}
      action={maySet ? <ButtonLink href={POLICIES}>{say.policies}</ButtonLink> : undefined}
    >
      {say.noneMore}
    </Empty>
  )
}

interface LinesProps {
  readonly lines: readonly ApprovalLine[]
  readonly current: string | undefined
  readonly toLine: (id: string) => string
}

function Lines({ lines, current, toLine }: LinesProps) {
  const say = useWords(INBOX)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  // What is not of low risk is looked at one by one.
  const easy = lines.filter((line) => line.forMe && line.grade === 'low' && line.state === 'open')
  const picked = easy.filter(({ id }) => chosen.has(id))
  const toggle = (id: string) => setChosen((now) => (now.has(id) ? new Set([...now].filter((each) => each !== id)) : new Set([...now, id])))
  return (
    <>
      {picked.length > 0 && <Bulk lines={picked} onDone={() => setChosen(new Set())} />}
      <ul aria-label={say.list} className="overflow-hidden rounded-card border border-line bg-surface">
        {lines.map((line) => (
          <Line
            key={line.id}
            line={line}
            isCurrent={line.id === current}
            href={toLine(line.id)}
            pick={easy.length > 1 && easy.includes(line) ? { chosen: chosen.has(line.id), toggle: () => toggle(line.id) } : undefined}
          />
        ))}
      </ul>
    </>
  )
}

interface LineProps {
  readonly line: ApprovalLine
  readonly isCurrent: boolean
  readonly href: string
  readonly pick: { readonly chosen: boolean; readonly toggle: () => void } | undefined
}

function Line({ line, isCurrent, href, pick }: LineProps) {
  const say = useWords(INBOX)
  const common = useWords(COMMON)
  const Icon = ICONS[line.grade]
  const { journeys, people, due, state, closedAt } = line
  return (
    <li
      className={`relative flex gap-2.5 border-b border-line px-3 py-2.5 last:border-0 hover:bg-sunken ${isCurrent ? 'bg-sunken shadow-[inset_3px_0_0_var(--accent)]' : ''}`}
    >
      {pick ? (
        <input
          type="checkbox"
          checked={pick.chosen}
          onChange={pick.toggle}
          aria-label={say.select(line.title)}
          className="relative z-10 mt-0.5 size-4 shrink-0 accent-(--accent)"
        />
      ) : (
        <Icon size={16} className={`mt-0.5 shrink-0 ${INKS[line.grade]}`} aria-hidden="true" />
      )}
      <div className="min-w-0 flex-1">
        <Link
          plain
          href={href}
          aria-current={isCurrent ? 'true' : undefined}
          className='block font-medium wrap-anywhere after:absolute after:inset-0 after:content-[""] hover:underline focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-focus'
        >
          {line.title}
        </Link>
        <p className="mt-0.5 text-meta text-ink-2">
          {common.grades[line.grade]}
          {journeys > 0 && ` · ${say.forPeople(people)}`}
          {line.requester !== '' && ` · ${line.requester}`}
        </p>
        <p className="mt-1 flex flex-wrap items-center gap-1.5 text-meta text-ink-3">
          {state !== 'open' && <Chip tone={STATE_TONES[state]}>{common.states[state]}</Chip>}
          {line.forMe && <Chip tone="accent">{say.yours}</Chip>}
          {state === 'open' && due !== null && (
            <span>
              {say.due} <Moment at={due} />
            </span>
          )}
          {closedAt !== null && <Moment at={closedAt} />}
        </p>
      </div>
      {line.grade === 'high' && state === 'open' && <Chip tone={GRADE_TONES.high}>{common.grades.high}</Chip>}
    </li>
  )
}

/** Several of low risk with one word: each is decided by itself, and a refusal of one leaves the others. */
function Bulk({ lines, onDone }: { lines: readonly ApprovalLine[]; onDone: () => void }) {
  const say = useWords(INBOX)
  const client = useQueryClient()
  const [open, setOpen] = useState(false)
  const approve = useMutation({
    mutationFn: async () => {
      const refused: string[] = []
      for (const { id, hash, title } of lines) {
        try {
          await call(DecideApproval, { id, hash, verdict: 'approve' })
        } catch (error) {
          if (!(error instanceof Refused)) throw error
          refused.push(say.bulkRefused(title, [error.failure.title, error.failure.detail].filter(Boolean).join(' ')))
        }
      }
      return refused
    },
    onSuccess: async (refused) => {
      notify(say.bulkDone(lines.length - refused.length))
      await Promise.all([ListApprovals, GetApproval].map(({ name }) => client.invalidateQueries({ queryKey: [name] })))
      if (refused.length === 0) onDone()
    },
  })
  const close = () => {
    setOpen(false)
    if (approve.isSuccess) onDone()
  }
  return (
    <div className="mb-2">
      <Button look="primary" className="w-full" onClick={() => setOpen(true)}>
        {say.bulk(lines.length)}
      </Button>
      {open && (
        <Dialog title={say.bulkTitle} open onClose={close}>
          <div className="flex flex-col gap-4">
            <p className="text-ink-2">{say.bulkMore}</p>
            <ul className="list-disc pl-5 text-dense">
              {(approve.data && approve.data.length > 0 ? approve.data : lines.map(({ title }) => title)).map((each) => (
                <li key={each} className="wrap-anywhere">
                  {each}
                </li>
              ))}
            </ul>
            <div className="flex flex-wrap justify-end gap-2">
              <Button onClick={close}>{approve.isSuccess ? say.close : say.cancel}</Button>
              {!approve.isSuccess && (
                <Button look="primary" busy={approve.isPending} onClick={() => approve.mutate()}>
                  {say.bulkGo(lines.length)}
                </Button>
              )}
            </div>
          </div>
        </Dialog>
      )}
    </div>
  )
}
