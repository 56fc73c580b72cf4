import { Coins } from 'lucide-react'
import { useRead } from '#kit/api.ts'
import { decimal, percent } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card, Facts } from '#kit/page.tsx'
import { toReport } from '#kit/paths.ts'
import { Empty, Loaded } from '#kit/states.tsx'
import { useWords, words } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { ReadPersonValue } from '../value/api.ts'

const WORDS = words(
  {
    worth: 'What they are worth',
    none: 'No model of value yet',
    noneWhy:
      'Publish a document of kind lifetime-value that names the metric of purchases. It learns within the hour, and tells for every buyer whether they still buy and what they are to bring.',
    alive: 'Still buys',
    expected: (days: number) => `Purchases in the next ${days} days`,
    value: (days: number) => `To bring within ${days} days`,
    realised: 'Brought so far',
    purchases: 'Days with a purchase',
    all: 'Everybody’s value',
  },
  {
    de: {
      worth: 'Was die Person wert ist',
      none: 'Noch kein Wertmodell',
      noneWhy:
        'Veröffentlichen Sie ein Dokument der Art lifetime-value, das die Kennzahl der Käufe nennt. Es lernt innerhalb einer Stunde und sagt für alle, die gekauft haben, ob sie noch kaufen und was sie bringen werden.',
      alive: 'Kauft noch',
      expected: (days) => `Käufe in den nächsten ${days} Tagen`,
      value: (days) => `Bringt innerhalb von ${days} Tagen`,
      realised: 'Bisher gebracht',
      purchases: 'Tage mit einem Kauf',
      all: 'Der Wert aller Personen',
    },
  },
)

type Value = OutputOf<typeof ReadPersonValue>['values'][number]

/** Whether somebody still buys and what they are to bring; before anything was learned, what has to happen first. */
export function PersonWorth({ profile }: { profile: string }) {
  const say = useWords(WORDS)
  const mayRead = useMay('reports:read')
  const worth = useRead(ReadPersonValue, { id: profile }, { every: 60_000 })
  return (
    <Card title={say.worth}>
      <Loaded query={worth} lines={3}>
        {({ values }) =>
          values.length === 0 ? (
            <Empty icon={<Coins size={20} aria-hidden="true" />} title={say.none}>
              {say.noneWhy}
            </Empty>
          ) : (
            <ul className="flex flex-col gap-4">
              {values.map((each) => (
                <li key={each.value}>
                  <p className="font-medium">{each.name}</p>
                  <p className="mb-2 text-dense text-pretty text-ink-2">{each.sentence}</p>
                  <Known value={each} />
                  {mayRead && each.learnedAt !== null && (
                    <p className="mt-2 text-dense">
                      <Link href={toReport('value', { value: each.value })}>{say.all}</Link>
                    </p>
                  )}
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Card>
  )
}

/** What can be said of them; nothing of what has not been learned. */
function Known({ value: { alive, expected, nextDays, lifetimeValue, horizonDays, realised, purchases } }: { value: Value }) {
  const say = useWords(WORDS)
  if (purchases === 0) return null
  return (
    <Facts
      rows={[
        ...(alive === null ? [] : [[say.alive, percent(alive)] as const]),
        ...(expected === null ? [] : [[say.expected(nextDays), decimal(expected, 1)] as const]),
        ...(lifetimeValue === null ? [] : [[say.value(horizonDays), decimal(lifetimeValue, 2)] as const]),
        [say.realised, decimal(realised, 2)],
        [say.purchases, String(purchases)],
      ]}
    />
  )
}
