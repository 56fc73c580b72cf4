const THERE = 'workspace_id = {workspace:String}'

/** How a person is named in a subquery: by a profile id, or, where nobody asks for names, by a number of it (fast to group and to join by). */
interface Naming {
  /** What stands for a profile id, as SQL. */
  readonly of: (profile: string) => string
  readonly nobody: string
}
const NAMES: Naming = { of: (profile) => profile, nobody: "''" }
/** SipHash-2-4, 64 bits: among a million people two are taken for one with a chance of one in 37 million. */
const KEYS: Naming = { of: (profile) => `sipHash64(${profile})`, nobody: '0' }

/** The person whom a profile id stands for, as the number that `byPersonKey` gives, as SQL. */
export const keyOf = KEYS.of
export const NOBODYS_KEY = KEYS.nobody

/** A profile that has become another one stays that, so the newest word needs no FINAL. */
const moved = ({ of }: Naming): string =>
  `(SELECT ${of('profile_id')} AS here, ${of('argMax(merged_into, seq)')} AS there FROM people WHERE ${THERE} AND merged_into != '' GROUP BY profile_id)`

/** Signposts `(here, there)` followed once more, each asking at the place it points to: one grouping, so nothing is read again. */
const followed = (signposts: string, { nobody }: Naming): string =>
  `(SELECT arrayJoin(askers) AS here, if(next = ${nobody}, place, next) AS there FROM (
    SELECT place, max(goes) AS next, groupArrayIf(asks, asks != ${nobody}) AS askers
    FROM (SELECT (arrayJoin([(here, there, ${nobody}), (there, ${nobody}, here)]) AS sign).1 AS place, sign.2 AS goes, sign.3 AS asks FROM ${signposts})
    GROUP BY place))`

// Twice followed by two steps at once: four.
const merged = (naming: Naming): string => `(SELECT here AS old, there AS now FROM ${followed(followed(moved(naming), naming), naming)})`

/**
 * Profiles that have become part of another, and who that is now, as a subquery `(old, now)`: small, so joins keep it on their right.
 * Signposts are followed four times. Each `old` is there once, so `ANY LEFT JOIN` is enough. Asks the parameter `workspace`.
 */
export const MERGED = merged(NAMES)

/** The same by numbers (`keyOf`): `(old, now)` as UInt64, 0 for nobody. */
export const MERGED_KEYS = merged(KEYS)

const resolved = (naming: Naming, signposts: string) => (columns: readonly string[], rows: string) =>
  `SELECT if(merge.now != ${naming.nobody}, merge.now, fact.who) AS person${columns.map((column) => `, fact.${column} AS ${column}`).join('')}
   FROM (SELECT ${naming.of('profile_id')} AS who${columns.map((column) => `, ${column}`).join('')} FROM (${rows})) AS fact
   ANY LEFT JOIN ${signposts} AS merge ON merge.old = fact.who`

/**
 * Rows with the surviving person in front: `SELECT person, <columns> FROM rows`. `rows` is a subquery without brackets that has the column
 * `profile_id` and those named; merged profiles come out as one person. Asks the parameter `workspace`.
 */
export const byPerson = resolved(NAMES, MERGED)

/** The same with `person` as a number (UInt64), where nobody asks who it is: grouping and joining are several times faster. */
export const byPersonKey = resolved(KEYS, MERGED_KEYS)
