import { createContext, useCallback, useContext, useSyncExternalStore } from 'react'
import type { Dragged } from '../deeds.ts'

/** How a place looks while something is being put: nothing is; it may come here; it may not; it would, if let go now. */
export type SpotState = '' | 'free' | 'shut' | 'over' | 'overShut'

/** What is being dragged or moved by keyboard, and over which place. Each place listens for its own state. */
export class Dragging {
  #what: Dragged | undefined
  #over = ''
  #why: ReadonlyMap<string, string> = new Map()
  readonly #listeners = new Set<() => void>()

  get what(): Dragged | undefined {
    return this.#what
  }
  get over(): string {
    return this.#over
  }
  /** Why it cannot be put there; '' when it can. */
  why(spot: string): string {
    return this.#why.get(spot) ?? ''
  }

  /** False: it is moved by keyboard. */
  byPointer = true

  begin(what: Dragged, why: ReadonlyMap<string, string>, byPointer = true): void {
    this.byPointer = byPointer
    this.#what = what
    this.#why = why
    this.#over = ''
    this.#tell()
  }
  hover(spot: string): void {
    if (spot === this.#over) return
    this.#over = spot
    this.#tell()
  }
  end(): void {
    this.#what = undefined
    this.#over = ''
    this.#tell()
  }

  stateOf(spot: string): SpotState {
    if (!this.#what) return ''
    const shut = this.#why.has(spot)
    if (this.#over === spot) return shut ? 'overShut' : 'over'
    return shut ? 'shut' : 'free'
  }
  listen(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}

const context = createContext(new Dragging())
export const DraggingProvider = context.Provider
export const useDragging = (): Dragging => useContext(context)

export function useSpotState(spot: string): SpotState {
  const dragging = useDragging()
  return useSyncExternalStore(
    useCallback((listener) => dragging.listen(listener), [dragging]),
    () => dragging.stateOf(spot),
  )
}
