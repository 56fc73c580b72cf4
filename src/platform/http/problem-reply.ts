import { STATUS_CODES } from 'node:http'
import type { FastifyError, FastifyReply } from 'fastify'
import type { z } from 'zod'
import type { Problem } from '#lib/problem.ts'

/** Media type of RFC 9457. */
export const PROBLEM_JSON = 'application/problem+json; charset=utf-8'

/** The problem as it leaves: RFC 9457's members first, then ours (`code`, `hint`, `at`, `problems`) and the request id. */
export function problemBody(problem: Problem, requestId?: string): object {
  const { code, status, title, problems, ...rest } = problem
  return {
    type: `urn:cadenza:problem:${code}`,
    title,
    status,
    code,
    ...rest,
    ...(problems && { problems: problems.map(part) }),
    ...(requestId && { requestId }),
  }
}

const part = ({ status: _status, problems, ...rest }: Problem): object => ({ ...rest, ...(problems && { problems: problems.map(part) }) })

export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  const status = problem.status >= 400 && problem.status < 600 ? problem.status : 500
  return reply
    .code(status)
    .header('content-type', PROBLEM_JSON)
    .send(JSON.stringify(problemBody({ ...problem, status }, reply.request.id)))
}

/** What Fastify and the HTTP parser refuse by themselves, by their error code. */
const REFUSED: Readonly<Record<string, Problem>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: { code: 'http.body.too-large', status: 413, title: 'The body is too large.', hint: 'Send less at once.' },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: 'http.media-type',
    status: 415,
    title: 'The server does not read this content type here.',
    hint: 'Send JSON with `Content-Type: application/json`.',
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    code: 'http.content-length',
    status: 400,
    title: 'The body is not as long as Content-Length says.',
  },
  FST_ERR_CTP_EMPTY_JSON_BODY: {
    code: 'http.body.empty',
    status: 400,
    title: 'The body is empty, but its content type says JSON.',
    hint: 'Send `{}`, or leave the content type out.',
  },
  FST_ERR_CTP_INVALID_JSON_BODY: { code: 'http.body.json', status: 400, title: 'The body is not valid JSON.' },
  FST_ERR_BAD_URL: {
    code: 'http.url',
    status: 400,
    title: 'The address of the request cannot be read.',
    hint: 'Percent-encode special characters as UTF-8.',
  },
  FST_ERR_MAX_PARAM_LENGTH: { code: 'http.url.too-long', status: 414, title: 'A part of the address is too long.' },
}

/** The problem of an error that a request ran into; `undefined` for a bug, about which a client learns nothing. */
export function problemOf(error: FastifyError): Problem | undefined {
  const known = REFUSED[error.code]
  if (known) return known
  if (error instanceof SyntaxError && error.statusCode === 400) return REFUSED.FST_ERR_CTP_INVALID_JSON_BODY
  const status = error.statusCode
  if (status === undefined || status < 400 || status >= 500) return undefined
  return { code: 'http.refused', status, title: STATUS_CODES[status] ?? 'The request was refused.' }
}

export const notFound = (path: string): Problem => ({
  code: 'http.not-found',
  status: 404,
  title: 'There is nothing at this address.',
  detail: path,
  hint: 'The API is described at /api/docs.',
})

export const methodNotAllowed = (method: string, allowed: readonly string[]): Problem => ({
  code: 'http.method',
  status: 405,
  title: 'This address does not take this method.',
  detail: `${method} is not one of ${allowed.join(', ')}.`,
})

export const BUG: Problem = {
  code: 'server.bug',
  status: 500,
  title: 'Something went wrong on the server.',
  hint: 'Try again. If it happens again, give your administrator the request id.',
}

/** `/steps/2/id` (RFC 6901). */
export const pointer = (path: readonly PropertyKey[]): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

/** All that a schema found wrong, each with its place and how to mend it. */
export function invalid(error: z.ZodError, title = 'Some of what was sent does not fit.'): Problem {
  return { code: 'input.invalid', status: 422, title, problems: error.issues.flatMap((issue) => issueProblems(issue)) }
}

/** Of a union, the branch that came closest speaks: the one with the fewest issues, deepest first. */
function issueProblems(issue: z.core.$ZodIssue, base: readonly PropertyKey[] = []): Problem[] {
  const path = [...base, ...issue.path]
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const closest = [...issue.errors].sort((a, b) => a.length - b.length || depth(b) - depth(a))[0]!
    if (closest.length > 0 && closest.some((inner) => inner.path.length > 0)) return closest.flatMap((inner) => issueProblems(inner, path))
  }
  const hint = hintOf(issue)
  return [{ code: `input.${issue.code.replaceAll('_', '-')}`, status: 422, title: issue.message, at: pointer(path), ...(hint && { hint }) }]
}

const depth = (issues: readonly z.core.$ZodIssue[]): number => Math.max(0, ...issues.map((issue) => issue.path.length))

function hintOf(issue: z.core.$ZodIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return `Give ${article(issue.expected)}.`
    case 'invalid_value':
      return `Use one of: ${issue.values.map(String).join(', ')}.`
    case 'unrecognized_keys':
      return `Remove or correct: ${issue.keys.join(', ')}.`
    case 'too_big':
      return `At most ${issue.maximum}.`
    case 'too_small':
      return `At least ${issue.minimum}.`
    default:
      return undefined
  }
}

const article = (word: string): string => `${/^[aeiou]/.test(word) ? 'an' : 'a'} ${word}`
