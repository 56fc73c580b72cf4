import { lanes } from '#journeys/lanes.ts'
import type { Journey } from '#journeys/schema.ts'
import type { Step } from '#journeys/steps.ts'
import { latestRevision } from '#platform/documents.ts'
import type { Queryable } from '#platform/log.ts'
import type { DefinitionsRegistry } from './definitions.ts'

/** What people call a journey and its steps. */
export interface JourneyName {
  readonly name: string
  readonly steps: ReadonlyMap<string, Step>
}

/** The names of every published version in a workspace. */
export type JourneyNames = (workspace: string) => Promise<{ version(journey: string, version: number): JourneyName | undefined }>

const known = new WeakMap<Journey, JourneyName>()

export function journeyNames(db: Queryable, registry: DefinitionsRegistry): JourneyNames {
  return async (workspace) => {
    const revision = await latestRevision(db)
    await registry.prepare(revision)
    const definitions = registry.of(revision, workspace)
    return {
      version(journey, version) {
        const source = definitions.version(journey, version)?.source
        return source && nameOf(source)
      },
    }
  }
}

function nameOf(journey: Journey): JourneyName {
  const name = known.get(journey) ?? {
    name: journey.name ?? journey.id,
    steps: new Map(everyStep(journey.steps).map((step) => [step.id, step])),
  }
  known.set(journey, name)
  return name
}

const everyStep = (steps: readonly Step[]): Step[] =>
  steps.flatMap((step) => [step, ...lanes(step).flatMap((lane) => everyStep(lane.steps))])
