import type { FastifyInstance } from 'fastify'
import { secureHeaders } from '#platform/http/headers.ts'
import { stateOf } from '#platform/http/server.ts'
import { escaped, frame } from './link-pages.ts'
import { type Language, languageOf } from './preference-words.ts'

type State = Awaited<ReturnType<typeof stateOf>>[string]
interface Words {
  readonly title: string
  readonly works: string
  readonly partly: string
  readonly parts: Readonly<Record<string, string>>
  readonly states: Readonly<Record<State, string>>
  readonly asOf: string
}

const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    title: 'Status',
    works: 'Everything works.',
    partly: 'Something does not work at the moment. What was accepted is kept, and is handled when it works again.',
    parts: { server: 'Receiving events', database: 'Journeys and messages', analytics: 'Reports', nats: 'Event stream' },
    states: { ok: 'works', slow: 'slow', failed: 'does not answer' },
    asOf: 'As of',
  },
  de: {
    title: 'Status',
    works: 'Alles funktioniert.',
    partly: 'Etwas funktioniert gerade nicht. Was angenommen wurde, bleibt erhalten und wird verarbeitet, sobald es wieder geht.',
    parts: { server: 'Annahme von Ereignissen', database: 'Journeys und Nachrichten', analytics: 'Berichte', nats: 'Ereignisstrom' },
    states: { ok: 'funktioniert', slow: 'langsam', failed: 'antwortet nicht' },
    asOf: 'Stand',
  },
  fr: {
    title: 'État du service',
    works: 'Tout fonctionne.',
    partly: 'Quelque chose ne fonctionne pas pour le moment. Ce qui a été accepté est conservé et sera traité ensuite.',
    parts: { server: 'Réception des événements', database: 'Parcours et messages', analytics: 'Rapports', nats: 'Flux d’événements' },
    states: { ok: 'fonctionne', slow: 'lent', failed: 'ne répond pas' },
    asOf: 'À',
  },
  es: {
    title: 'Estado del servicio',
    works: 'Todo funciona.',
    partly: 'Algo no funciona en este momento. Lo aceptado se conserva y se tratará cuando vuelva a funcionar.',
    parts: { server: 'Recepción de eventos', database: 'Recorridos y mensajes', analytics: 'Informes', nats: 'Flujo de eventos' },
    states: { ok: 'funciona', slow: 'lento', failed: 'no responde' },
    asOf: 'A las',
  },
}

const STYLE = 'dl{display:grid;grid-template-columns:1fr auto;gap:8px 24px;margin:0 0 20px}dd{margin:0;font-weight:600}'
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** `GET /status`: whether the service works, for whoever depends on it. It says what, and never why: the reasons are in the log. */
export async function registerStatus(server: FastifyInstance, { now, hsts }: { now: () => number; hsts: boolean }): Promise<void> {
  await server.register(async (scope) => {
    secureHeaders(scope, { hsts, policy: POLICY, cache: 'no-store' })
    scope.get('/status', async (request, reply) => {
      const parts = { server: 'ok' as State, ...(await stateOf(server)) }
      const language = languageOf(request.headers['accept-language'])
      const works = Object.values(parts).every((state) => state === 'ok')
      return reply
        .code(works ? 200 : 503)
        .type('text/html; charset=utf-8')
        .send(statusPage(parts, { language, at: now() }))
    })
  })
}

export function statusPage(parts: Readonly<Record<string, State>>, { language, at }: { language: Language; at: number }): string {
  const words = WORDS[language]
  const works = Object.values(parts).every((state) => state === 'ok')
  const lines = Object.entries(parts).map(
    ([part, state]) => `<dt>${escaped(words.parts[part] ?? part)}</dt><dd>${escaped(words.states[state])}</dd>`,
  )
  const time = new Date(at).toISOString()
  const said = `<p role="status">${escaped(works ? words.works : words.partly)}</p>`
  const asOf = `<p>${escaped(words.asOf)} <time datetime="${time}">${time.slice(0, 16).replace('T', ' ')} UTC</time></p>`
  return frame(words.title, `<h1>${escaped(words.title)}</h1>${said}<dl>${lines.join('')}</dl>${asOf}`, { lang: language, style: STYLE })
}
