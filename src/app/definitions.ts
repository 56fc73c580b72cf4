import type { Logger } from 'pino'
import { Template } from '#content/schema.ts'
import { Calendar } from '#journeys/calendar.ts'
import { type Definitions, definitions, type Published } from '#journeys/definitions.ts'
import { Journey } from '#journeys/schema.ts'
import { type Definition, definitionsAt, everyVersion } from '#platform/documents.ts'
import type { Queryable } from '#platform/log.ts'
import type { DefinitionsSource } from './pipeline.ts'

interface Options {
  readonly db: Queryable
  readonly consentModes: (revision: number) => Promise<ReadonlyMap<string, Published['consent']>>
  readonly logger: Logger
}

/** Revisions that are still asked for: partitions may stand at different ones for a moment. */
const KEPT = 8

/** The compiled definitions of all workspaces by revision. */
export class DefinitionsRegistry implements DefinitionsSource {
  readonly #options: Options
  readonly #revisions = new Map<number, Map<string, Definitions>>()

  constructor(options: Options) {
    this.#options = options
  }

  async prepare(revision: number): Promise<void> {
    if (this.#revisions.has(revision)) return
    const { db, consentModes, logger } = this.#options
    const [live, journeys, modes] = await Promise.all([definitionsAt(db, revision), everyVersion(db, 'journey'), consentModes(revision)])
    const newest = this.#newest()
    const compiled = new Map<string, Definitions>()
    for (const [workspace, consent] of modes) {
      const published = publishedIn(workspace, { live, journeys })
      const made = definitions({ ...published, revision, consent }, newest?.get(workspace))
      for (const { id, version, problem } of made.broken)
        logger.error({ workspace, journey: id, version, code: problem.code }, 'a published journey cannot run')
      compiled.set(workspace, made)
    }
    this.#revisions.set(revision, compiled)
    for (const old of [...this.#revisions.keys()].sort((a, b) => a - b).slice(0, -KEPT)) this.#revisions.delete(old)
  }

  of(revision: number, ws: string): Definitions {
    const prepared = this.#revisions.get(revision)
    if (!prepared) throw new Error(`Definitions revision ${revision} was not prepared`)
    return prepared.get(ws) ?? definitions({ workspace: ws, revision, consent: 'opt-in', journeys: [], templates: [] })
  }

  #newest(): Map<string, Definitions> | undefined {
    return this.#revisions.get(Math.max(...this.#revisions.keys()))
  }
}

function publishedIn(
  workspace: string,
  { live, journeys }: { live: readonly Definition[]; journeys: readonly Definition[] },
): Pick<Published, 'workspace' | 'journeys' | 'templates' | 'calendars'> {
  const here = live.filter((each) => each.ws === workspace)
  const takesIn = new Map(here.filter((each) => each.kind === 'journey').map((each) => [each.id, each.version]))
  return {
    workspace,
    journeys: journeys
      .filter((each) => each.ws === workspace)
      .map(({ id, version, body }) => ({ journey: Journey.parse(body), version, live: takesIn.get(id) === version })),
    calendars: here.filter((each) => each.kind === 'calendar').map(({ body }) => Calendar.parse(body)),
    templates: here
      .filter((each) => each.kind === 'template')
      .map(({ id, version, body }) => {
        const { topic, sender } = Template.parse(body)
        return { id, version, topic, sender }
      }),
  }
}
