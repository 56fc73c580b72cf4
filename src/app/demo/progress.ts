import type { App } from '../start.ts'
import type { Told } from './player.ts'
import { call } from './set-up.ts'

interface Options {
  readonly start: number
  readonly realStart: number
  readonly rate: number
  readonly secretKey: string
  readonly say: (line: string) => void
}

interface Live {
  readonly journeys: readonly { readonly id: string; readonly inNow: number; readonly entered7d: number }[]
}

const EVERY_MS = 2_000

/** One line every two seconds; on a terminal it is written over the one before. */
export class Progress {
  readonly #app: App
  readonly #options: Options
  readonly #timer: NodeJS.Timeout
  #said = 0
  #busy = false

  constructor(app: App, options: Options) {
    this.#app = app
    this.#options = options
    this.#timer = setInterval(() => this.#show(), EVERY_MS)
  }

  told(told: Exclude<Told, { kind: 'acknowledged' }>): void {
    this.#said = told.said
  }

  stop(): void {
    clearInterval(this.#timer)
    if (process.stderr.isTTY) process.stderr.write('\n')
  }

  #show(): void {
    if (this.#busy) return
    this.#busy = true
    this.#line().then(
      (line) => {
        this.#busy = false
        if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${line}`)
        else this.#options.say(line)
      },
      (error: Error) => {
        this.#busy = false
        this.#options.say(`progress: ${error.message}`)
      },
    )
  }

  async #line(): Promise<string> {
    const { start, realStart, rate, secretKey } = this.#options
    const { journeys } = await call<Live>(this.#app.url, { method: 'GET', path: '/api/journeys', key: secretKey })
    const { total } = await call<{ total: number }>(this.#app.url, { method: 'GET', path: '/api/mailbox', key: secretKey })
    const when = new Date(start + (Date.now() - realStart) * rate).toISOString().slice(0, 16).replace('T', ' ')
    const runs = journeys.map(({ id, inNow }) => `${id} ${inNow} waiting`).join(', ')
    const { latency } = this.#app
    return `${when}  ${this.#said} events  ${runs}  ${total} mails  decided in p50 ${latency.at(0.5).toFixed(0)} / p99 ${latency.at(0.99).toFixed(0)} ms`
  }
}
