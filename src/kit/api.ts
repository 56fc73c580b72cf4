import { keepPreviousData, type QueryKey, type UseQueryResult, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import type { z } from 'zod'
import type { Action } from '#lib/action.ts'
import type { Problem } from '#lib/problem.ts'
import { hearServerTime } from './server-clock.ts'
import { language, words, wordsNow } from './words.ts'
import { workspaceHeaders, workspaceInUse } from './workspace.ts'

/** A problem as the server answered it, with the id that finds the request in its log. */
export interface Failure extends Problem {
  readonly requestId?: string
}

/** What a query throws, so that the page's error state can show what, where and how to mend it. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly failure: Failure
  constructor(failure: Failure) {
    super(failure.title)
    this.failure = failure
  }
}

/** Path and body of a call: `:names` are taken from the input, the rest goes to the query (GET, DELETE) or the body. */
export function requestOf(action: Action, input: Readonly<Record<string, unknown>>): { method: string; url: string; body?: string } {
  const [method, pattern] = action.route.split(' ', 2) as [string, string]
  const rest = new Map(Object.entries(input).filter(([, value]) => value !== undefined))
  const path = pattern.replace(/:(\w+)/g, (_all, name: string) => {
    const value = rest.get(name)
    if (value === undefined) throw new Error(`${action.name} needs ${name}`)
    rest.delete(name)
    return encodeURIComponent(String(value))
  })
  if (method === 'POST' || method === 'PUT') return { method, url: path, body: JSON.stringify(Object.fromEntries(rest)) }
  const query = new URLSearchParams([...rest].map(([name, value]) => [name, String(value)]))
  return { method, url: query.size > 0 ? `${path}?${query}` : path }
}

const WORDS = words(
  {
    unreachable: 'The server cannot be reached.',
    check: 'Check that it runs and that you are connected, then try again.',
    answered: (status: number) => `The server answered ${status}.`,
  },
  {
    de: {
      unreachable: 'Der Server ist nicht erreichbar.',
      check: 'Prüfen Sie, ob er läuft und ob Sie verbunden sind, und versuchen Sie es dann noch einmal.',
      answered: (status) => `Der Server antwortete mit ${status}.`,
    },
  },
)

export const answered = (status: number): string => wordsNow(WORDS).answered(status)
export const unreachable = (): Failure => {
  const say = wordsNow(WORDS)
  return { code: 'network.unreachable', status: 0, title: say.unreachable, hint: say.check }
}

const AHEAD_MS = 5_000
const ahead = new Map<string, Promise<unknown>>()
/** What screens have read themselves, with when (ms): asked for after them, an answer would lie there and grow old. */
const readAt = new Map<string, number>()
const MOST_READS = 200
/** An answer belongs to the workspace that it was asked in. */
const aheadKey = (url: string): string => `${workspaceInUse()} ${url}`

/** Asks for what a screen will ask for as soon as its parts are there. The next call of the same takes the answer; a refusal is asked for again. */
export function askAhead<I extends z.ZodType, O extends z.ZodType>(action: Action<I, O>, input: z.input<I>): void {
  const { method, url } = requestOf(action, input as Record<string, unknown>)
  const key = aheadKey(url)
  if (ahead.has(key) || performance.now() - (readAt.get(key) ?? -AHEAD_MS) < AHEAD_MS) return
  const asked = send(url, { method }).catch((error: unknown) => {
    if (error instanceof Refused) return undefined
    throw error
  })
  ahead.set(key, asked)
  setTimeout(() => ahead.get(key) === asked && ahead.delete(key), AHEAD_MS)
}

/** Undefined when nobody asked for it before. */
function askedAhead(method: string, url: string): Promise<unknown> | undefined {
  if (method !== 'GET') return undefined
  const key = aheadKey(url)
  if (readAt.size >= MOST_READS) readAt.clear()
  readAt.set(key, performance.now())
  const asked = ahead.get(key)
  ahead.delete(key)
  return asked
}

/** Calls a declared action. A refusal is thrown as `Refused`: TanStack Query keeps it as the error of the query. */
export async function call<I extends z.ZodType, O extends z.ZodType>(
  action: Action<I, O>,
  input: z.input<I>,
  signal?: AbortSignal,
): Promise<z.output<O>> {
  const { method, url, body } = requestOf(action, input as Record<string, unknown>)
  const early = await askedAhead(method, url)
  if (early !== undefined) return early as z.output<O>
  return (await send(url, { method, body, signal })) as z.output<O>
}

let writes = 0
/** Requests that change something and have not been answered yet. */
export const writesUnderWay = (): number => writes

/** One JSON request to this server. */
export async function send(url: string, request: Sent): Promise<unknown> {
  if (request.method === 'GET') return sendNow(url, request)
  // What was read before a write may not be what is there after it.
  ahead.clear()
  writes += 1
  try {
    return await sendNow(url, request)
  } finally {
    writes -= 1
  }
}

interface Sent {
  readonly method: string
  readonly body?: string | undefined
  readonly signal?: AbortSignal | undefined
  readonly headers?: Readonly<Record<string, string>>
  readonly keepalive?: boolean
}

async function sendNow(url: string, { method, body, signal, headers = {}, keepalive = false }: Sent): Promise<unknown> {
  let response: Response
  try {
    response = await fetch(url, {
      method,
      body,
      signal,
      keepalive,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        'accept-language': language(),
        ...workspaceHeaders(),
        ...headers,
      },
    })
  } catch (error) {
    if (signal?.aborted) throw error
    throw new Refused(unreachable())
  }
  const told = Number(response.headers.get('cadenza-time'))
  if (told > 0) hearServerTime({ told, heard: Date.now() })
  const type = response.headers.get('content-type') ?? ''
  const data: unknown = type.includes('json') ? await response.json() : undefined
  if (response.ok) return data
  throw new Refused({
    code: `http.${response.status}`,
    title: answered(response.status),
    ...(data as object),
    status: response.status,
  })
}

