import { createHash } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { type Outcome, type Refusal, refuse } from '#lib/problem.ts'

/** Deeper JSON is refused before anything looks at it (PostgreSQL and recursive code must never meet it). */
export const MAX_DEPTH = 64

/** Says in an address in which workspace; for what cannot send the header `Cadenza-Workspace`. */
export const WORKSPACE_PARAMETER = 'cadenza-workspace'

/** Params, query and body as one object, with a hash of it for `Idempotency-Key`. */
export function readInput(request: FastifyRequest): Outcome<{ input: Record<string, unknown>; fingerprint: string }> {
  const body = request.body ?? {}
  if (typeof body !== 'object' || Array.isArray(body)) {
    return refuse({ code: 'http.body.object', status: 400, title: 'The body must be a JSON object.', hint: 'Send `{ … }`.' })
  }
  const flaw = flawOf(body, MAX_DEPTH)
  if (flaw) return refuse(flaw.refused)
  const merged: Record<string, unknown> = {}
  for (const part of [request.params, request.query, body] as Record<string, unknown>[]) {
    for (const [name, value] of Object.entries(part)) {
      if (part === request.query && name === WORKSPACE_PARAMETER) continue
      if (Object.hasOwn(merged, name) && merged[name] !== value) {
        return refuse({
          code: 'input.ambiguous',
          status: 400,
          title: `"${name}" is given twice with different values.`,
          hint: 'Give it once: in the path, the query or the body.',
        })
      }
      Object.defineProperty(merged, name, { value, enumerable: true, configurable: true, writable: true })
    }
  }
  const fingerprint = request.headers['idempotency-key'] ? createHash('sha256').update(JSON.stringify(merged)).digest('base64url') : ''
  return { input: merged, fingerprint }
}

/** Why the value cannot be stored: too deep, or text that PostgreSQL cannot hold. */
function flawOf(value: unknown, depth: number): Refusal | undefined {
  if (typeof value === 'string') return value.includes('\0') || !value.isWellFormed() ? BAD_TEXT : undefined
  if (value === null || typeof value !== 'object') return undefined
  if (depth === 0) return TOO_DEEP
  for (const [name, inner] of Object.entries(value)) {
    const flaw = flawOf(name, depth) ?? flawOf(inner, depth - 1)
    if (flaw) return flaw
  }
  return undefined
}

const BAD_TEXT = refuse({
  code: 'input.text',
  status: 400,
  title: 'A text holds a NUL character or half of a surrogate pair.',
  hint: 'Remove it: such text cannot be stored.',
})
const TOO_DEEP = refuse({ code: 'input.depth', status: 400, title: `The body is nested deeper than ${MAX_DEPTH} levels.` })
