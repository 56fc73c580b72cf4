import type { ReactNode } from 'react'
import { useRead } from '#kit/api.ts'
import { amount, count, percent, signed } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { EXPERIMENTS, PEOPLE, toExperiment, toMessages, toReport } from '#kit/paths.ts'
import { Skeleton } from '#kit/states.tsx'
import { useWords } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { ListHoldouts } from '#measurement/experiments/api.ts'
import { Interval } from '#measurement/ui/interval.tsx'
import type { GetHome } from '#workspaces/home-api.ts'
import { MOST_COMPLAINTS } from './order.ts'
import { HOME_WORDS } from './words.ts'

type Home = OutputOf<typeof GetHome>

/** The main numbers; each leads to the messages or people behind it. */
export function Numbers({ messages, active }: Pick<Home, 'messages' | 'active'>) {
  const say = useWords(HOME_WORDS)
  if (!messages || !active) return null
  const { now, before } = messages
  const rate = now.sent === 0 ? 0 : now.complained / now.sent
  return (
    <section
      aria-label={say.numbers}
      className="grid gap-px overflow-hidden rounded-card border border-line bg-line sm:grid-cols-2 lg:grid-cols-4"
    >
      <Lift />
      <Number name={say.sent} value={count(now.sent)} note={say.before(before.sent)} href={toMessages({ status: 'sent' })} />
      <Number
        name={say.complaints}
        value={percent(rate, 2)}
        note={rate > MOST_COMPLAINTS ? say.tooMany : say.limit}
        href={toReport('deliverability')}
        bad={rate > MOST_COMPLAINTS}
      />
      <Number name={say.active} value={count(active.now)} note={say.before(active.before)} href={PEOPLE} />
    </section>
  )
}

function Number({ name, value, note, href, bad = false }: { name: string; value: string; note: string; href: string; bad?: boolean }) {
  return (
    <Tile>
      <h2 className="text-dense text-ink-2">
        <Link plain href={href} className="after:absolute after:inset-0 hover:underline">
          {name}
        </Link>
      </h2>
      <p className="text-display font-semibold num">{value}</p>
      <p className={`text-meta ${bad ? 'font-medium text-bad' : 'text-ink-3'}`}>{note}</p>
    </Tile>
  )
}

const Tile = ({ children }: { children: ReactNode }) => (
  <div className="relative min-w-0 bg-surface px-4 py-3 hover:bg-sunken">{children}</div>
)

/** What all of marketing brings, told only against people who got none. */
function Lift() {
  const say = useWords(HOME_WORDS)
  const may = useMay('documents:write')
  const read = useRead(ListHoldouts, {})
  const holdout = read.data?.holdouts[0]
  const found = holdout?.value?.[0]
  const told = found?.perPerson
  const value = told && Math.abs(told.estimate) >= 10 ? (of: number) => signed(Math.round(of)) : signed
  return (
    <Tile>
      <h2 className="text-dense text-ink-2">
        <Link plain href={holdout ? toExperiment(holdout.key) : EXPERIMENTS} className="after:absolute after:inset-0 hover:underline">
          {say.lift}
        </Link>
      </h2>
      {told ? (
        <>
          <p className="flex flex-wrap items-baseline gap-x-2">
            <span className="text-display font-semibold num">{value(told.estimate)}</span>
            {found.currency !== '' && <span className="font-semibold">{found.currency}</span>}
            <span className="text-meta text-ink-3 num">
              [{amount(told.low)} – {amount(told.high)}]
            </span>
          </p>
          <Interval
            of={{ difference: told.estimate, low: told.low, high: told.high }}
            decided={told.low > 0 || told.high < 0}
            label={say.interval(value(told.estimate), amount(told.low), amount(told.high))}
          />
          <p className="text-meta text-ink-3">
            {found.name} {say.perPerson}
          </p>
        </>
      ) : read.isPending ? (
        <Skeleton lines={2} />
      ) : (
        <>
          <p className="py-1.5 font-medium">{holdout ? say.tooEarly : say.noHoldout}</p>
          <p className="line-clamp-3 text-meta text-ink-3">{holdout ? holdout.sentence : may ? say.addHoldout : ''}</p>
        </>
      )}
    </Tile>
  )
}
