import { useMemo, useState } from 'react'
import { channelNamed } from '#channels/words.ts'
import { checkPolicy } from '#consent/check-policy.ts'
import { exampleWeek, QUIET, type WeekFate, type WeekSend } from '#consent/example-week.ts'
import { ContactPolicy, IN_FORCE } from '#consent/policy.ts'
import { DAY_MINUTES, quietSpans, rulesOfChannel } from '#consent/quiet-strip.ts'
import { Select } from '#kit/field.tsx'
import { Card } from '#kit/page.tsx'
import { useLanguage, useWords, words } from '#kit/words.ts'
import type { Problem } from '#lib/problem.ts'
import { isRefusal } from '#lib/problem.ts'
import { CAPS_FORM } from './caps-words.ts'
import { DocumentEditor } from './document-editor.tsx'

const WORDS = words(
  {
    week: 'A week with this',
    weekLead: 'Six messages to one person who has had none yet. The same functions decide as when messages are really sent.',
    zone: 'Their time zone',
    sent: 'goes',
    moved: (to: string, by: string) => `waits until ${to} (${by})`,
    held: (by: string) => `not this week (${by})`,
    quiet: 'quiet hours',
    cap: (id: string) => `cap ${id}`,
    asked: 'Due',
    becomes: 'Becomes',
    message: 'Message',
    unsound: 'Mend the form first: a week cannot be worked out from it.',
    names: {
      cart: 'Cart reminder',
      newsletter: 'Newsletter',
      text: 'Text message',
      receipt: 'Receipt',
      night: 'Late offer',
      again: 'Second offer',
    } as Record<string, string>,
    goes: (n: number, of: number) => `${n} of ${of} go as they were due.`,
    strip: 'Quiet hours on the clock',
    stripLead: 'By the person’s own clocks. Dark is quiet.',
    channel: 'Channel',
    none: 'There are no quiet hours for this channel: messages go at any time.',
    span: (day: string, spans: string) => `${day}: quiet ${spans}`,
    open: (day: string) => `${day}: open all day`,
    lanes: { marketing: 'marketing', transactional: 'receipt' } as Record<string, string>,
    warnings: 'Worth a look',
  },
  {
    de: {
      week: 'Eine Woche damit',
      weekLead: 'Sechs Nachrichten an eine Person, die noch keine hatte. Es entscheiden dieselben Funktionen wie beim echten Versand.',
      zone: 'Zeitzone der Person',
      sent: 'geht hinaus',
      moved: (to, by) => `wartet bis ${to} (${by})`,
      held: (by) => `nicht in dieser Woche (${by})`,
      quiet: 'Ruhezeit',
      cap: (id) => `Obergrenze ${id}`,
      asked: 'Fällig',
      becomes: 'Wird',
      message: 'Nachricht',
      unsound: 'Beheben Sie zuerst das Formular: So lässt sich keine Woche berechnen.',
      names: {
        cart: 'Erinnerung an den Warenkorb',
        newsletter: 'Newsletter',
        text: 'Textnachricht',
        receipt: 'Beleg',
        night: 'Spätes Angebot',
        again: 'Zweites Angebot',
      },
      goes: (n, of) => `${n} von ${of} gehen, wie sie fällig waren.`,
      strip: 'Ruhezeiten auf der Uhr',
      stripLead: 'Nach den Uhren der Person selbst. Dunkel ist Ruhe.',
      channel: 'Kanal',
      none: 'Für diesen Kanal gibt es keine Ruhezeiten: Nachrichten gehen jederzeit.',
      span: (day, spans) => `${day}: Ruhe ${spans}`,
      open: (day) => `${day}: ganztags offen`,
      lanes: { marketing: 'Werbung', transactional: 'Beleg' },
      warnings: 'Ein Blick lohnt sich',
    },
  },
)

const NAME = { kind: 'contact-policy', id: IN_FORCE }
const BLANK = { caps: [{ id: 'weekly', max: 4, per: 'week' }], quietHours: [{ from: '21:00', to: '08:00' }] }

