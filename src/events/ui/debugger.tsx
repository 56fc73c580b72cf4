import { useMutation } from '@tanstack/react-query'
import { Check, CircleDashed, X } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { call, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { useDeliveryWord } from '#kit/delivery-words.ts'
import { Select } from '#kit/field.tsx'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card } from '#kit/page.tsx'
import { toData, toJourney, toMessage, toPerson, toSegment } from '#kit/paths.ts'
import { ErrorView, Loaded, NoPermission } from '#kit/states.tsx'
import { Moment } from '#kit/time.tsx'
import { useWords, words } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { ListHeld, ListSources, SendTestEvent, TraceEvent } from '../api.ts'
import { DATA_WORDS } from './data-words.ts'
import { useSourceNames } from './live.tsx'
import { Outcome } from './parts.tsx'

const WORDS = words(
  {
    send: 'Send an event',
    lead: 'It is a real event: it comes by the source that you choose, journeys hear it, and messages go out.',
    body: 'Event as JSON',
    button: 'Send the event',
    notJson: 'This is no JSON object:',
    follow: 'Follow an event',
    id: 'Message id',
    look: 'Follow',
    way: 'Its way',
    unknown: 'Not seen so far. It is looked for every second; events that are older than the reports cannot be found.',
    came: 'Accepted',
    refused: 'Not accepted',
    whose: 'Whose it is',
    duplicate: 'It came twice: the second one changed nothing.',
    plan: 'Tracking plan',
    kept: 'Keeps to the plan',
    segments: 'Segments',
    noSegments: 'It changed no segment.',
    entered: 'in',
    left: 'out',
    journeys: 'Journeys',
    noJourneys: 'No journey heard it.',
    messages: 'Messages',
    noMessages: 'No message has followed so far.',
    what: {
      entered: 'let in',
      refused: 'not let in',
      moved: 'moved on',
      exited: 'left',
      converted: 'reached the goal',
      migrated: 'changed over',
    },
    toHeld: 'See it among what did not get through',
  },
  {
    de: {
      send: 'Ereignis senden',
      lead: 'Es ist ein echtes Ereignis: Es kommt über die gewählte Quelle, Journeys hören es, und Nachrichten gehen hinaus.',
      body: 'Ereignis als JSON',
      button: 'Ereignis senden',
      notJson: 'Dies ist kein JSON-Objekt:',
      follow: 'Ein Ereignis verfolgen',
      id: 'Kennung der Nachricht',
      look: 'Verfolgen',
      way: 'Sein Weg',
      unknown: 'Bisher nicht gesehen. Es wird jede Sekunde gesucht; was älter ist als die Berichte, lässt sich nicht finden.',
      came: 'Angenommen',
      refused: 'Nicht angenommen',
      whose: 'Wem es gehört',
      duplicate: 'Es kam zweimal: Das zweite hat nichts geändert.',
      plan: 'Tracking-Plan',
      kept: 'Entspricht dem Plan',
      segments: 'Segmente',
      noSegments: 'Es hat kein Segment geändert.',
      entered: 'hinein',
      left: 'heraus',
      journeys: 'Journeys',
      noJourneys: 'Keine Journey hat es gehört.',
      messages: 'Nachrichten',
      noMessages: 'Bisher ist keine Nachricht gefolgt.',
      what: {
        entered: 'eingelassen',
        refused: 'nicht eingelassen',
        moved: 'weitergegangen',
        exited: 'verlassen',
        converted: 'Ziel erreicht',
        migrated: 'umgestellt',
      },
      toHeld: 'Unter dem ansehen, was nicht durchkam',
    },
  },
)

const EXAMPLE = JSON.stringify(
  { type: 'track', userId: 'ada', event: 'Product Added', properties: { cart_id: 'c-1', product_id: 'lamp', price: 39 } },
  null,
  2,
)

export interface DebugSearch {
  readonly message?: string
  readonly source?: string
  /** A held event to begin with. */
  readonly held?: string
}

export function Debugger({ search, onSearch }: { search: DebugSearch; onSearch: (search: DebugSearch) => void }) {
  const maySend = useMay('data:write')
  const mayTrace = useMay('people:read')
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
      {maySend ? <Send key={search.held} search={search} onSearch={onSearch} /> : <NoPermission needs="data:write" />}
      {mayTrace ? (
        <Follow message={search.message ?? ''} onMessage={(message) => onSearch({ ...search, message })} />
      ) : (
        <NoPermission needs="people:read" />
      )}
    </div>
  )
}

