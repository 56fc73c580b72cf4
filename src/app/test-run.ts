import type { Effect } from '#events/reaction.ts'
import type { Published } from '#journeys/definitions.ts'
import { NO_JOURNEYS_YET } from '#journeys/enrollment.ts'
import { places } from '#journeys/lanes.ts'
import { REJECTED, RELEASED } from '#journeys/nodes/hold.ts'
import type { Person } from '#journeys/person.ts'
import { explain } from '#journeys/reasons.ts'
import type { Journey } from '#journeys/schema.ts'
import { conditionsIn } from '#journeys/sentences.ts'
import { type Answer, Simulation } from '#journeys/simulate.ts'
import type { SimulateJourney } from '#journeys/try-api.ts'
import { untaught } from '#journeys/untaught.ts'
import type { InputOf, OutputOf } from '#lib/action.ts'
import type { Json, JsonObject } from '#lib/json.ts'
import { attributesOf } from '#profiles/react.ts'

interface TestRun {
  readonly journey: Journey
  readonly published: Published
  /** Somebody as they are; undefined: a made-up person. */
  readonly person: Person | undefined
  readonly input: InputOf<typeof SimulateJourney>
}

type Output = OutputOf<typeof SimulateJourney>

/** More steps than a sound journey takes within the time. */
const MOST_STEPS = 20_000

/** What a journey would do for one person under everything in force, in virtual time; nothing leaves it. */
export function testRun({ journey: given, published, person, input }: TestRun): Output {
  const journey = input.treated ? { ...given, holdout: '0%' } : given
  const who = person?.profile.id ?? 'someone'
  const start = input.start ?? Math.min(input.until, ...input.events.map((event) => event.at))
  const known = new Set(published.models?.map(({ model }) => model.id))
  const models = [...(published.models ?? []), ...untaught([journey]).filter(({ model }) => !known.has(model.id))]
  // Journeys that it starts are there as well, so that starting one is not left out.
  const others = published.journeys.filter((each) => each.live && each.journey.id !== journey.id && starts(journey, each.journey.id))
  const world = new Simulation({
    journeys: [journey, ...others.map((each) => each.journey)],
    published: { ...published, models },
    start,
    provider: (effect) => answerOf(effect, input),
  })
  // Whoever is inside it now could not begin anew: the run is theirs, the place is free.
  if (person) world.seed(who, { ...person, journeys: NO_JOURNEYS_YET })
  if (!person || Object.keys(input.attributes).length > 0) world.identify(who, input.attributes as JsonObject, start)
  for (const { name, at, properties } of input.events) {
    const type = name.includes(':') ? 'system' : 'track'
    world.event({ person: who, name, at, type, properties: properties as JsonObject })
  }
  return { ...follow(world, { journey, who, input }), ...endOf(world, journey, who) }
}

const starts = (journey: Journey, id: string): boolean =>
  places(journey.steps).some(({ step }) => step.kind === 'start' && step.journey === id)

interface Followed {
  readonly journey: Journey
  readonly who: string
  readonly input: TestRun['input']
}

/** Lets it run to its end, and tells of each step what was known when it was decided. */
function follow(world: Simulation, { journey, who, input }: Followed): Pick<Output, 'trace' | 'messages'> {
  const asked = new Map(places(journey.steps).map(({ step }) => [step.id, attributesIn(conditionsIn(step))]))
  const trace: Output['trace'] = []
  const heard = new Set<string>()
  let sent = 0
  for (let n = 0; n < MOST_STEPS && world.step(input.until); n++) {
    const profile = world.people.get(who)?.profile
    const attributes = profile ? attributesOf(profile) : {}
    for (const line of world.trace.slice(trace.length)) {
      const { at, kind, step, reason, sentence } = line
      const known = Object.fromEntries(
        (kind === 'moved' ? (asked.get(step) ?? []) : []).map((name) => [name, (attributes[name] ?? null) as Json]),
      )
      trace.push({ at, kind, step, reason, sentence, known: known as never })
    }
    for (; sent < world.sent.length; sent++) hear(world, world.sent[sent]!.effect, input)
    decide(world, { who, input, heard })
  }
  const messages = world.settled.map(({ at, effect, receipt, reason }) => ({
    at,
    step: String(effect.payload['step_id'] ?? ''),
    channel: effect.channel,
    address: effect.address,
    template: typeof effect.payload['template'] === 'string' ? effect.payload['template'] : '',
    status: receipt.slice('message.'.length) as Output['messages'][number]['status'],
    reason,
    sentence: reason === '' ? '' : explain(reason),
  }))
  return { trace, messages }
}

function endOf(world: Simulation, { id }: Journey, who: string): Pick<Output, 'standing' | 'attributes'> {
  const person = world.people.get(who)
  const standing = (person?.journeys.enrollments ?? []).filter((run) => run.journey === id).map(({ step, due }) => ({ step, due }))
  return { standing, attributes: (person ? attributesOf(person.profile) : {}) as never }
}

/** Names that conditions ask the profile for. */
const attributesIn = (conditions: readonly (string | undefined)[]): string[] => [
  ...new Set(conditions.flatMap((text) => [...(text ?? '').matchAll(/\bprofile\.([A-Za-z_]\w*)/g)].map(([, name]) => name!))),
]

function answerOf(effect: Effect, { outages, answers }: TestRun['input']): Answer {
  const step = effect.payload['step_id']
  const hit = outages.find((each) => each.step === step)
  if (hit) return { receipt: `message.${hit.result}`, reason: hit.reason }
  return { receipt: 'message.sent', answer: (answers.find((each) => each.step === step)?.answer ?? {}) as Json }
}

/** What becomes of a message that was sent, so long after it. */
function hear(world: Simulation, effect: Effect, { receipts }: TestRun['input']): void {
  const { journey_id, version, enrollment_id, step_id, contact } = effect.payload
  for (const { step, event, after } of receipts) {
    if (step !== step_id || !event.startsWith('message.')) continue
    const properties = {
      effect_id: effect.id,
      journey_id: journey_id!,
      version: version!,
      enrollment_id: enrollment_id!,
      step_id,
      channel: effect.channel,
      address: effect.address,
      ...(contact === undefined ? {} : { contact }),
    } as JsonObject
    world.event({ person: effect.key, name: event, type: 'system', at: world.now + after, properties })
  }
}

/** Decides on a run that has come to a hold step. */
function decide(world: Simulation, { who, input, heard }: Omit<Followed, 'journey'> & { readonly heard: Set<string> }): void {
  for (const { id, step, since } of world.people.get(who)?.journeys.enrollments ?? []) {
    const said = input.receipts.find((each) => each.step === step && !each.event.startsWith('message.'))
    const visit = `${id} ${step} ${since}`
    if (!said || heard.has(visit)) continue
    heard.add(visit)
    const name = said.event === 'released' ? RELEASED : REJECTED
    world.event({ person: who, name, type: 'system', at: world.now + said.after, properties: { enrollment_id: id, step_id: step, since } })
  }
}
