import { matches, type Rule, type Source } from './rule.ts'

/**
 * The files that may open connections of their own, and why. Everything that people configure goes through `platform/egress.ts`
 * (Novu PR #10912: the guard existed, and three call sites forgot it).
 */
const ALLOWED: Readonly<Record<string, string>> = {
  'src/platform/egress.ts': 'the guarded way out itself',
  'src/platform/analytics/http.ts': 'ClickHouse, at the address that the operator set',
  'src/platform/carrier/connection.ts': 'NATS, at the addresses that the operator set',
  'src/platform/carrier/streams.ts': 'speaks over the connection to NATS',
  'src/platform/carrier/shard-reader.ts': 'speaks over the connection to NATS',
  'src/channels/adapters/smtp.ts': 'SMTP, at the operator’s SMTP_URL or at an address that the guarded way out has judged',
  'src/channels/adapters/smpp.ts': 'SMPP, at an address that the guarded way out has judged',
  'src/channels/adapters/smpp-pdu.ts': 'reads and writes what SMPP says',
  'src/channels/adapters/web-push.ts': 'web-push makes and encrypts requests; they leave by `tools.request`',
  'src/app/cli/doctor-parts.ts': 'asks the operator’s own servers whether they answer',
  'src/app/cli/server.ts': 'the command line asks the server that its user named',
  'src/app/demo.ts': 'the demonstration asks its own server',
  'src/app/demo/set-up.ts': 'the demonstration asks its own server',
  'src/app/demo/readers.ts': 'the demonstration’s readers follow links of its own server',
}

const MENDS = 'reaches out past the guarded way: use `src/platform/egress.ts` (adapters: `tools.request`, `tools.vetted`)'

/** Libraries that connect by themselves, and modules of Node that do nothing else. */
const CONNECTS =
  /^(?:undici|(?:node:)?(?:https|http2|tls|dgram)|nodemailer(?:\/.*)?|smpp|ws|axios|got|node-fetch|ky|superagent|eventsource|web-push|twilio|postmark|resend|mailgun\.js|apns2|firebase-admin|google-auth-library|@aws-sdk\/.*|@sendgrid\/.*|@slack\/.*|@parse\/node-apn|@clickhouse\/client|@nats-io\/.*|@google-cloud\/.*|ioredis|redis)$/
/** Of these modules servers are made too: what connects is named. */
const MIXED = /^(?:node:)?(?:http|net)$/
const CLIENT = /\b(?:request|get|connect|createConnection|Socket|Agent|ClientRequest)\b/

const CALLS: readonly (readonly [RegExp, string])[] = [
  [/(?<![\w.#$])(?:globalThis\s*\.\s*)?fetch\s*\(/g, `$ ${MENDS}`],
  [/\bglobalThis\s*\.\s*fetch\b(?!\s*\()/g, `$ ${MENDS}`],
  [/(?<![\w.#$])(?:https?|http2|net|tls)\s*\.\s*(?:request|get|connect|createConnection)\s*\(/g, `$ ${MENDS}`],
  [/\bnew\s+(?:XMLHttpRequest|WebSocket|EventSource|net\s*\.\s*Socket)\b/g, `$ ${MENDS}`],
  [/\.\s*sendNotification\s*\(/g, `$ ${MENDS}`],
  [/\bprocess\s*\.\s*getBuiltinModule\s*\(/g, '$ loads what this check cannot see: import it'],
]

function connects({ from, clause, typeOnly, kind }: Source['imports'][number]): boolean {
  if (typeOnly) return false
  if (CONNECTS.test(from)) return true
  return MIXED.test(from) && (kind === 'dynamic' || CLIENT.test(clause.replaceAll(/\btype\s+\w+(?:\s+as\s+\w+)?/g, '')))
}

/** One function guards all outgoing requests (addresses, redirects, sizes); the browser's one caller stands in kit/. */
export const egress: Rule = {
  name: 'egress',
  *on(source) {
    const { place, code, imports } = source
    if (!place.path.startsWith('src/') || place.test || Object.hasOwn(ALLOWED, place.path)) return
    if (place.side === 'browser') {
      if (place.folder === 'kit') return
      for (const { at, says } of matches(code, CALLS)) yield { at, says: says.replace(MENDS, 'reaches out: call the server through kit/') }
      return
    }
    yield* matches(code, CALLS)
    for (const each of imports) if (connects(each)) yield { at: each.start, says: `${each.from} ${MENDS}` }
  },
}

/** Their files exist: a list that nobody cleans hides the next one. */
export const EXCEPTIONS: readonly string[] = Object.keys(ALLOWED)
