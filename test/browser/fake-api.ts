import { registerWeb } from '#app/web-assets.ts'
import { ListApprovals } from '#approvals/api.ts'
import { ListJourneys } from '#journeys/api.ts'
import type { Action } from '#lib/action.ts'
import { refuse } from '#lib/problem.ts'
import { ListReportRuns } from '#measurement/reports/saved-api.ts'
import { type Binding, bind, registerActions } from '#platform/http/actions.ts'
import type { Principal } from '#platform/http/principal.ts'
import { createServer, listen, stop } from '#platform/http/server.ts'
import { logger } from '#platform/log-lines.ts'
import { createMetrics } from '#platform/metrics.ts'
import { SearchProfiles } from '#profiles/api.ts'
import { ListSegments } from '#segments/api.ts'
import { GetSession, SetupStatus } from '#workspaces/api.ts'
import { ListNotifications } from '#workspaces/comments/api.ts'
import { GetDocument } from '#workspaces/documents/api.ts'
import { Scope } from '#workspaces/schema.ts'
import { measurementBindings } from './sample-measurement.ts'
import { CART, DAY, started, WELCOME } from './sample-shop.ts'

/** What the screens of measurement are shown: a shop with months of results, which no test can wait for; an empty one; one that fails; or one whose reader may not read reports. */
export type Mood = 'busy' | 'empty' | 'failing' | 'locked'

export interface FakeApi {
  readonly url: string
  mood: Mood
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

/** The declared actions over the real HTTP layer with sample figures instead of a database. For the screens of measurement only; all others have `house.ts`. */
export async function startFakeApi(folder: string): Promise<FakeApi> {
  const state: { mood: Mood } = { mood: 'busy' }
  const server = createServer({ log: logger({ level: 'error' }), metrics: createMetrics(), checks: {} })
  const bindings = [...bindingsOf(state), ...measurementBindings(() => state.mood)]
  await registerActions(server, {
    actions: bindings.map((binding) => binding.action as Action),
    bindings,
    authenticate: async () => (state.mood === 'locked' ? UNREAD : ADMIN),
    checkOrigin: () => undefined,
    audit: { begin: async () => ({ done: async () => {}, nothing: async () => {} }), within: async () => {}, write: async () => {} },
    idempotency: { begin: async () => 'new', finish: async () => {} },
    version: '0.0.0',
    url: 'http://127.0.0.1',
    others: [],
    otherRoutes: [],
  })
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
    stop: () => stop(server, 0),
  }
}

const line = (journey: typeof CART, version: number) => ({
  id: journey.id,
  mode: 'run' as const,
  name: journey.name ?? journey.id,
  version,
  status: 'live' as const,
  inNow: 1_104,
  entered7d: 9_870,
  goalRate: 0.0741,
  goalBetween: [0.068, 0.08] as [number, number],
  issues: 0,
  publishedAt: started - 6 * DAY,
  draft: false,
  waiting: null,
  holdout: '10%',
  owner: '',
  tags: [],
  channels: [],
  updatedAt: started - 6 * DAY,
  updatedBy: '',
})

/** What the frame around every screen asks. */
const bindingsOf = (state: { readonly mood: Mood }): Binding[] => [
  bind(SetupStatus, async () => ({ needed: false })),
  bind(GetSession, async () => ({
    person: { id: '1', name: 'Ada Lovelace', email: 'ada@example.com' },
    workspace: { id: 'w_1', name: 'Harbour Shop', sample: null },
    role: 'admin' as const,
    closed: null,
    via: null,
    permissions: state.mood === 'locked' ? [...UNREAD.permissions].map((each) => each as Scope) : Scope.options,
    workspaces: [{ id: 'w_1', name: 'Harbour Shop', role: 'admin' as const }],
  })),
  bind(ListNotifications, async () => ({ notifications: [], unread: 0, next: null })),
  bind(ListApprovals, async () => ({ approvals: [] })),
  bind(GetDocument, async ({ kind, id }) => ({ kind, id, shown: null, live: null, versions: [], draft: null })),
  bind(ListReportRuns, async () => ({ runs: [] })),
  bind(ListSegments, async () => ({ segments: [] })),
  bind(SearchProfiles, async () => ({ people: [], next: null, sentence: '' })),
  bind(ListJourneys, async () =>
    state.mood === 'failing' ? BROKEN : { journeys: state.mood === 'busy' ? [line(CART, 3), line(WELCOME, 7)] : [] },
  ),
]
