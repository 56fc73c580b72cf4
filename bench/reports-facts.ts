import type { Analytics } from '#platform/analytics/analytics.ts'

export const WORKSPACE = 'bench'
export const JOURNEY = 'abandoned-cart'
/** When the reports are read (epoch ms), and how far back the facts reach (days). */
export const NOW = Date.UTC(2026, 5, 30)
export const DAYS = 180

export interface Size {
  readonly people: number
  readonly events: number
}

/** Insert size that keeps one insert one block of a few hundred megabytes at most. */
const CHUNK = 1_000_000

/** A shop's half year, made where it lies: no row passes through this process. The same sizes give the same rows. */
export async function makeFacts(analytics: Analytics, { people, events }: Size, told: (line: string) => void): Promise<void> {
  const begun = performance.now()
  for (const [table, rows, select] of [
    ['people', people, PEOPLE],
    ['events', events, EVENTS],
    ['events', runsOf(people), RECEIPTS],
    ['transitions', runsOf(people), ENTERED],
    ['transitions', runsOf(people), MOVED],
    ['transitions', runsOf(people), EXITED],
    ['transitions', runsOf(people), CONVERTED],
    ['deliveries', runsOf(people), DELIVERIES],
    ['decisions', runsOf(people), DECISIONS],
  ] as const)
    await fill(analytics, { table, rows, select, people })
  told(`${events} events of ${people} people made in ${Math.round((performance.now() - begun) / 1_000)} s`)
  for (const table of ['people', 'events', 'transitions', 'deliveries', 'decisions'])
    await analytics.command(`OPTIMIZE TABLE ${table} FINAL`)
}

async function fill(
  analytics: Analytics,
  { table, rows, select, people }: { table: string; rows: number; select: string; people: number },
): Promise<void> {
  for (let from = 0; from < rows; from += CHUNK) {
    const made = filled(select, { from, count: Math.min(CHUNK, rows - from), people })
    const columns = (await analytics.query<{ name: string }>(`DESCRIBE (${made})`)).map(({ name }) => name).join(', ')
    await analytics.command(`INSERT INTO ${table} (${columns}) ${made} SETTINGS max_insert_block_size = ${CHUNK}, max_threads = 2`)
  }
}

/** Every third person has come into the journey once. */
export const runsOf = (people: number): number => Math.floor(people / 3)

const filled = (sql: string, values: Readonly<Record<string, number>>): string =>
  sql.replaceAll(/\$(\w+)/g, (all, name: string) => (name in values ? String(values[name]) : all))

/** In [0, 1), of a row and a salt. */
const dice = (salt: number, of = 'number'): string => `(cityHash64(${salt}, ${of}) / 18446744073709551616.)`
const START = NOW - DAYS * 86_400_000
const when = (ms: string): string => `fromUnixTimestamp64Milli(toInt64(${ms}), 'UTC')`
const PLACE = 'toUInt16(number % 16) AS partition, number AS seq, toUInt32(0) AS ix'
const NUMBERS = 'FROM numbers($from, $count)'

// One in a hundred has become another person since.
const PEOPLE = `SELECT '${WORKSPACE}' AS workspace_id, concat('p', toString(number)) AS profile_id,
  concat('{"country":"', ['DE','FR','AT','NL','GB'][1 + number % 5], '","plan":"', ['free','pro','team'][1 + number % 3], '"}') AS attributes,
  '{}' AS permits, '[]' AS lists, '{}' AS scores, if(number % 100 = 99, concat('p', toString(number - 1)), '') AS merged_into,
  ${when(`${START} + number % 86400000`)} AS at, ${PLACE} ${NUMBERS}`

