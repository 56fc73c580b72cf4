import { type Outcome, type Problem, refuse } from '#lib/problem.ts'
import { PasswordsBusy } from './passwords.ts'
import type { SignIn } from './sign-in.ts'

export const BUSY: Problem = {
  code: 'auth.busy',
  status: 429,
  title: 'Too many passwords are being checked at this moment.',
  hint: 'Try again in a few seconds.',
}

/** Hash of a password, or the refusal when too many wait. */
export async function hashed(signIn: Pick<SignIn, 'passwords'>, password: string): Promise<Outcome<{ hash: string }>> {
  try {
    return { hash: await signIn.passwords.hash(password) }
  } catch (error) {
    if (error instanceof PasswordsBusy) return refuse(BUSY)
    throw error
  }
}
