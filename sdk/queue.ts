import { read, write } from './store.ts'

export interface Message {
  readonly messageId: string
  readonly [field: string]: unknown
}

/** What waits to be sent: at most so many messages, the oldest go first. */
const MOST = 500
/** Messages in one request, and bytes that a browser lets a page send while it goes away. */
const BATCH = 50
const BEACON = 60_000
/** Messages of one moment share a request (ms). */
const GATHER = 50
const FIRST_WAIT = 1_000
const LONGEST_WAIT = 60_000

/** Messages wait in the browser's memory until the server has said that it has them; a repeat carries the same messageId, so it counts once. */
export function queue(url: string, writeKey: string): { add(message: Message): void; flush(): Promise<void>; leave(): void } {
  const name = `queue.${writeKey}`
  let wait = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  let running: Promise<void> | undefined
  const waiting = (): Message[] => JSON.parse(read(name) ?? '[]') as Message[]
  const body = (batch: readonly Message[]): string => JSON.stringify({ batch, writeKey, sentAt: new Date().toISOString() })
  const later = (ms: number): void => {
    clearTimeout(timer)
    timer = setTimeout(() => void flush(), ms)
  }

  /** Null: it has them, or never will. Else after how many ms to try again. */
  async function post(batch: readonly Message[]): Promise<number | null> {
    try {
      const answer = await fetch(`${url}/v1/batch`, {
        method: 'POST',
        body: body(batch),
        headers: { 'content-type': 'text/plain' },
        credentials: 'omit',
      })
      if (answer.status < 500 && answer.status !== 408 && answer.status !== 429) return null
      return Number(answer.headers.get('retry-after')) * 1_000
    } catch {
      return 0
    }
  }

  async function sendAll(): Promise<void> {
    for (let batch = waiting().slice(0, BATCH); batch.length > 0; batch = waiting().slice(0, BATCH)) {
      const asked = await post(batch)
      if (asked !== null) {
        wait = Math.min(LONGEST_WAIT, wait * 2 || FIRST_WAIT)
        later(Math.max(asked, wait * (0.5 + Math.random() / 2)))
        return
      }
      wait = 0
      const sent = new Set(batch.map(({ messageId }) => messageId))
      write(name, JSON.stringify(waiting().filter(({ messageId }) => !sent.has(messageId))))
    }
  }

  /** One tab at a time where the browser can say so. Who asks while it runs waits for that run: it looks for more until there is none. */
  function flush(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    const one = async (): Promise<void> => {
      if (!navigator.locks) return sendAll()
      await navigator.locks.request(`cadenza.${name}`, { ifAvailable: true }, (lock) => (lock ? sendAll() : later(FIRST_WAIT)))
    }
    running ??= one().finally(() => {
      running = undefined
    })
    return running
  }

  return {
    add(message) {
      write(name, JSON.stringify([...waiting(), message].slice(-MOST)))
      // What came in the meantime goes with those that wait already.
      if (timer === undefined) later(wait || GATHER)
    },
    flush,
    /** The page goes away: what fits is sent on a chance, and stays until an answer says that it arrived. */
    leave() {
      const batch = waiting().slice(0, BATCH)
      if (batch.length === 0) return
      const text = body(batch)
      if (text.length < BEACON) navigator.sendBeacon(`${url}/v1/batch`, text)
    },
  }
}
