import { textAt } from '../metrics/metrics-store.ts'
import { byPerson } from '../people-store.ts'
import { EVERYBODY, type Grouping, MOST_GROUPS, OTHERS } from './grouping.ts'

/** Adds `part` to rows that have `person`, and `said` where the grouping is by a property. Asks what `groupingParams` gives. */
export function grouped(grouping: Grouping | undefined, rows: string): string {
  switch (grouping?.by) {
    case undefined:
      return `SELECT *, '${EVERYBODY}' AS part FROM (${rows})`
    case 'property':
      return `SELECT *, if(said = '', 'not known', said) AS part FROM (${rows})`
    case 'attribute':
      return `SELECT r.*, if(p.value = '', 'not known', p.value) AS part FROM (${rows}) AS r LEFT JOIN (
        SELECT who, ${textAt('newest', ['GROUPED'])} AS value FROM (
          SELECT profile_id AS who, argMax(attributes, seq) AS newest FROM people WHERE workspace_id = {workspace:String} GROUP BY who)
        ) AS p ON p.who = r.person`.replaceAll("'GROUPED'", '{grouped:String}')
    case 'segment':
      return `SELECT r.*, if(s.inside, 'in the segment', 'not in it') AS part FROM (${rows}) AS r LEFT JOIN (
        SELECT person AS who, argMax(kind, (at, seq, ix)) = 'entered' AS inside FROM (${byPerson(
          ['at', 'kind', 'seq', 'ix'],
          `SELECT profile_id, at, kind, seq, ix FROM memberships WHERE workspace_id = {workspace:String} AND segment_id = {grouped:String}`,
        )}) GROUP BY who) AS s ON s.who = r.person`
  }
}

export const groupingParams = (grouping: Grouping | undefined): Record<string, string> =>
  grouping?.by === 'attribute' ? { grouped: grouping.attribute } : grouping?.by === 'segment' ? { grouped: grouping.segment } : {}

/** The largest groups by themselves, the rest as one: rows that have `part`. It counts the rows first, so it reads them twice where they are parted. */
export const largest = (grouping: Grouping | undefined, rows: string): string =>
  grouping === undefined
    ? rows
    : `WITH all_rows AS (${rows}), large AS (SELECT part FROM all_rows GROUP BY part ORDER BY count() DESC, part LIMIT ${MOST_GROUPS})
   SELECT * REPLACE(if(part IN (SELECT part FROM large), part, '${OTHERS}') AS part) FROM all_rows`
