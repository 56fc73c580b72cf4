import { setTimeout as pause } from 'node:timers/promises'
import { Dice } from '../sim/dice.ts'
import { ORDER, SIGN_UP, WAIT_MS } from './shop.ts'

type Call = Readonly<Record<string, unknown>> & { readonly type: string; readonly messageId: string }

/** What one made-up person did, as far as the checks ask. */
export interface Shopper {
  readonly user: string
  readonly email: string
  /** When the order was acknowledged (epoch ms); null: none was placed. */
  orderedAt: number | null
}

/** One event that got a 2xx. Times are epoch ms. */
export interface Acknowledged {
  /** How often it was sent until then. */
  readonly tries: number
  /** When it was sent first. */
  readonly begun: number
  /** When the 2xx came. */
  readonly at: number
  /** The strongest identifier in it. */
  readonly who: string
}

/** What the clients know. */
export interface Memory {
  /** Events that got a 2xx, by messageId: how often they were sent until then, and when (epoch ms) it came. */
  readonly acknowledged: Map<string, Acknowledged>
  readonly shoppers: Shopper[]
  /** Requests that failed, by what came instead of a 2xx. */
  readonly failures: Map<string, number>
}

export interface Load {
  readonly memory: Memory
  /** Nobody new comes; resolves when everyone who is there is through. */
  finish(): Promise<void>
  /** Nobody tries again. */
  abandon(): void
}

interface Options {
  /** Any of them takes events; who gets no answer tries the next one. */
  readonly urls: readonly string[]
  readonly writeKey: string
  readonly seed: string
  /** People at once. */
  readonly people: number
}

/** People who come one after the other in `people` lanes, over real HTTP, and repeat every request until it is acknowledged. */
export function startLoad(options: Options): Load {
  const memory: Memory = { acknowledged: new Map(), shoppers: [], failures: new Map() }
  const state = { ending: false, abandoned: false }
  const post = poster(options, memory, () => state.abandoned)
  const lane = async (number: number): Promise<void> => {
    const thrown = new Dice(`${options.seed} lane ${number}`)
    for (let visit = 0; !state.ending; visit++) await shop({ post, memory, dice: thrown, name: `${number}-${visit}` })
  }
  const lanes = Promise.all(Array.from({ length: options.people }, (_, number) => lane(number)))
  // The driver awaits it at the end; until then a failure must not go unheard.
  lanes.catch(() => (state.ending = true))
  return {
    memory,
    async finish() {
      state.ending = true
      await lanes
    },
    abandon() {
      state.ending = true
      state.abandoned = true
    },
  }
}

type Post = (calls: readonly Call[]) => Promise<number>
interface Visit {
  readonly post: Post
  readonly memory: Memory
  readonly dice: Dice
  readonly name: string
}

/** One person: comes (some unknown, who turn out to be known), signs up, and often orders about when the message is due. */
async function shop({ post, memory, dice: thrown, name }: Visit): Promise<void> {
  const user = `u${name}`
  const anonymousId = `a${name}`
  const shopper: Shopper = { user, email: `p${name}@chaos.example`, orderedAt: null }
  memory.shoppers.push(shopper)
  const page = (id: string): Call => ({ type: 'page', messageId: `${id}-${name}`, anonymousId, properties: { path: '/' } })
  const identify: Call = {
    type: 'identify',
    messageId: `identify-${name}`,
    userId: user,
    traits: { email: shopper.email, first_name: `P${name}` },
  }
  const signUp: Call = {
    type: 'track',
    event: SIGN_UP,
    messageId: `signup-${name}`,
    userId: user,
    properties: { plan: thrown.pick(['free', 'team']) },
  }
  const stranger = thrown.chance(0.25)
  const calls = thrown.chance(0.5) ? [[identify, signUp]] : [[identify], [signUp]]
  if (stranger) calls.unshift([page('page1')])
  for (const group of calls) await post(group)
  if (thrown.chance(0.1)) await post(calls.at(-1)!)
  const joins = stranger && thrown.chance(0.7)
  const orders = thrown.chance(0.4)
  const at = thrown.between(0, WAIT_MS * 1.6)
  const joinsAt = thrown.between(0, WAIT_MS * 1.5)
  const join = async (): Promise<void> => {
    await pause(joinsAt)
    await post([{ type: 'identify', messageId: `join-${name}`, userId: user, anonymousId, traits: { device: 'phone' } }])
  }
  const order = async (): Promise<void> => {
    await pause(at)
    shopper.orderedAt = await post([{ type: 'track', event: ORDER, messageId: `order-${name}`, userId: user, properties: { total: 10 } }])
  }
  await Promise.all([joins ? join() : undefined, orders ? order() : undefined])
}

const GIVE_UP_MS = 120_000

function poster({ urls, writeKey }: Options, memory: Memory, isAbandoned: () => boolean): Post {
  let turn = 0
  const authorization = `Basic ${btoa(`${writeKey}:`)}`
  return async (calls) => {
    const single = calls.length === 1 ? calls[0]! : null
    const path = single ? `/v1/${single.type}` : '/v1/batch'
    const body = JSON.stringify(single ?? { batch: calls })
    const began = performance.now()
    const begun = Date.now()
    let url = urls[turn++ % urls.length]!
    for (let tries = 1; ; tries++) {
      const failure = await attempt(`${url}${path}`, { authorization, body })
      if (failure === null) {
        const at = Date.now()
        for (const { messageId, userId, anonymousId } of calls) {
          const who = userId === undefined ? `anonymous ${String(anonymousId)}` : `user ${String(userId)}`
          if (!memory.acknowledged.has(messageId)) memory.acknowledged.set(messageId, { tries, begun, at, who })
        }
        return at
      }
      if (isAbandoned()) throw new Error('abandoned')
      memory.failures.set(failure, (memory.failures.get(failure) ?? 0) + 1)
      if (/^4/.test(failure) && failure !== '429') throw new Error(`${path} was refused with ${failure}`)
      url = urls[turn++ % urls.length]!
      if (performance.now() - began > GIVE_UP_MS) throw new Error(`${path} got no 2xx within ${GIVE_UP_MS} ms; last: ${failure}`)
      await pause(50 + 100 * Math.min(tries, 3))
    }
  }
}

/** Null for a 2xx, else what came instead. */
async function attempt(address: string, { authorization, body }: { authorization: string; body: string }): Promise<string | null> {
  try {
    const response = await fetch(address, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(10_000),
    })
    await response.arrayBuffer()
    return response.ok ? null : String(response.status)
  } catch (error) {
    const { code } = ((error as Error).cause ?? error) as { code?: unknown }
    return typeof code === 'string' ? code : (error as Error).name
  }
}
