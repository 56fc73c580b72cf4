import { Check, Circle, CircleAlert, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { ListMessages } from '#channels/api.ts'
import { MessageTable } from '#channels/ui/message-list.tsx'
import { ListJourneys } from '#journeys/api.ts'
import { JourneyTable, NoJourneys } from '#journeys/ui/journey-list.tsx'
import { useRead } from '#kit/api.ts'
import { count, plural } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { Card, Page } from '#kit/page.tsx'
import { CONNECT, JOURNEYS, MESSAGES, REFERENCE, toJourney, toMessages } from '#kit/paths.ts'
import { Loaded } from '#kit/states.tsx'
import { SearchProfiles } from '#profiles/api.ts'
import { useSession } from './session.ts'

const REFRESH = 5_000

export function Home() {
  const session = useSession()
  const journeys = useRead(ListJourneys, {}, { every: REFRESH })
  const messages = useRead(ListMessages, {}, { every: REFRESH })
  const all = journeys.data?.journeys ?? []
  const live = all.filter((journey) => journey.status === 'live')
  return (
    <Page title={session?.workspace?.name ?? 'Home'}>
      <div className="flex flex-col gap-4">
        <NeedsYou />
        <dl className="grid grid-cols-1 gap-px overflow-hidden rounded-card border border-line bg-line sm:grid-cols-3">
          {(
            [
              ['In journeys now', all.reduce((sum, journey) => sum + journey.inNow, 0), 'runs that wait at a step'],
              ['Entered in 7 days', all.reduce((sum, journey) => sum + journey.entered7d, 0), 'runs, held-out ones included'],
              ['Live journeys', live.length, `of ${count(all.length)}`],
            ] as const
          ).map(([name, value, note]) => (
            <div key={name} className="bg-surface px-4 py-3">
              <dt className="text-dense text-ink-2">{name}</dt>
              <dd className="text-display font-semibold num">{journeys.data ? count(value) : '–'}</dd>
              <dd className="text-meta text-ink-3">{note}</dd>
            </div>
          ))}
        </dl>
        <Card
          title="Live journeys"
          flush
          aside={
            <Link href={JOURNEYS} className="text-dense">
              All journeys
            </Link>
          }
        >
          <Loaded query={journeys} lines={3}>
            {() => (live.length === 0 ? <NoJourneys /> : <JourneyTable rows={live} />)}
          </Loaded>
        </Card>
        <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_360px]">
          <Card
            title="Latest messages"
            flush
            aside={
              <Link href={MESSAGES} className="text-dense">
                All messages
              </Link>
            }
          >
            <Loaded query={messages} lines={5}>
              {(data) =>
                data.messages.length === 0 ? (
                  <p className="p-4 text-ink-2">No message has been decided yet.</p>
                ) : (
                  <MessageTable rows={data.messages.slice(0, 6)} />
                )
              }
            </Loaded>
          </Card>
          <SetUp
            live={live.length > 0}
            entered={all.some((journey) => journey.entered7d > 0 || journey.inNow > 0 || journey.goalRate !== null)}
          />
        </div>
      </div>
    </Page>
  )
}

/** What does not mend itself. Nothing is shown when nothing needs anybody. */
function NeedsYou() {
  const journeys = useRead(ListJourneys, {}, { every: REFRESH })
  const dead = useRead(ListMessages, { status: 'dead' }, { every: REFRESH })
  const failing = journeys.data?.journeys.filter((journey) => journey.issues > 0) ?? []
  const lines: { key: string; icon: ReactNode; text: string; href: string; verb: string }[] = []
  const given = dead.data?.messages.length ?? 0
  if (given > 0) {
    lines.push({
      key: 'dead',
      icon: <CircleAlert size={16} className="text-bad" aria-hidden="true" />,
      text: `${plural(given, 'message')}${dead.data?.next ? ' and more' : ''} could not be delivered after every attempt`,
      href: toMessages({ status: 'dead' }),
      verb: 'See them',
    })
  }
  for (const journey of failing) {
    lines.push({
      key: journey.id,
      icon: <TriangleAlert size={16} className="text-warn" aria-hidden="true" />,
      text: `${journey.name} has ${plural(journey.issues, 'issue')}`,
      href: toJourney(journey.id, { tab: 'report' }),
      verb: 'Look',
    })
  }
  if (lines.length === 0) return null
  return (
    <Card title={`Needs you (${lines.length})`} flush>
      <ul>
        {lines.map((line) => (
          <li key={line.key} className="relative flex items-center gap-3 border-b border-line px-4 py-2.5 last:border-0 hover:bg-sunken">
            {line.icon}
            <span className="min-w-0 flex-1">{line.text}</span>
            <Link href={line.href} className="font-medium after:absolute after:inset-0">
              {line.verb}
              <span className="sr-only">: {line.text}</span>
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  )
}

/** The first steps; each ticks itself from what is there. */
function SetUp({ live, entered }: { live: boolean; entered: boolean }) {
  const people = useRead(SearchProfiles, {}, { every: REFRESH })
  const sent = useRead(ListMessages, { status: 'sent' }, { every: REFRESH })
  const known = people.data?.people ?? []
  const steps: readonly { readonly done: boolean; readonly label: string; readonly href: string }[] = [
    { done: known.length > 0, label: 'Send the first event', href: CONNECT },
    {
      done: known.some((person) => person.email !== null || person.userId !== null),
      label: 'Say who somebody is (identify)',
      href: CONNECT,
    },
    { done: live, label: 'Publish a journey', href: JOURNEYS },
    { done: entered, label: 'The first person enters', href: JOURNEYS },
    { done: (sent.data?.messages.length ?? 0) > 0, label: 'The first message is sent', href: MESSAGES },
  ]
  const done = steps.filter((step) => step.done).length
  return (
    <Card title={done === steps.length ? 'Set up' : `Set up ${done}/${steps.length}`} flush className="self-start">
      <ol>
        {steps.map((step) => (
          <li key={step.label} className="flex items-center gap-3 border-b border-line px-4 py-2.5">
            {step.done ? (
              <Check size={16} className="shrink-0 text-ok" aria-hidden="true" />
            ) : (
              <Circle size={16} className="shrink-0 text-ink-3" aria-hidden="true" />
            )}
            <span className="flex-1">
              {step.done ? <span className="text-ink-2">{step.label}</span> : <Link href={step.href}>{step.label}</Link>}
              <span className="sr-only">{step.done ? ', done' : ', to do'}</span>
            </span>
          </li>
        ))}
      </ol>
      <p className="px-4 py-3 text-dense text-ink-2">
        Anything a screen does, the{' '}
        <Link href={REFERENCE} target="_blank" rel="noreferrer">
          API
        </Link>{' '}
        does too.
      </p>
    </Card>
  )
}
