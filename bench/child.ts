import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** A process of the benchmark that is talked to by messages. */
export interface Child {
  readonly pid: number
  told<T>(): Promise<T>
  ask<T>(message: unknown): Promise<T>
  /** Resolves when it has ended; it ends by itself when nobody talks to it. */
  end(): Promise<void>
}

export function child(file: string, args: readonly string[], nodeArgs: readonly string[] = []): Child {
  const made = fork(join(import.meta.dirname, file), [...args], { execArgv: [...nodeArgs] })
  const told = <T>(): Promise<T> =>
    new Promise((resolve, reject) => {
      const ended = (code: number | null, signal: string | null): void => reject(new Error(`${file} ended with ${String(code ?? signal)}`))
      made.once('exit', ended)
      made.once('message', (message) => {
        made.off('exit', ended)
        resolve(message as T)
      })
    })
  return {
    pid: made.pid!,
    told,
    ask(message) {
      const answer = told<never>()
      made.send(message as object)
      return answer
    },
    async end() {
      const ended = once(made, 'exit')
      if (made.connected) made.disconnect()
      if (made.exitCode === null) await ended
    },
  }
}
