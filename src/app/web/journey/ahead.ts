import { GetJourney } from '#journeys/api.ts'
import { askAhead } from '#kit/api.ts'
import { GetDocument } from '#workspaces/documents/api.ts'
import type { JourneySearch } from '../search.ts'

/** Asks side by side for what the screen of a journey would ask for one after the other. */
export function journeyAhead(id: string, { version, view, fresh }: JourneySearch): void {
  if (fresh !== undefined) return
  askAhead(GetJourney, { id, version })
  if (version === undefined && view !== 'live') askAhead(GetDocument, { kind: 'journey', id })
}
