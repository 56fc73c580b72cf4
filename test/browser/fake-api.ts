import type { FastifyInstance } from 'fastify'
import type { z } from 'zod'
import { registerMailViews } from '#app/mail-views.ts'
import { registerWeb } from '#app/web-assets.ts'
import { GetMail, GetMessage, ListMail, ListMessages, type MessageSummary, ReplayMessage } from '#channels/api.ts'
import { GetJourney, ListJourneys, WatchJourney } from '#journeys/api.ts'
import { places } from '#journeys/lanes.ts'
import { explain } from '#journeys/reasons.ts'
import type { Journey } from '#journeys/schema.ts'
import type { Action } from '#lib/action.ts'
import { refuse } from '#lib/problem.ts'
import { ReadJourneyReport, ReadPeople, ReadTimeline, ReadWhy, type TimelineItem } from '#measurement/schema.ts'
import { type Binding, bind, bindStream, registerActions } from '#platform/http/actions.ts'
import { NOBODY, type Principal } from '#platform/http/principal.ts'
import { createServer, listen, stop } from '#platform/http/server.ts'
import { logger } from '#platform/log-lines.ts'
import { createMetrics } from '#platform/metrics.ts'
import { GetProfile, SearchProfiles } from '#profiles/api.ts'
import { CreateKey, CreateSetup, GetSession, ListKeys, RevokeKey, SetupStatus } from '#workspaces/api.ts'
import { type Key, Scope } from '#workspaces/schema.ts'
import { CART, CART_YAML, DAY, LONG, MAIL_HTML, PEOPLE, SENTENCES, started, WELCOME } from './sample-shop.ts'

/** What the screens are shown: a shop in the middle of its day, an empty one, one that fails, or one before its setup. */
export type Mood = 'busy' | 'empty' | 'failing' | 'new'

export interface FakeApi {
  readonly url: string
  mood: Mood
  signedIn: boolean
  stop(): Promise<void>
}

const ADMIN: Principal = { workspace: 'w_1', actor: 'person:1', permissions: new Set(Scope.options) }
const BROKEN = refuse({
  code: 'reports.unavailable',
  status: 503,
  title: 'The reports cannot be read now.',
  detail: 'ClickHouse does not answer.',
  hint: 'Sending goes on. Look at /readyz, then try again.',
})

/** The declared actions over the real HTTP layer with sample data instead of a database. For tests of the screens only. */
export async function startFakeApi(folder: string): Promise<FakeApi> {
  const state: { mood: Mood; signedIn: boolean; keys: Key[] } = { mood: 'busy', signedIn: true, keys: sampleKeys() }
  const log = logger({ level: 'error' })
  const server = createServer({ log, metrics: createMetrics(), checks: {} })
  const authenticate = async () => (state.signedIn ? ADMIN : NOBODY)
  const bindings = bindingsOf(state)
  await registerActions(server, {
    actions: bindings.map((binding) => binding.action as Action),
    bindings,
    authenticate,
    checkOrigin: () => undefined,
    audit: async () => {},
    idempotency: { begin: async () => 'new', finish: async () => {} },
    version: '0.0.0',
    url: 'http://127.0.0.1',
    others: [(scope) => addDoor(scope, state)],
    otherRoutes: ['/api/auth/sign-in/email', '/api/auth/sign-out'],
  })
  await registerMailViews(server, { authenticate, message: async () => messageView(messages()[0]!), mail: async () => mailView('mail-0') })
  await registerWeb(server, { folder })
  const url = await listen(server, { host: '127.0.0.1', port: 0 })
  return {
    url,
    get mood() {
      return state.mood
    },
    set mood(mood) {
      state.mood = mood
    },
    get signedIn() {
      return state.signedIn
    },
    set signedIn(signedIn) {
      state.signedIn = signedIn
    },
    stop: () => stop(server, 0),
  }
}

interface State {
  mood: Mood
  signedIn: boolean
  keys: Key[]
}

