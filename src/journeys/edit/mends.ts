import { durationText } from '#lib/duration.ts'
import { canonical, type Json } from '#lib/json.ts'
import { isRefusal } from '#lib/problem.ts'
import { mendedTexts } from '#segments/condition/mend.ts'
import type { JourneyLibrary, JourneyProblem } from '../check.ts'
import { outlook } from '../outlook.ts'
import { applyCommand } from './apply.ts'
import { commandBetween, fieldsBetween } from './between.ts'
import { itemsOf, type JourneyBody, listAt, mapStep, type StepBody, shapeOf, standingOf } from './body.ts'
import type { Command } from './commands.ts'
import { freeId } from './ids.ts'
import { documentsMeant, messagesAbove } from './meant.ts'
import { readJourney } from './parse.ts'
import { ends } from './places.ts'
import { partsOf, pointedAt, valueAt, withValue } from './pointer.ts'

/** What a mend does, in one line of the catalogue. */
export type Mend =
  /** Another name, text or value stands there. */
  | { readonly kind: 'write'; readonly value: string }
  | { readonly kind: 'span'; readonly value: string }
  | { readonly kind: 'goOn' | 'goOnAll' | 'takeStep' | 'takeField' | 'takeExit' | 'always' | 'everyDay' | 'contact' }
  | { readonly kind: 'takeSteps'; readonly count: number }
  | { readonly kind: 'takeLane'; readonly lane: string }
  | { readonly kind: 'addWait' | 'rename' | 'goal' | 'holdout' | 'control' | 'worth' | 'zone'; readonly value: string }

/** One way to mend a problem, ready to be run as any other edit: one line of the history. */
export interface OfferedMend {
  readonly mend: Mend
  readonly command: Command
}

interface Seen {
  readonly body: JourneyBody
  readonly problem: JourneyProblem
  readonly at: string
  /** Innermost step that the pointer leads through; undefined: beside the steps. */
  readonly step: StepBody | undefined
  readonly field: string
  readonly value: Json | undefined
  readonly library: JourneyLibrary
}
type Change = readonly [mend: Mend, next: JourneyBody | undefined]
type Rule = (seen: Seen) => readonly Change[]

/** The obvious ways to mend a problem, the likeliest first; none where a person has to think. */
export function mendsOf(body: JourneyBody, problem: JourneyProblem, library: JourneyLibrary): readonly OfferedMend[] {
  const at = problem.at ?? ''
  const { step: id, field } = pointedAt(body, at)
  const seen: Seen = { body, problem, at, step: standingOf(body, id)?.step, field, value: valueAt(body, at), library }
  const code = problem.code.replace(/^journey\./, '')
  const rule = code.startsWith('condition.') ? inCondition : (RULES[code] ?? NO_RULE)
  return rule(seen).flatMap(([mend, next]) => {
    const command = next && leadingTo(body, next)
    return command && !isRefusal(applyCommand(body, command)) ? [{ mend, command }] : []
  })
}

const NO_RULE: Rule = () => []

/** The smallest command from one journey to the other, so that what others do meanwhile stays. */
function leadingTo(body: JourneyBody, next: JourneyBody): Command | undefined {
  if (next.steps === body.steps) {
    const fields = fieldsBetween(body, next, new Set(['kind', 'id', 'steps']))
    return fields && { kind: 'setJourney', ...fields }
  }
  const only = onlyChanged(body, next)
  const command = only && commandBetween(...only)
  const done = command ? applyCommand(body, command) : undefined
  const same = done !== undefined && !isRefusal(done) && canonical(done.journey) === canonical(next)
  return command && same ? command : { kind: 'become', journey: next }
}

/** The one step whose own fields differ, when nothing else does. */
function onlyChanged(body: JourneyBody, next: JourneyBody): readonly [StepBody, StepBody] | undefined {
  const inList = (before: readonly StepBody[], after: readonly StepBody[]): readonly [StepBody, StepBody] | undefined => {
    if (before.length !== after.length) return undefined
    const changed = before.flatMap((step, i) => (step === after[i] ? [] : [[step, after[i]!] as const]))
    const [pair] = changed
    if (changed.length !== 1 || !pair || pair[0].id !== pair[1].id) return undefined
    for (const { id, lane } of lanesOf(pair[0])) {
      const inner = listAt({ ...next, steps: [pair[1]] } as JourneyBody, { step: pair[1].id, lane: id })
      const deeper = inner && inner !== lane ? inList(lane, inner) : undefined
      if (deeper) return deeper
    }
    return pair
  }
  return inList(body.steps, next.steps)
}
const lanesOf = (step: StepBody) => [
  ...itemsOf(step).map((item) => ({ id: item.id, lane: (item['steps'] ?? []) as readonly StepBody[] })),
  ...shapeOf(step).lists.map((id) => ({ id, lane: (step[id] ?? []) as readonly StepBody[] })),
]

