import { isRefusal } from '#lib/problem.ts'
import type { Expression } from '#segments/condition/ast.ts'
import { children } from '#segments/condition/ast.ts'
import { parse } from '#segments/condition/parse.ts'
import { awaitedBy } from './awaited.ts'
import { together, type Wish } from './check-holds.ts'
import type { Finding } from './check-steps.ts'
import { laneLists } from './check-walk.ts'
import { placedEntries } from './entries/placed.ts'
import { RECEIPT_NAMES } from './receipt-names.ts'
import type { Journey } from './schema.ts'
import { sends, waysOf } from './sends.ts'
import type { Step, WaitForStep } from './steps.ts'

type Told = readonly [title: string, hint: string]
const error = (code: string, at: string, [title, hint]: Told): Finding => ({ severity: 'error', code, at, title, hint })
const warning = (code: string, at: string, [title, hint]: Told): Finding => ({ severity: 'warning', code, at, title, hint })

const treeOf = (text: string | undefined): Expression | null => {
  const tree = text === undefined ? null : parse(text)
  return tree === null || isRefusal(tree) ? null : tree
}
const wish = (text: string | undefined, holds = true): Wish[] => {
  const tree = treeOf(text)
  return tree ? parts(tree, holds) : []
}
/** What is true together is true each: a part may outlive the others. */
const parts = (tree: Expression, holds: boolean): Wish[] =>
  tree.kind === (holds ? 'and' : 'or') && 'parts' in tree ? tree.parts.flatMap((part) => parts(part, holds)) : [{ tree, holds }]

/** What no person can ever do in a journey: branches that cannot be taken, waits that cannot be met. Places are JSON pointers from the document. */
export function pathFindings(journey: Journey): readonly Finding[] {
  const ways = placedEntries(journey)
  const entries = ways.flatMap(({ entry, at }) => never(entry.where, `${at}/where`, 'Nobody can ever enter by this'))
  // What the way in has asked of its event stays true for the whole run; with several ways in nothing is known.
  const known = ways.length === 1 ? wish(ways[0]!.entry.where).map(({ tree, holds }) => ({ tree: ofEntry(tree), holds })) : []
  return [
    ...entries,
    ...never(journey.goal.where, '/goal/where', 'The goal can never be reached'),
    ...journey.exit.flatMap(({ where }, i) => never(where, `/exit/${i}/where`, 'Nobody can ever leave by this')),
    ...inList(journey.steps, { at: '/steps', journey, known, before: [] }),
  ]
}

/** The entry event is `event` in the condition of the way in, and `entry` in the run. */
const ofEntry = (tree: Expression): Expression =>
  JSON.parse(JSON.stringify(tree), (_name, value: unknown) =>
    value !== null && typeof value === 'object' && 'of' in value && value.of === 'event' ? { ...value, of: 'entry' } : value,
  ) as Expression

function never(where: string | undefined, at: string, title: string): Finding[] {
  return together(wish(where)) === 'never' ? [error('never', at, [title, 'The parts of the condition contradict each other'])] : []
}

interface Here {
  /** JSON pointer of the list. */
  readonly at: string
  readonly journey: Journey
  /** What holds here, whatever has happened meanwhile. */
  readonly known: readonly Wish[]
  /** The steps passed on the way. */
  readonly before: readonly Step[]
}

function inList(steps: readonly Step[], here: Here): Finding[] {
  const found: Finding[] = []
  let known = here.known
  const before = [...here.before]
  steps.forEach((step, i) => {
    const at = `${here.at}/${i}`
    found.push(...inStep(step, { ...here, at, known, before }))
    before.push(step)
    // While a run stands still, or a step writes, the person may become somebody else; only the entry stays what it was.
    if (!isInstant(step)) known = known.filter(({ tree }) => isOfEntry(tree))
  })
  return found
}

const isInstant = (step: Step): boolean =>
  step.kind === 'notify' || step.kind === 'start' || step.kind === 'stop' || step.kind === 'exit' || isInstantFork(step)
const isInstantFork = (step: Step): boolean =>
  (step.kind === 'branch' || step.kind === 'split' || step.kind === 'choose') && laneLists(step).every(({ list }) => list.every(isInstant))

const isOfEntry = (tree: Expression): boolean =>
  tree.kind === 'property'
    ? tree.of === 'entry'
    : tree.kind === 'known'
      ? tree.name.startsWith('entry.')
      : !ASKS_MORE.has(tree.kind) && children(tree).every(isOfEntry)
const ASKS_MORE: ReadonlySet<string> = new Set(['attribute', 'consent', 'history', 'element', 'aggregate', 'segment', 'list', 'score'])

function inStep(step: Step, here: Here): Finding[] {
  const { at, journey } = here
  const lists = (known: readonly Wish[]): Finding[] =>
    laneLists(step).flatMap(({ list, pointer }) => inList(list, { ...here, at: `${at}${pointer}`, known, before: [...here.before, step] }))
  if (step.kind === 'branch') return branches(step, here)
  if (step.kind === 'choose') return options(step, here)
  if (step.kind === 'split') return lists(here.known)
  const later = lists(here.known.filter(({ tree }) => isOfEntry(tree)))
  if (step.kind !== 'waitFor') return later
  return [...awaited(step, { at, journey, before: here.before }), ...later]
}

