import pg from 'pg'

/** A text that was sent this often is worth a plan of its own; texts that are built anew each time never are. */
const WORTH_IT = 16
/** Texts that are counted, and so the most plans that a connection can hold. */
const KNOWN = 256

const seen = new Map<string, number>()
const names = new Map<string, string>()

/** The name under which the server keeps the plan of a statement; undefined for one that is rare. */
export function planName(text: string): string | undefined {
  if (text.includes('update outbox')) return undefined
  const name = names.get(text)
  if (name !== undefined) return name
  const count = (seen.get(text) ?? 0) + 1
  if (count === 1 && seen.size >= KNOWN) return undefined
  seen.set(text, count)
  if (count < WORTH_IT) return undefined
  names.set(text, `plan${names.size}`)
  return names.get(text)
}

type Callback = (error: unknown, result: unknown) => void

/**
 * A connection whose frequent statements are parsed and planned once (a third of PostgreSQL's work on the hot path).
 * When a table changes under a plan the server refuses it once; from then on this connection plans anew.
 */
export class PlanningClient extends pg.Client {
  #generation = 0

  // The overloads of `pg` cannot be repeated here; every form that is not a plain text with values goes on as it is.
  override query(...given: unknown[]): never {
    const [text, values, callback] = given
    const name = typeof text === 'string' && Array.isArray(values) ? planName(text) : undefined
    const ask = super.query as (...args: unknown[]) => never
    if (name === undefined) return ask.apply(this, given)
    const config = { name: `${name}_${this.#generation}`, text, values }
    if (typeof callback === 'function') return ask.call(this, config, this.#watching(callback as Callback))
    const answer = ask.call(this, config) as Promise<unknown>
    return answer.catch((error: unknown) => {
      this.#learn(error)
      throw error
    }) as never
  }

  #watching(callback: Callback): Callback {
    return (error, result) => {
      if (error) this.#learn(error)
      callback(error, result)
    }
  }

  #learn(error: unknown): void {
    if (error instanceof Error && error.message.startsWith('cached plan must not change')) this.#generation++
  }
}
