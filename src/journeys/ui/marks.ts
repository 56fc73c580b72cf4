import { createContext, useCallback, useContext, useLayoutEffect, useState, useSyncExternalStore } from 'react'
import { Watched } from '#kit/live.ts'

/** What stands on a step beside what it is. */
export interface Mark {
  readonly current: boolean
  readonly selected: boolean
  readonly errors: number
  readonly warnings: number
  /** Colleagues who are at it. */
  readonly who: string
  readonly comments: number
  readonly change: '' | 'added' | 'removed' | 'changed'
  /** A test run came by here. */
  readonly lit: boolean
}
const NOTHING: Mark = { current: false, selected: false, errors: 0, warnings: 0, who: '', comments: 0, change: '', lit: false }
export type Marks = Readonly<Record<string, Partial<Mark>>>

const same = (a: Mark = NOTHING, b: Mark = NOTHING): boolean =>
  (Object.keys(NOTHING) as (keyof Mark)[]).every((name) => a[name] === b[name])

const Store = createContext(new Watched<Mark>(same))
export const MarksProvider = Store.Provider

/** A store of marks: a step wakes only when its own mark changes. */
export function useMarks(marks: Marks, at: string, selected: ReadonlySet<string>): Watched<Mark> {
  const [store] = useState(() => new Watched<Mark>(same))
  useLayoutEffect(() => {
    const all: Record<string, Mark> = {}
    for (const id of new Set([...Object.keys(marks), ...selected, at])) {
      all[id] = { ...NOTHING, ...marks[id], current: id === at, selected: selected.has(id) }
    }
    store.set(all)
  }, [store, marks, at, selected])
  return store
}

export function useMark(id: string): Mark {
  const store = useContext(Store)
  return useSyncExternalStore(
    useCallback((listener) => store.listen(id, listener), [store, id]),
    () => store.get(id) ?? NOTHING,
  )
}
