const THERE = 'workspace_id = {workspace:String}'
/** A profile that has become another one stays that, so the newest word needs no FINAL. */
const MOVED = `(SELECT profile_id AS here, argMax(merged_into, seq) AS there FROM people WHERE ${THERE} AND merged_into != '' GROUP BY profile_id)`

/**
 * Profiles that have become part of another, and who that is now, as a subquery `(old, now)`: small, so joins keep it on their right.
 * Signposts are followed four times. Asks the parameter `workspace`.
 */
export const MERGED = `(SELECT m1.here AS old, multiIf(m4.there != '', m4.there, m3.there != '', m3.there, m2.there != '', m2.there, m1.there) AS now
  FROM ${MOVED} AS m1 LEFT JOIN ${MOVED} AS m2 ON m2.here = m1.there LEFT JOIN ${MOVED} AS m3 ON m3.here = m2.there
  LEFT JOIN ${MOVED} AS m4 ON m4.here = m3.there)`

/**
 * Rows with the surviving person in front: `SELECT person, <columns> FROM rows`. `rows` is a subquery without brackets that has the column
 * `profile_id` and those named; merged profiles come out as one person. Asks the parameter `workspace`.
 */
export const byPerson = (columns: readonly string[], rows: string): string =>
  `SELECT if(merge.now != '', merge.now, fact.profile_id) AS person, ${columns.map((column) => `fact.${column} AS ${column}`).join(', ')}
   FROM (${rows}) AS fact LEFT JOIN ${MERGED} AS merge ON merge.old = fact.profile_id`
