import { abandoned, begun, ended, permits } from '#channels/breaker.ts'
import { taken, wait } from '#channels/bucket.ts'
import type { Channel, Handover, Prepared } from '#channels/channel.ts'
import { costOf } from '#channels/cost.ts'
import type { Verdict } from '#channels/policy.ts'
import { giveBack } from '#channels/provider-store.ts'
import { onward, providerFor } from '#channels/route.ts'
import { dayOf } from '#channels/warm-up.ts'
import { type Claimed, claimRouted, postpone, type Queue, reroute, UNROUTED, waitingQueues } from '#platform/outbox.ts'
import { releaseUnknown } from '#platform/outbox-view.ts'
import { AT_ONCE, type Exit, type Exits } from './exits.ts'
import { type Asked, flightOf, Passage, type PassageParts, waits } from './passage.ts'
import type { Made } from './prepare.ts'
import type { Ending, Through } from './settler.ts'

export interface ProviderLaneParts extends PassageParts {
  readonly exits: Exits
  /** The provider document that a message asks for; '' for none. */
  readonly wanted: (entry: Claimed) => Promise<string>
  /** What the server itself offers for channels in which a workspace needs no provider, beside mail and webhooks. */
  readonly house: ReadonlyMap<string, Channel>
}

/** Looks for what other processes queued this often (ms). */
const POLL_MS = 200
/** Gathering this long (ms) lets a claim bring several. */
const SHORTEST_MS = 20
/** Messages that are sorted to their providers at once. */
const SORTED = 250
/** Messages that go over to a fallback at once. */
const MOVED = 1_000

/** What may be claimed of one queue in this round, and what for. */
interface Wish extends Queue {
  /** Undefined: to be sorted to their providers. */
  readonly exit: Exit | undefined
}

/**
 * The way out by the workspaces' own providers. Each provider has a queue of its own in the outbox: a message is sorted into it once, and
 * claimed from it when rate, plan and breaker let it go. So nothing is claimed over and over, and nobody waits behind another's provider.
 */
export class ProviderLane {
  readonly #parts: ProviderLaneParts
  readonly #passage: Passage
  readonly #flying = new Set<string>()
  readonly #stop = new AbortController()
  #wake = Promise.withResolvers<void>()
  #running: Promise<void> | undefined
  #unsure = true
  /** When a provider that had no token will have one (ms from the round on). */
  #soonest = POLL_MS

  constructor(parts: ProviderLaneParts) {
    this.#parts = parts
    this.#passage = new Passage(parts)
  }

  start(): void {
    this.#running = this.#run()
  }

  wake(): void {
    this.#wake.resolve()
  }

  get flying(): number {
    return this.#flying.size
  }

