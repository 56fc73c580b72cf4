import { own } from '#lib/record.ts'
import type { Catalogue } from '#segments/catalogue.ts'
import type { Sources } from '#segments/condition/scope.ts'
import { viewOf } from '#segments/windows.ts'
import type { Person } from './person.ts'

/** What a condition may ask of a person besides the events at hand; windows are those of the slots, by id of the aggregate. */
export function sourcesOf(
  { profile, consent, segments }: Person,
  slots: ReadonlyMap<string, string>,
  { catalogue, now }: { catalogue: Catalogue; now: number },
): Sources {
  const sources = {
    profile,
    permits: consent.permits,
    now,
    window: (id: string) => {
      const slot = slots.get(id)
      const aggregate = slot === undefined ? undefined : catalogue.slots.get(slot)
      return aggregate && viewOf(aggregate, own(segments.windows, slot!), now)
    },
    segment: (id: string) => own(segments.holds, id) !== undefined,
    list: (id: string) => (own(segments.lists, id) ?? 0) > 0,
    score: (name: string) => own(segments.scores, name)?.[0],
  }
  return sources
}
