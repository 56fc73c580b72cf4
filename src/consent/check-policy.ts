import { milliseconds } from '#lib/duration.ts'
import { isRefusal, type Problem } from '#lib/problem.ts'
import { isZone } from '#lib/zone.ts'
import { PLACES } from '#segments/condition/available.ts'
import { read } from '#segments/condition/read.ts'
import { type Cap, type ContactPolicy, IN_FORCE } from './policy.ts'
import { quietEnd } from './quiet-hours.ts'

/** `error`: the policy cannot be published. `warning`: it can, and somebody should look. */
export interface PolicyProblem extends Problem {
  readonly severity: 'error' | 'warning'
}

/** What journeys send: to which channels, with which topics. */
export interface Sendable {
  readonly channels: ReadonlySet<string>
  readonly topics: ReadonlySet<string>
}

const fault =
  (severity: PolicyProblem['severity']) =>
  (code: string, at: string, told: { readonly title: string; readonly hint: string }): PolicyProblem => ({
    severity,
    code: `policy.${code}`,
    status: 422,
    ...told,
    at,
  })
const error = fault('error')
const warning = fault('warning')

const DAY = 86_400_000
const LENGTH: Readonly<Record<string, number>> = { day: DAY, week: 7 * DAY, month: 31 * DAY }
const YEAR = 366 * DAY

/** Everything that is unsound in a contact policy, each with its place and how to mend it. */
export function checkPolicy(policy: ContactPolicy, sendable?: Sendable): PolicyProblem[] {
  return [
    ...(policy.id === IN_FORCE
      ? []
      : [error('id', '/id', { title: `Only the policy called “${IN_FORCE}” is in force`, hint: `Call it ${IN_FORCE}` })]),
    ...policy.caps.flatMap((cap, i) => capProblems(cap, `/caps/${i}`)),
    ...repeated(policy.caps),
    ...pointless(policy.caps),
    ...(sendable ? unmet(policy, sendable) : []),
    ...quietProblems(policy),
    ...countProblems(policy),
  ]
}

function capProblems({ max, per }: Cap, at: string): PolicyProblem[] {
  if (max === 0) {
    const title = 'A cap of 0 stops every such message'
    return [error('cap.zero', `${at}/max`, { title, hint: 'If that is meant, write max: never; if not, leave the cap out' })]
  }
  const length = per === undefined ? DAY : (LENGTH[per] ?? milliseconds(per) ?? 0)
  if (length === 0)
    return [error('cap.per', `${at}/per`, { title: 'This cap counts over no time at all', hint: 'Write a duration such as 24h' })]
  if (length > YEAR) return [error('cap.long', `${at}/per`, { title: 'A cap can count over a year at most', hint: 'Write a shorter time' })]
  return []
}

const repeated = (caps: readonly Cap[]): PolicyProblem[] =>
  caps.flatMap(({ id }, i) =>
    caps.findIndex((cap) => cap.id === id) < i
      ? [error('cap.repeated', `/caps/${i}/id`, { title: `Two caps are called “${id}”`, hint: 'Give each its own id: reasons name it' })]
      : [],
  )

const covers = (a: Cap, b: Cap): boolean =>
  (a.channel === undefined || a.channel === b.channel) &&
  (a.topic === undefined || a.topic === b.topic) &&
  (a.lane === 'any' || a.lane === b.lane)

/** Whether whatever fills the second has filled the first: no more, in no shorter a time. */
function isAsStrict(a: Cap, b: Cap): boolean {
  if (a.max === 'never') return true
  if (b.max === 'never' || a.per === undefined || b.per === undefined) return false
  if (a.max > b.max) return false
  if (a.per === b.per) return true
  // A calendar period begins anew in the middle of a rolling one; only days lie wholly within weeks and months.
  if (a.per in LENGTH) return b.per === 'day' && a.per !== 'day'
  const [ours, theirs] = [milliseconds(a.per) ?? 0, LENGTH[b.per] ?? milliseconds(b.per) ?? 0]
  return ours >= 2 * theirs
}

/** A cap that another one is full before can never be what stops a message. */
function pointless(caps: readonly Cap[]): PolicyProblem[] {
  const isBefore = (a: Cap, b: Cap): boolean => covers(a, b) && isAsStrict(a, b)
  return caps.flatMap((cap, i) => {
    // Of two that say the same the second is the pointless one.
    const other = caps.find((each, e) => each !== cap && isBefore(each, cap) && (e < i || !isBefore(cap, each)))
    if (!other) return []
    const title = `“${cap.id}” never stops anything: “${other.id}” is full before it`
    return [warning('cap.pointless', `/caps/${i}`, { title, hint: 'Take it out, or make it stricter' })]
  })
}

/** A cap on something that no journey sends. */
function unmet({ caps, counts }: ContactPolicy, { channels, topics }: Sendable): PolicyProblem[] {
  return caps.flatMap(({ channel, topic }, i) => {
    const strange = channel !== undefined && !channels.has(channel) && !counts.some((each) => each.channel === channel)
    if (strange) {
      const title = `Nothing is ever sent by “${channel}”, so this cap never stops anything`
      return [
        warning('cap.channel', `/caps/${i}/channel`, { title, hint: `Journeys send by ${[...channels].join(', ') || 'no channel yet'}` }),
      ]
    }
    if (topic === undefined || topics.has(topic) || counts.some((each) => each.topic === topic)) return []
    const title = `Nothing is ever sent on the topic “${topic}”, so this cap never stops anything`
    return [warning('cap.topic', `/caps/${i}/topic`, { title, hint: 'Name a topic of a template or a step' })]
  })
}

/** 2026-01-05 was a Monday. */
const MONDAY = Date.UTC(2026, 0, 5)

function quietProblems({ quietHours, fallbackZone }: ContactPolicy): PolicyProblem[] {
  const found = isZone(fallbackZone)
    ? []
    : [error('zone', '/fallbackZone', { title: `“${fallbackZone}” is no time zone`, hint: 'Write a zone such as Europe/Oslo or UTC' })]
  const channels = new Set(quietHours.map(({ channel }) => channel))
  for (const channel of channels) {
    const rules = quietHours.filter((rule) => rule.channel === undefined || rule.channel === channel)
    if (quietEnd(rules, 'UTC', MONDAY) !== null) continue
    const at = `/quietHours/${quietHours.findIndex((rule) => rule.channel === channel)}`
    const title = `These quiet hours never end${channel === undefined ? '' : ` for “${channel}”`}`
    found.push(error('quiet.always', at, { title, hint: 'Leave a gap; to forbid a channel write a cap with max: never' }))
  }
  return found
}

function countProblems({ counts }: ContactPolicy): PolicyProblem[] {
  return counts.flatMap(({ event, where }, i) => {
    const at = `/counts/${i}`
    if (event.startsWith('message.')) {
      const title = 'Messages that Cadenza sends are counted already'
      return [error('counts.own', `${at}/event`, { title, hint: 'Name an event of another system' })]
    }
    if (where === undefined) return []
    const tree = read(where, PLACES.policy)
    if (!isRefusal(tree)) return []
    return (tree.refused.problems ?? [tree.refused]).map(({ code, title, hint, at: place }) => ({
      ...error(code, `${at}/where`, { title, hint: hint ?? 'See the condition language' }),
      detail: place === undefined ? where : `${where} — at ${place}`,
    }))
  })
}