/** An option's condition says nothing of the others, and the fallback is for anybody. */
function options(step: Extract<Step, { kind: 'choose' }>, here: Here): Finding[] {
  const before = [...here.before, step]
  const found = step.options.flatMap(({ id, when, steps }, i) => {
    const known = [...here.known, ...wish(when)]
    const at = `${here.at}/options/${i}`
    return together(known) === 'never'
      ? [
          error('unreachable', `${at}/when`, [
            `“${id}” can never be chosen`,
            'Its condition contradicts itself, or what must hold to come here',
          ]),
        ]
      : inList(steps, { ...here, at: `${at}/steps`, known, before })
  })
  return [...found, ...inList(step.fallback, { ...here, at: `${here.at}/fallback`, before })]
}

/** Conditions of one branch are asked at one moment: those above it did not hold. */
function branches(step: Extract<Step, { kind: 'branch' }>, here: Here): Finding[] {
  const found: Finding[] = []
  const above: Wish[] = []
  step.branches.forEach(({ id, when, steps }, i) => {
    const known = [...here.known, ...above, ...wish(when)]
    const at = `${here.at}/branches/${i}`
    if (together(known) === 'never')
      found.push(
        error('unreachable', `${at}/when`, [
          `Nobody ever takes “${id}”`,
          'Its condition contradicts itself, or what must hold to come here',
        ]),
      )
    else found.push(...inList(steps, { ...here, at: `${at}/steps`, known, before: [...here.before, step] }))
    above.push(...wish(when, false))
  })
  const known = [...here.known, ...above]
  const at = `${here.at}/otherwise`
  if (step.otherwise.length > 0 && together(known) === 'never')
    found.push(warning('unreachable', at, ['Nobody ever comes here: one of the branches always holds', 'Take these steps away']))
  else found.push(...inList(step.otherwise, { ...here, at, known, before: [...here.before, step] }))
  return found
}

/** Receipts that a person or a provider causes later; the others have come before a run moves on from the message. */
const HEARD_LATER = new Set([
  'message.delivered',
  'message.opened',
  'message.clicked',
  'message.bounced',
  'message.unsubscribed',
  'message.complained',
])

function awaited(step: WaitForStep, { at, journey, before }: Pick<Here, 'at' | 'journey' | 'before'>): Finding[] {
  return awaitedBy(step).flatMap(({ event, where, of }, i) => {
    const place = step.on ? `${at}/on/${i}` : at
    const found = never(where, `${place}/where`, 'The event that is waited for can never be the one')
    const exit = journey.exit.findIndex((each) => each.event === event && each.where === undefined && each.match === undefined)
    if (exit >= 0)
      found.push(
        error('wait.exits', `${place}/event`, [
          `“${event}” ends the run, so nobody can go on with it here`,
          `Narrow the exit at /exit/${exit}, or wait for another event`,
        ]),
      )
    if (event.startsWith('message.') && RECEIPT_NAMES.includes(event) && !HEARD_LATER.has(event))
      found.push(
        error('wait.receipt', `${place}/event`, [
          `“${event}” has come before the run moves on from the message`,
          'Use the message’s otherwise; or wait for message.clicked',
        ]),
      )
    return [...found, ...deaf({ event, of, before, place })]
  })
}

/** A request to a server is never opened or clicked. */
function deaf({ event, of, before, place }: { event: string; of: string | undefined; before: readonly Step[]; place: string }): Finding[] {
  const message = of === undefined ? undefined : before.find((each) => each.id === of)
  if (!message || !sends(message) || !HEARD_LATER.has(event)) return []
  const isMail = waysOf(message).some(({ channel }) => channel !== 'webhook')
  return isMail
    ? []
    : [error('wait.receipt', `${place}/of`, [`Nothing ever says “${event}” of “${of}”: it is no e-mail`, 'Name an e-mail step'])]
}

/** Steps that can fail and say nothing of it: an error, unless the journey says what then. */
export function fallbackFinding(step: Step, journey: Journey): readonly Finding[] {
  const canFail =
    sends(step) ||
    step.kind === 'waitFor' ||
    step.kind === 'hold' ||
    (step.kind === 'wait' && step.until !== undefined && 'date' in step.until)
  if (!canFail) return []
  const silent = (step as { readonly otherwise?: readonly Step[] | undefined }).otherwise === undefined
  if (!silent || journey.default !== undefined) return []
  return [
    error('otherwise', '', [
      `Nothing says what happens when “${step.id}” ${WORDS[step.kind] ?? 'cannot be done'}`,
      'Add otherwise: [] to go on below, or steps that run then; or say it once for all: default: { otherwise: continue }',
    ]),
  ]
}

const WORDS: Partial<Record<Step['kind'], string>> = {
  email: 'cannot be sent',
  webhook: 'cannot be sent',
  message: 'cannot be sent',
  call: 'gets no answer',
  waitFor: 'does not happen in time',
  hold: 'is not released',
  wait: 'has no date',
}
