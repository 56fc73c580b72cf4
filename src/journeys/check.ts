import { durationText, milliseconds } from '#lib/duration.ts'
import { isRefusal, type Problem } from '#lib/problem.ts'
import { type Available, PLACES } from '#segments/condition/available.ts'
import { nearest } from '#segments/condition/hints.ts'
import { read } from '#segments/condition/read.ts'
import { awaitedBy } from './awaited.ts'
import { choiceFindings } from './check-choose.ts'
import { unknownNames } from './check-names.ts'
import { outcomeFindings } from './check-outcome.ts'
import { fallbackFinding, pathFindings } from './check-paths.ts'
import { fieldFindings, receiptsAwaited } from './check-steps.ts'
import { laneLists, type PlacedStep, placed, placedLanes } from './check-walk.ts'
import { ENTRY_ROOTS, EVENT_ROOTS } from './conditions.ts'
import { entryFindings } from './entries/check.ts'
import { entryReferences, entryTexts, placedEntries } from './entries/placed.ts'
import { outlook } from './outlook.ts'
import type { Journey } from './schema.ts'
import { type ByChannel, byChannel, sends } from './sends.ts'
import { DayText, type Step } from './steps.ts'

/** `error`: the journey cannot be published. `warning`: it can, and somebody should look. */
export interface JourneyProblem extends Problem {
  readonly severity: 'error' | 'warning'
}

/** What else is there to refer to. */
export interface JourneyLibrary {
  ids(kind: string): readonly string[]
  /** The document; left out: only its id is known. */
  get?(kind: string, id: string): unknown
}

/** Everything that is unsound in a journey, each with its place (JSON pointer) and how to mend it. */
export function check(journey: Journey, library: JourneyLibrary): JourneyProblem[] {
  const steps = placed(journey.steps, '/steps')
  return [
    ...whole(journey),
    ...entryProblems(journey, library),
    ...goalProblems(journey),
    ...outcomeFindings(journey, library).map(({ severity, code, at, ...told }) => fault(severity)(code, at, told)),
    ...journey.exit.flatMap((exit, i) => exitProblems(exit, `/exit/${i}`)),
    ...repeatedIds(steps),
    ...steps.flatMap((each) => stepProblems(each, { steps, library, journey })),
    ...unreachable(journey.steps, '/steps'),
    ...unknownNames(journey, library),
    ...pathFindings(journey).map(({ severity, code, at, ...told }) => fault(severity)(code, at, told)),
  ]
}

const fault =
  (severity: JourneyProblem['severity']) =>
  (code: string, at: string, told: { readonly title: string; readonly hint: string }): JourneyProblem => ({
    severity,
    code: `journey.${code}`,
    status: 422,
    ...told,
    at,
  })
const error = fault('error')
const warning = fault('warning')

/** A name as part of a JSON pointer (RFC 6901). */
const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')

/** What may be asked there, and whether a condition or a value stands there. */
type Wanted = Available & { readonly wanted?: 'condition' | 'value' }

/** What is wrong with a condition text, at its place in the document; the column within the text is told in words. */
function inCondition(text: string | undefined, at: string, { wanted = 'condition', ...available }: Wanted): JourneyProblem[] {
  if (text === undefined) return []
  const tree = read(text, available, wanted)
  if (!isRefusal(tree)) return []
  const problems = tree.refused.problems ?? [tree.refused]
  return problems.map(({ code, title, hint, at: where }) => ({
    severity: 'error',
    code: `journey.${code}`,
    status: 422,
    title,
    detail: where === undefined ? text : `${text} — at ${where}`,
    hint: hint ?? 'See the condition language',
    at,
  }))
}

function path(text: string | undefined, { roots, at, from }: { roots: readonly string[]; at: string; from: string }): JourneyProblem[] {
  if (text === undefined) return []
  const first = from === '' ? text.split('.')[0]! : text.startsWith(`${from}.`) ? text.split('.')[1]! : ''
  if (roots.includes(first)) return []
  const example = from === '' ? 'properties.cart_id' : `${from}.key`
  return [
    error('path', at, {
      title: `“${text}” names nothing`,
      hint: `Begin with ${roots.map((root) => (from === '' ? root : `${from}.${root}`)).join(', ')}; for example ${example}`,
    }),
  ]
}