// A quarter of the pages is where somebody comes in: by a campaign, a link elsewhere, or the address.
// Few people do much: the square of the dice prefers low numbers.
const PERSON = `concat('p', toString(toUInt64(pow(${dice(1)}, 2) * $people)))`
const EVENTS = `SELECT '${WORKSPACE}' AS workspace_id, ${PERSON} AS profile_id, concat('m', toString(number)) AS message_id,
  if(kind = 'Page Viewed', 'page', 'track') AS type, kind AS name, ${when('moment')} AS at, ${when('moment + 40')} AS received,
  multiIf(
    kind = 'Order Completed', concat('{"order_id":"o', toString(number), '","total":', toString(round(5 + 120 * pow(${dice(4)}, 3), 2)), ',"currency":"EUR"}'),
    kind IN ('Ad Clicked', 'Ad Viewed'), concat('{"channel":"', ['video ads', 'display ads'][1 + number % 2], '","campaign":"a', toString(number % 7), '"}'),
    kind = 'Page Viewed', concat('{"url":"https://shop.example/', multiIf(landed, concat('?utm_source=', source, '&utm_medium=', medium, '&utm_campaign=c', toString(number % 12)), ''), '","referrer":"', sender, '"}'),
    concat('{"product_id":"sku', toString(number % 5000), '","price":', toString(round(3 + 80 * ${dice(5)}, 2)), '}')) AS properties,
  if(landed, source, '') AS utm_source, if(landed, medium, '') AS utm_medium, if(landed, concat('c', toString(number % 12)), '') AS utm_campaign,
  if(landed AND medium = 'cpc' AND source = 'google', 'gclid', '') AS click_id,
  multiIf(kind != 'Page Viewed', '', startsWith(sender, 'https://shop.example'), '(internal)', sender = '', '(none)', domainWithoutWWW(sender)) AS referrer,
  'accepted' AS verdict, ${PLACE}
  FROM (SELECT number, ${START} + toInt64(${dice(2)} * ${DAYS * 86_400_000}) AS moment,
      multiIf(${dice(3)} < 0.4, 'Product Viewed', ${dice(3)} < 0.76, 'Page Viewed', ${dice(3)} < 0.79, 'Ad Viewed', ${dice(3)} < 0.8, 'Ad Clicked', ${dice(3)} < 0.95, 'Product Added', 'Order Completed') AS kind,
      ['google','facebook','newsletter','bing','partner'][1 + cityHash64(6, number) % 5] AS source, ['cpc','social','email','cpc','affiliate'][1 + cityHash64(6, number) % 5] AS medium,
      kind = 'Page Viewed' AND ${dice(7)} < 0.1 AS landed,
      multiIf(landed OR ${dice(7)} < 0.15, '', ${dice(7)} < 0.25, ['https://www.google.com/', 'https://www.instagram.com/', 'https://blog.example/'][1 + cityHash64(8, number) % 3], 'https://shop.example/sale') AS sender
    ${NUMBERS})`

const ENTRY = `${START} + toInt64(${dice(11)} * ${(DAYS - 10) * 86_400_000})`
const RUN = `'${WORKSPACE}' AS workspace_id, concat('p', toString(number * 3)) AS profile_id, '${JOURNEY}' AS journey_id, toUInt32(1) AS version, concat('r', toString(number)) AS enrollment_id`
const ARM = `if(${dice(12)} < 0.1, 'held_out', 'treated')`
const transition = (
  kind: string,
  { from, to, reason, value = '0.' }: { from: string; to: string; reason: string; value?: string },
  [at, where]: readonly [string, string],
): string =>
  `SELECT ${RUN}, '${kind}' AS kind, ${from} AS from_step, ${to} AS to_step, ${reason} AS reason, ${ARM} AS arm, ${value} AS value, ${when(`${ENTRY} + ${at}`)} AS at, concat('m', toString(number)) AS cause, ${PLACE}
   ${NUMBERS} WHERE ${where}`