export const keyOf = (action: Action, input: object): QueryKey => [action.name, input]

const refused = (error: Error | null): boolean => error instanceof Refused && [401, 403, 404, 410].includes(error.failure.status)

interface ReadOptions {
  /** Milliseconds between reads while the screen is shown. */
  readonly every?: number
  readonly enabled?: boolean
  /** Show the old answer while the new one comes (paging, typing). */
  readonly keep?: boolean
}

/** Reads a declared action and keeps it fresh. */
export function useRead<I extends z.ZodType, O extends z.ZodType>(
  action: Action<I, O>,
  input: z.input<I>,
  { every, enabled, keep }: ReadOptions = {},
): UseQueryResult<z.output<O>, Refused> {
  return useQuery<z.output<O>, Refused>({
    queryKey: keyOf(action, input as object),
    queryFn: ({ signal }) => call(action, input, signal),
    // What is gone or closed to the reader does not come back by asking.
    refetchInterval: every === undefined ? undefined : ({ state }) => (refused(state.error) ? false : every),
    enabled,
    placeholderData: keep ? (keepPreviousData as never) : undefined,
  })
}

/** Reads an action that answers in pages with `next`. */
export function usePages<I extends z.ZodType, O extends z.ZodType>(
  action: Action<I, O>,
  input: z.input<I>,
  { every, enabled }: ReadOptions = {},
) {
  return useInfiniteQuery({
    queryKey: [action.name, 'pages', input],
    queryFn: ({ pageParam, signal }) =>
      call(action, { ...(input as object), ...(pageParam ? { cursor: pageParam } : {}) } as z.input<I>, signal),
    initialPageParam: '',
    getNextPageParam: (last) => (last as { next: string | null }).next ?? undefined,
    refetchInterval: every,
    enabled,
  })
}
