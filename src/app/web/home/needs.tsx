import { Ban, CircleAlert, CircleCheckBig, Database, MailX, PauseCircle, TriangleAlert, Unplug } from 'lucide-react'
import type { ReactNode } from 'react'
import { Link } from '#kit/link.tsx'
import { useMe } from '#kit/me.ts'
import { Card } from '#kit/page.tsx'
import { APPROVALS, DATA, SEGMENTS, SETTINGS, toApproval, toJourney, toMessages } from '#kit/paths.ts'
import { Moment } from '#kit/time.tsx'
import { useWords } from '#kit/words.ts'
import type { Need } from '#workspaces/home-api.ts'
import { inOrder } from './order.ts'
import { HOME_WORDS } from './words.ts'

interface Line {
  readonly icon: ReactNode
  readonly text: string
  readonly href: string
  readonly verb: string
  readonly at?: number | null
}

const keyOf = (need: Need): string => `${need.kind} ${'id' in need ? need.id : 'what' in need ? need.what : ''}`

/** What does not mend itself. */
export function Needs({ needs }: { needs: readonly Need[] }) {
  const say = useWords(HOME_WORDS)
  const { role } = useMe()
  const lineOf = useLines()
  return (
    <Card title={say.needs(needs.length)} flush>
      {needs.length === 0 ? (
        <p className="px-4 py-3 text-ink-2">{say.nothing}</p>
      ) : (
        <ul>
          {inOrder(needs, role).map((need) => {
            const { icon, text, href, verb, at } = lineOf(need)
            return (
              <li
                key={keyOf(need)}
                className="relative flex items-center gap-3 border-b border-line px-4 py-2.5 last:border-0 hover:bg-sunken"
              >
                {icon}
                <span className="min-w-0 flex-1 wrap-anywhere">
                  {text}
                  {at ? (
                    <span className="ml-2 text-meta whitespace-nowrap text-ink-3">
                      {need.kind === 'approval' && `${say.need.due} `}
                      <Moment at={at} />
                    </span>
                  ) : null}
                </span>
                <Link href={href} className="font-medium after:absolute after:inset-0">
                  {verb}
                  <span className="sr-only">: {text}</span>
                </Link>
              </li>
            )
          })}
        </ul>
      )}
    </Card>
  )
}

const ICON = { size: 16, 'aria-hidden': true } as const
const BAD = { ...ICON, className: 'shrink-0 text-bad' }
const WARN = { ...ICON, className: 'shrink-0 text-warn' }

function useLines(): (need: Need) => Line {
  const { need: say, verb } = useWords(HOME_WORDS)
  return (need) => {
    switch (need.kind) {
      case 'approval':
        return {
          icon: <CircleCheckBig {...ICON} className="shrink-0 text-accent" />,
          text: need.mine ? say.mine(need.title) : say.approval(need.title),
          href: toApproval(need.id),
          verb: need.mine ? verb.open : verb.review,
          at: need.due,
        }
      case 'journey-stopped':
        return {
          icon: <PauseCircle {...WARN} />,
          text: say.stopped(need.name, need.by),
          href: toJourney(need.id),
          verb: verb.open,
          at: need.at,
        }
      case 'journey-issues':
        return {
          icon: <TriangleAlert {...WARN} />,
          text: say.issues(need.name, need.count),
          href: toJourney(need.id, { tab: 'report' }),
          verb: verb.look,
        }
      case 'provider':
        return { icon: <Unplug {...BAD} />, text: say.provider(need.id, need.error), href: SETTINGS, verb: verb.fix, at: need.at }
      case 'held':
        return { icon: <Ban {...WARN} />, text: say[need.what](need.count), href: DATA, verb: verb.fix }
      case 'runs':
        return { icon: <CircleCheckBig {...WARN} />, text: say.runs(need.count), href: APPROVALS, verb: verb.review }
      case 'parked':
        return { icon: <CircleAlert {...BAD} />, text: say.parked(need.count), href: DATA, verb: verb.fix }
      case 'dead':
        return { icon: <MailX {...BAD} />, text: say.dead(need.count), href: toMessages({ status: 'dead' }), verb: verb.see }
      case 'build':
        return { icon: <Database {...WARN} />, text: say.build(need.error), href: SEGMENTS, verb: verb.open, at: need.at }
    }
  }
}