function addDoor(scope: FastifyInstance, state: State): void {
  scope.post<{ Body: { password: string } }>('/api/auth/sign-in/email', async (request, reply) => {
    if (request.body.password !== 'correct horse')
      return reply.code(401).send({ code: 'INVALID_EMAIL_OR_PASSWORD', message: 'Invalid email or password' })
    state.signedIn = true
    return { ok: true }
  })
  scope.post('/api/auth/sign-out', async () => {
    state.signedIn = false
    return { success: true }
  })
}

const sampleKeys = (): Key[] => [
  {
    id: 'k1',
    kind: 'write',
    name: 'Website',
    lastFour: 'a91f',
    scopes: [],
    createdAt: started - 40 * DAY,
    createdBy: 'Ada',
    expiresAt: null,
    revokedAt: null,
    usedAt: started - 20_000,
  },
  {
    id: 'k2',
    kind: 'secret',
    name: 'Continuous integration',
    lastFour: '77c0',
    scopes: ['documents:read', 'documents:write', 'journeys:publish'],
    createdAt: started - 12 * DAY,
    createdBy: 'Ada',
    expiresAt: null,
    revokedAt: null,
    usedAt: null,
  },
  {
    id: 'k3',
    kind: 'write',
    name: 'Old shop',
    lastFour: '0bd2',
    scopes: [],
    createdAt: started - 90 * DAY,
    createdBy: 'Ada',
    expiresAt: null,
    revokedAt: started - 30 * DAY,
    usedAt: started - 31 * DAY,
  },
]

const JOURNEYS: readonly Journey[] = [CART, WELCOME, LONG]

