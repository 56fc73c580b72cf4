import type { Handover } from '#channels/channel.ts'
import type { Claimed } from '#platform/outbox.ts'
import type { Attempt } from './delivery.ts'
import { count } from './process.ts'
import type { World } from './world.ts'

type Fate = 'well' | 'refuses' | 'busy' | 'acceptsAndDrops' | 'drops' | 'lies' | 'unknownAddress'

/** Where messages are handed over to: it accepts, refuses, forgets to answer, answers late, and lies. */
export class Provider {
  readonly #world: World

  constructor(world: World) {
    this.#world = world
  }

  send(attempt: Attempt): Promise<Handover> {
    const { dice, timeline, surroundings } = this.#world
    const fate = this.#fate()
    const slow = dice.chance(surroundings.faults.provider.slow)
    if (slow) count(surroundings, 'provider slow')
    const { promise, resolve } = Promise.withResolvers<Handover>()
    timeline.after(slow ? dice.between(1_000, 20_000) : dice.between(10, 200), () => {
      const isAccepted = fate === 'well' || fate === 'acceptsAndDrops' || fate === 'lies'
      if (isAccepted) this.#accept(attempt, fate !== 'lies')
      attempt.process.later(fate === 'drops' || fate === 'acceptsAndDrops' ? dice.between(1_000, 8_000) : dice.between(5, 100), () =>
        resolve(this.#answer(fate, attempt)),
      )
    })
    return promise
  }

  #fate(): Fate {
    const { dice, surroundings } = this.#world
    const { slow: _slow, ...faults } = surroundings.faults.provider
    for (const [name, share] of Object.entries(faults)) {
      if (!dice.chance(share)) continue
      count(surroundings, `provider ${name}`)
      return name as Fate
    }
    return 'well'
  }

  #answer(fate: Fate, { entry }: Attempt): Handover {
    switch (fate) {
      case 'well':
      case 'lies':
        return {
          kind: 'sent',
          providerId: 'p',
          ...(entry.payload['answer'] === true ? { answer: { left: this.#world.dice.between(0, 2) } } : {}),
        }
      case 'refuses':
        return { kind: 'retry', reason: 'connection', provider: true }
      case 'busy':
        return { kind: 'retry', reason: 'rate_limited', after: this.#world.dice.between(0, 10_000), provider: true }
      case 'acceptsAndDrops':
      case 'drops':
        return { kind: 'ambiguous', reason: 'no_answer' }
      case 'unknownAddress':
        return { kind: 'failed', reason: 'unknown_address', address: true }
    }
  }

  #accept(attempt: Attempt, delivered: boolean): void {
    const { judge, timeline, dice, bug, shop } = this.#world
    const { entry } = attempt
    const key = bug === 'key-with-attempt' ? `${entry.id}:${entry.attempt}` : entry.id
    timeline.tell(`provider takes ${key}#${entry.attempt} for ${entry.address}`)
    judge.handedOver(attempt, key)
    if (!delivered) return
    if (entry.channel === 'sms' && dice.chance(0.2)) this.#later(() => shop.readers.stops(entry))
    if (entry.channel !== 'email') return
    if (entry.payload['confirm'] === true) {
      if (dice.chance(0.7)) this.#later(() => shop.readers.confirms(entry))
      return
    }
    if (dice.chance(0.4)) this.#later(() => shop.readers.opened(entry))
    if (entry.lane === 'marketing' && dice.chance(0.15)) this.#later(() => shop.readers.leaves(entry))
    if (dice.chance(0.03)) this.#later(() => shop.readers.bounced(entry))
  }

  /** People, and other people's machines, may be quicker than the provider's answer. */
  #later(task: () => void): void {
    const { timeline, dice } = this.#world
    timeline.after(dice.chance(0.3) ? dice.between(0, 50) : dice.between(50, 25_000), task)
  }
}

export type Received = Pick<Claimed, 'id' | 'ws' | 'key' | 'channel' | 'address' | 'topic' | 'payload'>
