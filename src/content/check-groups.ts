import type { Finding } from './finding.ts'

/** What checks look at, in the order in which a screen tells it. */
export const CHECK_GROUPS = [
  'liquid',
  'wayOut',
  'subject',
  'links',
  'pictures',
  'contrast',
  'size',
  'text',
  'manners',
  'voice',
  'people',
  'languages',
] as const
export type CheckGroup = (typeof CHECK_GROUPS)[number]

const BY_CODE: readonly (readonly [RegExp, CheckGroup])[] = [
  [/^template\.(?:unsubscribe|postal_address)|^sms\.stop|^text\.unsubscribe/, 'wayOut'],
  [/^(?:subject|preheader)\./, 'subject'],
  [/^link\./, 'links'],
  [/^(?:image|template\.image)\./, 'pictures'],
  [/^(?:contrast|colour)/, 'contrast'],
  [/^(?:size|sms|push|inapp|title|body)\./, 'size'],
  [/^text\./, 'text'],
  [/^spam\./, 'manners'],
  [/^voice\./, 'voice'],
  [/^variable\./, 'people'],
  [/^(?:language|locale)\./, 'languages'],
]

/** Where a finding belongs; whatever no other group knows is about how the template is written. */
export const groupOf = ({ code }: Pick<Finding, 'code'>): CheckGroup => BY_CODE.find(([pattern]) => pattern.test(code))?.[1] ?? 'liquid'

/** Groups that are asked of a channel: a text message has no pictures. */
export const groupsFor = (channel: string): readonly CheckGroup[] =>
  channel === 'email' ? CHECK_GROUPS : CHECK_GROUPS.filter((group) => !['subject', 'pictures', 'contrast', 'text', 'links'].includes(group))

/** Findings by group, and how many groups have none. */
export function grouped(findings: readonly Finding[], channel: string) {
  const asked = groupsFor(channel)
  const groups = CHECK_GROUPS.map((group) => ({ group, findings: findings.filter((each) => groupOf(each) === group) })).filter(
    ({ group, findings: own }) => own.length > 0 || asked.includes(group),
  )
  return { groups, passed: groups.filter(({ findings: own }) => own.length === 0).length, all: groups.length }
}

/** The block or the field that a place of a finding lies in: `/blocks/3/columns/1/blocks/0/text:1:4` → the block and the line. */
export function placeIn(at: string): { readonly block: string | undefined; readonly field: string; readonly line: number | undefined } {
  const [path = '', line] = at.split(':')
  const block = /^.*\/(?:blocks|otherwise|variants\/[^/]+)\/\d+(?=\/|$)/.exec(path)?.[0]
  return { block, field: path, line: line === undefined ? undefined : Number(line) }
}