function bindingsOf(state: State): Binding[] {
  const some = <T>(list: readonly T[]): T[] => (state.mood === 'busy' ? [...list] : [])
  return [
    bind(SetupStatus, async () => ({ needed: state.mood === 'new' })),
    bind(CreateSetup, async ({ token, workspace }) => {
      if (token !== 'right')
        return refuse({
          code: 'setup.token',
          status: 403,
          title: 'This token is not the one that the server printed.',
          hint: 'Look at the end of its log; restart it for a new one.',
        })
      state.signedIn = true
      state.mood = 'empty'
      return {
        workspace: { id: 'w_1', ...workspace, consentMode: 'opt-out' as const, postalAddress: '', createdAt: started },
        writeKey: 'wk_0123456789abcdef',
        secretKey: 'sk_0123456789abcdef0123456789abcdef',
      }
    }),
    bind(GetSession, async () => ({
      person: { id: '1', name: 'Ada Lovelace', email: 'ada@example.com' },
      workspace: { id: 'w_1', name: 'Harbour Shop' },
      role: 'admin' as const,
      permissions: Scope.options,
      workspaces: [],
    })),
    bind(ListKeys, async () => ({ keys: state.keys })),
    bind(CreateKey, async (input) => {
      const key: Key = {
        id: `k${state.keys.length + 1}`,
        kind: input.kind,
        name: input.name,
        lastFour: 'beef',
        scopes: input.kind === 'secret' ? input.scopes : [],
        createdAt: Date.now(),
        createdBy: 'Ada',
        expiresAt: null,
        revokedAt: null,
        usedAt: null,
      }
      state.keys = [key, ...state.keys]
      return { key, value: `${input.kind === 'write' ? 'wk' : 'sk'}_newlymadebeef` }
    }),
    bind(RevokeKey, async ({ id }) => {
      state.keys = state.keys.map((key) => (key.id === id ? { ...key, revokedAt: Date.now() } : key))
      return { done: true as const }
    }),
    bind(ListJourneys, async () => {
      if (state.mood === 'failing') return BROKEN
      return {
        journeys: some([
          {
            id: CART.id,
            name: 'Abandoned cart',
            version: 3,
            status: 'live' as const,
            inNow: 1_104,
            entered7d: 9_870,
            goalRate: 0.0741,
            issues: 2,
            publishedAt: started - 6 * DAY,
          },
          {
            id: WELCOME.id,
            name: 'Welcome series',
            version: 7,
            status: 'live' as const,
            inNow: 4_812,
            entered7d: 12_040,
            goalRate: 0.182,
            issues: 0,
            publishedAt: started - 20 * DAY,
          },
          {
            id: LONG.id,
            name: 'Long nurture',
            version: 1,
            status: 'draft' as const,
            inNow: 0,
            entered7d: 0,
            goalRate: null,
            issues: 0,
            publishedAt: null,
          },
        ]),
      }
    }),
    bind(GetJourney, async ({ id, version }) => {
      const journey = JOURNEYS.find((each) => each.id === id)
      if (!journey) return refuse({ code: 'journey.unknown', status: 404, title: 'There is no such journey.', detail: id })
      const shown = version ?? (journey === CART ? 3 : journey === WELCOME ? 7 : 1)
      return {
        id,
        name: journey.name ?? id,
        version: shown,
        status: journey === LONG ? ('draft' as const) : shown === 3 || shown === 7 ? ('live' as const) : ('archived' as const),
        definition: journey as never,
        yaml: CART_YAML,
        problems:
          journey === CART
            ? [
                {
                  severity: 'warning' as const,
                  code: 'goal.window',
                  title: 'The goal’s window may end before the journey does.',
                  detail: 'A run can take 3 days 33 minutes, the window is 3 days.',
                  hint: 'Lengthen the window.',
                  at: '/goal/within',
                },
              ]
            : [],
        versions: [3, 2, 1].map((each) => ({
          version: each,
          status: each === 3 ? ('live' as const) : ('archived' as const),
          at: started - (4 - each) * 6 * DAY,
          by: 'Ada',
        })),
        sentences: SENTENCES,
      }
    }),
    bindStream(WatchJourney, async ({ id }, _principal, call) => {
      const stream = call.stream()
      const steps = places((JOURNEYS.find((each) => each.id === id) ?? CART).steps)
      let beat = 0
      const send = () => {
        stream.send({
          at: Date.now(),
          steps: Object.fromEntries(
            steps.map(({ step }, i) => [
              step.id,
              {
                in: i % 3 === 1 ? 0 : Math.round(812 / (i + 1)) + beat,
                arrived: Math.round(9_870 / (i + 1)) + beat,
                passed: Math.round(8_900 / (i + 1)) + beat,
              },
            ]),
          ),
          entered: 9_870 + beat,
          exited: 8_766,
          converted: 731,
        })
        beat += 1
      }
      send()
      const timer = setInterval(send, 1_000)
      await new Promise((resolve) => stream.closed.addEventListener('abort', resolve))
      clearInterval(timer)
      return undefined
    }),
    bind(SearchProfiles, async ({ q }) => {
      const people = PEOPLE.map(([name, email, userId], i) => ({
        id: `p_${i + 1}`,
        name,
        email,
        userId,
        firstSeen: started - 30 * DAY,
        lastSeen: started - i * 400_000,
        inJourneys: i % 3,
      }))
      return {
        people: some(people.filter((person) => `${person.name} ${person.email}`.toLowerCase().includes(q.toLowerCase()))),
        next: null,
      }
    }),
    bind(GetProfile, async ({ id }) => profile(id)),
    bind(ListMessages, async ({ status, cursor }) => {
      const all = some(messages()).filter((message) => status === undefined || message.status === status)
      return { messages: cursor ? all.slice(4) : all, next: null }
    }),
    bind(GetMessage, async ({ id }) => {
      const message = messages().find((each) => each.id === id)
      return message
        ? messageView(message)
        : refuse({ code: 'message.unknown', status: 404, title: 'There is no such message.', detail: id })
    }),
    bind(ReplayMessage, async ({ id }) => ({ message: { ...messages().find((each) => each.id === id)!, status: 'ready' as const } })),
    bind(ListMail, async ({ q }) => ({
      mail: some(Array.from({ length: 8 }, (_, i) => mailView(`mail-${i}`).mail).filter((mail) => mail.to.includes(q))),
      next: null,
      total: state.mood === 'busy' ? 8 : 0,
      receiving: true,
    })),
    bind(GetMail, async ({ id }) => mailView(id)),
    bind(ReadJourneyReport, async ({ id }) => (state.mood === 'failing' ? BROKEN : report(id, id === CART.id))),
    bind(ReadPeople, async ({ of }) => ({
      people: some(
        PEOPLE.map((_, i) => ({
          profileId: `p_${i + 1}`,
          of: of === 'message' ? `enr${i}:warm-mail` : `enr${i}`,
          step: 'settle',
          reason: 'completed',
          sentence: explain('completed'),
          at: started - i * 90_000,
        })),
      ),
      next: null,
    })),
    bind(ReadTimeline, async ({ kinds }) => ({
      items: timeline().filter((item) => kinds === undefined || kinds.includes(item.kind)),
      next: null,
    })),
    bind(ReadWhy, async ({ id, profileId }) => ({
      journeyId: id,
      profileId,
      standing: 'left' as const,
      sentence: 'They left “Abandoned cart” at “settle”, because they bought what was in the cart.',
      items: timeline()
        .filter((item) => item.kind !== 'event')
        .reverse(),
      cut: false,
    })),
  ]
}

