import { createHmac, timingSafeEqual } from 'node:crypto'
import { type Outcome, type Problem, refuse } from '#lib/problem.ts'
import { type Pool, transaction } from '#platform/postgres/pool.ts'
import { deriveKey, type SecretBox } from '#platform/secrets.ts'
import { lockFactor, noteRight, noteWrong } from '../account/store.ts'
import { recoveryHash, stepOf } from './totp.ts'

const MOST_WRONG = 5
const PAUSE_MS = 15 * 60_000
/** After the password, so long is there for the code. */
const PENDING_MS = 10 * 60_000

export const factorPlace = (person: string) => ({ workspace: '', table: 'auth_second_factors', id: person })

export interface Taken {
  /** How many recovery codes are left, when one was used. */
  readonly recoveryLeft: number | null
}

/** Takes a code of the app, or a recovery code: each counts once, and after five wrong ones there is a pause. */
export function takeCode(
  { pool, secrets, now }: { pool: Pool; secrets: SecretBox; now: () => number },
  { person, code, unconfirmed = false }: { person: string; code: string; unconfirmed?: boolean },
): Promise<Outcome<Taken>> {
  return transaction(pool, async (tx): Promise<Outcome<Taken>> => {
    const at = now()
    const factor = await lockFactor(tx, person)
    if (!factor || (factor.confirmedAt === null) !== unconfirmed) return refuse(NONE)
    const wrong = at - Number(factor.wrongSince) > PAUSE_MS ? 0 : factor.wrong
    if (wrong >= MOST_WRONG) return refuse(OFTEN)
    const digits = code.replaceAll(/\s/g, '')
    const step = /^\d{6}$/.test(digits) ? stepOf(secrets.open(factor.sealed, factorPlace(person)), digits, at) : undefined
    if (step !== undefined && step <= Number(factor.lastStep)) return refuse(USED)
    if (step !== undefined) {
      await noteRight(tx, person, { step })
      return { recoveryLeft: null }
    }
    const used = recoveryHash(person, code)
    if (factor.recovery.includes(used)) {
      await noteRight(tx, person, { used })
      return { recoveryLeft: factor.recovery.length - 1 }
    }
    await noteWrong(tx, person, { wrong: wrong + 1, since: wrong === 0 ? at : Number(factor.wrongSince) })
    return refuse(WRONG)
  })
}

const NONE: Problem = { code: 'factor.none', status: 409, title: 'There is no second factor to check against.' }
const OFTEN: Problem = {
  code: 'factor.too-often',
  status: 429,
  title: 'Too many wrong codes.',
  hint: 'Wait a quarter of an hour, then try again.',
}
const USED: Problem = {
  code: 'factor.used',
  status: 401,
  title: 'This code was used already.',
  hint: 'Wait for the next one: the app shows a new code every half minute.',
}
const WRONG: Problem = {
  code: 'factor.wrong',
  status: 401,
  title: 'This code is not right.',
  hint: 'Take the code that the app shows now, and check that the clock of the device is set automatically.',
}

/** Says, signed, whose password was right a moment ago. */
export interface Pending {
  issue(person: string, now: number): string
  /** Whose it is; undefined when it is forged or over. */
  read(text: string | undefined, now: number): string | undefined
}

export function pendingSteps(secretKey: string): Pending {
  const key = deriveKey(secretKey, 'second step of signing in')
  const sign = (text: string): string => createHmac('sha256', key).update(text).digest('base64url')
  return {
    issue: (person, now) => {
      const text = Buffer.from(JSON.stringify([person, now + PENDING_MS])).toString('base64url')
      return `${text}.${sign(text)}`
    },
    read: (given, now) => {
      const [text = '', signature = ''] = given?.split('.') ?? []
      const [wanted, got] = [Buffer.from(sign(text)), Buffer.from(signature)]
      if (wanted.length !== got.length || !timingSafeEqual(wanted, got)) return undefined
      const [person, until] = JSON.parse(Buffer.from(text, 'base64url').toString()) as [string, number]
      return until > now ? person : undefined
    },
  }
}

/** One cookie of a request. */
export function cookieIn(headers: Readonly<Record<string, string | string[] | undefined>>, name: string): string | undefined {
  const all = headers['cookie']
  if (typeof all !== 'string') return undefined
  for (const part of all.split(';')) {
    const cut = part.indexOf('=')
    if (part.slice(0, cut).trim() === name) return part.slice(cut + 1).trim()
  }
  return undefined
}
