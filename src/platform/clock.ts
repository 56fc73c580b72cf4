/** The one source of time. Times are epoch milliseconds. */
export interface Clock {
  now(): number
  /** Calls `fire` once, at `at` or a little later, never before. */
  timer(at: number, fire: () => void): Timer
}

export interface Timer {
  cancel(): void
}

/** Resolves at `at`; at once when the signal is aborted. */
export function sleepUntil(clock: Clock, at: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve()
    const done = (): void => {
      timer.cancel()
      signal?.removeEventListener('abort', done)
      resolve()
    }
    const timer = clock.timer(at, done)
    signal?.addEventListener('abort', done, { once: true })
  })
}

/** The machine's clock was set: by how much (negative: back), and what became of it. */
export interface ClockJump {
  readonly byMs: number
  readonly verdict: 'followed' | 'held' | 'unconfirmed'
}

export interface SystemClockOptions {
  readonly onJump?: (jump: ClockJump) => void
  /** A second opinion (such as the database's clock), epoch ms: a leap forward is followed only if this leaps too. */
  readonly confirm?: () => Promise<number>
  /** Only tests give other ones. */
  readonly wall?: () => number
  readonly monotonic?: () => number
}

/** Up to this, a difference is the drift that time servers correct; above it, somebody set the clock. */
const LARGEST_DRIFT = 2_000
/** An unconfirmed leap is put to the question again after this long. */
const ASK_AGAIN = 10_000
/** No timer of ours sleeps longer than this without a look at the clock: it may have been set, and Node's own limit is 24.8 days. */
const LONGEST_SLEEP = 30_000

/**
 * The machine's clock, except that it never goes back: set back, it stands until the time has come again, so nothing is early.
 * Set forward, it is followed at once, or when `confirm` agrees.
 */
export function systemClock({ onJump, confirm, wall = Date.now, monotonic = () => performance.now() }: SystemClockOptions = {}): Clock {
  let offset = wall() - monotonic()
  let last = 0
  let asking = false

  const ask = async (): Promise<void> => {
    const other = await confirm!().catch(() => Number.NaN)
    const byMs = wall() - (monotonic() + offset)
    if (Math.abs(other - wall()) <= LARGEST_DRIFT) {
      offset += byMs
      onJump?.({ byMs, verdict: 'followed' })
    } else onJump?.({ byMs, verdict: 'unconfirmed' })
  }
  const notice = (byMs: number): void => {
    if (byMs < 0 || !confirm) {
      offset += byMs
      onJump?.({ byMs, verdict: byMs < 0 ? 'held' : 'followed' })
    } else if (!asking) {
      asking = true
      void ask().then(() => setTimeout(() => (asking = false), ASK_AGAIN).unref())
    }
  }
  const now = (): number => {
    const gap = wall() - (monotonic() + offset)
    if (Math.abs(gap) <= LARGEST_DRIFT) offset += gap
    else notice(gap)
    const value = Math.floor(monotonic() + offset)
    last = Math.max(last, value)
    return last
  }
  return { now, timer: (at, fire) => realTimer(now, { at, fire, rate: 1 }) }
}

/** Starts at `start` and runs `rate` times as fast as real time: for demonstrations. */
export function scaledClock({ start, rate }: { start: number; rate: number }): Clock {
  const zero = performance.now()
  const now = (): number => Math.floor(start + (performance.now() - zero) * rate)
  return { now, timer: (at, fire) => realTimer(now, { at, fire, rate }) }
}

function realTimer(now: () => number, { at, fire, rate }: { at: number; fire: () => void; rate: number }): Timer {
  let handle: NodeJS.Timeout
  const arm = (): void => {
    const rest = Math.ceil((at - now()) / rate)
    handle = setTimeout(() => (now() >= at ? fire() : arm()), Math.min(Math.max(rest, 0), LONGEST_SLEEP))
  }
  arm()
  return { cancel: () => clearTimeout(handle) }
}

/** A clock that stands still until a test moves it. */
export interface ManualClock extends Clock {
  /** Moves on, firing each timer in order at its own time; what a timer starts is given its turn before the next one. */
  advance(ms: number): Promise<void>
  /** Timers that wait. */
  waiting(): number
}

export function manualClock(start: number): ManualClock {
  let time = start
  let made = 0
  const timers = new Map<number, { at: number; fire: () => void }>()
  const earliest = (until: number): [number, { at: number; fire: () => void }] | undefined =>
    [...timers].filter(([, { at }]) => at <= until).sort(([a, x], [b, y]) => x.at - y.at || a - b)[0]

  const advance = async (ms: number): Promise<void> => {
    const target = time + ms
    await turn()
    for (let next = earliest(target); next; next = earliest(target)) {
      const [id, { at, fire }] = next
      timers.delete(id)
      time = Math.max(time, at)
      fire()
      await turn()
    }
    time = target
  }
  const timer = (at: number, fire: () => void): Timer => {
    const id = made++
    timers.set(id, { at, fire })
    return { cancel: () => void timers.delete(id) }
  }
  return { now: () => time, timer, advance, waiting: () => timers.size }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
