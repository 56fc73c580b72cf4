import { readFileSync, statSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { LineCounter, parseDocument } from 'yaml'
import type { Effect } from '#events/reaction.ts'
import { check } from '#journeys/check.ts'
import { places } from '#journeys/lanes.ts'
import { Journey } from '#journeys/schema.ts'
import { providersOf, sendersOf, templatesOf } from '#journeys/sends.ts'
import { type Answer, Simulation, type Trace } from '#journeys/simulate.ts'
import { choosingIn, untaught } from '#journeys/untaught.ts'
import { durationText } from '#lib/duration.ts'
import { invalid } from '#lib/invalid.ts'
import { isRefusal, type Outcome, type Problem, refuse } from '#lib/problem.ts'
import { attributesOf } from '#profiles/react.ts'
import { positionIn, readAuthoredFile } from '../authored-files.ts'
import { type Call, type Command, type Result, text } from './command.ts'
import { count, type Paint, visible } from './paint.ts'
import { momentOf, Scenario } from './scenario.ts'

export const simulating: Command = {
  name: 'simulate',
  does: 'Runs journeys on given events in virtual time, without a server, and tells what happens to whom and why.',
  takes: '<journey.yaml>…',
  count: [1, 20],
  flags: { events: { type: 'string', takes: '<file>', does: 'the scenario: people and what they do, as YAML or JSON' } },
  more: 'The guide docs/guides/journeys-as-code.md shows a scenario. Every message counts as sent, unless the scenario says otherwise.',
  async run(call): Promise<Outcome<Result>> {
    const journeys = journeysOf(call)
    if (isRefusal(journeys)) return journeys
    const scenario = scenarioOf(call)
    if (isRefusal(scenario)) return scenario
    return told(play(journeys, scenario), call.paint)
  },
}

/** The journeys of the files that are named, if they are sound. */
export function journeysOf(call: Call): Outcome<Journey[]> {
  const journeys: Journey[] = []
  for (const given of call.positionals) {
    const path = resolve(call.cwd, given)
    const missing = notAFile(path, given)
    if (missing) return refuse(missing)
    const { documents, problems } = readAuthoredFile(dirname(path), basename(path))
    const found: Problem[] = problems.map((problem) => ({ ...problem, at: `${given}:${problem.at}` }))
    for (const document of documents.filter(({ kind }) => kind === 'journey')) {
      const parsed = Journey.safeParse(document.body)
      const wrong = parsed.success ? unsound(parsed.data) : (invalid(parsed.error).problems ?? [])
      found.push(...wrong.map((problem) => ({ ...problem, at: `${given}:${document.position(problem.at ?? '')}` })))
      if (parsed.success) journeys.push(parsed.data)
    }
    if (found.length > 0) return refuse({ code: 'cli.journey', status: 422, title: `${given} cannot be simulated`, problems: found })
  }
  if (journeys.length > 0) return journeys
  return refuse({ code: 'cli.journey.none', status: 422, title: 'There is no journey in the file', hint: 'It must say kind: journey.' })
}

/** What stops a journey from running; that what it names is there is taken for granted. */
function unsound(journey: Journey): readonly Problem[] {
  const steps = places(journey.steps).map(({ step }) => step)
  const named: Readonly<Record<string, string[]>> = {
    template: steps.flatMap((step) => templatesOf(step).map(({ template }) => template)),
    sender: steps.flatMap(sendersOf),
    provider: steps.flatMap(providersOf),
    model: [...choosingIn(journey)],
    goal: journey.serves ?? [],
    metric: (journey.guardrails ?? []).map(({ metric }) => metric),
  }
  const ids = (kind: string): string[] => named[kind] ?? []
  return check(journey, { ids }).filter(({ severity }) => severity === 'error')
}

function notAFile(path: string, given: string): Problem | undefined {
  if (statSync(path, { throwIfNoEntry: false })?.isFile()) return undefined
  return { code: 'cli.file', status: 404, title: `There is no file ${given}`, hint: 'Check its path.' }
}

function scenarioOf(call: Call): Outcome<Scenario> {
  const given = text(call, 'events')
  if (given === undefined) {
    return refuse({ code: 'cli.events', status: 400, title: 'What happens?', hint: 'Name a file of people and events with --events.' })
  }
  const path = resolve(call.cwd, given)
  const missing = notAFile(path, given)
  if (missing) return refuse(missing)
  const source = readFileSync(path, 'utf8')
  const lines = new LineCounter()
  const parsed = parseDocument(source, { lineCounter: lines, version: '1.2' })
  if (parsed.errors.length > 0) {
    const { line, col } = lines.linePos(parsed.errors[0]!.pos[0])
    return refuse({
      code: 'yaml',
      status: 422,
      title: parsed.errors[0]!.message.split('\n')[0]!,
      at: `${given}:${line}:${col}`,
    })
  }
  const body: unknown = parsed.toJS({ maxAliasCount: 100 })
  const scenario = Scenario.safeParse(Array.isArray(body) ? { events: body } : body)
  if (scenario.success) return scenario.data
  const list = Array.isArray(body)
  const problems = (invalid(scenario.error).problems ?? []).map((problem) => {
    const pointer = list ? (problem.at ?? '').replace(/^\/events/, '') : (problem.at ?? '')
    return { ...problem, at: `${given}:${positionIn(pointer, { parsed, lines, text: source })}` }
  })
  return refuse({ code: 'cli.events', status: 422, title: `${given} is not a scenario`, problems })
}

const DAY = 86_400_000
const MOST_DAYS = 90

export interface Played {
  readonly simulation: Simulation
  readonly start: number
  /** Receipts about messages that had not been sent. */
  readonly vain: readonly string[]
}

/** Runs a scenario to its end, in virtual time. */
export function play(journeys: readonly Journey[], scenario: Scenario): Played {
  const start = Date.parse(scenario.start)
  const provider = (effect: Effect): Answer => answerOf(effect, scenario)
  const simulation = new Simulation({ journeys, models: untaught(journeys), start, consent: scenario.consent, provider })
  for (const [person, attributes] of Object.entries(scenario.people)) simulation.identify(person, attributes)
  const events = scenario.events.map((event) => ({ ...event, at: momentOf(event.at, start) }))
  for (const { person, event: name, at, happened, id, properties } of events.filter(({ of }) => of === undefined)) {
    simulation.event({
      person,
      name,
      at,
      properties,
      ...(id !== undefined && { id }),
      ...(happened !== undefined && { happened: momentOf(happened, start) }),
    })
  }
  const vain = events
    .filter(({ of }) => of !== undefined)
    .sort((a, b) => a.at - b.at)
    .flatMap((receipt) => hear(simulation, receipt))
  const last = Math.max(start, ...events.map(({ at }) => at))
  simulation.run(scenario.until === undefined ? last + MOST_DAYS * DAY : momentOf(scenario.until, start))
  return { simulation, start, vain }
}

function answerOf(effect: Effect, { outages, answers }: Scenario): Answer {
  const isMeant = ({ step, person }: { readonly step?: string | undefined; readonly person?: string | undefined }): boolean =>
    (step ?? effect.payload['step_id']) === effect.payload['step_id'] && (person ?? effect.key) === effect.key
  const hit = outages.find(isMeant)
  if (hit) return { receipt: `message.${hit.result}`, reason: hit.reason }
  return { receipt: 'message.sent', answer: answers.find(isMeant)?.answer ?? {} }
}

type Timed = Omit<Scenario['events'][number], 'at'> & { readonly at: number }

/** A receipt of the last message of a step: it must carry that message's id, which only the simulation knows. */
function hear(simulation: Simulation, { person, event, at, of, properties }: Timed): string[] {
  simulation.run(at)
  const sent = simulation.sent.findLast(({ effect }) => effect.key === person && effect.payload['step_id'] === of)
  if (!sent) return [`${person}: ${event} of ${of}, but no message of that step had been sent`]
  const { journey_id, version, enrollment_id, step_id } = sent.effect.payload
  const props = { effect_id: sent.effect.id, journey_id: journey_id!, version: version!, enrollment_id: enrollment_id!, step_id: step_id! }
  simulation.event({ person, name: event, type: 'system', properties: { ...props, channel: sent.effect.channel, ...properties } })
  return []
}

function told({ simulation, start, vain }: Played, paint: Paint): Result {
  const { trace, people, sent } = simulation
  const standing = [...people].flatMap(([person, { journeys }]) =>
    journeys.enrollments.map(({ journey, step, due }) => ({
      person,
      journey,
      step,
      due: due === null ? null : new Date(due).toISOString(),
    })),
  )
  const json = {
    trace: trace.map(({ at, ...line }) => ({ at: new Date(at).toISOString(), ...line })),
    messages: sent.map(({ at, effect: { key, channel, address, payload } }) => ({
      at: new Date(at).toISOString(),
      person: key,
      channel,
      address,
      step: payload['step_id'],
      template: payload['template'] ?? null,
    })),
    people: Object.fromEntries([...people].map(([person, { profile }]) => [person, { attributes: attributesOf(profile) }])),
    standing,
    vain,
  }
  const several = new Set(trace.map(({ journey }) => journey)).size > 1
  const lines = trace.map((line) => traceLine(several ? { ...line, step: `${line.journey} ${line.step}` } : line, start, paint))
  const still = standing.map(({ person, journey, step, due }) =>
    paint('dim', `${person} is still in ${journey} at ${step}${due === null ? '' : `, until ${due}`}.`),
  )
  const warnings = vain.map((line) => paint('yellow', `Nothing to answer: ${line}.`))
  return { code: 0, json, text: [...lines, ...still, ...warnings, summary(trace, sent.length)].join('\n') }
}

const STYLES = {
  entered: 'cyan',
  refused: 'yellow',
  moved: 'dim',
  migrated: 'cyan',
  exited: 'cyan',
  converted: 'green',
  message: 'bold',
} as const

function traceLine({ at, person, step, kind, sentence }: Trace, start: number, paint: Paint): string {
  const when = `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} ${`+${durationText(at - start)}`.padEnd(12)}`
  return `${paint('dim', when)} ${visible(person).padEnd(10)} ${paint(STYLES[kind], kind.padEnd(9))} ${visible(step).padEnd(14)} ${visible(sentence)}`
}

function summary(trace: readonly Trace[], messages: number): string {
  const of = (kind: Trace['kind']): number => trace.filter((line) => line.kind === kind).length
  return `${of('entered')} entered, ${of('exited')} left, ${of('converted')} reached the goal, ${count(messages, 'message')} sent.`
}
