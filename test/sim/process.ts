import { type Clock, systemClock } from '#platform/clock.ts'
import type { Dice } from './dice.ts'
import type { Faults } from './faults.ts'
import type { Timeline } from './timeline.ts'

/** The connection to the database broke: whether it happened is not known. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost'
}

/** What the processes of one world have in common. `faults` is replaced when the faults end. */
export interface Surroundings {
  readonly timeline: Timeline
  readonly dice: Dice
  faults: Faults
  /** How often each fault has really happened. */
  readonly happened: Map<string, number>
  /** How long a process stands still, at most (ms). */
  readonly pauseMs: number
  /** How far the clock of a machine is set back, at most (ms). */
  readonly skewMs: number
}

export function count(world: Pick<Surroundings, 'happened'>, what: string): void {
  world.happened.set(what, (world.happened.get(what) ?? 0) + 1)
}

/** A process: it can die at any call, stand still with all that it holds, and be cut off from the database. */
export class Process {
  readonly name: string
  alive = true
  /** The clock of its machine, as the product reads it. */
  readonly clock: Clock
  #behind = 0
  readonly #world: Surroundings
  readonly #died: (process: Process) => void
  #pausedUntil = 0
  #wake: (() => void) | null = null

  constructor(name: string, world: Surroundings, died: (process: Process) => void) {
    this.name = name
    this.#world = world
    this.#died = died
    this.clock = systemClock({ wall: () => world.timeline.now - this.#behind, monotonic: () => world.timeline.now })
  }

  get paused(): boolean {
    return this.#pausedUntil > this.#world.timeline.now
  }

  /** One statement or transaction: `work` happens in one instant, some time after it was asked for. */
  call<T>(what: string, work: () => T): Promise<T> {
    const { timeline, dice } = this.#world
    const { promise, resolve, reject } = Promise.withResolvers<T>()
    const fate = this.#fate()
    timeline.after(this.#latency(), () => {
      if (fate === 'crash before') return this.crash(`at ${what}`)
      // What a process had sent before it died may still be carried out.
      if (!this.alive && dice.chance(0.5)) return
      if (fate === 'lost') return this.#deliver(() => reject(new ConnectionLost(what)))
      try {
        const value = work()
        if (fate === 'crash after') return this.crash(`after ${what}`)
        this.#deliver(fate === 'unknown' ? () => reject(new ConnectionLost(what)) : () => resolve(value))
      } catch (error) {
        this.#deliver(() => reject(error))
      }
    })
    return promise
  }

  #fate(): 'well' | 'crash before' | 'crash after' | 'lost' | 'unknown' {
    const { dice, faults } = this.#world
    const fate = dice.chance(faults.crash)
      ? dice.chance(0.5)
        ? 'crash before'
        : 'crash after'
      : dice.chance(faults.lost)
        ? 'lost'
        : dice.chance(faults.unknown)
          ? 'unknown'
          : 'well'
    if (fate !== 'well') count(this.#world, fate)
    return fate
  }

  #latency(): number {
    const { dice, faults } = this.#world
    if (!dice.chance(faults.stall)) return dice.between(1, 8)
    count(this.#world, 'stall')
    return dice.between(500, 12_000)
  }

  /** An answer comes: the process may be gone by now, or stand still. */
  #deliver(answer: () => void): void {
    const { timeline, dice, faults } = this.#world
    if (this.alive && dice.chance(faults.pause)) this.pause()
    if (this.alive && dice.chance(faults.clock)) this.#setClock()
    const arrive = (): void => {
      if (!this.alive) return
      if (this.paused) timeline.after(this.#pausedUntil - timeline.now, arrive)
      else {
        timeline.woke = true
        answer()
      }
    }
    timeline.after(dice.between(1, 8), arrive)
  }

  pause(): void {
    const { timeline, dice, pauseMs } = this.#world
    count(this.#world, 'pause')
    this.#pausedUntil = timeline.now + dice.between(pauseMs / 4, pauseMs)
    timeline.tell(`${this.name} stands still until ${this.#pausedUntil}`)
  }

  /** Somebody sets the clock of the machine back, or right again. */
  #setClock(): void {
    const { timeline, dice, skewMs } = this.#world
    count(this.#world, this.#behind === 0 ? 'clock set back' : 'clock set right')
    this.clock.now()
    this.#behind = this.#behind === 0 ? dice.between(Math.min(2_500, skewMs), skewMs) : 0
    timeline.tell(`the clock of ${this.name} is ${this.#behind} ms behind`)
  }

  crash(where: string): void {
    if (!this.alive) return
    this.alive = false
    this.#world.timeline.tell(`${this.name} dies ${where}`)
    this.#died(this)
  }

  /** Runs a task of this process at some time, unless it has died; a process that stands still does it late. */
  later(ms: number, task: () => void): void {
    const { timeline } = this.#world
    const arrive = (): void => {
      if (!this.alive) return
      if (this.paused) timeline.after(this.#pausedUntil - timeline.now, arrive)
      else {
        timeline.woke = true
        task()
      }
    }
    timeline.after(ms, arrive)
  }

  sleep(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.later(ms, resolve)
    return promise
  }

  /** Sleeps, or until woken. */
  rest(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wake = resolve
    this.later(ms, resolve)
    return promise
  }

  /** Something happened that this process may want to know; it hears of it a little later. */
  wake(): void {
    const sleeping = this.#wake
    if (!sleeping) return
    this.#wake = null
    this.later(this.#world.dice.between(1, 40), sleeping)
  }
}
