import { LONGEST_WAIT } from '#decisions/training-store.ts'
import { chance } from '#lib/hash.ts'

/**
 * When a task is due again (epoch ms): after its time, give or take a tenth so that tasks begun together do not stay together; after
 * failures later and later, up to six hours. The same task and moment give the same answer.
 */
export function dueAfter({ every, failures, now, name }: { every: number; failures: number; now: number; name: string }): number {
  const base = failures === 0 ? every : Math.min(Math.max(LONGEST_WAIT, every), every * 2 ** Math.min(failures, 12))
  return Math.round(now + base * (0.9 + 0.2 * chance(`training ${now}`, name)))
}