  /** Claims nothing more, and resolves when what had been claimed is settled. */
  async stop(): Promise<void> {
    this.#stop.abort()
    this.wake()
    await this.#running
    while (this.#flying.size > 0) await this.#rest(20)
    await this.#parts.exits.close()
    for (const channel of this.#parts.house.values()) await channel.close()
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await this.#rest(await this.#round())
      } catch (error) {
        if (this.#stop.signal.aborted) return
        this.#unsure = true
        this.#parts.logger.error({ err: error }, 'messages for providers could not be claimed; trying again')
        await this.#rest(1_000)
      }
    }
  }

  /** Milliseconds to rest before the next one. */
  async #round(): Promise<number> {
    const { db, owner, now, exits } = this.#parts
    if (this.#unsure) await this.#makeSure()
    const waiting = await waitingQueues(db)
    // What is not sorted yet may be for a provider that was published a moment ago.
    await exits.refresh(waiting.some(({ route }) => route === UNROUTED) ? 'now' : undefined)
    const wishes: Wish[] = []
    this.#soonest = POLL_MS
    for (const queue of waiting) {
      const wish = await this.#wish(queue)
      if (wish) wishes.push(wish)
    }
    const claimed = await claimRouted(db, { owner, queues: wishes, now: now() })
    for (const entry of claimed) this.#flying.add(flightOf(entry))
    const byQueue = Map.groupBy(claimed, ({ ws, route }) => `${ws} ${route}`)
    const going: Going[] = []
    for (const wish of wishes) {
      const own = byQueue.get(`${wish.ws} ${wish.route}`) ?? []
      if (wish.exit) wish.exit.jammed = own.length >= wish.limit
      for (const entry of own) {
        const exit = wish.exit ?? (await this.#sorted(entry))
        if (!exit) continue
        if ('breaker' in exit) this.#depart(exit, entry)
        going.push({ entry, exit })
      }
    }
    if (going.length > 0) await this.#handle(going)
    return this.#restAfter(wishes, byQueue)
  }

  #restAfter(wishes: readonly Wish[], got: ReadonlyMap<string, readonly Claimed[]>): number {
    let rest = this.#soonest
    for (const wish of wishes) {
      if ((got.get(`${wish.ws} ${wish.route}`)?.length ?? 0) < Math.max(1, wish.limit)) continue
      const rate = wish.exit?.perSecond
      rest = Math.min(rest, rate === undefined || !wish.exit ? 0 : Math.max(SHORTEST_MS, wait(wish.exit.bucket, rate)))
    }
    return rest
  }

  /** What a queue lets go now; null: nothing. While its provider cannot, its messages go over to the fallback. */
  async #wish({ ws, route }: { ws: string; route: string }): Promise<Wish | null> {
    const { exits, db, now, real } = this.#parts
    const exit = route === UNROUTED ? undefined : exits.find(ws, route)
    if (!exit) return { ws, route, limit: SORTED, bulk: SORTED, exit: undefined }
    const places = Math.min(AT_ONCE.all - exit.flying, exit.tokens(), permits(exit.breaker, real()))
    const bulk = await exit.allowed(Math.max(0, Math.min(places, AT_ONCE.bulk - exit.bulkFlying)))
    if (exit.standing() !== 'open') {
      const other = exits.instead(exit)
      if (!other && exit.standing() === 'spent') await this.#tomorrow(exit)
      // Only marketing is moved in bulk: what is transactional goes over when it is tried, and never waits for tomorrow.
      if (other && (await reroute(db, { ws, from: route, to: other.id, now: now(), limit: MOVED })) === MOVED) this.wake()
    }
    if (places < 1) {
      exit.jammed = true
      const rate = exit.perSecond
      if (rate !== undefined && exit.tokens() < 1) this.#soonest = Math.min(this.#soonest, Math.max(SHORTEST_MS, wait(exit.bucket, rate)))
      return null
    }
    return { ws, route, limit: Math.min(places, SORTED), bulk, exit }
  }

