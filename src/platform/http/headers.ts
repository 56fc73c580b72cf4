import type { FastifyInstance } from 'fastify'

/** The app's own pages: everything from this server, nothing inline, in no one's frame. */
export const APP_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "frame-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

/** A marketer's HTML shown inside the app: no script, no frames of its own, an opaque origin. */
export const PREVIEW_POLICY =
  "default-src 'none'; img-src https: http: data:; style-src 'unsafe-inline'; font-src data:; frame-ancestors 'self'; sandbox"

export interface HeaderOptions {
  /** Strict-Transport-Security for a year; only when people reach the server over https. */
  readonly hsts?: boolean
  readonly policy?: string
  /** `no-store` for answers with people's data. */
  readonly cache?: string
}

/** Security headers on every answer of this scope. A route's own header wins. */
export function secureHeaders(scope: FastifyInstance, { hsts = false, policy = APP_POLICY, cache }: HeaderOptions): void {
  const fixed: [string, string][] = [
    ['content-security-policy', policy],
    ['x-content-type-options', 'nosniff'],
    ['referrer-policy', 'same-origin'],
    ['cross-origin-opener-policy', 'same-origin'],
    ['cross-origin-resource-policy', 'same-origin'],
    ['permissions-policy', 'camera=(), geolocation=(), microphone=(), payment=()'],
  ]
  if (hsts) fixed.push(['strict-transport-security', 'max-age=31536000; includeSubDomains'])
  if (cache) fixed.push(['cache-control', cache])
  scope.addHook('onRequest', (_request, reply, done) => {
    for (const [name, value] of fixed) reply.header(name, value)
    done()
  })
}
