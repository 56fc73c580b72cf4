import { hash, verify } from '@node-rs/argon2'

/** argon2id, OWASP's first choice of parameters: 19 MiB, 2 passes, 1 lane. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const AT_ONCE = 2
const QUEUE = 20

/** Too many passwords are being checked at this moment: log-in must not become a way to exhaust the CPU. */
export class PasswordsBusy extends Error {
  override readonly name = 'PasswordsBusy'
}

export interface Passwords {
  hash(password: string): Promise<string>
  verify(hash: string, password: string): Promise<boolean>
}

/** Hashing with at most two at once and twenty waiting; beyond that `PasswordsBusy`. */
export function createPasswords(): Passwords {
  let running = 0
  const waiting: (() => void)[] = []
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    if (running < AT_ONCE) running += 1
    else if (waiting.length >= QUEUE) throw new PasswordsBusy('Too many passwords are being checked')
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }
  return {
    hash: (password) => inTurn(() => hash(password, PARAMETERS)),
    verify: (stored, password) => inTurn(() => verify(stored, password)),
  }
}
