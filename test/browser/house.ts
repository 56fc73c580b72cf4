import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before } from 'node:test'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { readAuthored } from '#app/authored-files.ts'
import { type App, startApp } from '#app/start.ts'
import { systemClock } from '#platform/clock.ts'
import { readConfig, withSecretKey } from '#platform/config.ts'
import { logger } from '#platform/log-lines.ts'
import type { Industry } from '#workspaces/samples-api.ts'
import { copyInto, kept, schemaKey } from '../fixtures/kept.ts'
import { type Kept, keptIn, sampleWorkspace } from '../fixtures/sample.ts'
import { buildScreens } from '../fixtures/screens.ts'
import { makeHouse } from '../roads/world.ts'
import { launchBrowser, openPage, type Watched } from './browser.ts'

const ROOT = join(import.meta.dirname, '../..')
const PASSWORD = 'a long and good password'

export interface OpenOptions {
  readonly theme?: 'light' | 'dark'
  readonly width?: number
  /** A role, or an address that `person` gave; left out: the administrator. `nobody`: without a session. */
  readonly as?: string
  readonly context?: BrowserContextOptions
}
export interface AskOptions {
  readonly body?: unknown
  /** A role, or an address that `person` gave; left out: the workspace's secret key. */
  readonly as?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** The real server with a shop in it, on the machine's clock, and a browser, for all tests of a file. */
export class House {
  #app: App | undefined
  #browser: Browser | undefined
  readonly #cookies = new Map<string, string>()
  #machines = 0
  /** Why it did not begin: later hooks tell it, for only the last error of a file's hooks is shown. */
  failure: unknown
  writeKey = ''
  secretKey = ''
  workspace = ''
  /** The sample workspace that everybody works in; '' in a house without one. */
  sample = ''

