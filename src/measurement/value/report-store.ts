import { isRefusal, type Outcome, refuse } from '#lib/problem.ts'
import { quote } from '#segments/condition/sql-text.ts'
import { type Listing, type ReportParts, reportKind } from '../reports/kind.ts'
import { counted } from '../reports/list-store.ts'
import { lifetimeValueNamed } from './named.ts'
import { BANDS, type BandCount, bandName, toldOfValue, ValueInput } from './report.ts'
import { readStored, type StoredFit } from './stored.ts'
import { VALUE_DEFINITIONS } from './words.ts'

/** People with their value as it stands on the log, each in a band. */
function valued({ workspace, now }: ReportParts, { value }: ValueInput): Listing {
  const names = BANDS.map((_, i) => quote(bandName(i))).join(', ')
  return {
    params: { workspace, now, score: value },
    sql: `SELECT profile_id, '' AS of, told AS at, '' AS step, '' AS reason, profile_id AS key, worth, [${names}][greatest(1, arrayCount(low -> worth >= low, [${BANDS.join(', ')}]))] AS band
      FROM (SELECT profile_id, argMax(scores, seq) AS newest, toUnixTimestamp64Milli(argMax(at, seq)) AS told, argMax(merged_into, seq) AS moved, JSONExtractFloat(newest, {score:String}) AS worth
        FROM people WHERE workspace_id = {workspace:String} GROUP BY profile_id HAVING moved = '' AND JSONHas(newest, {score:String}))`,
  }
}

/** What was learned last by a live document; a refusal where nothing was. */
export async function storedFit(parts: ReportParts, id: string): Promise<Outcome<StoredFit>> {
  const document = await lifetimeValueNamed(parts, id)
  if (isRefusal(document)) return document
  const stored = readStored(await parts.ports.valueFit(parts.workspace, id))
  return (
    stored ??
    refuse({
      code: 'value.not_learned',
      status: 409,
      title: 'Nothing has been learned of it yet.',
      hint: 'Within the hour after it was published it learns from the purchases of the past; people have to have bought, and their purchases have to come in as the event that the metric counts.',
      early: true,
    })
  )
}

export const value = reportKind({
  id: 'value',
  title: 'Lifetime value',
  question: 'What are our customers worth, who still buys, and how well did the forecast do?',
  input: ValueInput,
  definitions: VALUE_DEFINITIONS,
  lists: { people: { unit: 'people', dims: () => ['band'], listing: valued } },
  async run(parts, input) {
    const stored = await storedFit(parts, input.value)
    if (isRefusal(stored)) return stored
    const bands = await counted<BandCount>(parts.facts, valued(parts, input), {
      by: { band: 'list.band' },
      measures: { people: 'count()', value: 'sum(list.worth)' },
      order: 'min(list.worth)',
    })
    return toldOfValue(stored, bands, parts.now)
  },
})
