import type { QueryClient } from '@tanstack/react-query'
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from '@tanstack/react-router'
import { safePath, toSignIn } from '#kit/paths.ts'
import { ErrorView, Skeleton } from '#kit/states.tsx'
import { NotFound } from './not-found.tsx'
import { behindQuery, journeySearch, messageSearch, oneOf, text, words } from './search.ts'
import { sessionOf, setupNeeded } from './session.ts'
import { Shell } from './shell.tsx'

interface Context {
  readonly client: QueryClient
}

const root = createRootRouteWithContext<Context>()({ component: Outlet, notFoundComponent: NotFound })

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search) => ({ to: safePath(search.to) }),
  component: lazyRouteComponent(() => import('./door-pages.tsx'), 'SignInPage'),
})
const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  validateSearch: (search) => ({ token: text(search.token) }),
  component: lazyRouteComponent(() => import('./door-pages.tsx'), 'SetupPage'),
})

/** Everything below needs somebody who is signed in. */
const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  component: Shell,
  beforeLoad: async ({ context, location }) => {
    const session = await sessionOf(context.client)
    if (session) return
    if (await setupNeeded()) throw redirect({ to: '/setup', search: { token: '' } })
    throw redirect({ href: toSignIn(location.href) })
  },
})

const home = createRoute({ getParentRoute: () => inside, path: '/', component: lazyRouteComponent(() => import('./home.tsx'), 'Home') })
const journeys = createRoute({
  getParentRoute: () => inside,
  path: '/journeys',
  component: lazyRouteComponent(() => import('#journeys/ui/journey-list.tsx'), 'JourneyList'),
})
const journey = createRoute({
  getParentRoute: () => inside,
  path: '/journeys/$id',
  validateSearch: journeySearch,
  component: lazyRouteComponent(() => import('./journey-page.tsx'), 'JourneyPage'),
})
const behind = createRoute({
  getParentRoute: () => inside,
  path: '/journeys/$id/people',
  validateSearch: behindQuery,
  component: lazyRouteComponent(() => import('./list-pages.tsx'), 'BehindPage'),
})
const people = createRoute({
  getParentRoute: () => inside,
  path: '/people',
  validateSearch: (search) => ({ q: text(search.q) }),
  component: lazyRouteComponent(() => import('./list-pages.tsx'), 'PeoplePage'),
})
const person = createRoute({
  getParentRoute: () => inside,
  path: '/people/$id',
  validateSearch: (search) => ({
    why: text(search.why),
    kinds: oneOf(search.kinds, ['event', 'transition', 'delivery', 'decision'] as const),
  }),
  component: lazyRouteComponent(() => import('./person-page.tsx'), 'PersonPage'),
})
const segments = createRoute({
  getParentRoute: () => inside,
  path: '/segments',
  component: lazyRouteComponent(() => import('#segments/ui/segment-list.tsx'), 'SegmentList'),
})
const newSegment = createRoute({
  getParentRoute: () => inside,
  path: '/segments/new',
  component: lazyRouteComponent(() => import('./segment-pages.tsx'), 'NewSegmentPage'),
})
const segment = createRoute({
  getParentRoute: () => inside,
  path: '/segments/$id',
  component: lazyRouteComponent(() => import('./segment-pages.tsx'), 'OneSegmentPage'),
})
const models = createRoute({
  getParentRoute: () => inside,
  path: '/models',
  component: lazyRouteComponent(() => import('#decisions/ui/model-list.tsx'), 'ModelList'),
})
const experiments = createRoute({
  getParentRoute: () => inside,
  path: '/experiments',
  component: lazyRouteComponent(() => import('#measurement/ui/experiment-list.tsx'), 'ExperimentList'),
})
const experiment = createRoute({
  getParentRoute: () => inside,
  path: '/experiments/$key',
  component: lazyRouteComponent(() => import('./measurement-pages.tsx'), 'OneExperimentPage'),
})
const goals = createRoute({
  getParentRoute: () => inside,
  path: '/goals',
  component: lazyRouteComponent(() => import('#measurement/ui/goal-list.tsx'), 'GoalList'),
})
const goal = createRoute({
  getParentRoute: () => inside,
  path: '/goals/$id',
  component: lazyRouteComponent(() => import('./measurement-pages.tsx'), 'OneGoalPage'),
})
const reports = createRoute({
  getParentRoute: () => inside,
  path: '/reports',
  component: lazyRouteComponent(() => import('#measurement/ui/report-list.tsx'), 'ReportList'),
})
const report = createRoute({
  getParentRoute: () => inside,
  path: '/reports/$id',
  validateSearch: words,
  component: lazyRouteComponent(() => import('./measurement-pages.tsx'), 'OneReportPage'),
})
const reportBehind = createRoute({
  getParentRoute: () => inside,
  path: '/reports/$id/behind',
  validateSearch: words,
  component: lazyRouteComponent(() => import('./measurement-pages.tsx'), 'ReportBehindPage'),
})
const listed = createRoute({
  getParentRoute: () => inside,
  path: '/listed/$action',
  validateSearch: words,
  component: lazyRouteComponent(() => import('./measurement-pages.tsx'), 'ListedActionPage'),
})
const messages = createRoute({
  getParentRoute: () => inside,
  path: '/messages',
  validateSearch: messageSearch,
  component: lazyRouteComponent(() => import('./list-pages.tsx'), 'MessagesPage'),
})
const message = createRoute({
  getParentRoute: () => inside,
  path: '/messages/$id',
  component: lazyRouteComponent(() => import('./list-pages.tsx'), 'MessagePage'),
})
const mailbox = createRoute({
  getParentRoute: () => inside,
  path: '/mailbox',
  validateSearch: (search) => ({ q: text(search.q) }),
  component: lazyRouteComponent(() => import('./list-pages.tsx'), 'MailboxPage'),
})
const mail = createRoute({
  getParentRoute: () => inside,
  path: '/mailbox/$id',
  component: lazyRouteComponent(() => import('./list-pages.tsx'), 'MailPage'),
})
const settings = createRoute({
  getParentRoute: () => inside,
  path: '/settings',
  beforeLoad: ({ location }) => {
    if (location.pathname.replace(/\/$/, '') === '/settings') throw redirect({ to: '/settings/$part', params: { part: 'keys' } })
  },
})
const settingsPart = createRoute({
  getParentRoute: () => settings,
  path: '$part',
  component: lazyRouteComponent(() => import('./settings-page.tsx'), 'SettingsPage'),
})

const tree = root.addChildren([
  signIn,
  setup,
  inside.addChildren([
    home,
    journeys,
    journey,
    behind,
    people,
    person,
    segments,
    newSegment,
    segment,
    models,
    experiments,
    experiment,
    goals,
    goal,
    reports,
    report,
    reportBehind,
    listed,
    messages,
    message,
    mailbox,
    mail,
    settings.addChildren([settingsPart]),
  ]),
])

export const makeRouter = (client: QueryClient) =>
  createRouter({
    routeTree: tree,
    context: { client },
    scrollRestoration: true,
    defaultPendingMs: 150,
    defaultPendingComponent: () => <Skeleton lines={6} />,
    defaultErrorComponent: ({ error, reset }) => <ErrorView error={error} retry={reset} />,
    // Addresses stay readable: `?tab=report&version=2`, no JSON in them.
    parseSearch: (query) => Object.fromEntries(new URLSearchParams(query)),
    stringifySearch: (search) => {
      const given = Object.entries(search).filter(([, value]) => value !== undefined && value !== '')
      return given.length === 0 ? '' : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`
    },
  })

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>
  }
}
