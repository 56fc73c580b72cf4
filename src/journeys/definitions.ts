import { type Gatekeeper, gatekeeper, NO_GATES, type VersionedPolicy } from '#consent/policies/gatekeeper.ts'
import type { ReviewReference } from '#consent/policies/schema.ts'
import { type CompiledPolicy, type ContactPolicy, compilePolicy, NO_POLICY } from '#consent/policy.ts'
import type { ConsentMode } from '#consent/react.ts'
import { NO_TOPICS, type Topic, type Topics, type WordingHashes } from '#consent/topics.ts'
import type { SlotConditions } from '#content/slots.ts'
import { type Budgets, NO_BUDGETS } from '#decisions/budgets/in-force.ts'
import { type Experiments, NO_EXPERIMENTS } from '#decisions/experiments/in-force.ts'
import { type ModelInForce, type Models, modelsOf } from '#decisions/snapshot.ts'
import { isRefusal, type Problem } from '#lib/problem.ts'
import { type Catalogue, type CatalogueInput, catalogue, type Watch } from '#segments/catalogue.ts'
import { type CompiledJourney, compile } from './compile.ts'
import { deciders } from './decided-by.ts'
import type { CompiledEntry } from './entries/compile.ts'
import { type EntryPolicy, entryPolicyOf } from './entries/limits.ts'
import { type Closer, closersOf } from './entries/overtaken.ts'
import type { Edit } from './in-flight.ts'
import type { ModeChange } from './modes.ts'
import { rank } from './rank.ts'
import type { Journey } from './schema.ts'
import type { TemplatedChannel } from './sends.ts'
import { type AskedSlots, aggregatesOfSlots, askedSlots } from './slots.ts'

export interface PublishedTemplate {
  readonly version: number
  readonly topic?: string | undefined
  readonly sender?: string | undefined
  /** Left out: e-mail. */
  readonly channel?: TemplatedChannel | undefined
  readonly category?: string | undefined
  readonly review?: ReviewReference | undefined
  /** The approval that bound this version by the revision at hand. */
  readonly approval?: ReviewReference | undefined
  /** For whom the variants of its slots are. */
  readonly slots?: SlotConditions | undefined
}

/** A template with the conditions of its slots compiled. */
export interface TemplateInForce extends Omit<PublishedTemplate, 'slots'> {
  readonly slots?: AskedSlots
}

/** One way into a journey that takes people in. */
export interface Door {
  readonly journey: CompiledJourney
  readonly entry: CompiledEntry
  /** No version of the journey is complete: what its conditions ask of the past is still being counted, and nobody is let in. */
  readonly counting?: true
}

/** What is published in one workspace at one revision. */
export interface Published {
  readonly workspace: string
  readonly revision: number
  readonly consent: ConsentMode
  /** Every version that anyone may still stand in. `live`: the one that takes people in (at most one for each id). */
  readonly journeys: readonly { readonly journey: Journey; readonly version: number; readonly live: boolean }[]
  readonly templates: readonly ({ readonly id: string } & PublishedTemplate)[]
  /** The contact policy in force. */
  readonly policy?: ContactPolicy | undefined
  /** Rules of law and of the house: of the packs that are switched on, and the workspace's own. */
  readonly policies?: readonly VersionedPolicy[] | undefined
  readonly calendars?: readonly { readonly id: string; readonly holidays: readonly string[] }[]
  readonly topics?: readonly Topic[] | undefined
  /** Of every version that was ever published. */
  readonly wordings?: WordingHashes | undefined
  /** Live segments with the texts of their conditions, the live version's first. */
  readonly segments?: CatalogueInput['segments'] | undefined
  /** What is watched since when; left out: everything since the first event. */
  readonly watches?: readonly Watch[] | undefined
  /** Versions whose publish moves people inside; and changes of modes. In any order. */
  readonly edits?: readonly ({ readonly journey: string } & Edit)[]
  readonly modes?: readonly ({ readonly journey: string } & ModeChange)[]
  /** Published models, each with its snapshot in force at the revision. */
  readonly models?: readonly ModelInForce[] | undefined
  /** Published budgets, with what was told of them up to the revision. */
  readonly budgets?: Budgets | undefined
  /** Published hold-outs and experiments. */
  readonly experiments?: Experiments | undefined
}

