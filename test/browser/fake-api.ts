import type { FastifyInstance } from 'fastify'
import { registerMailViews } from '#app/mail-views.ts'
import { registerWeb } from '#app/web-assets.ts'
import { GetMail, GetMessage, ListMail, ListMessages, ReplayMessage } from '#channels/api.ts'
import { GetContactPressure } from '#consent/api.ts'
import { ListModels } from '#decisions/api.ts'
import { DraftPreset, ListPresets } from '#decisions/presets/api.ts'
import { PersonDecisions } from '#decisions/record-api.ts'
import { GetScores } from '#decisions/scores-api.ts'
import { ChangeBroadcast, GetJourney, ListBroadcasts, ListHeld, ListJourneys, ReleaseRun, WatchJourney } from '#journeys/api.ts'
import { places } from '#journeys/lanes.ts'
import { explain } from '#journeys/reasons.ts'
import type { Journey } from '#journeys/schema.ts'
import type { Action } from '#lib/action.ts'
import { refuse } from '#lib/problem.ts'
import { ReadJourneyReport, ReadPeople, ReadTimeline, ReadWhy } from '#measurement/schema.ts'
import { type Binding, bind, bindStream, registerActions } from '#platform/http/actions.ts'
import { NOBODY, type Principal } from '#platform/http/principal.ts'
import { createServer, listen, stop } from '#platform/http/server.ts'
import { logger } from '#platform/log-lines.ts'
import { createMetrics } from '#platform/metrics.ts'
import { GetProfile, SearchProfiles } from '#profiles/api.ts'
import { ListMembers, ListSegments, PreviewSegment, ReadSegment, RebuildSegment } from '#segments/api.ts'
import { CreateKey, CreateSetup, GetSession, ListKeys, RevokeKey, SetupStatus } from '#workspaces/api.ts'
import { type Key, Scope } from '#workspaces/schema.ts'
import { mailView, messages, messageView, pressure, profile, report, sampleKeys, timeline } from './sample-answers.ts'
import { broadcast, NEWS } from './sample-broadcasts.ts'
import { SampleLifecycle } from './sample-lifecycle.ts'
import { measurementBindings } from './sample-measurement.ts'
import { modelLines, personDecisions, personScores, presetViews } from './sample-models.ts'
import { segmentLines, segmentView } from './sample-segments.ts'
import { CART, CART_YAML, DAY, LONG, PEOPLE, SENTENCES, started, WELCOME } from './sample-shop.ts'
import { EVERY_KIND, HELD } from './sample-steps.ts'

/** What the screens are shown: a shop in the middle of its day, an empty one, one that fails, one before its setup, or one whose reader may not read reports. */
export type Mood = 'busy' | 'empty' | 'failing' | 'new' | 'locked'

export interface FakeApi {
  readonly url: string
  mood: Mood
  signedIn: boolean
  readonly lifecycle: SampleLifecycle
  stop(): Promise<void>
}

const ADMIN: Principal = { workspace: 'w_1', actor: 'person:1', permissions: new Set(Scope.options) }
const UNREAD: Principal = { ...ADMIN, permissions: new Set(Scope.options.filter((scope) => scope !== 'reports:read')) }
const BROKEN = refuse({
  code: 'reports.unavailable',
  status: 503,
  title: 'The reports cannot be read now.',
  detail: 'ClickHouse does not answer.',
  hint: 'Sending goes on. Look at /readyz, then try again.',
})

/** The declared actions over the real HTTP layer with sample data instead of a database. For tests of the screens only. */
export async function startFakeApi(folder: string): Promise<FakeApi> {
  const state: State = { mood: 'busy', signedIn: true, keys: sampleKeys() }
  const log = logger({ level: 'error' })
  const server = createServer({ log, metrics: createMetrics(), checks: {} })
  const authenticate = async () => (!state.signedIn ? NOBODY : state.mood === 'locked' ? UNREAD : ADMIN)
  const lifecycle = new SampleLifecycle()
  const bindings = [...bindingsOf(state, lifecycle), ...lifecycle.bindings(), ...measurementBindings(() => state.mood)]
  await registerActions(server, {
    actions: bindings.map((binding) => binding.action as Action),
    bindings,
    authenticate,
    checkOrigin: () => undefined,
    audit: { begin: async () => ({ done: async () => {}, nothing: async () => {} }), within: async () => {}, write: async () => {} },
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
    lifecycle,
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
  decided?: boolean
  news?: 'running' | 'paused' | 'cancelled'
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

const JOURNEYS: readonly Journey[] = [CART, WELCOME, LONG, EVERY_KIND, NEWS]

function bindingsOf(state: State, lifecycle: SampleLifecycle): Binding[] {
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
            mode: lifecycle.modeOf(CART.id),
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
            mode: lifecycle.modeOf(WELCOME.id),
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
            mode: lifecycle.modeOf(LONG.id),
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
        mode: lifecycle.modeOf(id),
        modeAt: null,
        modeBy: '',
        draft: journey === CART ? 'f'.repeat(64) : null,
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
    bind(GetContactPressure, async () => pressure()),
    bind(ListModels, async () => ({ models: some(modelLines()) })),
    bind(ListPresets, async () => ({ presets: presetViews(state.mood === 'busy') })),
    bind(DraftPreset, async () => ({ drafts: [], left: [] })),
    bind(GetScores, async () => personScores()),
    bind(PersonDecisions, async () => personDecisions()),
    bind(ListSegments, async () => ({ segments: some(segmentLines()) })),
    bind(ReadSegment, async ({ id }) => {
      const line = segmentLines().find((each) => each.id === id)
      return line ? segmentView(line) : refuse({ code: 'segment.unknown', status: 404, title: 'There is no such segment.', detail: id })
    }),
    bind(ListMembers, async () => ({
      people: PEOPLE.map(([name, email], i) => ({ id: `p_${i + 1}`, name, email, since: started - i * DAY })),
      next: null,
    })),
    bind(PreviewSegment, async ({ when }) =>
      !when.endsWith('==')
        ? {
            count: 1_204,
            of: 48_120,
            sentence: 'country is “DE”',
            sample: PEOPLE.slice(0, 2).map(([name, email], i) => ({ id: `p_${i + 1}`, name, email })),
            ms: 12,
          }
        : refuse({ code: 'syntax', status: 422, title: 'Something is missing after ==.', at: '1:19', hint: 'For example: "DE"' }),
    ),
    bind(RebuildSegment, async () => ({ revision: 4 })),
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
    bind(ListBroadcasts, async ({ id }) => ({
      broadcasts: id === NEWS.id ? [broadcast(state.news ?? 'running'), broadcast('done', 1)] : [],
      next: id === NEWS.id ? { local: '2026-03-16T09:00', begins: started + 7 * DAY } : null,
    })),
    bind(ChangeBroadcast, async ({ to }) => {
      state.news = to === 'pause' ? 'paused' : to === 'resume' ? 'running' : 'cancelled'
      return { broadcast: broadcast(state.news) }
    }),
    bind(ListHeld, async () => ({ runs: state.decided ? [] : [HELD] })),
    bind(ReleaseRun, async ({ verdict }) => {
      state.decided = true
      return { run: HELD, verdict }
    }),
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
