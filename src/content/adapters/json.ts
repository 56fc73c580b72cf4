import { LRUCache } from 'lru-cache'
import type { Json } from '#lib/json.ts'
import { isRefusal, type Outcome } from '#lib/problem.ts'
import { type Parsed, parse, render } from './liquid.ts'

const texts = new LRUCache<string, Parsed>({ max: 2_000 })

/** Renders Liquid in every string of a JSON value (not in names); texts are parsed once. */
export function renderJson(value: Json, scope: object): Outcome<{ value: Json }> {
  if (typeof value === 'string') return renderText(value, scope)
  if (value === null || typeof value !== 'object') return { value }
  const entries: [string, Json][] = []
  for (const [name, inner] of Object.entries(value as Record<string, Json>)) {
    const outcome = renderJson(inner, scope)
    if (isRefusal(outcome)) return outcome
    entries.push([name, outcome.value])
  }
  return { value: Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries) }
}

function renderText(text: string, scope: object): Outcome<{ value: string }> {
  if (!text.includes('{{') && !text.includes('{%')) return { value: text }
  const parsed = texts.get(text) ?? parse(text, 'text', '/body')
  if (isRefusal(parsed)) return parsed
  texts.set(text, parsed)
  const rendered = render(parsed, scope, { escaping: 'text', field: '/body' })
  return isRefusal(rendered) ? rendered : { value: rendered }
}