/** The object in a text; or what is wrong with it. */
function objectIn(text: string): { readonly event: Record<string, never> } | { readonly wrong: string } {
  try {
    const read: unknown = JSON.parse(text)
    return read !== null && typeof read === 'object' && !Array.isArray(read)
      ? { event: read as Record<string, never> }
      : { wrong: text.slice(0, 40) }
  } catch (error) {
    if (error instanceof SyntaxError) return { wrong: error.message }
    throw error
  }
}

function Send({ search, onSearch }: { search: DebugSearch; onSearch: (search: DebugSearch) => void }) {
  const say = useWords(WORDS)
  const data = useWords(DATA_WORDS)
  const sources = useRead(ListSources, {})
  const held = useRead(ListHeld, { cursor: Number(search.held ?? 0) + 1 }, { enabled: search.held !== undefined })
  const begun = held.data?.events.find(({ id }) => String(id) === search.held)
  const [typed, setTyped] = useState<string>()
  const [wrong, setWrong] = useState<string>()
  const text = typed ?? (begun?.payload ? JSON.stringify(begun.payload, null, 2) : EXAMPLE)
  const usable = (sources.data?.sources ?? []).filter(({ revokedAt }) => revokedAt === null)
  const source = usable.find(({ id }) => id === search.source)?.id ?? usable[0]?.id ?? ''
  const send = useMutation({
    mutationFn: (event: Record<string, never>) => call(SendTestEvent, { source, event }),
    onSuccess: ({ messageId, outcome }) => {
      if (outcome === 'accepted' || outcome === 'violating') onSearch({ ...search, message: messageId })
    },
  })
  const submit = () => {
    const read = objectIn(text)
    setWrong('wrong' in read ? read.wrong : undefined)
    if ('event' in read) send.mutate(read.event)
  }
  return (
    <Card title={say.send}>
      <p className="mb-3 text-ink-2">{say.lead}</p>
      <Select
        label={data.source}
        value={source}
        choices={usable.map(({ id, name }) => ({ value: id, label: name }))}
        onChange={(to) => onSearch({ ...search, source: to })}
      />
      <textarea
        aria-label={say.body}
        aria-invalid={wrong !== undefined}
        value={text}
        onChange={(event) => setTyped(event.target.value)}
        spellCheck={false}
        rows={12}
        className="mt-3 w-full rounded-input border border-line-strong bg-surface p-3 font-mono text-dense aria-[invalid=true]:border-bad"
      />
      {wrong && (
        <p role="alert" className="text-dense text-bad">
          {say.notJson} {wrong}
        </p>
      )}
      <div className="mt-3 flex justify-end">
        <Button look="primary" busy={send.isPending} onClick={submit}>
          {say.button}
        </Button>
      </div>
      {send.isError && <ErrorView error={send.error} />}
      {send.data && (
        <div role="status" className="mt-3 flex flex-col gap-1 border-t border-line pt-3 text-dense">
          <span className="flex flex-wrap items-center gap-2">
            <Outcome of={send.data.outcome} /> <code className="wrap-anywhere">{send.data.messageId}</code>
          </span>
          {send.data.problem && (
            <span>
              {send.data.problem.title}
              {send.data.problem.hint && <span className="block text-ink-2">{send.data.problem.hint}</span>}
            </span>
          )}
        </div>
      )}
    </Card>
  )
}

function Follow({ message, onMessage }: { message: string; onMessage: (message: string) => void }) {
  const say = useWords(WORDS)
  const trace = useRead(TraceEvent, { messageId: message }, { enabled: message !== '', every: 1_000 })
  return (
    <Card title={say.follow}>
      <form
        className="flex flex-wrap items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault()
          onMessage(String(new FormData(event.currentTarget).get('id')).trim())
        }}
      >
        <input
          key={message}
          name="id"
          aria-label={say.id}
          placeholder={say.id}
          defaultValue={message}
          className="h-9 min-w-0 flex-1 rounded-input border border-line-strong bg-surface px-3 font-mono text-dense placeholder:font-sans placeholder:text-ink-3 pointer-coarse:h-11"
        />
        <Button type="submit">{say.look}</Button>
      </form>
      {message !== '' && <Loaded query={trace}>{(data) => <Way trace={data} />}</Loaded>}
    </Card>
  )
}

type Trace = OutputOf<typeof TraceEvent>
type TraceStep = Trace['steps'][number]

