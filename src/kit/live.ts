import { useEffect, useState } from 'react'
import type { z } from 'zod'
import type { Action } from '#lib/action.ts'
import { requestOf } from './api.ts'
import { follow } from './stream.ts'
import { withWorkspace } from './workspace.ts'

/** Values by name of which each reader watches one: a frame wakes only the readers whose value changed. */
export class Watched<T> {
  #values = new Map<string, T>()
  #listeners = new Map<string, Set<() => void>>()
  readonly #same: (a: T | undefined, b: T | undefined) => boolean

  constructor(same: (a: T | undefined, b: T | undefined) => boolean = Object.is) {
    this.#same = same
  }

  get(name: string): T | undefined {
    return this.#values.get(name)
  }

  listen(name: string, listener: () => void): () => void {
    const here = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, here.add(listener))
    return () => here.delete(listener)
  }

  /** Takes a whole frame: names that it does not hold are forgotten. */
  set(frame: Readonly<Record<string, T>>): void {
    const before = this.#values
    this.#values = new Map(Object.entries(frame))
    for (const [name, listeners] of this.#listeners) {
      const was = before.get(name)
      if (!this.#same(was, this.#values.get(name))) for (const listener of listeners) listener()
      else if (was !== undefined) this.#values.set(name, was)
    }
  }
}

export type Link = 'connecting' | 'live' | 'lost'

/** Follows an action that streams server-sent events for as long as the component is shown; reconnects by itself. `first`: see `stream.ts`. */
export function useStream<I extends z.ZodType, O extends z.ZodType>(
  action: Action<I, O>,
  /** Null: there is nothing to follow yet. */
  input: z.input<I> | null,
  onFrame: (frame: z.output<O>, first: boolean) => void,
): Link {
  const [link, setLink] = useState<Link>('connecting')
  const url = input === null ? null : requestOf(action, input as Record<string, unknown>).url
  // biome-ignore lint/correctness/useExhaustiveDependencies: the reader is given once; a new one every render must not reconnect
  useEffect(
    () =>
      url === null
        ? undefined
        : follow(withWorkspace(url), { link: setLink, frame: (data, first) => onFrame(JSON.parse(data) as z.output<O>, first) }),
    [url],
  )
  return link
}
