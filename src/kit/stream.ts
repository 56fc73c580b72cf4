/**
 * A browser opens at most six connections to a server (HTTP/1.1), all its windows together. Streams hold three of them; whoever finds no
 * place asks for one frame at a time, in turn: the first frame of a stream is always the whole present. So reads and changes go through
 * however many windows are open. A window that nobody sees holds nothing.
 */
export const PLACES = 3
/** Between two frames of a window without a place. */
const REST_MS = 2_000
/** After a refusal: it may be over (too many readers, signed out). */
const REFUSED_MS = 30_000
/** A frame that takes longer does not keep the others waiting. */
const TURN_MS = 10_000

export interface Hearing {
  /** `first`: of a connection, the whole present, which may have been told before. */
  readonly frame: (data: string, first: boolean) => void
  readonly link: (link: 'live' | 'lost') => void
}

/** Why a connection ended: told to, nobody looks, the server does not want it, or one frame was enough. */
type Ending = 'over' | 'hidden' | 'refused' | 'heard'

/** Follows a stream of server-sent events until it is told to stop. */
export function follow(url: string, hearing: Hearing): () => void {
  const over = new AbortController()
  void keepUp(url, hearing, over.signal)
  return () => over.abort()
}

async function keepUp(url: string, hearing: Hearing, over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    if (document.hidden) await shown(over)
    else {
      const ending = (await inPlace(() => listen(url, hearing, { over, once: false }))) ?? (await inTurn(url, hearing, over))
      if (ending === 'heard') await rest(REST_MS, over)
      if (ending === 'refused') await rest(REFUSED_MS, over)
    }
  }
}

/** Does it in one of the places; undefined: none is free, or the browser has no locks (it has them on https and localhost only). */
async function inPlace(work: () => Promise<Ending>): Promise<Ending | undefined> {
  for (let place = 1; place <= PLACES && navigator.locks; place++) {
    const ending = await navigator.locks.request(`stream-${place}`, { ifAvailable: true }, (lock) => (lock ? work() : undefined))
    if (ending !== undefined) return ending
  }
  return undefined
}

async function inTurn(url: string, hearing: Hearing, over: AbortSignal): Promise<Ending> {
  const turn = (): Promise<Ending> => listen(url, hearing, { over, once: true })
  if (!navigator.locks) return turn()
  // The signal ends the waiting only, so that leaving a screen is no error.
  return navigator.locks.request('stream-turn', () => (over.aborted || document.hidden ? 'over' : turn()))
}

/** One connection; it comes back by itself when the network was away. */
function listen(url: string, { frame, link }: Hearing, { over, once }: { over: AbortSignal; once: boolean }): Promise<Ending> {
  return new Promise((resolve) => {
    const source = new EventSource(url)
    const until = new AbortController()
    const { signal } = until
    const end = (ending: Ending) => {
      until.abort()
      source.close()
      clearTimeout(timer)
      resolve(ending)
    }
    const timer = once ? setTimeout(() => end('heard'), TURN_MS) : undefined
    let first = true
    source.addEventListener('open', () => {
      first = true
      link('live')
    })
    source.addEventListener('message', ({ data }: MessageEvent<string>) => {
      link('live')
      frame(data, first)
      first = false
      if (once) end('heard')
    })
    source.addEventListener('error', () => {
      link('lost')
      if (source.readyState === EventSource.CLOSED) end('refused')
      else if (once) end('heard')
    })
    document.addEventListener('visibilitychange', () => document.hidden && end('hidden'), { signal })
    over.addEventListener('abort', () => end('over'), { signal })
    if (over.aborted) end('over')
  })
}

/** Until `begin` says that it is done, or it is over; what `begin` returns ends its waiting. */
const waiting = (over: AbortSignal, begin: (done: () => void) => () => void): Promise<void> =>
  new Promise((resolve) => {
    const done = () => {
      over.removeEventListener('abort', done)
      end()
      resolve()
    }
    const end = begin(done)
    over.addEventListener('abort', done)
  })

const rest = (ms: number, over: AbortSignal): Promise<void> =>
  waiting(over, (done) => {
    const timer = setTimeout(done, ms)
    return () => clearTimeout(timer)
  })

const shown = (over: AbortSignal): Promise<void> =>
  waiting(over, (done) => {
    document.addEventListener('visibilitychange', done)
    return () => document.removeEventListener('visibilitychange', done)
  })
