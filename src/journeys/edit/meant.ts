import { BUILT_IN_METRICS } from '#decisions/experiments/guardrail.ts'
import type { Json } from '#lib/json.ts'
import { nearest } from '#segments/condition/hints.ts'
import type { JourneyLibrary, JourneyProblem } from '../check.ts'
import { type JourneyBody, type ListRef, listAt, type StepBody, standingOf } from './body.ts'

interface Named {
  readonly problem: JourneyProblem
  readonly at: string
  readonly step: StepBody | undefined
  readonly field: string
  readonly value: Json | undefined
  readonly library: JourneyLibrary
}

/** Which documents may have been meant: one of nearly the same name, else the only one that fits. */
export function documentsMeant(named: Named): readonly string[] {
  const fitting = fittingOf(named).filter((id) => id !== named.value)
  const near = typeof named.value === 'string' ? nearest(named.value, fitting) : undefined
  if (near !== undefined) return [near]
  return fitting.length === 1 ? fitting : []
}

/** Documents that can stand there at all. */
function fittingOf({ problem, at, step, field, library }: Named): readonly string[] {
  const of = (kind: string, fits: (body: Readonly<Record<string, unknown>>) => boolean = () => true) =>
    library
      .ids(kind)
      .filter((id) => {
        const body = library.get?.(kind, id) as Readonly<Record<string, unknown>> | undefined
        return body === undefined || fits(body)
      })
      .toSorted()
  const code = problem.code.replace(/^journey\./, '')
  const channel = channelOf(step, field)
  switch (code) {
    case 'template':
    case 'template.channel':
      return of('template', (body) => (body['channel'] ?? 'email') === channel)
    case 'provider':
      return of('provider', (body) => body['channel'] === channel)
    case 'model':
    case 'model.type':
    case 'best.type':
    case 'best.several': {
      const type = at.includes('/best') ? 'send-time' : 'choice'
      return of('model', (body) => body['type'] === type)
    }
    case 'metric':
      return [...BUILT_IN_METRICS, ...library.ids('metric')]
    case 'wait.receipt':
      return []
    default:
      return of(code)
  }
}

/** Of a step that sends by one channel, or of one of the ways of a message. */
function channelOf(step: StepBody | undefined, field: string): string {
  if (step?.kind !== 'message') return step?.kind ?? 'email'
  return field.split('/')[2] ?? 'email'
}

const SENDS: ReadonlySet<string> = new Set(['email', 'sms', 'push', 'inapp', 'whatsapp', 'slack', 'webhook', 'message'])

/** Messages that every run has passed before it comes here, the nearest in name first, then the last sent. */
export function messagesAbove(body: JourneyBody, step: StepBody | undefined, given: string): readonly string[] {
  const above: string[] = []
  for (let here = step && standingOf(body, step.id); here; here = owner(body, here.list)) {
    const list = listAt(body, here.list) ?? []
    above.push(
      ...list
        .slice(0, here.index)
        .toReversed()
        .flatMap(({ kind, id }) => (SENDS.has(kind) ? [id] : [])),
    )
    if (here.list.step !== null && SENDS.has(standingOf(body, here.list.step)?.step.kind ?? '')) above.push(here.list.step)
  }
  const near = nearest(given, above)
  return [...new Set([...(near === undefined ? [] : [near]), ...above])].slice(0, 2)
}
const owner = (body: JourneyBody, list: ListRef) => (list.step === null ? undefined : standingOf(body, list.step))