function Way({ trace }: { trace: Trace }) {
  const say = useWords(WORDS)
  const names = useSourceNames()
  const { held, event, steps } = trace
  const of = (kind: TraceStep['of']): TraceStep[] => steps.filter((step) => step.of === kind)
  if (held)
    return (
      <ol aria-label={say.way} className="mt-4 flex flex-col gap-4">
        <Step state="bad" title={say.refused}>
          <Outcome of={held.kind} /> {held.problem.title}
          {held.problem.hint && <span className="block text-ink-2">{held.problem.hint}</span>}
          <Link href={toData('held', { kind: held.kind })}>{say.toHeld}</Link>
        </Step>
      </ol>
    )
  if (!event)
    return (
      <p role="status" className="mt-4 text-ink-2">
        {say.unknown}
      </p>
    )
  return (
    <ol aria-label={say.way} className="mt-4 flex flex-col gap-4">
      <Step state="ok" title={say.came}>
        {event.event} · {names.get(event.source) ?? event.source} · <Moment at={event.received} />
        {event.duplicate && <span className="block text-warn">{say.duplicate}</span>}
      </Step>
      <Step state={of('violation').length > 0 ? 'bad' : 'ok'} title={say.plan}>
        {of('violation').length === 0 ? say.kept : <Faults steps={of('violation')} />}
      </Step>
      <Step state="ok" title={say.whose}>
        <Link href={toPerson(event.person)}>{event.personName || event.person}</Link>
      </Step>
      <Step state={of('segment').length > 0 ? 'ok' : 'none'} title={say.segments}>
        {of('segment').length === 0 ? say.noSegments : <Segments steps={of('segment')} />}
      </Step>
      <Step state={of('journey').length > 0 ? 'ok' : 'none'} title={say.journeys}>
        {of('journey').length === 0 ? say.noJourneys : <Journeys steps={of('journey')} />}
      </Step>
      <Step state={of('message').length > 0 ? 'ok' : 'none'} title={say.messages}>
        {of('message').length === 0 ? say.noMessages : <Messages steps={of('message')} />}
      </Step>
    </ol>
  )
}

const ICONS = { ok: Check, bad: X, none: CircleDashed } as const
const COLOURS = { ok: 'text-ok', bad: 'text-bad', none: 'text-ink-3' } as const

function Step({ state, title, children }: { state: keyof typeof ICONS; title: string; children: ReactNode }) {
  const Icon = ICONS[state]
  return (
    <li className="flex gap-3">
      <Icon size={18} aria-hidden="true" className={`mt-0.5 shrink-0 ${COLOURS[state]}`} />
      <div className="min-w-0 flex-1">
        <p className="font-medium">{title}</p>
        <div className="text-dense wrap-anywhere text-ink-2">{children}</div>
      </div>
    </li>
  )
}

function Faults({ steps }: { steps: readonly TraceStep[] }) {
  const data = useWords(DATA_WORDS)
  const faults = data.fault as Readonly<Record<string, string>>
  return steps.map(({ what, id, reason }) => (
    <span key={`${what}${id}`} className="block text-warn">
      {faults[what] ?? what}: <code>{id}</code> {reason}
    </span>
  ))
}

function Segments({ steps }: { steps: readonly TraceStep[] }) {
  const say = useWords(WORDS)
  return steps.map(({ id, what }) => (
    <span key={`${id}${what}`} className="block">
      <Link href={toSegment(id)}>{id}</Link>: {what === 'entered' ? say.entered : say.left}
    </span>
  ))
}

function Journeys({ steps }: { steps: readonly TraceStep[] }) {
  const say = useWords(WORDS)
  const what = say.what as Readonly<Record<string, string>>
  return steps.map((step, i) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the way of a run only grows at its end
    <span key={i} className="block">
      <Link href={toJourney(step.id, step.step === '' ? {} : { step: step.step })}>{step.id}</Link>: {what[step.what] ?? step.what}
      {step.step !== '' && <code className="ml-1">{step.step}</code>}
      {step.sentence !== '' && <span className="block pl-3 text-ink-3">{step.sentence}</span>}
    </span>
  ))
}

function Messages({ steps }: { steps: readonly TraceStep[] }) {
  const status = useDeliveryWord()
  return steps.map((step, i) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: what became of messages only grows at its end
    <span key={i} className="block">
      <Link href={toMessage(step.message)}>{step.step || step.message}</Link>: {status(step.what)} <Moment at={step.at} />
      {step.sentence !== '' && <span className="block pl-3 text-ink-3">{step.sentence}</span>}
    </span>
  ))
}
