import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { simpleParser } from 'mailparser'
import type { Teaching } from '#app/learning/learning.ts'
import { openParts } from '#app/open-parts.ts'
import { type App, startApp } from '#app/start.ts'
import type { GetMessage, ListMessages } from '#channels/api.ts'
import type { OutputOf } from '#lib/action.ts'
import type { ReadJourneyReport, ReadPeople, ReadTimeline, ReadWhy, TimelineItem } from '#measurement/schema.ts'
import { type ManualClock, manualClock } from '#platform/clock.ts'
import { readConfig, withSecretKey } from '#platform/config.ts'
import { logger } from '#platform/log-lines.ts'
import type { GetProfile, SearchProfiles } from '#profiles/api.ts'
import { copyInto, kept, schemaKey } from '../fixtures/kept.ts'
import { nextMoment } from './world-store.ts'

/** Saturday noon, UTC; the night after it New York changes to summer time. */
export const START = Date.parse('2026-03-07T12:00:00Z')
/** A reader's browser, as open and click links see it. */
export const BROWSER = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Safari/537.36'

export interface Span {
  readonly days?: number
  readonly hours?: number
  readonly minutes?: number
  readonly seconds?: number
}

/** A mail as its recipient gets it. */
export interface Mail {
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly messageId: string
  readonly source: string
  /** First link of its kind in the HTML; '' when there is none. */
  readonly link: { readonly open: string; readonly click: string; readonly unsubscribe: string }
}

export interface Document {
  readonly kind: string
  readonly id: string
  readonly [field: string]: unknown
}

export interface WorldOptions {
  /** Settings beside those of the test: `SMTP_URL`, `ALLOW_PRIVATE_EGRESS`, … Without SMTP_URL mail goes to the built-in mailbox. */
  readonly env?: Readonly<Record<string, string>>
  readonly consentMode?: 'opt-in' | 'opt-out'
  /** How models learn; left out: as they do. */
  readonly teaching?: Teaching
}

/** Properties and envelope of a call beside the person and the name. */
export type More = Readonly<Record<string, unknown>>

/** A call that was not answered as it should have been. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly status: number
  readonly body: unknown
  constructor(what: string, status: number, body: unknown) {
    super(`${what} answered ${status}: ${JSON.stringify(body)}`)
    this.status = status
    this.body = body
  }
}

/** The real server with everything built in, on a clock that stands still until the story moves it. */
export class World {
  readonly clock: ManualClock
  readonly dataDir: string
  /** SECRET_KEY of the server. */
  readonly secret: string
  readonly #start: () => Promise<App>
  #app: App | null
  writeKey = ''
  secretKey = ''
  workspace = ''

  constructor(parts: { clock: ManualClock; dataDir: string; secret: string; app: App; start: () => Promise<App> }) {
    this.clock = parts.clock
    this.dataDir = parts.dataDir
    this.secret = parts.secret
    this.#app = parts.app
    this.#start = parts.start
  }

