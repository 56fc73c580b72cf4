import { toExperiment, toGoal, toJourney, toListed, toPerson } from '#kit/paths.ts'

/** A number's way to what is behind it: an action of ours, and what to ask it. */
export interface Drill {
  readonly action: string
  readonly query: Readonly<Record<string, string>>
}

/** Actions that list people or messages; each has its columns in `listed.tsx`. */
export const LISTED = ['experiments.people', 'goals.people', 'attribution.people', 'costs.messages'] as const
export type Listed = (typeof LISTED)[number]
export const isListed = (action: string): action is Listed => (LISTED as readonly string[]).includes(action)

/** The screen that shows it; undefined where there is none. */
export function toOf({ action, query }: Drill): string | undefined {
  if (isListed(action)) return toListed(action, query)
  const { key = '', id = '' } = query
  switch (action) {
    case 'experiments.report':
      return toExperiment(key)
    case 'goals.report':
      return toGoal(id)
    case 'reports.journey':
      return toJourney(id, { tab: 'report' })
    case 'profiles.timeline':
      return toPerson(id)
    default:
      return undefined
  }
}