const SENDS: readonly WeekSend[] = [
  { id: 'newsletter', day: 0, time: '09:00', channel: 'email', topic: '', lane: 'marketing' },
  { id: 'cart', day: 0, time: '19:30', channel: 'email', topic: '', lane: 'marketing' },
  { id: 'receipt', day: 1, time: '22:15', channel: 'email', topic: '', lane: 'transactional' },
  { id: 'night', day: 1, time: '23:00', channel: 'email', topic: '', lane: 'marketing' },
  { id: 'text', day: 2, time: '12:00', channel: 'sms', topic: '', lane: 'marketing' },
  { id: 'again', day: 2, time: '15:00', channel: 'email', topic: '', lane: 'marketing' },
]
const ZONES = [
  'UTC',
  'Europe/Oslo',
  'Europe/Berlin',
  'America/New_York',
  'America/Los_Angeles',
  'Asia/Kolkata',
  'Asia/Tokyo',
  'Australia/Sydney',
]
/** 2026-01-05 was a Monday without a change of clocks nearby. */
const MONDAY = '2026-01-05'

const errorsIn = (body: Readonly<Record<string, unknown>>): readonly Problem[] => {
  const parsed = ContactPolicy.safeParse(body)
  return parsed.success ? checkPolicy(parsed.data).filter(({ severity }) => severity === 'error') : []
}

/** Caps and quiet hours, with what they would make of a week. */
export function Caps() {
  return (
    <DocumentEditor
      of={NAME}
      schema={ContactPolicy}
      words={CAPS_FORM}
      needs="publish"
      blank={BLANK}
      check={errorsIn}
      beside={(body) => <Meaning body={body} />}
    />
  )
}

function Meaning({ body }: { body: Readonly<Record<string, unknown>> }) {
  const say = useWords(WORDS)
  const policy = useMemo(() => {
    const parsed = ContactPolicy.safeParse(body)
    return parsed.success && errorsIn(body).length === 0 ? parsed.data : undefined
  }, [body])
  if (!policy) return <p className="text-ink-2">{say.unsound}</p>
  const warnings = checkPolicy(policy).filter(({ severity }) => severity === 'warning')
  return (
    <div className="flex min-w-0 flex-col gap-4 xl:sticky xl:top-4">
      <ExampleWeek policy={policy} />
      <Strip policy={policy} />
      {warnings.length > 0 && (
        <Card title={say.warnings}>
          <ul className="text-dense text-warn">
            {warnings.map(({ title, hint, at }) => (
              <li key={`${at} ${title}`}>
                {title}. <span className="text-ink-2">{hint}</span>
              </li>
            ))}
          </ul>
        </Card>
      )}
    </div>
  )
}

function ExampleWeek({ policy }: { policy: ContactPolicy }) {
  const say = useWords(WORDS)
  const [zone, setZone] = useState('Europe/Oslo')
  const fates = useMemo(() => exampleWeek(policy, SENDS, { zone, monday: Temporal.PlainDate.from(MONDAY) }), [policy, zone])
  if (isRefusal(fates)) return <p className="text-ink-2">{say.unsound}</p>
  const due = SENDS.filter(({ id }) => fates.get(id)?.kind === 'sent').length
  return (
    <Card title={say.week}>
      <p className="mb-3 text-dense text-ink-2">{say.weekLead}</p>
      <Select label={say.zone} value={zone} choices={ZONES.map((value) => ({ value, label: value }))} onChange={setZone} />
      <table className="mt-3 w-full border-collapse text-dense">
        <thead>
          <tr className="border-b border-line text-left text-meta text-ink-3">
            <th scope="col" className="h-8 pr-2 font-medium">
              {say.message}
            </th>
            <th scope="col" className="pr-2 font-medium">
              {say.asked}
            </th>
            <th scope="col" className="font-medium">
              {say.becomes}
            </th>
          </tr>
        </thead>
        <tbody>
          {SENDS.map((send) => (
            <Row key={send.id} send={send} fate={fates.get(send.id)!} zone={zone} />
          ))}
        </tbody>
      </table>
      <p className="mt-2 text-meta text-ink-3">{say.goes(due, SENDS.length)}</p>
    </Card>
  )
}

