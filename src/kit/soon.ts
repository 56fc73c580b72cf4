import { Refused } from './api.ts'

/**
 * Begins work whose result somebody else will wait for. What the server refuses, and what cannot be fetched, is told there;
 * anything else is a fault and stays one.
 */
export function soon(work: Promise<unknown>): void {
  work.catch((error: unknown) => {
    // A part of the program that cannot be fetched is a TypeError (HTML, "import()").
    if (!(error instanceof Refused || error instanceof TypeError)) throw error
  })
}