type Summary = z.output<typeof MessageSummary>

function messages(): Summary[] {
  const subjects = [
    'You left a lamp behind',
    'Ten percent, until Friday',
    'Welcome to the harbour',
    'Your cart is waiting, and so is a very long subject line that nobody should ever write',
    '',
  ]
  const outcomes = [
    ['sent', ''],
    ['dead', 'dead:connection refused'],
    ['skipped', 'consent_withdrawn'],
    ['ready', ''],
    ['ambiguous', ''],
    ['failed', 'failed:mailbox unknown'],
  ] as const
  return Array.from({ length: 12 }, (_, i) => {
    const [status, reason] = outcomes[i % outcomes.length]!
    return {
      id: `enr${i}:warm-mail`,
      channel: 'email' as const,
      status,
      reason,
      sentence: reason ? explain(reason) : '',
      profile: `p_${(i % 6) + 1}`,
      to: PEOPLE[i % 6]![1] ?? '',
      subject: subjects[i % subjects.length]!,
      journey: CART.id,
      journeyName: 'Abandoned cart',
      version: 3,
      step: i % 2 ? 'plain-mail' : 'warm-mail',
      lane: 'marketing' as const,
      topic: 'offers',
      attempts: status === 'dead' ? 8 : 1,
      createdAt: started - i * 200_000,
      at: started - i * 180_000,
    }
  })
}

const HEADERS: [string, string][] = [
  ['Message-ID', '<3f9c2e6a1b@mail.example.com>'],
  ['From', 'Harbour Shop <hello@mail.example.com>'],
  ['To', 'ada@example.com'],
  ['List-Unsubscribe', '<https://cadenza.example.com/u/eyJ3IjoiMSJ9.8f2b7c>, <mailto:unsubscribe@mail.example.com>'],
  ['List-Unsubscribe-Post', 'List-Unsubscribe=One-Click'],
  ['Feedback-ID', 'abandoned-cart:3:offers:cadenza'],
]

const messageView = (message: Summary) => ({
  message,
  enrollment: 'enr0',
  template: { id: 'cart-warm', version: 2 },
  history: [
    { status: 'queued', reason: '', sentence: '', at: message.createdAt },
    { status: message.status, reason: message.reason, sentence: message.sentence, at: message.at },
    ...(message.status === 'sent'
      ? [{ status: 'opened', reason: '', sentence: 'The picture that counts opens was loaded.', at: message.at + 60_000 }]
      : []),
  ],
  rendered:
    message.status === 'skipped'
      ? null
      : {
          subject: message.subject,
          html: MAIL_HTML,
          text: 'You left a lamp behind\n\nHello Ada, your cart is still here: one Harbour lamp for 39.00 EUR.\n',
        },
  headers: HEADERS,
  body: null,
})

const mailView = (id: string) => ({
  mail: {
    id,
    from: 'Harbour Shop <hello@mail.example.com>',
    to: PEOPLE[Number(id.slice(5)) % 3]![1] ?? '',
    subject: 'You left a lamp behind',
    preview: 'Hello Ada, your cart is still here: one Harbour lamp for 39.00 EUR.',
    messageId: '<3f9c2e6a1b@mail.example.com>',
    at: started - Number(id.slice(5)) * 70_000,
    size: 4_711,
  },
  html: MAIL_HTML,
  text: 'You left a lamp behind\n\nHello Ada, your cart is still here: one Harbour lamp for 39.00 EUR.\n',
  headers: HEADERS,
  source: `${HEADERS.map(([name, value]) => `${name}: ${value}`).join('\r\n')}\r\n\r\nYou left a lamp behind\r\n`,
})

