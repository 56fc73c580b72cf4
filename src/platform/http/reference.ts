import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { APP_POLICY } from './headers.ts'
import { notFound, sendProblem } from './problem-reply.ts'

const ASSETS = new Map([
  ['swagger-ui.css', 'text/css; charset=utf-8'],
  ['swagger-ui-bundle.js', 'text/javascript; charset=utf-8'],
  ['favicon-32x32.png', 'image/png'],
])

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Cadenza API</title>
<link rel="icon" href="/api/docs/favicon-32x32.png">
<link rel="stylesheet" href="/api/docs/swagger-ui.css">
</head>
<body>
<main id="reference"></main>
<script src="/api/docs/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script>
</body>
</html>
`

const START = `SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#reference', validatorUrl: null, deepLinking: true, docExpansion: 'list', defaultModelsExpandDepth: -1 })
`

/** Swagger UI writes style attributes of its own, so its page alone allows them; scripts stay ours. */
const POLICY = APP_POLICY.replace("style-src 'self'", "style-src 'self'; style-src-attr 'unsafe-inline'")

/** `/api/openapi.json` and the reference page `/api/docs`, served whole from this machine. */
export function addReference(scope: FastifyInstance, document: object): void {
  const text = JSON.stringify(document)
  // The package's main file is the browser bundle: its folder is wanted, not its code.
  const directory = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))
  const files = new Map<string, Buffer>()
  scope.get('/api/openapi.json', (_request, reply) => reply.header('content-type', 'application/json; charset=utf-8').send(text))
  scope.get('/api/docs', (_request, reply) =>
    reply.header('content-type', 'text/html; charset=utf-8').header('content-security-policy', POLICY).send(PAGE),
  )
  scope.get('/api/docs/*', (request, reply) => {
    const name = (request.params as { '*': string })['*']
    if (name === 'start.js') return reply.header('content-type', 'text/javascript; charset=utf-8').send(START)
    const type = ASSETS.get(name)
    if (!type) return sendProblem(reply, notFound(request.url))
    const file = files.get(name) ?? readFileSync(join(directory, name))
    files.set(name, file)
    return reply.header('content-type', type).header('cache-control', 'public, max-age=86400').send(file)
  })
}
