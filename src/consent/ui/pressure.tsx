import { Moon, MoonStar } from 'lucide-react'
import { useRead } from '#kit/api.ts'
import { Chip } from '#kit/chip.tsx'
import { count, words as plain } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { Card } from '#kit/page.tsx'
import { toJourney } from '#kit/paths.ts'
import { Loaded } from '#kit/states.tsx'
import { Moment } from '#kit/time.tsx'
import { useWords, words } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { GetContactPressure } from '../api.ts'

type Pressure = OutputOf<typeof GetContactPressure>
type Cap = Pressure['caps'][number]

const FEW = 5
const WORDS = words(
  {
    title: 'Contact budget',
    all: 'All channels',
    channels: {
      email: 'E-mail',
      sms: 'Text message',
      push: 'Push',
      inapp: 'In the app',
      whatsapp: 'WhatsApp',
      slack: 'Slack',
      webhook: 'Webhooks',
    },
    clocks: (zone: string, known: boolean) => `Clocks are read in ${zone}${known ? '.' : ', because their own time zone is not known.'}`,
    lanes: { marketing: '', transactional: ', receipts only', any: ', receipts too' },
    periods: { day: 'a day', week: 'a week', month: 'a month' },
    within: (span: string) => `in ${span}`,
    of: (used: string, max: string, period: string) => `${used} of ${max} ${period}`,
    never: 'Never',
    full: 'Full; room again',
    open: 'may be used now',
    quiet: 'is quiet, until',
    closed: 'is closed.',
    waiting: 'Waiting for room',
    asks: 'asks again',
    held: 'Held lately',
  },
  {
    de: {
      title: 'Kontaktbudget',
      all: 'Alle Kanäle',
      channels: {
        email: 'E-Mail',
        sms: 'SMS',
        push: 'Push',
        inapp: 'In der App',
        whatsapp: 'WhatsApp',
        slack: 'Slack',
        webhook: 'Webhooks',
      },
      clocks: (zone, known) => `Uhrzeiten gelten in ${zone}${known ? '.' : ', weil die eigene Zeitzone nicht bekannt ist.'}`,
      lanes: { marketing: '', transactional: ', nur Belege', any: ', auch Belege' },
      periods: { day: 'am Tag', week: 'in der Woche', month: 'im Monat' },
      within: (span) => `in ${span}`,
      of: (used, max, period) => `${used} von ${max} ${period}`,
      never: 'Nie',
      full: 'Voll; wieder Platz',
      open: 'darf jetzt genutzt werden',
      quiet: 'ruht, bis',
      closed: 'ist geschlossen.',
      waiting: 'Wartet auf Platz',
      asks: 'fragt wieder',
      held: 'Zuletzt zurückgehalten',
    },
  },
)
const named = (names: Readonly<Record<string, string>>, name: string): string => names[name] ?? plain(name)

/** How much somebody has had, when there is room again, and why messages were held. Nothing while no policy is in force. */
export function ContactPressure({ profile }: { profile: string }) {
  const say = useWords(WORDS)
  const pressure = useRead(GetContactPressure, { id: profile }, { every: 5_000 })
  if (pressure.data?.policy === false) return null
  return (
    <Card title={say.title}>
      <Loaded query={pressure} lines={3}>
        {(data) => (
          <div className="flex flex-col gap-3 text-dense">
            {data.caps.length > 0 && (
              <ul className="flex flex-col gap-2.5">
                {data.caps.map((cap) => (
                  <CapLine key={cap.id} cap={cap} />
                ))}
              </ul>
            )}
            <Quiet pressure={data} />
            <Waiting waiting={data.waiting} />
            <Held held={data.held} />
            <p className="text-meta text-ink-3">{say.clocks(data.zone, data.zoneKnown)}</p>
          </div>
        )}
      </Loaded>
    </Card>
  )
}

function CapLine({ cap }: { cap: Cap }) {
  const say = useWords(WORDS)
  const { max, used, freeAt } = cap
  const { channel, topic, per } = cap
  const scope = [channel === null ? say.all : named(say.channels, channel), topic === null ? '' : plain(topic)].filter(Boolean).join(', ')
  const period = (say.periods as Readonly<Record<string, string>>)[per] ?? say.within(per)
  const full = used >= max
  return (
    <li>
      <span className="flex items-baseline gap-2">
        <span className="min-w-0 flex-1">
          <span className="font-medium">{plain(cap.id)}</span>
          <span className="block text-meta text-ink-3">
            {scope}
            {say.lanes[cap.lane]}
          </span>
        </span>
        {max === 0 ? (
          <Chip tone="bad">{say.never}</Chip>
        ) : (
          <span className="num text-right">{say.of(count(used), count(max), period)}</span>
        )}
      </span>
      {max > 0 && <Bar share={used / max} full={full} />}
      {full && freeAt !== null && (
        <span className="mt-1 block text-meta text-warn">
          {say.full} <Moment at={freeAt} />
        </span>
      )}
    </li>
  )
}

/** The figure beside it says the same: it is only for the eye. */
function Bar({ share, full }: { share: number; full: boolean }) {
  return (
    <span aria-hidden="true" className="mt-1.5 block h-1.5 overflow-hidden rounded-pill bg-sunken">
      <span className={`block h-full rounded-pill ${full ? 'bg-warn' : 'bg-accent'}`} style={{ width: `${Math.min(1, share) * 100}%` }} />
    </span>
  )
}

function Quiet({ pressure: { quiet } }: { pressure: Pressure }) {
  const say = useWords(WORDS)
  if (quiet.length === 0) return null
  return (
    <ul className="flex flex-col gap-1.5">
      {quiet.map(({ channel, state, until, sentence }) => (
        <li key={channel ?? ''} className="flex gap-2">
          {state === 'open' ? (
            <Moon size={16} aria-hidden="true" className="mt-px shrink-0 text-ink-3" />
          ) : (
            <MoonStar size={16} aria-hidden="true" className="mt-px shrink-0 text-warn" />
          )}
          <span className="min-w-0">
            <span className="font-medium">{channel === null ? say.all : named(say.channels, channel)}</span> {state === 'open' && say.open}
            {state === 'quiet' && until !== null && (
              <>
                {say.quiet} <Moment at={until} />
              </>
            )}
            {state === 'refused' && (
              <span className="text-ink-2">
                {say.closed} {sentence}
              </span>
            )}
          </span>
        </li>
      ))}
    </ul>
  )
}

function Waiting({ waiting }: Pick<Pressure, 'waiting'>) {
  const say = useWords(WORDS)
  if (waiting.length === 0) return null
  return (
    <section aria-label={say.waiting}>
      <h3 className="font-medium">{say.waiting}</h3>
      <ul>
        {waiting.map((run) => (
          <li key={`${run.journey} ${run.step} ${run.since}`} className="text-ink-2">
            <Link href={toJourney(run.journey, { step: run.step, version: run.version })}>{run.journeyName}</Link> · {run.stepName},{' '}
            {say.asks} <Moment at={run.due} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function Held({ held }: Pick<Pressure, 'held'>) {
  const say = useWords(WORDS)
  if (held.length === 0) return null
  return (
    <section aria-label={say.held}>
      <h3 className="font-medium">{say.held}</h3>
      <ul className="flex flex-col gap-1.5">
        {held.slice(0, FEW).map((each, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two lines can be alike in everything
          <li key={`${each.at} ${i}`}>
            <Moment at={each.at} /> · {named(say.channels, each.channel)}, {each.journeyName}
            <span className="block text-ink-2">{each.sentence}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
