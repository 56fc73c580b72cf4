import type { Plant } from '../plant.ts'

const PATH = 'src/channels/adapters/acme.ts'
const plant = (what: string, bad: string, good: string): Plant => ({ rule: 'egress', what, path: PATH, bad, good })

/** Each way to connect that the check knows, and the same thing done as it should be. */
export const EGRESS_PLANTS: readonly Plant[] = [
  plant(
    'fetch',
    `export const ask = (url: string) => fetch(url)\n`,
    `export const ask = (tools: { request(url: string): void }, url: string) => tools.request(url)\n`,
  ),
  plant(
    'fetch by another name',
    `export const ask = globalThis.fetch\n`,
    `export const refetch = (query: { refetch(): void }) => query.refetch()\n`,
  ),
  plant(
    'undici',
    `import { request } from 'undici'\nexport const ask = request\n`,
    `import type { Dispatcher } from 'undici'\nexport type Way = Dispatcher\n`,
  ),
  plant(
    'a client of node:http',
    `import { request } from 'node:http'\nexport const ask = request\n`,
    `import { STATUS_CODES } from 'node:http'\nexport const words = STATUS_CODES\n`,
  ),
  plant(
    'a client of node:https',
    `import * as https from 'node:https'\nexport const ask = https.get\n`,
    `export const ask = 'node:https'\n`,
  ),
  plant('node:http2', `import http2 from 'node:http2'\nexport const ask = http2.connect\n`, `export const version = 2\n`),
  plant(
    'a socket',
    `import { connect } from 'node:net'\nexport const ask = { dial: connect }\n`,
    `import { isIP } from 'node:net'\nexport const is = isIP\n`,
  ),
  plant(
    'a socket with TLS',
    `import tls from 'node:tls'\nexport const ask = tls.connect\n`,
    `import type { TLSSocket } from 'node:tls'\nexport type Line = TLSSocket\n`,
  ),
  plant(
    'a module that is loaded later',
    `export const ask = () => import('node:net')\n`,
    `export const ask = () => import('./other.ts')\n`,
  ),
  plant('a web socket', `export const line = () => new WebSocket('wss://x.test')\n`, `export const line = 'new WebSocket()'\n`),
  plant(
    'an event stream',
    `export const line = () => new EventSource('https://x.test')\n`,
    `// new EventSource() is for browsers\nexport const line = 1\n`,
  ),
  plant(
    'an SDK of a provider',
    `import { SESv2Client } from '@aws-sdk/client-sesv2'\nexport const ses = SESv2Client\n`,
    `import { z } from 'zod'\nexport const Ses = z.string()\n`,
  ),
  plant(
    'a mailer',
    `import mailer from 'nodemailer'\nexport const mail = mailer\n`,
    `import { smtpChannel } from './smtp.ts'\nexport const mail = smtpChannel\n`,
  ),
  plant('a module by the back door', `export const net = process.getBuiltinModule('net')\n`, `export const net = null\n`),
]