/** The definitions that apply to one workspace, compiled and indexed. */
export interface Definitions {
  readonly workspace: string
  readonly revision: number
  readonly consent: ConsentMode
  /** The versions that take people in, by journey id. */
  readonly live: ReadonlyMap<string, CompiledJourney>
  /** Live journeys by the event that starts them: an event that starts none costs one look-up. */
  readonly entriesByEvent: ReadonlyMap<string, readonly Door[]>
  /** Ways in that wait for a time of the person's own. */
  readonly appointed: readonly Door[]
  /** Events that an exit or a goal of any version listens to. */
  readonly notedEvents: ReadonlySet<string>
  /** Events that a step of any version waits for. */
  readonly awaitedEvents: ReadonlySet<string>
  /** What ends runs of live journeys by their key, by event. */
  readonly closers: ReadonlyMap<string, readonly Closer[]>
  readonly entryPolicy: EntryPolicy | undefined
  /** The published version of each template. */
  readonly templates: ReadonlyMap<string, TemplateInForce>
  /** Segments' conditions, and what is kept of people so that conditions can be asked. */
  readonly catalogue: Catalogue
  /** How often and when people may be contacted. */
  readonly policy: CompiledPolicy
  /** What the rules of law say. */
  readonly gates: Gatekeeper
  /** Attributes that decide who gets the messages of a journey's version, through segments as well. */
  decidedBy(journey: string, version: number): readonly string[]
  readonly topics: Topics
  readonly wordings: WordingHashes
  /** The days (`YYYY-MM-DD`) of each published calendar. */
  readonly calendars: ReadonlyMap<string, ReadonlySet<string>>
  /** By journey id: the versions that take people of earlier ones along, ascending; the changes of its mode, oldest first. */
  readonly edits: ReadonlyMap<string, readonly Edit[]>
  readonly modes: ReadonlyMap<string, readonly ModeChange[]>
  /** What messages may cost, and what that is worth just now. */
  readonly budgets: Budgets
  /** Whom hold-outs and experiments keep what from. */
  readonly experiments: Experiments
  /** Models that learn, as they stood at the revision. */
  readonly models: Models
  /** The revision since which there have been any. */
  readonly modelsSince: number
  /** Published journeys that cannot be compiled, and therefore do not run. */
  readonly broken: readonly { readonly id: string; readonly version: number; readonly problem: Problem }[]
  version(journey: string, version: number): CompiledJourney | undefined
}

