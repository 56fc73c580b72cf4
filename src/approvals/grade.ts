import type { Evidence, Manifest, Need } from './schema.ts'

export const GRADES = ['low', 'medium', 'high'] as const
export type Grade = (typeof GRADES)[number]

export const CAUSES = [
  'several-people',
  'many-people',
  'some-people',
  'guardrail',
  'words',
  'money',
  'discount',
  'first-send',
  'no-person',
  'in-flight',
  'goes-out',
] as const
export type Cause = (typeof CAUSES)[number]

interface Asked {
  readonly manifest: Pick<Manifest, 'operation' | 'touched'>
  readonly needs: readonly Pick<Need, 'quorum'>[]
  readonly evidence: Pick<Evidence, 'people' | 'reach' | 'messages' | 'cost' | 'discount' | 'voice' | 'firstSends' | 'actors' | 'inFlight'>
}

/** What decides what may be sent to whom, and by whom. */
const GUARDRAILS: ReadonlySet<string> = new Set([
  'approval-policy',
  'contact-policy',
  'policy',
  'policy-pack',
  'provider',
  'retention',
  'sender',
])
const MANY = 10_000
const SOME = 100
const LOUD = 40
const NOTICED = 10

/** How much a mistake in it would matter, with why. It orders the inbox, and what is not low is never approved by the dozen; policies alone decide who is asked. */
export function gradeOf({ manifest, needs, evidence }: Asked): { readonly grade: Grade; readonly because: readonly Cause[] } {
  const { people, reach, cost, discount, voice, firstSends, actors, inFlight } = evidence
  const reached = reach.length > 0 ? people : 0
  const rules: readonly (readonly [holds: boolean, grade: Grade, cause: Cause])[] = [
    [needs.some(({ quorum }) => quorum > 1), 'high', 'several-people'],
    [reached >= MANY, 'high', 'many-people'],
    [manifest.touched.some(({ kind }) => GUARDRAILS.has(kind)), 'high', 'guardrail'],
    [voice.score >= LOUD, 'high', 'words'],
    [voice.score >= NOTICED && voice.score < LOUD, 'medium', 'words'],
    [reached >= SOME && reached < MANY, 'medium', 'some-people'],
    [cost.total > 0, 'medium', 'money'],
    [discount.percent > 0 || discount.amount > 0, 'medium', 'discount'],
    [firstSends.length > 0, 'medium', 'first-send'],
    [actors.some((actor) => !actor.startsWith('person:') && !actor.startsWith('system:')), 'medium', 'no-person'],
    [inFlight, 'medium', 'in-flight'],
    [manifest.operation === 'broadcast' || manifest.operation === 'run', 'medium', 'goes-out'],
  ]
  const holding = rules.filter(([holds]) => holds)
  const grade = GRADES.findLast((each) => holding.some(([, of]) => of === each)) ?? 'low'
  return { grade, because: holding.map(([, , cause]) => cause) }
}

/** What a request is about, whatever it says: requests with the same are one story. */
export function subjectOf({ operation, touched, journeys, runs }: Pick<Manifest, 'operation' | 'touched' | 'journeys' | 'runs'>): string {
  const names = operation === 'publish' ? touched.map(({ kind, id }) => `${kind}/${id}`) : journeys
  // Of held runs each batch is another one.
  return runs.length > 0 ? '' : [operation, ...[...new Set(names)].sort()].join(' ').slice(0, 2_000)
}