const put = ({ body, at }: Seen, value: Json | undefined, below = ''): JourneyBody | undefined => withValue(body, at + below, value)
const write = (seen: Seen, value: string): Change => [{ kind: 'write', value }, put(seen, value)]
const span = (seen: Seen, value: string): Change => [{ kind: 'span', value }, put(seen, value)]
const rename = (seen: Seen, taken: readonly string[]): readonly Change[] => {
  const to = freeId(typeof seen.value === 'string' ? seen.value : 'step', new Set(taken))
  return [[{ kind: 'rename', value: to }, put(seen, to)]]
}

/** What a time of nothing, or a senseless one, was likely meant to be. */
const SPANS: Readonly<Record<string, string>> = { timeout: '10s', budget: '200ms', spread: '1h' }
const spanOf = (at: string): string => SPANS[partsOf(at).at(-1) ?? ''] ?? '1d'

const known: Rule = (seen) => documentsMeant(seen).map((id) => write(seen, id))
const takeField: Rule = (seen) => [[{ kind: 'takeField' }, put(seen, undefined)]]

const RULES: Readonly<Record<string, Rule>> = {
  template: known,
  sender: known,
  provider: known,
  calendar: known,
  journey: known,
  segment: known,
  model: known,
  goal: known,
  metric: known,
  'model.type': known,
  'best.type': known,
  'best.several': (seen) => documentsMeant(seen).map((id) => [{ kind: 'write', value: id }, put(seen, id, '/model')]),
  'template.channel': known,
  of: (seen) => messagesAbove(seen.body, seen.step, String(seen.value)).map((id) => write(seen, id)),
  otherwise: (seen) => [
    [{ kind: 'goOn' }, put(seen, [], '/otherwise')],
    [{ kind: 'goOnAll' }, withValue(seen.body, '/default', { otherwise: 'continue' })],
  ],
  unreachable,
  'step.repeated': (seen) => rename(seen, everyId(seen.body)),
  'lane.repeated': (seen) => rename(seen, seen.step ? lanesOf(seen.step).map(({ id }) => id) : []),
  'choose.reserved': (seen) => rename(seen, ['fallback', 'nothing', ...(seen.step ? lanesOf(seen.step).map(({ id }) => id) : [])]),
  'wait.what': (seen) => [[{ kind: 'span', value: '1d' }, put(seen, '1d', '/for')]],
  'wait.zero': (seen) => [span(seen, spanOf(seen.at)), ...(seen.step?.kind === 'wait' && seen.field === 'for' ? [takeStep(seen)] : [])],
  'call.hasty': (seen) => [span(seen, '10s')],
  'best.within': (seen) => [span(seen, '24h')],
  'best.contact': (seen) => [
    [{ kind: 'takeField' }, put(seen, undefined)],
    [
      { kind: 'contact' },
      seen.step && mapStep(seen.body, seen.step.id, (step) => ({ ...step, contact: { channel: 'webhook' } }) as StepBody),
    ],
  ],
  'wait.receipt': (seen) => (seen.field.endsWith('event') ? [write(seen, 'message.clicked')] : known(seen)),
  'window.never': (seen) => [[{ kind: 'everyDay' }, put(seen, undefined, '/except')]],
  'repeat.empty': (seen) => [takeStep(seen)],
  'repeat.rush': (seen) => [[{ kind: 'addWait', value: '1d' }, withWaitInside(seen)]],
  'choose.nobody': (seen) => [
    [{ kind: 'control', value: '10%' }, put({ ...seen, at: seen.at.replace(/\/control$/, '') }, '10%', '/control')],
  ],
  'choose.control': (seen) => [[{ kind: 'control', value: '10%' }, put(seen, '10%')]],
  'goal.zero': (seen) => [[{ kind: 'goal', value: '7d' }, put(seen, '7d')]],
  'goal.short': (seen) => longerGoal(seen),
  'goal.worthless': (seen) => worthOf(seen),
  'outcome.worth': (seen) => worthOf(seen),
  'outcome.holdout': (seen) => [[{ kind: 'holdout', value: '10%' }, put(seen, '10%')]],
  'guardrail.twice': (seen) => [[{ kind: 'takeField' }, withValue(seen.body, seen.at.replace(/\/metric$/, ''), undefined)]],
  zone: (seen) => [
    [
      { kind: 'zone', value: seen.field.endsWith('fallbackZone') ? 'UTC' : 'profile' },
      put(seen, seen.field.endsWith('fallbackZone') ? 'UTC' : 'profile'),
    ],
  ],
  existing: (seen) => [write(seen, 'skip')],
  'entry.once': (seen) => [[{ kind: 'always' }, put(seen, 'always')]],
  reentry: (seen) => [[{ kind: 'always' }, put({ ...seen, at: seen.at.replace(/\/after$/, '') }, 'always')]],
  settle: (seen) => (seen.problem.severity === 'warning' ? takeField(seen) : []),
  limit: (seen) => [span(seen, '30d')],
  path: (seen) => {
    const text = String(seen.value ?? '')
    const root = /^entry\b/.exec(text) ? text.replace(/^entry\.?/, 'entry.properties.') : `properties.${text}`
    return /^[\w.]+$/.test(text) && !/properties|context/.test(text) ? [write(seen, root)] : []
  },
}