function whole(journey: Journey): JourneyProblem[] {
  if (journey.steps.length === 0) return [error('empty', '/steps', { title: 'The journey has no steps', hint: 'Add at least one step' })]
  const { longest } = outlook(journey.steps)
  if (longest <= milliseconds(journey.goal.within)!) return []
  const title = `The goal is watched for ${journey.goal.within}, but a run can last ${durationText(longest)}`
  return [warning('goal.short', '/goal/within', { title, hint: 'Lengthen the goal’s window, or people convert unseen' })]
}

function entryProblems(journey: Journey, library: JourneyLibrary): JourneyProblem[] {
  return placedEntries(journey).flatMap((placed) => [
    ...entryFindings(placed).map(({ severity, code, at, ...told }) => fault(severity)(code, at, told)),
    ...entryTexts(placed).flatMap(({ text, at, available }) => inCondition(text, at, available)),
    ...path(placed.entry.key, { roots: EVENT_ROOTS, at: `${placed.at}/key`, from: '' }),
    ...entryReferences(placed).flatMap(({ kind, id, at }) => known(kind, id, { at, around: { steps: [], library, journey } })),
  ])
}

function goalProblems({ goal }: Journey): JourneyProblem[] {
  const found = inCondition(goal.where, '/goal/where', PLACES.goal)
  if (milliseconds(goal.within) === 0)
    found.push(
      error('goal.zero', '/goal/within', {
        title: 'The goal is watched for no time at all',
        hint: 'Write how long after entry it counts, such as 7d',
      }),
    )
  return found
}

function exitProblems({ where, match }: Journey['exit'][number], at: string): JourneyProblem[] {
  return [
    ...inCondition(where, `${at}/where`, PLACES.eventInRun),
    ...Object.entries(match ?? {}).flatMap(([theirs, ours]) => {
      const here = `${at}/match/${escaped(theirs)}`
      return [...path(theirs, { roots: EVENT_ROOTS, at: here, from: '' }), ...path(ours, { roots: ENTRY_ROOTS, at: here, from: 'entry' })]
    }),
  ]
}

function repeatedIds(steps: readonly PlacedStep[]): JourneyProblem[] {
  const seen = new Map<string, string>()
  return steps.flatMap(({ step, at }) => {
    const first = seen.get(step.id)
    if (first === undefined) seen.set(step.id, at)
    return first === undefined
      ? []
      : [
          error('step.repeated', `${at}/id`, {
            title: `Two steps are called “${step.id}”`,
            hint: `Rename one of them; the other stands at ${first}`,
          }),
        ]
  })
}

interface Around {
  readonly journey: Journey
  readonly steps: readonly PlacedStep[]
  readonly library: JourneyLibrary
}

function stepProblems(placed: PlacedStep, around: Around): JourneyProblem[] {
  const { step, at } = placed
  return [
    ...fieldFindings(step).map(({ severity, code, at: where, ...told }) => fault(severity)(code, `${at}${where}`, told)),
    ...conditionProblems(placed),
    ...receiptsAwaited(step).flatMap((awaited) => receiptOf(awaited.of, `${at}${awaited.at}`, placed.before)),
    ...references(placed, around),
    ...timed(placed, around),
    ...fallbackFinding(step, around.journey).map(({ severity, code, ...told }) => fault(severity)(code, at, told)),
  ]
}

