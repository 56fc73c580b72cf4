import { useSyncExternalStore } from 'react'
import { ago, stamp, stampWithZone } from './format.ts'
import { serverNow } from './server-clock.ts'
import { useZone } from './zone.ts'

let now = Date.now()
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

/** One clock for all relative times of a page: they change together, once in ten seconds. */
function listen(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(() => {
    now = Date.now()
    for (const each of listeners) each()
  }, 10_000)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

export const useNow = (): number => useSyncExternalStore(listen, () => now)

/** A moment: relative for reading, exact on hover and for machines. */
export function Moment({ at, exact = false, className = '' }: { at: number; exact?: boolean; className?: string }) {
  useNow()
  useZone()
  return (
    <time dateTime={new Date(at).toISOString()} title={stampWithZone(at)} className={`whitespace-nowrap num ${className}`}>
      {exact ? stamp(at) : ago(at, serverNow(Date.now()))}
    </time>
  )
}
