import { usage } from '#consent/caps.ts'
import type { CompiledCap } from '#consent/policy.ts'
import { priceOfMessage } from '#decisions/budgets/in-force.ts'
import { sectionSince } from '#decisions/listen.ts'
import { type Paced, pace } from '#decisions/pressure/pace.ts'
import { wantedOnce } from '#decisions/pressure/state.ts'
import { deedId } from './deeds.ts'
import type { Standing } from './node.ts'
import type { Turn } from './turn.ts'

const WEEK = 604_800_000
const weekly = (max: number): CompiledCap => ({ id: 'model', channel: undefined, topic: undefined, lane: 'marketing', max, per: WEEK })
const ANY_NUMBER = 1_000_000

/** What pressure says of a marketing message that the contact policy has room for; null: no model is there to ask. */
export function paced({ definitions, person, run, now }: Standing, { zone, channel }: { zone: string; channel: string }): Paced | null {
  const { models, modelsSince } = definitions
  if (!models.byType.has('pressure')) return null
  const { contacts, decisions } = person
  const { counted } = usage(contacts, weekly(ANY_NUMBER), { now, zone })
  return pace(models, {
    id: deedId(run, 'cap'),
    key: person.profile.id,
    now,
    kept: decisions?.since === modelsSince ? decisions.pressure : undefined,
    price: priceOfMessage(definitions.budgets, { journey: run.journey, channel }),
    onItsWay: counted.filter(({ status }) => status === 'reserved').length,
    used: counted.length,
    freeAt: (cap) => usage(contacts, weekly(cap), { now, zone }).freeAt,
  })
}

/** A message was wanted of the person, whether it goes or not. */
export function notePace(turn: Turn): void {
  const { definitions, now } = turn.context
  const section = sectionSince(turn.person.decisions, definitions.modelsSince)
  turn.person = { ...turn.person, decisions: { ...section, pressure: wantedOnce(section.pressure, now) } }
}