/** What is wrong with the conditions and expressions of a step. */
function conditionProblems({ step, at }: PlacedStep): JourneyProblem[] {
  const values = (of: Readonly<Record<string, unknown>>, place: string): JourneyProblem[] =>
    Object.entries(of).flatMap(([name, value]) =>
      typeof value === 'string' && value.startsWith('=')
        ? inCondition(value.slice(1), `${at}/${place}/${escaped(name)}`, { ...PLACES.step, wanted: 'value' })
        : [],
    )
  switch (step.kind) {
    case 'wait':
      return step.until && 'date' in step.until ? inCondition(step.until.date, `${at}/until/date`, { ...PLACES.step, wanted: 'value' }) : []
    case 'waitFor':
      return awaitedBy(step).flatMap(({ where }, i) =>
        inCondition(where, step.on ? `${at}/on/${i}/where` : `${at}/where`, PLACES.eventInRun),
      )
    case 'branch':
      return step.branches.flatMap((branch, i) => inCondition(branch.when, `${at}/branches/${i}/when`, PLACES.step))
    case 'choose':
      return step.options.flatMap(({ when }, i) => inCondition(when, `${at}/options/${i}/when`, PLACES.step))
    case 'repeat':
      return inCondition(step.until, `${at}/until`, PLACES.step)
    case 'update':
      return values(step.set, 'set')
    case 'start':
      return values(step.with, 'with')
    case 'split':
    case 'email':
    case 'sms':
    case 'push':
    case 'inapp':
    case 'whatsapp':
    case 'slack':
    case 'webhook':
    case 'message':
    case 'call':
    case 'notify':
    case 'hold':
    case 'stop':
    case 'exit':
      return []
  }
}

/** The model that chooses the hour of a step. */
function timed({ step, at }: PlacedStep, around: Around): JourneyProblem[] {
  const waits = step.kind === 'wait' && step.until && 'best' in step.until ? step.until.best : undefined
  const best = waits ?? ('timing' in step ? step.timing?.best : undefined)
  if (!best) return []
  const place = `${at}/${waits ? 'until' : 'timing'}/best`
  const { ids, get } = around.library
  const typeOf = (id: string): unknown => (get?.('model', id) as { readonly type?: unknown } | undefined)?.type
  if (best.model !== undefined) {
    const type = typeOf(best.model)
    const wrong = get !== undefined && type !== undefined && type !== 'send-time'
    return [
      ...known('model', best.model, { at: `${place}/model`, around }),
      ...(wrong
        ? [error('best.type', `${place}/model`, { title: `“${best.model}” does not choose hours`, hint: 'Name a model of type send-time' })]
        : []),
    ]
  }
  const models = get ? ids('model').filter((id) => typeOf(id) === 'send-time') : ids('model')
  if (models.length === 1 || (!get && models.length > 0)) return []
  return models.length === 0
    ? [
        warning('best.none', place, {
          title: 'There is no send-time model: everyone gets it at once',
          hint: 'Publish a document of kind model with type: send-time',
        }),
      ]
    : [
        warning('best.several', `${place}`, {
          title: `There are several send-time models; “${[...models].sort()[0]}” is asked`,
          hint: 'Name one: model: …',
        }),
      ]
}

/** Documents that a step names and that are not there. */
function references({ step, at }: PlacedStep, around: Around): JourneyProblem[] {
  switch (step.kind) {
    case 'email':
    case 'sms':
    case 'push':
    case 'inapp':
    case 'whatsapp':
    case 'slack':
      return templateReferences({ channel: step.kind, way: step }, at, around)
    case 'message':
      return step.ways
        .map(byChannel)
        .flatMap((each, i) => (each.channel === 'webhook' ? [] : templateReferences(each, `${at}/ways/${i}/${each.channel}`, around)))
    case 'wait':
      return (step.window?.except ?? []).flatMap((each, i) =>
        DayText.safeParse(each).success ? [] : known('calendar', each, { at: `${at}/window/except/${i}`, around }),
      )
    case 'start':
      return [...known('journey', step.journey, { at: `${at}/journey`, around }), ...startable(step.journey, `${at}/journey`, around)]
    case 'choose':
      return choiceFindings(step, around).map(({ severity, code, at: where, ...told }) => fault(severity)(code, `${at}${where}`, told))
    case 'stop':
      return known('journey', step.journey, { at: `${at}/journey`, around })
    case 'waitFor':
    case 'branch':
    case 'split':
    case 'repeat':
    case 'webhook':
    case 'call':
    case 'notify':
    case 'hold':
    case 'update':
    case 'exit':
      return []
  }
}

/** Another journey is started through an entry of its own, or not at all. */
function startable(id: string, at: string, { library }: Around): JourneyProblem[] {
  const target = library.get?.('journey', id) as Journey | undefined
  if (!target || placedEntries(target).some(({ entry }) => 'journey' in entry)) return []
  return [
    error('start.entry', at, {
      title: `“${id}” lets nobody in who is sent by another journey`,
      hint: `Write entry: { journey: true } in “${id}”`,
    }),
  ]
}