function profile(id: string) {
  const person = PEOPLE[Number(id.slice(2)) - 1]
  if (!person)
    return refuse({
      code: 'profile.unknown',
      status: 404,
      title: 'There is no such person.',
      detail: id,
      hint: 'Search by e-mail address, user id or profile id.',
    })
  const [name, email, userId] = person
  return {
    id,
    name,
    mergedInto: null,
    ids: {
      ...(userId ? { user_id: [userId] } : {}),
      ...(email ? { email: [email] } : {}),
      anonymous_id: ['5f1c9a20-6c1e-4a55-9c4e-2a9d1f0b7e11'],
    } as Record<string, string[]>,
    attributes: [
      { name: 'plan', value: 'pro', at: started - 3 * DAY },
      { name: 'timezone', value: 'Europe/Oslo', at: started - 30 * DAY },
      { name: 'address', value: { city: 'Oslo', country: 'NO' }, at: started - 30 * DAY },
      { name: 'cart_reminder_ignored', value: true, at: started - 80_000 },
    ],
    activity: [
      { name: 'Page Viewed', count: 48, first: started - 30 * DAY, last: started - 60_000 },
      { name: 'Product Added', count: 3, first: started - 9 * DAY, last: started - 4_000_000 },
      { name: 'Order Completed', count: 1, first: started - 8 * DAY, last: started - 8 * DAY },
    ],
    consent: {
      permits: [
        { channel: 'email', topic: 'offers', status: 'withdrawn' as const, at: started - 2 * DAY, source: 'one-click' },
        { channel: 'email', topic: 'news', status: 'granted' as const, at: started - 30 * DAY, source: 'identify' },
      ],
      blocked: id === 'p_2' && email ? [{ address: email, reason: 'bounced' as const }] : [],
    },
    journeys: [
      {
        journey: CART.id,
        journeyName: 'Abandoned cart',
        version: 3,
        enrollment: 'enr0',
        key: 'c-1',
        step: 'settle',
        stepName: 'Wait 30 minutes',
        enteredAt: started - 900_000,
        since: started - 900_000,
        due: started + 900_000,
      },
      {
        journey: WELCOME.id,
        journeyName: 'Welcome series',
        version: 7,
        enrollment: 'enr1',
        key: '',
        step: 'hello',
        stepName: 'Send welcome-1',
        enteredAt: started - 60_000,
        since: started - 60_000,
        due: null,
      },
    ],
    firstSeen: started - 30 * DAY,
    lastSeen: started - 60_000,
  }
}

