import { createHash } from 'node:crypto'

interface Appointment {
  readonly at: number
  readonly order: number
  readonly task: () => void
}

const SHOWN = 30

/** Virtual time: a heap of appointments, and the trace of what happened. Nothing waits for a real clock. */
export class Timeline {
  now: number
  /** Set by whoever settles a promise: the code behind it runs before the next appointment. */
  woke = false
  readonly #heap: Appointment[] = []
  readonly #hash = createHash('sha256')
  readonly #last: string[] = []
  readonly #start: number
  #order = 0
  tasks = 0

  constructor(start: number) {
    this.now = start
    this.#start = start
  }

  after(ms: number, task: () => void): void {
    const appointment = { at: this.now + Math.ceil(ms), order: this.#order++, task }
    const heap = this.#heap
    let i = heap.push(appointment) - 1
    for (let up = (i - 1) >> 1; i > 0 && before(appointment, heap[up]!); up = (i - 1) >> 1) {
      heap[i] = heap[up]!
      i = up
    }
    heap[i] = appointment
  }

  /** Runs what is due until the time (epoch ms) or until `isOver` says so. */
  async run(until: number, isOver: () => boolean): Promise<void> {
    for (let next = this.#heap[0]; next && next.at <= until && !isOver(); next = this.#heap[0]) {
      this.#pop()
      this.now = next.at
      this.tasks++
      next.task()
      if (!this.woke) continue
      this.woke = false
      // A turn of the event loop: every promise that the task has settled has had its say.
      await new Promise((resolve) => setImmediate(resolve))
    }
    if (!isOver()) this.now = Math.max(this.now, until)
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()!
    if (heap.length === 0) return
    let i = 0
    for (let child = 1; child < heap.length; child = 2 * i + 1) {
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++
      if (!before(heap[child]!, last)) break
      heap[i] = heap[child]!
      i = child
    }
    heap[i] = last
  }

  tell(line: string): void {
    const told = `${((this.now - this.#start) / 1_000).toFixed(3).padStart(9)} ${line}`
    this.#hash.update(told)
    this.#last.push(told)
    if (this.#last.length > 2 * SHOWN) this.#last.splice(0, SHOWN)
  }

  get lastLines(): readonly string[] {
    return this.#last.slice(-SHOWN)
  }

  /** Names everything that happened. Ends the trace. */
  hash(): string {
    return this.#hash.digest('hex')
  }
}

const before = (a: Appointment, b: Appointment): boolean => a.at < b.at || (a.at === b.at && a.order < b.order)
