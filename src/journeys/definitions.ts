import type { ConsentMode } from '#consent/react.ts'
import { isRefusal, type Problem } from '#lib/problem.ts'
import { type CompiledJourney, compile } from './compile.ts'
import type { Journey } from './schema.ts'

export interface PublishedTemplate {
  readonly version: number
  readonly topic?: string | undefined
  readonly sender?: string | undefined
}

/** What is published in one workspace at one revision. */
export interface Published {
  readonly workspace: string
  readonly revision: number
  readonly consent: ConsentMode
  /** Every version that anyone may still stand in. `live`: the one that takes people in (at most one for each id). */
  readonly journeys: readonly { readonly journey: Journey; readonly version: number; readonly live: boolean }[]
  readonly templates: readonly ({ readonly id: string } & PublishedTemplate)[]
  readonly calendars?: readonly { readonly id: string; readonly holidays: readonly string[] }[]
}

/** The definitions that apply to one workspace, compiled and indexed. */
export interface Definitions {
  readonly workspace: string
  readonly revision: number
  readonly consent: ConsentMode
  /** The versions that take people in, by journey id. */
  readonly live: ReadonlyMap<string, CompiledJourney>
  /** Live journeys by the event that starts them: an event that starts none costs one look-up. */
  readonly entriesByEvent: ReadonlyMap<string, readonly CompiledJourney[]>
  /** The published version of each template. */
  readonly templates: ReadonlyMap<string, PublishedTemplate>
  /** The days (`YYYY-MM-DD`) of each published calendar. */
  readonly calendars: ReadonlyMap<string, ReadonlySet<string>>
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
  return {
    workspace,
    revision,
    consent,
    live,
    entriesByEvent: byEvent(live),
    templates: new Map(published.templates.map(({ id, version, topic, sender }) => [id, { version, topic, sender }])),
    calendars: new Map((published.calendars ?? []).map(({ id, holidays }) => [id, new Set(holidays)])),
    broken,
    version: (journey, version) => compiled.get(journey)?.get(version),
  }
}

/** In the order of ids, so that what follows from an event does not hang on the order of publishing. */
function byEvent(live: ReadonlyMap<string, CompiledJourney>): Map<string, CompiledJourney[]> {
  const index = new Map<string, CompiledJourney[]>()
  for (const journey of [...live.values()].sort((a, b) => (a.id < b.id ? -1 : 1))) {
    const list = index.get(journey.entry.event)
    if (list) list.push(journey)
    else index.set(journey.entry.event, [journey])
  }
  return index
}