  /** Once a day, instead of asking for each of them again and again. */
  async #tomorrow({ ws, id, spentUntil }: Exit): Promise<void> {
    const { db, now } = this.#parts
    const moved = await postpone(db, { ws, route: id, until: spentUntil, reason: 'warm_up', now: now(), limit: MOVED })
    if (moved === MOVED) this.wake()
  }

  /** Where a message goes that nobody has sorted yet; undefined: it was put into a queue, or can go nowhere. */
  async #sorted(entry: Claimed): Promise<Exit | Channel | undefined> {
    const { exits, wanted, house, now, logger } = this.#parts
    try {
      const named = await wanted(entry)
      const document = providerFor(exits.documents(entry.ws), { channel: entry.channel, named })
      const first = document && exits.find(entry.ws, document.id)
      if (!first) return named === '' ? this.#unprovided(entry, house) : this.#fail(entry)
      const exit = exits.usable(first) ?? first
      if (await goesStraight(exit, entry)) return exit
      this.#end({ entry, verdict: { ...waits(now(), 'provider_queue'), route: exit.id }, ...NOTHING })
      // Its turn may come at once.
      this.wake()
    } catch (error) {
      logger.error({ err: error, effect: entry.id }, 'nobody says by which provider a message goes; it waits')
      this.#end({ entry, verdict: waits(now() + 1_000, 'gate_unavailable'), ...NOTHING })
    }
    return undefined
  }

  #unprovided(entry: Claimed, house: ReadonlyMap<string, Channel>): Channel | undefined {
    const own = house.get(entry.channel)
    if (own) return own
    if (entry.channel !== 'email' && entry.channel !== 'webhook') return this.#fail(entry)
    this.#end({ entry, verdict: { ...waits(this.#parts.now(), ''), route: '' }, ...NOTHING })
    return undefined
  }

  #fail(entry: Claimed): undefined {
    const verdict: Verdict = { status: 'failed', due: this.#parts.now(), reason: 'no_provider', receipt: 'message.failed', bounced: false }
    this.#end({ entry, verdict, ...NOTHING })
  }

  #depart(exit: Exit, { lane }: Claimed): void {
    if (exit.perSecond !== undefined) exit.bucket = taken(exit.bucket, 1)
    const before = exit.breaker.kind
    exit.breaker = begun(exit.breaker)
    if (exit.breaker.kind !== before) exit.note('')
    exit.flying += 1
    if (lane === 'marketing') {
      exit.bulkFlying += 1
      exit.stash = Math.max(0, exit.stash - 1)
    }
  }

  /** It was not handed over after all: what it took is there for the next one. */
  #comeBack(exit: Exit, { lane }: Claimed): void {
    if (exit.perSecond !== undefined) exit.bucket = taken(exit.bucket, -1)
    exit.breaker = abandoned(exit.breaker, this.#parts.real())
    if (lane === 'marketing' && exit.document.warmUp && exit.stashDay === dayOf(this.#parts.now())) exit.stash += 1
  }

  async #handle(going: readonly Going[]): Promise<void> {
    const { logger, now } = this.#parts
    try {
      const standing = await this.#passage.ask(
        going.map(({ entry }) => entry),
        this.#stop.signal,
      )
      for (const [i, each] of going.entries()) void this.#deliver(each, standing[i]!)
    } catch (error) {
      if (!this.#stop.signal.aborted) logger.error({ err: error }, 'nobody says whether messages are still wanted; nothing is sent')
      for (const { entry, exit } of going) {
        if ('breaker' in exit) this.#comeBack(exit, entry)
        this.#finish({ entry, verdict: waits(now() + 1_000, 'gate_unavailable'), ...NOTHING }, exit)
      }
    }
  }

  async #deliver({ entry, exit }: Going, asked: Asked): Promise<void> {
    const started = this.#parts.real()
    const made = await this.#paid({ entry, exit }, asked)
    if ('status' in made) {
      if ('breaker' in exit) this.#comeBack(exit, entry)
      return this.#finish({ entry, verdict: made, ...NOTHING }, exit)
    }
    if (!('breaker' in exit)) return this.#byHouse({ entry, exit }, { made, started })
    const sandbox = exit.document.mode === 'sandbox'
    const handover = sandbox ? SANDBOX : await this.#passage.handOver(exit.channel(), made.prepared)
    this.#learn(exit, handover)
    if (entry.lane === 'transactional') await this.#countPlan(exit, handover)
    const through = throughOf(exit, { handover, prepared: made.prepared, sandbox })
    const verdict = this.#routed(exit, { entry, handover, verdict: told(this.#passage.after(entry, handover), through) })
    const providerId = handover.kind === 'sent' ? handover.providerId : ''
    this.#finish({ entry, verdict, providerId, hash: made.hash, made, through }, exit, started)
  }

  /** The message when there is money for it too; in a sandbox nothing is paid. */
  async #paid({ entry, exit }: Going, asked: Asked): Promise<Made | Verdict> {
    const made = await this.#passage.message(entry, asked, this.#stop.signal)
    const { mode, cost } = 'breaker' in exit ? exit.document : { mode: 'live', cost: undefined }
    if ('status' in made || mode === 'sandbox') return made
    return (await this.#passage.afford(entry, made, cost)) ?? made
  }

  async #byHouse({ entry, exit }: Going<Channel>, { made, started }: { made: Made; started: number }): Promise<void> {
    const handover = await this.#passage.handOver(exit, made.prepared)
    const providerId = handover.kind === 'sent' ? handover.providerId : ''
    this.#finish({ entry, verdict: this.#passage.after(entry, handover), providerId, hash: made.hash, made }, exit, started)
  }

  /** A transactional message counts in the plan, but does not wait for it. */
  async #countPlan(exit: Exit, handover: Handover): Promise<void> {
    const { db, now, logger } = this.#parts
    if (!exit.document.warmUp || handover.kind !== 'sent') return
    await giveBack(db, { ws: exit.ws, provider: exit.id, day: dayOf(now()), count: -1 }).catch((err: unknown) =>
      logger.warn({ err, provider: exit.id }, 'a message could not be counted in the warm-up plan'),
    )
  }

  #learn(exit: Exit, handover: Handover): void {
    const at = this.#parts.real()
    const before = exit.breaker.kind
    if (handover.kind === 'retry' && !handover.provider) exit.breaker = abandoned(exit.breaker, at)
    else exit.breaker = ended(exit.breaker, handover.kind === 'sent' || handover.kind === 'failed', at)
    if (handover.kind !== 'sent') exit.note(handover.reason)
    else if (exit.breaker.kind !== before) exit.note('')
  }

  /** Where it goes on. */
  #routed(exit: Exit, ended: { entry: Claimed; handover: Handover; verdict: Verdict }): Verdict {
    const { exits, now } = this.#parts
    return onward(ended, { here: exit.id, other: () => exits.instead(exit)?.id ?? null, unrouted: UNROUTED, now: now() })
  }

  #finish(ending: Ending, exit: Exit | Channel, started = -1): void {
    void this.#passage.end(ending, started).then(() => {
      this.#flying.delete(flightOf(ending.entry))
      if ('breaker' in exit) {
        exit.flying -= 1
        if (ending.entry.lane === 'marketing') exit.bulkFlying -= 1
      }
      const hurries = !('breaker' in exit) || (exit.jammed && exit.perSecond === undefined && exit.flying <= AT_ONCE.all / 2)
      if (hurries || ending.verdict.status === 'ready') this.wake()
    })
  }

  /** Ends what has not been taken up by any provider. */
  #end(ending: Ending): void {
    void this.#passage.end(ending, -1).then(() => void this.#flying.delete(flightOf(ending.entry)))
  }

  async #makeSure(): Promise<void> {
    const { db, owner, now, caughtUp } = this.#parts
    await caughtUp(this.#stop.signal)
    await releaseUnknown(db, { owner, channel: null, known: [...this.#flying], now: now() })
    this.#unsure = false
  }

  async #rest(ms: number): Promise<void> {
    const timer = setTimeout(() => this.#wake.resolve(), ms)
    await this.#wake.promise
    clearTimeout(timer)
    this.#wake = Promise.withResolvers<void>()
  }
}

interface Going<Way extends Exit | Channel = Exit | Channel> {
  readonly entry: Claimed
  readonly exit: Way
}

const NOTHING = { hash: '', providerId: '' }
const SANDBOX: Handover = { kind: 'sent', providerId: '', units: 0 }

/** Nothing stands in its way: it need not be put into the queue first. */
async function goesStraight(exit: Exit, { lane }: Claimed): Promise<boolean> {
  if (exit.breaker.kind !== 'closed' || exit.tokens() < 1 || exit.flying >= AT_ONCE.all) return false
  if (lane === 'transactional') return true
  return !exit.jammed && exit.bulkFlying < AT_ONCE.bulk && (await exit.allowed(1)) === 1
}

function throughOf(exit: Exit, { handover, prepared, sandbox }: { handover: Handover; prepared: Prepared; sandbox: boolean }): Through {
  const { cost, id } = exit.document
  const units = handover.kind === 'sent' ? (handover.units ?? 1) : 0
  const to = 'to' in prepared ? prepared.to : ''
  return { provider: id, sandbox, units, cost: sandbox ? 0 : costOf(cost, { units, to }), currency: cost?.currency ?? '' }
}

/** The receipt says by which provider it left, and what that cost. */
function told(verdict: Verdict, { provider, sandbox, units, cost, currency }: Through): Verdict {
  const price = { units, cost: cost / 1_000_000, ...(currency === '' ? {} : { currency }) }
  const props = { ...verdict.props, provider, ...(verdict.status === 'sent' && price), ...(sandbox && { sandbox }) }
  return { ...verdict, ...(sandbox && verdict.status === 'sent' && { reason: 'sandbox' }), props }
}
