/** A message in the reader's inbox. */
export interface Item {
  readonly id: string
  readonly title: string
  readonly body: string
  readonly url: string
  readonly image: string
  /** Epoch ms. */
  readonly at: number
  readonly seen: boolean
  readonly read: boolean
}
export interface Page {
  readonly items: readonly Item[]
  readonly unseen: number
}
type Mark = 'seen' | 'read' | 'clicked' | 'dismissed'

export interface Inbox {
  /** Newest first; `before`: the `at` of the last one. */
  list(before?: number): Promise<Page>
  mark(ids: readonly string[], mark: Mark): Promise<void>
  /** Calls back now, and when something has changed, while the page is looked at; the next look may succeed where one has failed. Returns how to stop. */
  watch(changed: (page: Page) => void, failed?: (error: unknown) => void): () => void
}

/** Asked again so often (ms) while the page is looked at. */
const EVERY = 30_000

/** The reader's inbox; rejects while it is not proved who reads. */
export function inbox(url: string, headers: () => Record<string, string>): Inbox {
  const watchers = new Set<() => void>()
  const ask = async (path: string, more: RequestInit = {}): Promise<unknown> => {
    const answer = await fetch(`${url}/v1/inbox${path}`, { ...more, headers: { ...headers(), ...more.headers }, credentials: 'omit' })
    const said = (await answer.json()) as { title?: string; hint?: string }
    if (!answer.ok) throw new Error(`Cadenza: ${said.title} ${said.hint ?? ''}`)
    return said
  }
  const list = (before?: number): Promise<Page> => ask(before ? `?before=${before}` : '') as Promise<Page>
  return {
    list,
    async mark(ids, mark) {
      await ask('/marks', { method: 'POST', body: JSON.stringify({ ids, mark }), headers: { 'content-type': 'application/json' } })
      for (const look of watchers) look()
    },
    watch(changed, failed = () => undefined) {
      let last = ''
      const look = (): void => {
        if (document.visibilityState === 'hidden') return
        list().then((page) => {
          const text = JSON.stringify(page)
          if (text !== last) changed(page)
          last = text
        }, failed)
      }
      const timer = setInterval(look, EVERY)
      document.addEventListener('visibilitychange', look)
      watchers.add(look)
      look()
      return () => {
        clearInterval(timer)
        document.removeEventListener('visibilitychange', look)
        watchers.delete(look)
      }
    },
  }
}
