import { type Permitted, permitted } from '#app/consent-gate.ts'
import { type JudgeParts, judging } from '#app/judge.ts'
import type { Judge } from '#app/passage.ts'
import type { Made } from '#app/prepare.ts'
import type { Prepared } from '#channels/channel.ts'
import { gatekeeper } from '#consent/policies/gatekeeper.ts'
import { type Person, upgraded } from '#journeys/person.ts'
import type { Claimed } from '#platform/outbox.ts'
import { keyOf } from '#platform/suppressions.ts'
import type { Process } from './process.ts'
import type { World } from './world.ts'

/** The right to send as app/consent-gate.ts and app/judge.ts ask for it at hand-over, of the states of the simulated database. */
export interface Rights {
  readonly permitted: Permitted
  readonly judge: Judge
}

export function rights(process: Process, world: World): Rights {
  const { office, scenery, bug } = world
  const find = (key: string): Person | undefined => personOf(world, key)
  const topics = new Map(scenery.topic ? [[scenery.topic.id, scenery.topic]] : [])
  const now = (): number => process.clock.now()
  const people: JudgeParts['person'] = (_ws, key) => process.call('person', () => find(key))
  const keeper = gatekeeper(scenery.law)
  return {
    permitted: permitted({
      people: (keys) =>
        process.call('people', () => new Map(keys.flatMap(({ ws, key }) => (find(key) ? [[keyOf(ws, key), find(key)!] as const] : [])))),
      terms: async () => ({
        topics,
        mode: office.registry.current.consent,
        ...(bug !== 'holdout-asked-once' && { experiments: scenery.comparisons }),
      }),
      now: bug === 'expiry-ignored-at-handover' ? () => Number.NEGATIVE_INFINITY : now,
    }),
    judge: judging({
      gates: async () => keeper,
      person: people,
      review: async () => ({ review: undefined }),
      sender: async () => undefined,
      now,
    }),
  }
}

/** Who a profile has become. */
function personOf({ db }: World, key: string): Person | undefined {
  let row = db.states.get(key)
  for (let step = 0; row?.person.profile.mergedInto !== undefined && step < 8; step++) row = db.states.get(row.person.profile.mergedInto)
  return row && upgraded(row.person)
}

/** As much of a message as the rules of this world look at: whether it is a text or mail. */
export const madeOf = ({ id, channel, address: to }: Claimed): Made => ({
  hash: '',
  headers: [],
  rendered: null,
  prepared:
    channel === 'sms'
      ? ({ kind: 'sms', id, to, text: '' } as Extract<Prepared, { kind: 'sms' }>)
      : ({ kind: 'webhook', id, body: '' } as Extract<Prepared, { kind: 'webhook' }>),
})