function Row({ send, fate, zone }: { send: WeekSend; fate: WeekFate; zone: string }) {
  const say = useWords(WORDS)
  const language = useLanguage()
  const clock = (at: number): string =>
    new Intl.DateTimeFormat(language === 'de' ? 'de' : 'en-GB', {
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      timeZone: zone,
    }).format(at)
  const by = (id: string): string => (id === QUIET ? say.quiet : say.cap(id))
  return (
    <tr className="border-b border-line align-top last:border-0">
      <th scope="row" className="py-2 pr-2 text-left font-normal">
        {say.names[send.id]}
        <span className="block text-meta text-ink-3">
          {channelNamed(send.channel, language)}, {say.lanes[send.lane]}
        </span>
      </th>
      <td className="py-2 pr-2 whitespace-nowrap num">{clock(fate.asked)}</td>
      <td className={`py-2 ${fate.kind === 'sent' ? 'text-ok' : fate.kind === 'moved' ? 'text-warn' : 'text-bad'}`}>
        {fate.kind === 'sent' ? say.sent : fate.kind === 'moved' ? say.moved(clock(fate.at), by(fate.by)) : say.held(by(fate.by))}
      </td>
    </tr>
  )
}

const CHANNELS = ['email', 'sms', 'push', 'inapp', 'whatsapp', 'webhook']

function Strip({ policy: { quietHours } }: { policy: ContactPolicy }) {
  const say = useWords(WORDS)
  const language = useLanguage()
  const [channel, setChannel] = useState('email')
  const rules = rulesOfChannel(quietHours, channel)
  const dayName = (day: number): string =>
    new Intl.DateTimeFormat(language === 'de' ? 'de' : 'en-GB', { weekday: 'short', timeZone: 'UTC' }).format(Date.UTC(2026, 0, 5 + day))
  return (
    <Card title={say.strip}>
      <p className="mb-3 text-dense text-ink-2">{say.stripLead}</p>
      <Select
        label={say.channel}
        value={channel}
        choices={CHANNELS.map((value) => ({ value, label: channelNamed(value, language) }))}
        onChange={setChannel}
      />
      {rules.length === 0 ? (
        <p className="mt-3 text-dense text-ink-2">{say.none}</p>
      ) : (
        <ul className="mt-3 flex flex-col gap-1.5">
          {Array.from({ length: 7 }, (_, day) => (
            <Day key={dayName(day)} name={dayName(day)} spans={quietSpans(rules, day)} />
          ))}
          <li aria-hidden="true" className="ml-10 flex justify-between text-meta text-ink-3 num">
            {['00', '06', '12', '18', '24'].map((hour) => (
              <span key={hour}>{hour}</span>
            ))}
          </li>
        </ul>
      )}
    </Card>
  )
}

const clockOf = (minute: number): string => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`

function Day({ name, spans }: { name: string; spans: readonly (readonly [number, number])[] }) {
  const say = useWords(WORDS)
  const said = spans.map(([from, to]) => `${clockOf(from)}–${clockOf(to)}`).join(', ')
  return (
    <li className="flex items-center gap-2 text-meta">
      <span aria-hidden="true" className="w-8 text-ink-3">
        {name}
      </span>
      <span className="sr-only">{spans.length === 0 ? say.open(name) : say.span(name, said)}</span>
      <span aria-hidden="true" title={said} className="relative h-5 flex-1 overflow-hidden rounded-input border border-line bg-surface">
        {spans.map(([from, to]) => (
          <span
            key={from}
            className="absolute inset-y-0 bg-ink-3"
            style={{ left: `${(from / DAY_MINUTES) * 100}%`, width: `${((to - from) / DAY_MINUTES) * 100}%` }}
          />
        ))}
      </span>
    </li>
  )
}
