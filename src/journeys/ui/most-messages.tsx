import { ShieldCheck } from 'lucide-react'
import { useState } from 'react'
import type { z } from 'zod'
import { channelWord } from '#channels/words.ts'
import { isChannel } from '#events/reaction.ts'
import { useRead } from '#kit/api.ts'
import { Loaded } from '#kit/states.tsx'
import { durationText } from '#lib/duration.ts'
import { ProveJourneys } from '../backtest-api.ts'
import type { Journey } from '../schema.ts'

type Told = z.output<typeof ProveJourneys.output>
type Proved = Told['alone'][number]

/** The most messages that one person can get, proved when somebody asks. */
export function MostMessages({ journey }: { journey: Journey }) {
  const [open, setOpen] = useState(false)
  return (
    <details className="border-b border-line px-4 py-2 text-dense sm:px-6 lg:px-8" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="flex min-h-6 items-center gap-2 text-ink-2">
        <ShieldCheck size={15} aria-hidden="true" />
        The most that one person can get
      </summary>
      {open && <Answer journey={journey} />}
    </details>
  )
}

function Answer({ journey }: { journey: Journey }) {
  const proof = useRead(ProveJourneys, { definition: journey })
  return (
    <Loaded query={proof} lines={3}>
      {({ alone, together, cycles }) => (
        <div className="mt-2 flex flex-col gap-3 pb-2">
          <Bounds title="From this journey" all={alone} />
          <Bounds title="From all live journeys together, this version among them" all={together} />
          {cycles.map((circle) => (
            <p key={circle.join(' ')} className="text-warn">
              These journeys start each other: {[...circle, circle[0]].join(' → ')}
            </p>
          ))}
        </div>
      )}
    </Loaded>
  )
}

function Bounds({ title, all }: { title: string; all: readonly Proved[] }) {
  return (
    <section>
      <h3 className="font-medium">{title}</h3>
      {all.length === 0 && <p className="text-ink-2">No messages.</p>}
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
  const what = isChannel(channel) ? `${channelWord(channel).toLowerCase()}s` : channel
  const span = window === '24h' ? 'any 24 hours' : 'any 7 days'
  if (most === null) return `Nothing limits ${what} in ${span}.`
  const held = cap === null ? '' : `, held by the cap “${cap}”`
  return `At most ${most} ${what} in ${span}${held}${exact ? '; it can happen' : ''}.`
}

/** Why it is so many, and the timeline that shows it. */
function Way({ proved: { journeys, timeline } }: { proved: Proved }) {
  return (
    <details className="pl-4 text-ink-2">
      <summary>How</summary>
      <ul className="list-disc pl-5">
        {journeys.map(({ journey, sentence }) => (
          <li key={journey}>
            {journey}: {sentence}
          </li>
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