function templateReferences(
  { channel, way: { template, sender, lane } }: Exclude<ByChannel, { channel: 'webhook' }>,
  at: string,
  around: Around,
): JourneyProblem[] {
  const body = around.library.get?.('template', template) as { readonly purpose?: unknown; readonly channel?: unknown } | undefined
  const wrongChannel = body !== undefined && (body.channel ?? 'email') !== channel
  // A template of this purpose need have no way out, so it may not go where one is due.
  const noWayOut = lane === 'marketing' && body?.purpose === 'transactional'
  return [
    ...(noWayOut ? [error('optout', `${at}/template`, OPT_OUT)] : []),
    ...known('template', template, { at: `${at}/template`, around }),
    ...unprovided(channel, at, around.library),
    ...(wrongChannel ? [error('template.channel', `${at}/template`, WRONG_CHANNEL)] : []),
    ...(sender === undefined ? [] : known(channel === 'email' ? 'sender' : 'provider', sender, { at: `${at}/sender`, around })),
  ]
}

/** Channels that nothing leaves by without a provider document. */
const PROVIDED: readonly string[] = ['sms', 'push', 'whatsapp', 'slack']

function unprovided(channel: string, at: string, { ids, get }: JourneyLibrary): JourneyProblem[] {
  if (!get || !PROVIDED.includes(channel)) return []
  const there = ids('provider').some((id) => (get('provider', id) as { readonly channel?: unknown } | undefined)?.channel === channel)
  if (there) return []
  const title = `There is no provider for ${channel}: these messages will fail`
  return [warning('provider.missing', at, { title, hint: `Publish a document of kind provider with channel: ${channel}` })]
}

const WRONG_CHANNEL = {
  title: 'This template is written for another channel',
  hint: 'Take a template whose channel is the one of the step',
}

const OPT_OUT = {
  title: 'This template is for transactional mail: it need not let people unsubscribe',
  hint: 'Take a marketing template; or write lane: transactional, if it only answers what the person did',
}

/** `of` must name a message that stands before, or no receipt can ever come. */
function receiptOf(of: string, at: string, before: readonly Step[]): JourneyProblem[] {
  const messages = before.filter(sends).map((each) => each.id)
  if (messages.includes(of)) return []
  return [
    error('of', at, {
      title: `“${of}” is no message that was sent before this step`,
      hint: near(of, messages, 'Name a message step above'),
    }),
  ]
}

function known(
  kind: 'template' | 'sender' | 'provider' | 'calendar' | 'journey' | 'segment' | 'model',
  id: string,
  { at, around }: { at: string; around: Around },
): JourneyProblem[] {
  const ids = around.library.ids(kind)
  if (ids.includes(id)) return []
  const hint = near(id, ids, `Publish the ${kind} in the same step, or before`)
  return [error(kind, at, { title: `There is no ${kind} “${id}”`, hint })]
}

const near = (given: string, all: readonly string[], otherwise: string): string => {
  const best = nearest(given, all)
  return best === undefined ? otherwise : `Did you mean “${best}”?`
}

/** Steps behind an exit, or behind a branching step all of whose lanes exit, are never reached. */
function unreachable(steps: readonly Step[], at: string): JourneyProblem[] {
  const found = steps.flatMap((step, i) => laneLists(step).flatMap(({ list, pointer }) => unreachable(list, `${at}/${i}${pointer}`)))
  const last = steps.findIndex(ends)
  if (last >= 0 && last < steps.length - 1) {
    found.push(
      error('unreachable', `${at}/${last + 1}`, {
        title: `Nobody ever reaches “${steps[last + 1]!.id}”: everyone leaves at “${steps[last]!.id}”`,
        hint: 'Move it up, or take the exit away',
      }),
    )
  }
  return found
}

function ends(step: Step): boolean {
  if (step.kind === 'exit') return true
  const lanes = placedLanes(step)
  return lanes.length > 0 && lanes.every((list) => list.some(ends))
}