const takeStep = ({ body, step }: Seen): Change => {
  const done = step && applyCommand(body, { kind: 'delete', step: step.id, keep: null })
  return [{ kind: 'takeStep' }, done === undefined || isRefusal(done) ? undefined : done.journey]
}

const everyId = (body: JourneyBody): string[] => {
  const found: string[] = []
  const walk = (steps: readonly StepBody[]): void => {
    for (const step of steps) {
      found.push(step.id)
      for (const { lane } of lanesOf(step)) walk(lane)
    }
  }
  walk(body.steps)
  return found
}

/** Steps behind the last exit go; or the exit, when it alone is in the way; or the branch that nobody takes. */
function unreachable(seen: Seen): readonly Change[] {
  const { body, at, step, field } = seen
  const names = partsOf(at)
  if (field === 'otherwise') return [[{ kind: 'takeSteps', count: ((seen.value ?? []) as readonly unknown[]).length }, put(seen, [])]]
  if (step && field.endsWith('/when')) {
    const item = itemsOf(step)[Number(field.split('/')[1])]
    if (!item || itemsOf(step).length === 1) return []
    const done = applyCommand(body, { kind: 'removeLane', step: step.id, lane: item.id })
    return [[{ kind: 'takeLane', lane: String(item['label'] ?? item.id) }, isRefusal(done) ? undefined : done.journey]]
  }
  const index = Number(names.at(-1))
  const above = at.slice(0, at.lastIndexOf('/'))
  const list = valueAt(body, above)
  if (!Array.isArray(list) || !Number.isInteger(index)) return []
  const steps = list as unknown as readonly StepBody[]
  const last = steps[index - 1]
  return [
    [{ kind: 'takeSteps', count: steps.length - index }, withValue(body, above, steps.slice(0, index) as unknown as Json)],
    ...(last?.kind === 'exit' && !steps.slice(index).slice(0, -1).some(ends)
      ? [[{ kind: 'takeExit' }, withValue(body, above, steps.toSpliced(index - 1, 1) as unknown as Json)] as const]
      : []),
  ]
}

function withWaitInside({ body, step }: Seen): JourneyBody | undefined {
  if (step?.kind !== 'repeat') return undefined
  const inside = (step['steps'] ?? []) as readonly StepBody[]
  const done = applyCommand(body, {
    kind: 'insert',
    at: { list: { step: step.id, lane: 'steps' }, index: inside.length },
    steps: [{ kind: 'wait', id: '', for: '1d' } as StepBody],
  })
  return isRefusal(done) ? undefined : done.journey
}

const DAY = 86_400_000
/** As long as a run can last, in whole days. */
function longerGoal(seen: Seen): readonly Change[] {
  const journey = readJourney(seen.body)
  if (isRefusal(journey)) return []
  const value = durationText(Math.ceil(outlook(journey.steps).longest / DAY) * DAY)
  return [[{ kind: 'goal', value }, put(seen, value)]]
}

/** Properties in which the events of a shop carry their worth. */
const WORTH: Readonly<Record<string, string>> = { 'Order Completed': 'total', 'Order Refunded': 'total', 'Checkout Started': 'value' }
function worthOf({ body }: Seen): readonly Change[] {
  const value = WORTH[String(valueAt(body, '/goal/event'))]
  return value === undefined ? [] : [[{ kind: 'worth', value }, withValue(body, '/goal/value', value)]]
}

/** `detail` is the text with the place in it behind “— at”. */
function inCondition(seen: Seen): readonly Change[] {
  const { value, problem } = seen
  const at = / — at (\d+:\d+)$/.exec(problem.detail ?? '')?.[1]
  if (typeof value !== 'string' || at === undefined) return []
  const formula = value.startsWith('=') ? '=' : ''
  const told = { code: problem.code.replace(/^journey\./, ''), at, ...(problem.hint !== undefined && { hint: problem.hint }) }
  return mendedTexts(value.slice(formula.length), told).map((text) => write(seen, formula + text))
}

/** Codes of problems for which there may be a mend, conditions apart. */
export const MENDED: readonly string[] = Object.keys(RULES)
