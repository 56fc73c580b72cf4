import { ShieldCheck } from 'lucide-react'
import { useState } from 'react'
import type { z } from 'zod'
import { isChannel } from '#events/reaction.ts'
import { useRead } from '#kit/api.ts'
import { Loaded } from '#kit/states.tsx'
import { useWords, words, wordsNow } from '#kit/words.ts'
import { durationText } from '#lib/duration.ts'
import { ProveJourneys } from '../backtest-api.ts'
import type { Journey } from '../schema.ts'

type Told = z.output<typeof ProveJourneys.output>
type Proved = Told['alone'][number]

const WORDS = words(
  {
    most: 'The most that one person can get',
    alone: 'From this journey',
    together: 'From all live journeys together, this version among them',
    cycle: (way: string) => `These journeys start each other: ${way}`,
    none: 'No messages.',
    channels: {
      email: 'e-mails',
      sms: 'text messages',
      push: 'push messages',
      inapp: 'in-app messages',
      whatsapp: 'WhatsApp messages',
      slack: 'Slack messages',
      webhook: 'webhooks',
    },
    day: 'any 24 hours',
    week: 'any 7 days',
    nothing: (what: string, span: string) => `Nothing limits ${what} in ${span}.`,
    atMost: (most: number, what: string, span: string) => `At most ${most} ${what} in ${span}`,
    cap: (cap: string) => `, held by the cap “${cap}”`,
    canHappen: '; it can happen',
    how: 'How',
    because: (journey: string, sentence: string) => `${journey}: ${sentence}`,
  },
  {
    de: {
      most: 'Das Meiste, was eine Person bekommen kann',
      alone: 'Aus dieser Journey',
      together: 'Aus allen laufenden Journeys zusammen, darunter diese Version',
      cycle: (way) => `Diese Journeys starten einander: ${way}`,
      none: 'Keine Nachrichten.',
      channels: {
        email: 'E-Mails',
        sms: 'SMS',
        push: 'Push-Nachrichten',
        inapp: 'In-App-Nachrichten',
        whatsapp: 'WhatsApp-Nachrichten',
        slack: 'Slack-Nachrichten',
        webhook: 'Webhooks',
      },
      day: '24 Stunden',
      week: '7 Tagen',
      nothing: (what, span) => `Nichts begrenzt ${what} in beliebigen ${span}.`,
      atMost: (most, what, span) => `Höchstens ${most} ${what} in beliebigen ${span}`,
      cap: (cap) => `, gehalten von der Obergrenze „${cap}“`,
      canHappen: '; das kann vorkommen',
      how: 'Wie',
      because: (journey, sentence) => `${journey}: ${sentence}`,
    },
  },
)

/** The most messages that one person can get, proved when somebody asks. `inset`: among others in a column. */
export function MostMessages({ journey, inset = false }: { journey: Journey; inset?: boolean }) {
  const say = useWords(WORDS)
  const [open, setOpen] = useState(false)
  return (
    <details
      className={`border-line py-2 text-dense ${inset ? 'border-t' : 'border-b px-4 sm:px-6 lg:px-8'}`}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary className="flex min-h-6 items-center gap-2 text-ink-2">
        <ShieldCheck size={15} aria-hidden="true" />
        {say.most}
      </summary>
      {open && <Answer journey={journey} />}
    </details>
  )
}

function Answer({ journey }: { journey: Journey }) {
  const say = useWords(WORDS)
  const proof = useRead(ProveJourneys, { definition: journey })
  return (
    <Loaded query={proof} lines={3}>
      {({ alone, together, cycles }) => (
        <div className="mt-2 flex flex-col gap-3 pb-2">
          <Bounds title={say.alone} all={alone} />
          <Bounds title={say.together} all={together} />
          {cycles.map((circle) => (
            <p key={circle.join(' ')} className="text-warn">
              {say.cycle([...circle, circle[0]].join(' → '))}
            </p>
          ))}
        </div>
      )}
    </Loaded>
  )
}

function Bounds({ title, all }: { title: string; all: readonly Proved[] }) {
  const say = useWords(WORDS)
  return (
    <section>
      <h3 className="font-medium">{title}</h3>
      {all.length === 0 && <p className="text-ink-2">{say.none}</p>}
      <ul className="flex flex-col gap-1">
        {all.map((proved) => (
          <li key={`${proved.channel}${proved.window}`}>
            <span className={proved.most === null ? 'text-warn' : ''}>{headline(proved)}</span>
            <Way proved={proved} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function headline({ channel, window, most, exact, cap }: Proved): string {
  const say = wordsNow(WORDS)
  const what = isChannel(channel) ? say.channels[channel] : channel
  const span = window === '24h' ? say.day : say.week
  if (most === null) return say.nothing(what, span)
  return `${say.atMost(most, what, span)}${cap === null ? '' : say.cap(cap)}${exact ? say.canHappen : ''}.`
}

/** Why it is so many, and the timeline that shows it. */
function Way({ proved: { journeys, timeline } }: { proved: Proved }) {
  const say = useWords(WORDS)
  return (
    <details className="pl-4 text-ink-2">
      <summary>{say.how}</summary>
      <ul className="list-disc pl-5">
        {journeys.map(({ journey, sentence }) => (
          <li key={journey}>{say.because(journey, sentence)}</li>
        ))}
      </ul>
      <ol className="mt-1 flex flex-col gap-0.5">
        {timeline.map((line) => (
          <li
            key={`${line.at} ${line.journey} ${line.step} ${line.kind} ${line.sentence}`}
            className={line.kind === 'message' ? 'font-medium text-ink' : ''}
          >
            <span className="inline-block min-w-24 num">+{durationText(line.at)}</span> {line.journey} · {line.sentence}
          </li>
        ))}
      </ol>
    </details>
  )
}