  get app(): App {
    if (!this.#app) throw new Error('The server is not running')
    return this.#app
  }

  get url(): string {
    return this.app.url
  }

  /** Stops the server and keeps its data; `begin` starts another one on them. */
  async end(): Promise<void> {
    await this.app.stop()
    this.#app = null
  }

  async begin(): Promise<void> {
    this.#app = await this.#start()
  }

  async stop(): Promise<void> {
    await this.#app?.stop()
    await rm(this.dataDir, { recursive: true, force: true })
  }

  /** Makes the workspace, as the first person at the screen would. */
  async open(token: string, consentMode: 'opt-in' | 'opt-out'): Promise<void> {
    const made = await this.api<{ writeKey: string; secretKey: string; workspace: { id: string } }>('POST /api/setup', {
      token,
      workspace: { name: 'The Road Shop' },
      admin: { name: 'Grace', email: 'grace@shop.example', password: 'a long and good password' },
    })
    this.writeKey = made.writeKey
    this.secretKey = made.secretKey
    this.workspace = made.workspace.id
    await this.api('PUT /api/workspace', { consentMode, postalAddress: 'The Road Shop, 1 Main Street, Town' })
    await this.publish(SENDER)
  }

  /** Calls the management API with the workspace's secret key. */
  async api<T>(route: string, body?: unknown): Promise<T> {
    const [method = '', path = ''] = route.split(' ')
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(this.secretKey === '' ? {} : { authorization: `Bearer ${this.secretKey}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const answer = (await response.json()) as T
    if (!response.ok) throw new Refused(route, response.status, answer)
    return answer
  }

  /** Publishes documents, all or none. */
  async publish(...documents: readonly Document[]): Promise<void> {
    await this.api('POST /api/documents/apply', { documents: documents.map((body) => ({ kind: body.kind, id: body.id, body })) })
  }

  /** Sends a call to the Segment API as a server would; resolves when it was accepted. */
  async call(call: string, body: More): Promise<void> {
    const response = await fetch(`${this.url}/v1/${call}`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${this.writeKey}:`)}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const answer: unknown = await response.json()
    if (response.status !== 200) throw new Refused(call, response.status, answer)
  }

  async identify(userId: string, traits: More = {}, more: More = {}): Promise<void> {
    await this.call('identify', { userId, traits: { email: addressOf(userId), ...traits }, ...more })
  }

  async track(userId: string, event: string, properties: More = {}): Promise<void> {
    await this.call('track', { userId, event, properties })
  }

  /** Lets time pass, stopping at every moment at which something is due, until the server has nothing left to do. */
  async pass(span: Span): Promise<void> {
    const until = this.clock.now() + milliseconds(span)
    await this.settled()
    for (;;) {
      const next = await nextMoment(this.app.parts.work, this.clock.now(), until)
      if (next === null) break
      await this.clock.advance(next - this.clock.now())
      await this.settled()
    }
    await this.clock.advance(until - this.clock.now())
    await this.settled()
  }

  /** Resolves when all that is due at this moment of the clock has happened. */
  settled(): Promise<void> {
    return this.app.settled()
  }

  /** All mail that the built-in mailbox got for this person, oldest first. */
  async mailTo(person: string): Promise<Mail[]> {
    const to = addressOf(person)
    const { mail } = await this.api<{ mail: { id: string; to: string }[] }>(`GET /api/mailbox?q=${encodeURIComponent(to)}`)
    const mine = mail.filter((each) => each.to === to).reverse()
    return Promise.all(mine.map(async ({ id }) => readMail(to, (await this.api<{ source: string }>(`GET /api/mailbox/${id}`)).source)))
  }

  async subjectsTo(person: string): Promise<string[]> {
    return (await this.mailTo(person)).map(({ subject }) => subject)
  }

  /** The profile id behind an identifier. */
  async profileId(identifier: string): Promise<string> {
    const { people } = await this.api<OutputOf<typeof SearchProfiles>>(`GET /api/profiles?q=${encodeURIComponent(identifier)}`)
    const exact = people.filter(({ userId, email }) => userId === identifier || email === identifier)
    const [found, ...others] = exact.length > 0 ? exact : people
    if (!found || others.length > 0) throw new Error(`${people.length} people are found by ${identifier}`)
    return found.id
  }

  async profile(identifier: string): Promise<OutputOf<typeof GetProfile>> {
    return this.api(`GET /api/profiles/${await this.profileId(identifier)}`)
  }

  /** What a person's life holds of one kind, oldest first. */
  async timeline<Kind extends TimelineItem['kind']>(identifier: string, kind: Kind): Promise<Extract<TimelineItem, { kind: Kind }>[]> {
    await this.app.reported()
    const path = `/api/profiles/${await this.profileId(identifier)}/timeline?kinds=${kind}&limit=500`
    const { items } = await this.api<OutputOf<typeof ReadTimeline>>(`GET ${path}`)
    return items.reverse() as Extract<TimelineItem, { kind: Kind }>[]
  }

  async why(journey: string, identifier: string): Promise<OutputOf<typeof ReadWhy>> {
    await this.app.reported()
    return this.api(`GET /api/journeys/${journey}/why/${await this.profileId(identifier)}`)
  }

  async report(journey: string): Promise<OutputOf<typeof ReadJourneyReport>> {
    await this.settled()
    await this.app.reported()
    return this.api(`GET /api/reports/journeys/${journey}`)
  }

  async peopleBehind(journey: string, query: string): Promise<OutputOf<typeof ReadPeople>['people']> {
    await this.app.reported()
    return (await this.api<OutputOf<typeof ReadPeople>>(`GET /api/reports/journeys/${journey}/people?limit=500&${query}`)).people
  }

  /** Messages of one person, oldest first. */
  async messages(identifier: string): Promise<OutputOf<typeof ListMessages>['messages']> {
    const { messages } = await this.api<OutputOf<typeof ListMessages>>(`GET /api/messages?profile=${await this.profileId(identifier)}`)
    return messages.reverse()
  }

  async message(id: string): Promise<OutputOf<typeof GetMessage>> {
    await this.app.reported()
    return this.api(`GET /api/messages/${id}`)
  }
}

export async function startWorld({ env = {}, consentMode = 'opt-out', teaching }: WorldOptions = {}): Promise<World> {
  const dataDir = await mkdtemp(join(tmpdir(), 'cadenza-road-'))
  await copyInto(await kept('house', await schemaKey(['postgres', 'clickhouse']), makeHouse), dataDir)
  const mail = env['SMTP_URL'] === undefined ? { MAILBOX: 'local' } : {}
  const config = await withSecretKey(readConfig({ DATA_DIR: dataDir, PORT: '0', ...mail, ...env }))
  const clock = manualClock(START)
  const log = logger({ level: process.env['LOG_LEVEL'] === undefined ? 'silent' : 'warn' })
  const start = (): Promise<App> => startApp({ config, clock, logger: log, teaching })
  const app = await start()
  const world = new World({ clock, dataDir, secret: config.secretKey, app, start })
  try {
    await world.open(app.setupToken, consentMode)
    return world
  } catch (error) {
    await world.stop()
    throw error
  }
}

/** Both databases, made and migrated as at a first start; nobody lives in them yet. */
export async function makeHouse(dataDir: string): Promise<void> {
  const parts = await openParts(readConfig({ DATA_DIR: dataDir }), { logger: logger({ level: 'silent' }), onFatal: ENDING })
  await parts.close()
}

const ENDING = (error: Error): never => {
  throw error
}

export const SENDER: Document = {
  kind: 'sender',
  id: 'shop',
  from: { name: 'The Road Shop', address: 'hello@shop.example' },
  postalAddress: 'The Road Shop, 1 Main Street, Town',
}

/** A marketing mail with a link and a way out. */
export function template(
  id: string,
  { subject = id, body = '', topic }: { subject?: string; body?: string; topic?: string } = {},
): Document {
  const words = `<mj-text>${body} <a href="https://shop.example/${id}">Look</a></mj-text>`
  const footer = '<mj-text>{{ sender.postal_address }} <a href="{{ unsubscribe_url }}">Unsubscribe</a></mj-text>'
  const mjml = `<mjml><mj-body><mj-section><mj-column>${words}${footer}</mj-column></mj-section></mj-body></mjml>`
  return { kind: 'template', id, subject, mjml, ...(topic === undefined ? {} : { topic }) }
}

/** A journey whose goal is an order, unless it says otherwise. */
export function journey(id: string, event: string, rest: More): Document {
  const goal = { event: 'Order Completed', within: '3d', value: 'total' }
  return { kind: 'journey', id, goal, entry: { event }, default: { otherwise: 'continue' }, ...rest }
}

/** People are called by one word; an address stays as it is. */
export const addressOf = (person: string): string => (person.includes('@') ? person : `${person}@people.example`)

export const milliseconds = ({ days = 0, hours = 0, minutes = 0, seconds = 0 }: Span): number =>
  (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000

export async function readMail(to: string, source: string | Buffer): Promise<Mail> {
  const { subject = '', text = '', html, messageId = '' } = await simpleParser(source, { skipImageLinks: true })
  const page = html || ''
  const link = (kind: string): string => new RegExp(`http[^"\\s]*/${kind}/[^"\\s]+`).exec(page)?.[0] ?? ''
  return {
    to,
    subject,
    text,
    html: page,
    messageId,
    source: source.toString(),
    link: { open: link('o'), click: link('c'), unsubscribe: link('u') },
  }
}
