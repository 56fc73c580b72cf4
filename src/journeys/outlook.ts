import { milliseconds } from '#lib/duration.ts'
import { awaitedBy } from './awaited.ts'
import { bestWithin, type Step, type WaitStep } from './steps.ts'

const DAY = 86_400_000

/** The most that a run can come to. */
export interface Outlook {
  /** E-mails on the path that has most of them. */
  readonly messages: number
  /** Milliseconds of waiting on the path that waits longest. */
  readonly longest: number
}

/** The worst of all paths through the steps. Messages and waiting are counted each on its own path. */
export function outlook(steps: readonly Step[]): Outlook {
  return ahead(steps, NOTHING)
}

const NOTHING: Outlook = { messages: 0, longest: 0 }
const plus = (a: Outlook, b: Outlook): Outlook => ({ messages: a.messages + b.messages, longest: a.longest + b.longest })
const times = (count: number, one: Outlook): Outlook => ({ messages: count * one.messages, longest: count * one.longest })
const worst = (...paths: readonly Outlook[]): Outlook => ({
  messages: Math.max(...paths.map(({ messages }) => messages)),
  longest: Math.max(...paths.map(({ longest }) => longest)),
})

/** What lies ahead from the first of these steps, where `below` is what lies ahead after the last. */
function ahead(steps: readonly Step[], below: Outlook): Outlook {
  return steps.reduceRight((after, step) => from(step, after), below)
}

function from(step: Step, after: Outlook): Outlook {
  switch (step.kind) {
    case 'wait':
      return worst(plus({ messages: 0, longest: waiting(step) }, after), ahead(step.otherwise ?? [], after))
    case 'waitFor':
      return plus(
        { messages: 0, longest: milliseconds(step.upTo)! },
        worst(...awaitedBy(step).map(({ steps = [] }) => ahead(steps, after)), ahead(step.otherwise ?? [], after)),
      )
    case 'hold':
      return plus(
        { messages: 0, longest: milliseconds(step.upTo)! },
        worst(ahead(step.then ?? [], after), ahead(step.otherwise ?? [], after)),
      )
    case 'call':
      return plus({ messages: 0, longest: milliseconds(step.timeout)! }, worst(after, ahead(step.otherwise ?? [], after)))
    case 'message':
      return worst(
        plus({ messages: step.ways.some((way) => !('webhook' in way)) ? 1 : 0, longest: bestWithin(step) }, after),
        ahead(step.otherwise ?? [], after),
      )
    case 'repeat':
      return plus(times(step.times, ahead(step.steps, NOTHING)), after)
    case 'branch':
      return worst(...step.branches.map((branch) => ahead(branch.steps, after)), ahead(step.otherwise, after))
    case 'choose':
      return worst(...step.options.map((option) => ahead(option.steps, after)), ahead(step.fallback, after), after)
    case 'split':
      return worst(...step.arms.map((arm) => ahead(arm.steps, after)))
    case 'email':
    case 'sms':
    case 'push':
    case 'inapp':
    case 'whatsapp':
    case 'slack':
      return worst(plus({ messages: 1, longest: bestWithin(step) }, after), ahead(step.otherwise ?? [], after))
    case 'webhook':
      return worst(plus({ messages: 0, longest: bestWithin(step) }, after), ahead(step.otherwise ?? [], after))
    case 'update':
    case 'notify':
    case 'start':
    case 'stop':
      return after
    case 'exit':
      return NOTHING
  }
}

/** A date is as far away as the data say: nobody can know, so it counts as no wait. */
function waiting({ for: span, until, window }: WaitStep): number {
  if (until && 'best' in until) return milliseconds(until.best.within)! + waiting({ kind: 'wait', id: '', for: span, window })
  const spell = until === undefined || 'date' in until ? 0 : until.days === undefined ? DAY : 7 * DAY
  const closed = window === undefined ? 0 : window.days === undefined ? DAY : 7 * DAY
  const days = span === undefined ? undefined : /^(\d+) calendar day/.exec(span)?.[1]
  return closed + spell + (span === undefined ? 0 : days === undefined ? milliseconds(span)! : Number(days) * DAY)
}
