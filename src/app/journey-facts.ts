import { LRUCache } from 'lru-cache'
import { places } from '#journeys/lanes.ts'
import { Journey } from '#journeys/schema.ts'
import { waysOf } from '#journeys/sends.ts'
import type { Json } from '#lib/json.ts'
import { type DocumentKind, type Live, libraryOf, problemsOf } from '#platform/documents-plan.ts'

/** What the list and home say of a journey out of its body. */
export interface JourneySaid {
  readonly holdout: string
  /** By which channels it can send, each once. */
  readonly channels: readonly string[]
  readonly owner: string
  readonly tags: readonly string[]
}
const NOTHING: JourneySaid = { holdout: '0%', channels: [], owner: '', tags: [] }

const MOST_BODIES = 5_000
const MOST_WORKSPACES = 200

interface Checked {
  /** The hashes of everything that was live: a check of one document reads the others. */
  readonly of: string
  readonly problems: ReadonlyMap<string, number>
}

/** Reads and checks journeys once, and again when a body is another one: both screens ask every few seconds. */
export class JourneyFacts {
  readonly #kinds: ReadonlyMap<string, DocumentKind>
  readonly #said = new LRUCache<string, JourneySaid>({ max: MOST_BODIES })
  readonly #checked = new LRUCache<string, Checked>({ max: MOST_WORKSPACES })

  constructor(kinds: ReadonlyMap<string, DocumentKind>) {
    this.#kinds = kinds
  }

  said({ hash, body }: { readonly hash: string; readonly body: Json }): JourneySaid {
    const known = this.#said.get(hash)
    if (known) return known
    const { success, data } = Journey.safeParse(body)
    const said = success ? saidIn(data as Journey) : NOTHING
    this.#said.set(hash, said)
    return said
  }

  /** How many problems each live journey has. */
  problems(workspace: string, live: readonly Live[]): ReadonlyMap<string, number> {
    const of = live.map(({ kind, id, hash }) => `${kind} ${id} ${hash}`).join('\n')
    const known = this.#checked.get(workspace)
    if (known?.of === of) return known.problems
    const library = libraryOf(live, this.#kinds)
    const journeys = live.filter(({ kind }) => kind === 'journey')
    const problems = new Map(journeys.map((each) => [each.id, problemsOf(each, this.#kinds, library).length]))
    this.#checked.set(workspace, { of, problems })
    return problems
  }
}

const saidIn = (journey: Journey): JourneySaid => ({
  holdout: journey.holdout,
  channels: [...new Set(places(journey.steps).flatMap(({ step }) => waysOf(step).map(({ channel }) => channel)))],
  owner: journey.owner || '',
  tags: [...(journey.tags ?? [])],
})

/** One for all who read with the same kinds: the list and home are two bindings. */
const known = new WeakMap<ReadonlyMap<string, DocumentKind>, JourneyFacts>()
export function journeyFacts(kinds: ReadonlyMap<string, DocumentKind>): JourneyFacts {
  const facts = known.get(kinds) ?? new JourneyFacts(kinds)
  known.set(kinds, facts)
  return facts
}
