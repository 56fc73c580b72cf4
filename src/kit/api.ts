import { keepPreviousData, type QueryKey, type UseQueryResult, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import type { z } from 'zod'
import type { Action } from '#lib/action.ts'
import type { Problem } from '#lib/problem.ts'
import { hearServerTime } from './server-clock.ts'

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

const UNREACHABLE: Failure = {
  code: 'network.unreachable',
  status: 0,
  title: 'The server cannot be reached.',
  hint: 'Check that it runs and that you are connected, then try again.',
}

/** Calls a declared action. A refusal is thrown as `Refused`: TanStack Query keeps it as the error of the query. */
export async function call<I extends z.ZodType, O extends z.ZodType>(
  action: Action<I, O>,
  input: z.input<I>,
  signal?: AbortSignal,
): Promise<z.output<O>> {
  const { method, url, body } = requestOf(action, input as Record<string, unknown>)
  return (await send(url, { method, body, signal })) as z.output<O>
}

/** One JSON request to this server. */
export async function send(
  url: string,
  { method, body, signal }: { method: string; body?: string; signal?: AbortSignal },
): Promise<unknown> {
  let response: Response
  try {
    response = await fetch(url, { method, body, signal, headers: body === undefined ? {} : { 'content-type': 'application/json' } })
  } catch (error) {
    if (signal?.aborted) throw error
    throw new Refused(UNREACHABLE)
  }
  const told = Number(response.headers.get('cadenza-time'))
  if (told > 0) hearServerTime({ told, heard: Date.now() })
  const type = response.headers.get('content-type') ?? ''
  const data: unknown = type.includes('json') ? await response.json() : undefined
  if (response.ok) return data
  throw new Refused({
    code: `http.${response.status}`,
    title: `The server answered ${response.status}.`,
    ...(data as object),
    status: response.status,
  })
}

export const keyOf = (action: Action, input: object): QueryKey => [action.name, input]

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
    refetchInterval: every,
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
