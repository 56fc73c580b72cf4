import type { z } from 'zod'
import type { Action } from '#lib/action.ts'
import { type Outcome, type Problem, refuse } from '#lib/problem.ts'
import { type Call, type Flag, text } from './command.ts'

/** A running Cadenza, and the secret key to ask it with. */
export interface Server {
  /** Without a slash at the end. */
  readonly url: string
  readonly key: string
}

export const SERVER_FLAGS: Readonly<Record<string, Flag>> = {
  url: { type: 'string', takes: '<address>', does: 'the server (CADENZA_URL, else http://127.0.0.1:8080)' },
  key: { type: 'string', takes: '<key>', does: 'a secret key of the workspace (better: CADENZA_KEY, which no process list shows)' },
}

const DEFAULT_URL = 'http://127.0.0.1:8080'
const LONGEST = 60_000

/** The address from `--url`, CADENZA_URL or the default. */
export function addressOf(call: Call, otherwise = DEFAULT_URL): Outcome<{ readonly url: string; readonly given: boolean }> {
  const said = text(call, 'url') ?? call.env['CADENZA_URL']
  const url = said === undefined || said === '' ? otherwise : said
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return { url: url.replace(/\/+$/, ''), given: url !== otherwise }
  return refuse({
    code: 'cli.url',
    status: 400,
    title: `“${url}” is not the address of a server`,
    hint: 'Write --url https://cadenza.example.com, or set CADENZA_URL.',
  })
}

export const keyOf = (call: Call): string | undefined => text(call, 'key') ?? (call.env['CADENZA_KEY'] || undefined)

export function serverOf(call: Call): Outcome<Server> {
  const address = addressOf(call)
  if ('refused' in address) return address
  const key = keyOf(call)
  if (key !== undefined && /^[\x21-\x7e]+$/.test(key)) return { url: address.url, key }
  return refuse({
    code: 'cli.key',
    status: 401,
    title: key === undefined ? 'Which key?' : 'The key holds characters that no key has',
    hint: 'Set CADENZA_KEY to a secret key (sk_…) of the workspace: an administrator makes one under Settings, Keys.',
  })
}

/** Calls a declared action of the server; what it refuses comes back as the problem that it told. */
export async function ask<I extends z.ZodType, O extends z.ZodType>(
  server: Server,
  action: Action<I, O>,
  input: z.input<I>,
): Promise<Outcome<z.output<O>>> {
  const [method, pattern] = action.route.split(' ', 2) as [string, string]
  const path = pattern.replace(/:(\w+)/g, (_all, name: string) => encodeURIComponent((input as Record<string, string>)[name]!))
  const query = method === 'GET' ? `?${new URLSearchParams(input as Record<string, string>)}` : ''
  const body = method === 'GET' ? undefined : JSON.stringify(input)
  const answer = await reach(`${server.url}${path}${query}`, { method, body, key: server.key })
  if ('refused' in answer) return answer
  if (answer.status !== (action.status ?? 200)) return refuse(problemIn(answer))
  const output = await action.output.safeParseAsync(answer.body)
  if (output.success) return output.data as z.output<O>
  return refuse({ code: 'cli.version', status: 502, title: 'The server answers in a way that this cadenza does not know', hint: VERSIONS })
}

const VERSIONS = 'Check that --url is a Cadenza, of the same version as this command.'

export interface Answer {
  readonly status: number
  readonly date: string | null
  /** Undefined when it is no JSON. */
  readonly body: unknown
}

/** One request to the server that the person named; redirects are not followed, so the key goes nowhere else. */
export async function reach(
  url: string,
  { method = 'GET', body, key, longest = LONGEST }: { method?: string; body?: string; key?: string; longest?: number } = {},
): Promise<Outcome<Answer>> {
  const headers = {
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...(key !== undefined && { authorization: `Bearer ${key}` }),
  }
  try {
    const response = await fetch(url, { method, body, headers, redirect: 'manual', signal: AbortSignal.timeout(longest) })
    const json = /\bjson\b/.test(response.headers.get('content-type') ?? '')
    const read = await response.text()
    return { status: response.status, date: response.headers.get('date'), body: json ? JSON.parse(read) : undefined }
  } catch (error) {
    return refuse(unreachable(new URL(url).origin, error))
  }
}

/** The file that a declared action of the server answers with, as it comes. */
export async function download({ url, key }: Server, route: string): Promise<Outcome<{ readonly body: ReadableStream<Uint8Array> }>> {
  const [method, path] = route.split(' ', 2) as [string, string]
  try {
    const response = await fetch(`${url}${path}`, { method, headers: { authorization: `Bearer ${key}` }, redirect: 'manual' })
    if (response.status === 200 && response.body) return { body: response.body }
    const json = /\bjson\b/.test(response.headers.get('content-type') ?? '')
    return refuse(problemIn({ status: response.status, date: null, body: json ? await response.json() : undefined }))
  } catch (error) {
    return refuse(unreachable(new URL(url).origin, error))
  }
}

/** What networks do comes as TypeError with a cause, or as a time-out; anything else is a bug of ours. */
function unreachable(origin: string, error: unknown): Problem {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const late = error instanceof Error && error.name === 'TimeoutError'
  if (!(error instanceof TypeError || error instanceof SyntaxError || late)) throw error
  return {
    code: 'cli.unreachable',
    status: 503,
    title: `No Cadenza answers at ${origin}`,
    detail: (cause as { code?: string }).code ?? (cause as Error).message,
    hint: 'Start it with “npm start”, or name another one with --url or CADENZA_URL.',
  }
}

function problemIn({ status, body }: Answer): Problem {
  const told = typeof body === 'object' && body !== null ? (body as Partial<Problem>) : {}
  if (typeof told.code === 'string' && typeof told.title === 'string') return { ...(told as Problem), status }
  return { code: `http.${status}`, status, title: `The server answered ${status}`, hint: VERSIONS }
}
