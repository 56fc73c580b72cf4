import { z } from 'zod'
import { milliseconds } from '#lib/duration.ts'
import type { Json } from '#lib/json.ts'
import { type Outcome, type Problem, refuse } from '#lib/problem.ts'
import { LiveName } from './slots.ts'

const Span = (least: number, most: number) =>
  z.string().refine(
    (text) => {
      const ms = milliseconds(text)
      return ms !== undefined && ms >= least && ms <= most
    },
    `write a duration such as 10m, between ${least / 1_000} s and ${most / 1_000} s`,
  )

/** Data of another service, as it is when the message is made: `{{ connected.weather.temperature }}`. */
export const Connected = z.strictObject({
  as: LiveName,
  /** `https://api.example/v1/{{ profile.city }}?unit=c`: the host is written out; outputs stand in path and query, and are encoded. */
  url: z.string().max(2_000),
  /** A text, or the value kept under a secret's name. */
  headers: z
    .record(
      z.string().regex(/^[A-Za-z0-9-]{1,64}$/),
      z.union([z.string().max(500), z.strictObject({ secret: z.string().max(200), prefix: z.string().max(50).default('') })]),
    )
    .default({}),
  /** One answer serves everybody who asks for the same address so long; `0s`: never. */
  cache: Span(0, 86_400_000).default('10m'),
  timeout: Span(100, 10_000).default('2s'),
  /** What stands for the answer when there is none; `skip`: then the message does not go out. */
  otherwise: z.union([z.literal('skip'), z.strictObject({ value: z.json() })]).default('skip'),
})
export type Connected = z.output<typeof Connected>

/** The most of an answer that is read (characters). */
export const MOST_CONNECTED = 65_536

/** An address in pieces: texts as they are, and Liquid outputs (without braces) whose values are encoded. */
export interface AddressPattern {
  readonly origin: string
  readonly parts: readonly ({ readonly text: string } | { readonly output: string })[]
}

const bad = (detail: string): Outcome<never> =>
  refuse({
    code: 'connected.url',
    status: 422,
    title: 'The address of connected data cannot be used',
    detail,
    hint: 'Write scheme and host out, and put outputs such as {{ profile.city }} into the path or the query only.',
  })

export function addressPattern(url: string): Outcome<AddressPattern> {
  const head = /^https?:\/\/[A-Za-z0-9.-]+(?::\d{1,5})?(?=[/?]|$)/.exec(url)?.[0]
  if (head === undefined || !URL.canParse(head)) return bad('The address does not begin with a scheme and a host')
  const parts: ({ text: string } | { output: string })[] = []
  let end = head.length
  for (const match of url.matchAll(/\{\{-?([^{}]*?)-?\}\}/g)) {
    parts.push({ text: url.slice(end, match.index) }, { output: match[1]!.trim() })
    end = match.index + match[0].length
  }
  parts.push({ text: url.slice(end) })
  if (parts.some((part) => 'text' in part && /\{[{%]|[%}]\}|#/.test(part.text))) return bad('Only outputs {{ … }} can stand in it')
  return { origin: new URL(head).origin, parts }
}

/** The address for these values of its outputs, in order. A value can be neither a way upwards nor another host. */
export function addressOf({ origin, parts }: AddressPattern, values: readonly string[]): Outcome<string> {
  let at = 0
  const rest = parts.map((part) => ('text' in part ? part.text : encoded(values[at++] ?? ''))).join('')
  const text = `${origin}${rest}`
  const url = URL.canParse(text) ? new URL(text) : undefined
  // What `..` would take away is missing afterwards, and another host would show.
  if (!url || url.origin !== origin || /(?:^|\/)(?:\.|%2e){1,2}(?:\/|$|\?)/i.test(rest)) return bad('The values make another address of it')
  return url.href
}

const encoded = (value: string): string =>
  encodeURIComponent(value.toWellFormed()).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)

/** What an answer says; undefined when it is no JSON, or too much of it. */
export function answerOf(body: string): { readonly value: Json } | undefined {
  if (body.length >= MOST_CONNECTED) return undefined
  try {
    return { value: JSON.parse(body) as Json }
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

export const CONNECTED_MISSING: Problem = {
  code: 'connected_missing',
  status: 424,
  title: 'The data that the message needs could not be fetched',
  hint: 'Give otherwise: { value: … } if the message can do without.',
}