  get app(): App {
    if (!this.#app) throw this.failure ?? new Error('The server is not running: use it inside of a test.')
    return this.#app
  }
  get url(): string {
    return this.app.url
  }
  get browser(): Browser {
    if (!this.#browser) throw new Error('The browser is not running: use it inside of a test.')
    return this.#browser
  }

  async begin(app: App, browser: Browser): Promise<void> {
    this.#app = app
    this.#browser = browser
    const made = (await this.ask('POST /api/setup', {
      body: {
        token: app.setupToken,
        workspace: { name: 'The corner shop', timezone: 'Europe/Oslo', currency: 'EUR' },
        admin: { name: 'Grace Hopper', email: 'admin@shop.example', password: PASSWORD },
      },
    })) as { writeKey: string; secretKey: string; workspace: { id: string } }
    Object.assign(this, { writeKey: made.writeKey, secretKey: made.secretKey, workspace: made.workspace.id })
    await this.ask('PUT /api/workspace', { body: { consentMode: 'opt-out', postalAddress: 'The corner shop, 1 Main Street, Town' } })
  }

  /** Goes on with a kept server, whose people all work in its sample workspace. */
  goOn(app: App, browser: Browser, { writeKey, secretKey, workspace }: Kept): void {
    this.#app = app
    this.#browser = browser
    Object.assign(this, { writeKey, secretKey, workspace, sample: workspace })
  }

  /** Applies a folder of documents, as `cadenza apply` does. */
  async apply(folder: string): Promise<void> {
    const { documents, problems } = readAuthored(join(ROOT, folder))
    if (problems.length > 0) throw new Error(problems.map(({ file, title }) => `${file}: ${title}`).join('\n'))
    await this.ask('POST /api/documents/apply', { body: { documents: documents.map(({ kind, id, body }) => ({ kind, id, body })) } })
  }

  /** One request to the API; throws with the whole answer when it is refused. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  async ask(route: string, options: AskOptions = {}): Promise<any> {
    const { status, body } = await this.answer(route, options)
    if (status >= 400) throw new Error(`${route} answered ${status}: ${JSON.stringify(body)}`)
    return body
  }

  /** The same with refusals as answers. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  async answer(route: string, { body, as, headers = {} }: AskOptions = {}): Promise<{ status: number; body: any }> {
    const [method = '', path = ''] = route.split(' ')
    const who: Record<string, string> =
      as !== undefined
        ? { cookie: await this.cookie(as), origin: this.url, ...(this.sample === '' ? {} : { 'cadenza-workspace': this.sample }) }
        : this.secretKey === ''
          ? {}
          : { authorization: `Bearer ${this.secretKey}` }
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { ...who, ...this.machine(), ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, body: /json/.test(response.headers.get('content-type') ?? '') ? JSON.parse(text) : text }
  }

  /** Sends a call to the Segment API as a server would. */
  async call(call: 'identify' | 'track' | 'group' | 'page' | 'alias', body: Readonly<Record<string, unknown>>): Promise<void> {
    const response = await fetch(`${this.url}/v1/${call}`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${this.writeKey}:`)}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (response.status !== 200) throw new Error(`${call} answered ${response.status}: ${await response.text()}`)
  }

  /** Everything accepted so far has been handled and can be reported. */
  async settled(): Promise<void> {
    await this.app.settled()
    await this.app.reported()
  }

  /** `Cookie` of somebody's session; a role stands for one colleague who has it, invited when first asked for. */
  async cookie(as: string): Promise<string> {
    const known = this.#cookies.get(as)
    if (known !== undefined) return known
    const email = as.includes('@') ? as : `${as}@shop.example`
    if (!as.includes('@') && as !== 'admin') {
      const { link } = await this.ask('POST /api/invitations', { body: { email, role: as } })
      const token = String(link).split('#')[1]
      await this.ask('POST /api/invitations/accept', {
        body: { token, name: `${as[0]!.toUpperCase()}${as.slice(1)} of the shop`, password: PASSWORD },
      })
    }
    const response = await fetch(`${this.url}/api/auth/sign-in/email`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: this.url, ...this.machine() },
      body: JSON.stringify({ email, password: PASSWORD }),
    })
    if (!response.ok) throw new Error(`sign-in of ${email} answered ${response.status}: ${await response.text()}`)
    const cookie = response.headers
      .getSetCookie()
      .map((each) => each.split(';', 1)[0])
      .join('; ')
    this.#cookies.set(as, cookie)
    return cookie
  }

  /** Every request of the tests and every browser comes from a machine of its own: else the limit on attempts to sign in stops them all. */
  machine(): { 'x-forwarded-for': string } {
    this.#machines += 1
    return { 'x-forwarded-for': `10.0.${Math.floor(this.#machines / 250)}.${(this.#machines % 250) + 1}` }
  }

  /** Opens a screen as somebody, in a browser of their own; close it with `page.context().close()`. */
  async open(path: string, { theme = 'light', width = 1440, as = 'admin', context = {} }: OpenOptions = {}): Promise<Watched> {
    const watched = await openPage(this.browser, this.url, {
      viewport: { width, height: width < 500 ? 844 : 900 },
      colorScheme: theme,
      hasTouch: width < 500,
      extraHTTPHeaders: this.machine(),
      ...context,
    })
    if (as !== 'nobody') {
      const cookies = (await this.cookie(as))
        .split('; ')
        .map((each) => ({ name: each.slice(0, each.indexOf('=')), value: each.slice(each.indexOf('=') + 1), url: this.url }))
      await watched.page.context().addCookies(cookies)
    }
    if (this.sample !== '')
      await watched.page.context().addInitScript(`self === top && sessionStorage.setItem('workspace', '${this.sample}')`)
    await watched.page.goto(this.url + path)
    return watched
  }

  async end(): Promise<void> {
    await this.#browser?.close()
    await this.#app?.stop()
  }
}

interface HouseOptions {
  /** Folders of documents that are applied. */
  readonly documents?: readonly string[]
  /** Whether the shop has its first customers. */
  readonly people?: boolean
  /** A sample workspace of this industry instead of both: some hundred people and ten weeks of their history. */
  readonly sample?: Industry
  /** Settings of the server besides, as in its environment. */
  readonly env?: Readonly<Record<string, string>>
  /** What else this file's shop holds. A second `before` would run beside the first, not after it. */
  readonly prepare?: (at: House) => Promise<void>
}

/** Call it once, at the top of a test file. */
export function house({ documents = ['examples/shop'], people = true, sample, env = {}, prepare }: HouseOptions = {}): House {
  const at = new House()
  let dataDir = ''
  before(async () => {
    try {
      dataDir = await begin(at, { documents, people, sample, env })
      await prepare?.(at)
    } catch (error) {
      at.failure = error
      throw error
    }
  })
  after(async () => {
    await at.end()
    if (dataDir !== '') await rm(dataDir, { recursive: true, force: true })
  })
  return at
}

/** Starts the server on a data directory of its own, and fills it. */
async function begin(
  at: House,
  { documents, people, sample, env }: Required<Omit<HouseOptions, 'prepare' | 'sample'>> & Pick<HouseOptions, 'sample'>,
): Promise<string> {
  await buildScreens()
  const dataDir = await mkdtemp(join(tmpdir(), 'cadenza-house-'))
  await copyInto(
    sample ? await sampleWorkspace(sample) : await kept('house', await schemaKey(['postgres', 'clickhouse']), makeHouse),
    dataDir,
  )
  const config = await withSecretKey(readConfig({ DATA_DIR: dataDir, PORT: '0', MAILBOX: 'local', TRUSTED_PROXIES: '127.0.0.1', ...env }))
  const log = logger({ level: process.env['LOG_LEVEL'] === undefined ? 'silent' : 'warn' })
  const [app, browser] = await Promise.all([startApp({ config, clock: systemClock(), logger: log }), launchBrowser()])
  if (sample) {
    at.goOn(app, browser, keptIn(dataDir))
    return dataDir
  }
  await at.begin(app, browser)
  for (const folder of documents) await at.apply(folder)
  if (people) await firstCustomers(at)
  return dataDir
}

const NAMES = ['Maya Lind', 'Jonas Berg', 'Aisha Khan', 'Li Wei', 'Sofia Rossi', 'Tom Baker', 'Nora Dahl', 'Omar Haddad'] as const
export const CUSTOMERS = NAMES.map((name) => ({
  name,
  userId: name.toLowerCase().replace(' ', '-'),
  email: `${name.toLowerCase().replace(' ', '.')}@people.example`,
}))

/** Some fill a cart, some look, one buys. */
async function firstCustomers(at: House): Promise<void> {
  for (const [i, { name, userId, email }] of CUSTOMERS.entries()) {
    await at.call('identify', { userId, traits: { name, email, country: i % 2 === 0 ? 'NO' : 'DE', plan: i % 3 === 0 ? 'gold' : 'basic' } })
    await at.call('track', { userId, event: 'Product Viewed', properties: { product_id: `lamp-${i}`, price: 20 + i } })
    if (i < 5)
      await at.call('track', {
        userId,
        event: 'Product Added',
        properties: { cart_id: `cart-${i}`, product_id: `lamp-${i}`, price: 20 + i },
      })
    if (i === 4)
      await at.call('track', { userId, event: 'Order Completed', properties: { cart_id: 'cart-4', order_id: 'order-4', total: 24 } })
  }
  await at.settled()
}