/** Compiles what is published; versions never change, so those of the revision before are taken over. */
export function definitions(published: Published, previous?: Definitions): Definitions {
  const compiled = new Map<string, Map<number, CompiledJourney>>()
  const live = new Map<string, CompiledJourney>()
  const broken: { id: string; version: number; problem: Problem }[] = []
  for (const { journey, version, live: takesIn } of published.journeys) {
    const program = previous?.version(journey.id, version) ?? compile(journey, version)
    if (isRefusal(program)) broken.push({ id: journey.id, version, problem: program.refused })
    else {
      const versions = compiled.get(journey.id)
      if (versions) versions.set(version, program)
      else compiled.set(journey.id, new Map([[version, program]]))
      if (takesIn) live.set(journey.id, program)
    }
  }
  const { workspace, revision, consent } = published
  const programs = [...compiled.values()].flatMap((versions) => [...versions.values()])
  const asks = new Map(published.templates.flatMap(({ id, slots }) => (slots ? [[id, askedSlots(slots)] as const] : [])))
  const asked = {
    segments: published.segments ?? [],
    aggregates: [...programs.flatMap(({ aggregates }) => aggregates), ...[...asks.values()].flatMap(aggregatesOfSlots)],
    watches: published.watches,
  }
  const watched = catalogue(asked, previous?.catalogue)
  const ready = complete(live, { compiled, watched })
  const doors = doorsOf(ready)
  const counting = doorsOf(new Map([...live].filter(([id]) => !ready.has(id)))).map((door): Door => ({ ...door, counting: true }))
  const gates = gatesOf(published.policies, previous)
  const models = modelsOf(published.models ?? [])
  // Rules that count messages, those that are asked again at hand-over, and models of pressure need the contacts as well.
  const counted = gates.exists || models.byType.has('pressure')
  const policy = published.policy ? compilePolicy(published.policy) : { ...NO_POLICY, exists: counted }
  // Publishing refuses such a policy. If one is there all the same, nobody may be written to by mistake.
  if (isRefusal(policy)) throw new Error(`The contact policy of ${workspace} cannot be read: ${policy.refused.title}`)
  return {
    workspace,
    revision,
    consent,
    live,
    entriesByEvent: byEvent([...doors, ...counting]),
    appointed: doors.filter(({ entry }) => entry.appointment !== null),
    notedEvents: new Set(programs.flatMap(({ exits, goal }) => [...exits.keys(), goal.event])),
    awaitedEvents: new Set(programs.flatMap(({ awaited }) => awaited)),
    closers: closersOf(live.values()),
    entryPolicy: entryPolicyOf(published.policy),
    templates: new Map(
      published.templates.map(({ id, slots: _slots, ...template }) => [id, { ...template, ...(asks.has(id) && { slots: asks.get(id)! }) }]),
    ),
    catalogue: watched,
    topics: published.topics?.length ? new Map(published.topics.map((topic) => [topic.id, topic])) : NO_TOPICS,
    wordings: published.wordings ?? new Map(),
    calendars: new Map((published.calendars ?? []).map(({ id, holidays }) => [id, new Set(holidays)])),
    edits: byJourney(published.edits, ({ version }) => version),
    modes: byJourney(published.modes, ({ revision }) => revision),
    budgets: published.budgets ?? NO_BUDGETS,
    experiments: published.experiments ?? NO_EXPERIMENTS,
    models,
    modelsSince: published.watches?.find(({ kind }) => kind === 'models')?.since ?? 0,
    policy,
    gates,
    decidedBy: deciders(published),
    broken,
    version: (journey, version) => compiled.get(journey)?.get(version),
  }
}

const compiledFrom = new WeakMap<Gatekeeper, string>()

/** Versions never change, so the same rules as before are not compiled again. */
function gatesOf(policies: readonly VersionedPolicy[] = [], previous?: Definitions): Gatekeeper {
  if (policies.length === 0) return NO_GATES
  const names = policies.map(({ policy, version }) => `${policy.id}@${version}`).join(' ')
  if (previous && compiledFrom.get(previous.gates) === names) return previous.gates
  const made = gatekeeper(policies)
  compiledFrom.set(made, names)
  return made
}

/** Who takes people in: while the past of what a new version asks for is brought in, the newest version before it that is complete. */
function complete(
  live: ReadonlyMap<string, CompiledJourney>,
  { compiled, watched }: { compiled: ReadonlyMap<string, ReadonlyMap<number, CompiledJourney>>; watched: Catalogue },
): ReadonlyMap<string, CompiledJourney> {
  const takesIn = new Map<string, CompiledJourney>()
  for (const [id, program] of live) {
    const versions = [...(compiled.get(id)?.values() ?? [])].filter(({ version }) => version <= program.version)
    const ready = versions.sort((a, b) => b.version - a.version).find(({ aggregates }) => watched.isComplete(aggregates))
    if (ready) takesIn.set(id, ready)
  }
  return takesIn
}

/** Those that come first before the others, then in the order of ids: what follows from an event does not hang on the order of publishing. */
const doorsOf = (live: ReadonlyMap<string, CompiledJourney>): readonly Door[] =>
  [...live.values()]
    .sort((a, b) => rank(b, a) || (a.id < b.id ? -1 : 1))
    .flatMap((journey) => journey.entries.map((entry) => ({ journey, entry })))

function byEvent(doors: readonly Door[]): Map<string, Door[]> {
  const index = new Map<string, Door[]>()
  for (const door of doors) {
    for (const event of door.entry.events) {
      const list = index.get(event)
      if (list) list.push(door)
      else index.set(event, [door])
    }
  }
  return index
}

function byJourney<T extends { readonly journey: string }>(all: readonly T[] = [], order: (each: T) => number): Map<string, T[]> {
  const groups = Map.groupBy(all, ({ journey }) => journey)
  for (const group of groups.values()) group.sort((a, b) => order(a) - order(b))
  return groups
}
