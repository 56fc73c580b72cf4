import { Chip } from '#kit/chip.tsx'
import { Card } from '#kit/page.tsx'
import { useWords } from '#kit/words.ts'
import type { Planned } from './calendar-page.tsx'
import { CALENDAR_WORDS } from './calendar-words.ts'
import { CAMPAIGN_WORDS } from './words.ts'

/** What meets, how near audiences come to their caps, and when nobody is written to. */
export function Findings({ planned: { items, collisions, pressure, quiet, waiting } }: { planned: Planned }) {
  const say = useWords(CALENDAR_WORDS)
  const { channels, days: dayNames } = useWords(CAMPAIGN_WORDS)
  const named = new Map(items.map((item) => [item.key, item]))
  const nameOf = (key: string): string => named.get(key)?.name ?? key
  const waits = say.waiting(waiting.looked, waiting.people)
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-4 lg:grid-cols-3">
      <Card title={say.collisions}>
        {collisions.length === 0 ? (
          <p className="text-dense text-ink-2">{say.noCollisions}</p>
        ) : (
          <ul className="flex flex-col gap-2 text-dense">
            {collisions.map(({ first, second, apart, people }) => (
              <li key={`${first} ${second}`}>
                {say.collision({ people, first: nameOf(first), second: nameOf(second), hours: Math.round(apart / 3_600_000) })}
              </li>
            ))}
          </ul>
        )}
      </Card>
      <Card title={say.pressure}>
        {pressure.length === 0 ? (
          <p className="text-dense text-ink-2">{say.noPressure}</p>
        ) : (
          <ul className="flex flex-col gap-2 text-dense">
            {pressure.map(({ audience, cap, per, max, planned, keys }) => (
              <li key={`${audience} ${cap}`}>
                <span className="font-medium wrap-anywhere">{named.get(keys[0] ?? '')?.audience.sentence || audience}</span>
                <span className="block text-ink-2 num">{say.load(planned, max, per)}</span>
                {planned > max && <Chip tone="warn">{say.over}</Chip>}
              </li>
            ))}
          </ul>
        )}
      </Card>
      <Card title={say.quiet}>
        {quiet.length === 0 ? (
          <p className="text-dense text-ink-2">{say.noQuiet}</p>
        ) : (
          <ul className="flex flex-col gap-1 text-dense">
            {quiet.map(({ channel, days, from, to }) => (
              <li key={`${channel} ${from} ${to} ${days}`}>
                {say.quietLine({
                  from,
                  to,
                  channel: channel === null ? say.everyChannel : (channels[channel] ?? channel),
                  days: (days ?? []).map((day) => dayNames[day as keyof typeof dayNames] ?? day).join(', '),
                })}
              </li>
            ))}
          </ul>
        )}
        {waits !== '' && <p className="mt-2 text-meta text-ink-3">{waits}</p>}
      </Card>
    </div>
  )
}