function timeline(): TimelineItem[] {
  const cart = { journeyId: CART.id, version: 3, enrollmentId: 'enr0' }
  const move = { kind: 'transition' as const, ...cart, arm: 'treated' as const, value: 0, cause: '' }
  return [
    {
      kind: 'event',
      at: started - 60_000,
      type: 'page',
      name: 'Page Viewed',
      messageId: 'm9',
      properties: '{"path":"/lamps","title":"Lamps"}',
      verdict: 'accepted',
    },
    {
      ...move,
      at: started - 200_000,
      move: 'exited',
      fromStep: 'rest',
      toStep: '',
      reason: 'exit_condition:Order Completed',
      sentence: explain('exit_condition:Order Completed'),
    },
    {
      ...move,
      at: started - 210_000,
      move: 'converted',
      fromStep: '',
      toStep: '',
      value: 139.5,
      reason: 'goal',
      sentence: explain('goal'),
    },
    {
      kind: 'event',
      at: started - 211_000,
      type: 'track',
      name: 'Order Completed',
      messageId: 'm8',
      properties: '{"cart_id":"c-1","total":139.5,"currency":"EUR","items":[{"sku":"lamp","price":39}]}',
      verdict: 'accepted',
    },
    {
      kind: 'event',
      at: started - 212_000,
      type: 'track',
      name: 'Order Completed',
      messageId: 'm8',
      properties: '{}',
      verdict: 'duplicate',
    },
    {
      kind: 'delivery',
      at: started - 400_000,
      ...cart,
      effectId: 'enr0:warm-mail',
      step: 'warm-mail',
      channel: 'email',
      status: 'opened',
      reason: '',
      sentence: '',
    },
    {
      kind: 'delivery',
      at: started - 460_000,
      ...cart,
      effectId: 'enr0:warm-mail',
      step: 'warm-mail',
      channel: 'email',
      status: 'sent',
      reason: '',
      sentence: '',
    },
    { kind: 'decision', at: started - 461_000, ...cart, step: 'tone', arm: 'warm', propensity: 0.5 },
    { ...move, at: started - 461_500, move: 'moved', fromStep: 'settle', toStep: 'tone', reason: 'waited', sentence: explain('waited') },
    { ...move, at: started - 2_261_500, move: 'entered', fromStep: '', toStep: 'settle', reason: 'entered', sentence: explain('entered') },
    { ...move, at: started - 2 * DAY, move: 'refused', fromStep: '', toStep: '', reason: 'reentry', sentence: explain('reentry') },
  ]
}

function report(journeyId: string, heldOut: boolean) {
  const because = (reason: string) => ({ reason, sentence: reason ? explain(reason) : '' })
  const figures = (version: number | null, scale: number) => {
    const n = (value: number) => Math.round(value * scale)
    const arm = (people: number, converted: number, value: number) => ({
      people,
      converted,
      rate: people ? converted / people : 0,
      value,
      valuePerPerson: people ? value / people : 0,
    })
    const early = scale < 0.2
    return {
      version,
      entered: { all: n(9_870), treated: n(8_880), heldOut: heldOut ? n(990) : 0 },
      refused: {
        all: n(311),
        reasons: [
          { ...because('already_in'), times: n(240) },
          { ...because('reentry'), times: n(71) },
        ],
      },
      waiting: {
        all: n(1_104),
        steps: [
          { step: 'settle', runs: n(640) },
          { step: 'opened', runs: n(310) },
          { step: 'rest', runs: n(154) },
        ],
      },
      left: {
        all: n(9_870) - n(1_104),
        reasons: [
          { ...because('completed'), runs: n(5_170) },
          { ...because('exit_condition:Order Completed'), runs: n(2_606) },
          { ...because('holdout'), runs: n(990) },
        ],
      },
      messages: [
        { channel: 'email', status: 'queued' as const, ...because(''), messages: n(7_210), people: n(6_900) },
        { channel: 'email', status: 'sent' as const, ...because(''), messages: n(6_880), people: n(6_700) },
        { channel: 'email', status: 'skipped' as const, ...because('consent_withdrawn'), messages: n(272), people: n(270) },
        { channel: 'email', status: 'failed' as const, ...because('failed:mailbox unknown'), messages: n(58), people: n(58) },
        { channel: 'email', status: 'opened' as const, ...because(''), messages: n(2_834), people: n(2_800) },
        { channel: 'email', status: 'clicked' as const, ...because(''), messages: n(431), people: n(430) },
      ],
      treated: arm(n(8_880), n(679), n(61_234)),
      heldOut: heldOut ? arm(n(990), n(52), n(4_120)) : arm(0, 0, 0),
      lift:
        heldOut && version !== null
          ? {
              conversion: { difference: 0.0239, low: early ? -0.012 : 0.0079, high: 0.0371, level: 0.95 as const },
              valuePerPerson: { difference: 2.73, low: -0.4, high: 5.9, level: 0.95 as const },
              tooEarly: early,
              tooEarlyBecause: early ? 'Fewer than 100 people were held out.' : null,
            }
          : null,
      noLiftBecause: !heldOut ? ('no_holdout' as const) : version === null ? ('several_versions' as const) : null,
    }
  }
  return { journeyId, asOf: Date.now(), total: figures(null, 1), versions: [figures(3, 0.9), figures(2, 0.1)] }
}
