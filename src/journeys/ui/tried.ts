import { z } from 'zod'

const NAME = 'tried'
const MOST = 100
/** Hash of a draft, and when it was tried (epoch ms), the newest first. */
const Tried = z.array(z.tuple([z.string(), z.number()]))

function read(): z.output<typeof Tried> {
  const kept = Tried.safeParse(JSON.parse(localStorage.getItem(NAME) ?? '[]'))
  return kept.success ? kept.data : []
}

/** When this browser tried exactly this draft; undefined: it did not. */
export const triedAt = (hash: string): number | undefined => read().find(([known]) => known === hash)?.[1]

export function markTried(hash: string, at: number): void {
  const others = read().filter(([known]) => known !== hash)
  localStorage.setItem(NAME, JSON.stringify([[hash, at], ...others].slice(0, MOST)))
}
