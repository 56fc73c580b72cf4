import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { secureHeaders } from '#platform/http/headers.ts'
import { answerNotFound } from '#platform/http/server.ts'
import { pagesOf, type ScreenParts } from './web-pages.ts'

export interface WebOptions {
  /** Folder that `vite build` wrote. */
  readonly folder: string
  readonly hsts?: boolean
}

/** Where the built screens lie; whoever builds several trees or branches side by side names another folder. */
export const webFolder = (root: string): string => process.env['CADENZA_WEB_DIST'] ?? join(root, 'dist/web')

/** What pages of customers load. */
export const SDK_FILES = ['cadenza.js', 'push-worker.js'] as const
const HASHED = /^\/assets\/.+-[\w-]{8}\.\w+$/

/**
 * Serves the built screens. Files with a hash in their name never change; the page itself is asked for again each time.
 * An address that is no file and no route of the API is a screen, so it gets the page.
 */
export async function registerWeb(server: FastifyInstance, { folder, hsts = false }: WebOptions): Promise<void> {
  const page = join(folder, 'index.html')
  await server.register(async (scope) => {
    secureHeaders(scope, { hsts })
    if (!existsSync(page)) {
      scope.get('/*', (request, reply) =>
        wantsPage(request)
          ? reply.code(503).type('text/html; charset=utf-8').send(NOT_BUILT)
          : answerNotFound(request, reply, server.routeLines),
      )
      return
    }
    const files = new Set(filesOf(folder))
    const pageAt = pagesOf(readFileSync(page, 'utf8'), partsIn(folder))
    await scope.register(fastifyStatic, { root: folder, serve: false, cacheControl: false, preCompressed: true })
    scope.get('/*', (request, reply) => {
      const path = pathOf(request)
      if (files.has(path) && path !== '/index.html') return sendFile(reply, path)
      if (!wantsPage(request)) return answerNotFound(request, reply, server.routeLines)
      return reply.header('cache-control', 'no-cache').type('text/html; charset=utf-8').send(pageAt(request.url))
    })
  })
}

/** The script for pages of customers: any page may load it. */
export async function registerSdk(server: FastifyInstance, folder: string): Promise<void> {
  for (const name of SDK_FILES) {
    const file = join(folder, name)
    if (!existsSync(file)) continue
    const text = readFileSync(file, 'utf8')
    const [br, gz] = [brotliCompressSync(text), gzipSync(text)]
    const tag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 16)}"`
    server.get(`/sdk/${name}`, (request, reply) => {
      reply.headers({
        'access-control-allow-origin': '*',
        'cross-origin-resource-policy': 'cross-origin',
        'x-content-type-options': 'nosniff',
        'cache-control': 'public, max-age=3600',
        vary: 'accept-encoding',
        etag: tag,
      })
      if (request.headers['if-none-match'] === tag) return reply.code(304).send()
      const taken = String(request.headers['accept-encoding'] ?? '')
      reply.type('text/javascript; charset=utf-8')
      if (/\bbr\b/.test(taken)) return reply.header('content-encoding', 'br').send(br)
      if (/\bgzip\b/.test(taken)) return reply.header('content-encoding', 'gzip').send(gz)
      return reply.send(text)
    })
  }
}

const sendFile = (reply: FastifyReply, path: string): FastifyReply =>
  reply.header('cache-control', HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache').sendFile(path.slice(1))

const pathOf = (request: FastifyRequest): string => request.url.split('?', 1)[0]!

/** A browser that opens an address, not a program that mistyped one. */
const wantsPage = (request: FastifyRequest): boolean =>
  /\btext\/html\b/.test(request.headers.accept ?? '') && !/^\/(v1|api|view)(\/|$)/.test(pathOf(request))

/** None for a folder that was built without them. */
const partsIn = (folder: string): ScreenParts[] => {
  const file = join(folder, 'parts.json')
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as ScreenParts[]) : []
}

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    // What is packed is an answer to the name of what it packs, and no file of its own.
    .filter((entry) => entry.isFile() && !/\.(?:br|gz)$/.test(entry.name))
    .map((entry) => `/${relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/')}`)

/** Every answer of this scope says what time the server takes it to be: screens tell distances in time by it. */
export function tellTime(scope: FastifyInstance, now: () => number): void {
  scope.addHook('onSend', async (_request, reply) => {
    reply.header('cadenza-time', String(Math.round(now())))
  })
}

/** `stale`: a source of the screens is newer than what was built from it. */
export function webState(root: string): 'missing' | 'stale' | 'fresh' {
  const page = join(webFolder(root), 'index.html')
  if (!existsSync(page)) return 'missing'
  const built = statSync(page).mtimeMs
  const sources = [
    join(root, 'vite.config.ts'),
    ...['src/kit', 'src/lib', 'src/app/web'].flatMap((folder) => under(join(root, folder))),
    ...capabilitySources(root),
  ]
  return sources.some((file) => statSync(file).mtimeMs > built) ? 'stale' : 'fresh'
}

/** As `webState`, of the script for pages of customers. */
export function sdkState(root: string): 'missing' | 'stale' | 'fresh' {
  const built = SDK_FILES.map((name) => join(root, 'dist/sdk', name))
  if (!built.every((file) => existsSync(file))) return 'missing'
  const oldest = Math.min(...built.map((file) => statSync(file).mtimeMs))
  return under(join(root, 'sdk')).some((file) => statSync(file).mtimeMs > oldest) ? 'stale' : 'fresh'
}

const under = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name))

/** Screens import the screens, schemas and declared actions of capabilities, and the pure files of journeys. */
const capabilitySources = (root: string): string[] =>
  under(join(root, 'src')).filter((file) => /[\\/]ui[\\/]/.test(file) || /[\\/](schema|api|lanes|layout)\.ts$/.test(file))

const NOT_BUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Cadenza</title>
<h1>The screens have not been built yet</h1>
<p>The server works: its API answers, and events are taken. For the screens, run <code>npm run build</code> in the folder of Cadenza and load this page again after a restart.</p></html>`
