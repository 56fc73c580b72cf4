import { STATUS_CODES } from 'node:http'
import type { FastifyError, FastifyReply } from 'fastify'
import { languageAsked } from '#lib/language.ts'
import type { Problem } from '#lib/problem.ts'
import { problemIn } from '#lib/problem-words.ts'

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
    .send(
      JSON.stringify(
        problemBody(problemIn({ ...problem, status }, languageAsked(reply.request.headers['accept-language'])), reply.request.id),
      ),
    )
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