const TREATED = `${dice(12)} >= 0.1`
const ENTERED = transition('entered', { from: "''", to: `if(${TREATED}, 'settle', '')`, reason: "'entered'" }, ['0', '1'])
const MOVED = transition('moved', { from: "'settle'", to: "'nudge'", reason: "'waited'" }, ['300000', TREATED])
const EXITED = transition(
  'exited',
  {
    from: `if(${TREATED}, 'nudge', '')`,
    to: "''",
    reason: `if(${TREATED}, if(${dice(13)} < 0.3, 'exit_condition:bought', 'completed'), 'holdout')`,
  },
  [`if(${TREATED}, 600000, 0)`, `${dice(14)} < 0.98 OR NOT ${TREATED}`],
)
const CONVERTED = transition('converted', { from: "''", to: "''", reason: "''", value: `round(5 + 120 * pow(${dice(15)}, 3), 2)` }, [
  '86400000',
  `${dice(16)} < if(${TREATED}, 0.12, 0.1)`,
])

// Sent, delivered, half opened, a tenth clicked.
const DELIVERIES = `SELECT ${RUN}, concat('r', toString(number), ':nudge') AS effect_id, 'nudge' AS step_id, if(${dice(17)} < 0.8, 'email', 'sms') AS channel,
  status, '' AS reason, ${when(`${ENTRY} + 310000 + offset`)} AS at, if(channel = 'email', 'ses', 'sms-de') AS provider, toUInt32(1) AS units,
  toDecimal64(if(status = 'sent', if(channel = 'email', 0.0001, 0.07), 0), 6) AS cost, 'EUR' AS currency, 'marketing' AS lane, 'offers' AS topic,
  if(channel = 'email', ['gmail.com', 'gmx.de', 'outlook.com', 'example.org'][1 + number % 4], '') AS mail_domain,
  if(status IN ('opened', 'clicked'), if(${dice(22)} < 0.7, 'person', 'machine'), '') AS fetcher, ${PLACE}
  ${NUMBERS}
  ARRAY JOIN ['queued', 'sent', 'delivered', 'opened', 'clicked'] AS status, [0, 900, 2000, toInt64(${dice(18)} * 172800000), toInt64(${dice(18)} * 172800000) + 9000] AS offset
  WHERE ${TREATED} AND (status IN ('queued', 'sent', 'delivered') OR (status = 'opened' AND ${dice(19)} < 0.5) OR (status = 'clicked' AND ${dice(19)} < 0.1))`
// What the mail reader told of a message stands among the events too.
const RECEIPTS = `SELECT '${WORKSPACE}' AS workspace_id, concat('p', toString(number * 3)) AS profile_id, concat('r', toString(number), name) AS message_id, 'system' AS type, name,
  ${when(`${ENTRY} + 310000 + toInt64(${dice(18)} * 172800000) + if(name = 'message.clicked', 9000, 0)`)} AS at, at AS received,
  concat('{"effect":"r', toString(number), ':nudge","journey":"${JOURNEY}","step":"nudge","channel":"email","fetcher":"', if(${dice(22)} < 0.7, 'person', 'machine'), '"}') AS properties,
  'accepted' AS verdict, ${PLACE}
  ${NUMBERS} ARRAY JOIN ['message.opened', 'message.clicked'] AS name WHERE ${TREATED} AND ${dice(19)} < if(name = 'message.opened', 0.5, 0.1)`
const DECISIONS = `SELECT ${RUN}, 'nudge' AS step_id, ['discount', 'shipping', 'plain'][1 + cityHash64(20, number) % 3] AS arm, 1 / 3 AS propensity, ${when(`${ENTRY} + 300000`)} AS at,
  concat('r', toString(number), ':nudge') AS decision_id, 'choose' AS kind, 'cart-recovery' AS model, toUInt32(1) AS model_version, toUInt32(7) AS snapshot,
  if(${dice(21)} < 0.1, 'control', if(${dice(21)} < 0.15, 'explore', 'model')) AS decided_by, '' AS silence, '' AS record, ${PLACE}
  ${NUMBERS} WHERE ${TREATED}`
