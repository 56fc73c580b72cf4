import type { QueryClient } from '@tanstack/react-query'
import { createRouter, type StaticDataRouteOption } from '@tanstack/react-router'
import { soon } from '#kit/soon.ts'
import { ErrorView, Skeleton } from '#kit/states.tsx'
import { workspaceInUse } from '#kit/workspace.ts'
import { accountRoutes } from './routes/account.tsx'
import { approvalsRoutes } from './routes/approvals.tsx'
import { audienceRoutes } from './routes/audience.tsx'
import { campaignsRoutes } from './routes/campaigns.tsx'
import { contentRoutes } from './routes/content.tsx'
import { dataRoutes } from './routes/data.tsx'
import { decisionsRoutes } from './routes/decisions.tsx'
import { documentsRoutes } from './routes/documents.tsx'
import { doorRoutes } from './routes/door.tsx'
import { homeRoutes } from './routes/home.tsx'
import { inside, root } from './routes/inside.tsx'
import { journeysRoutes } from './routes/journeys.tsx'
import { messagesRoutes } from './routes/messages.tsx'
import { reportsRoutes } from './routes/reports.tsx'
import { settingsRoutes } from './routes/settings.tsx'
import { sessionOf } from './session.ts'

const tree = root.addChildren([
  ...doorRoutes,
  inside.addChildren([
    ...homeRoutes,
    ...journeysRoutes,
    ...campaignsRoutes,
    ...audienceRoutes,
    ...contentRoutes,
    ...decisionsRoutes,
    ...reportsRoutes,
    ...messagesRoutes,
    ...approvalsRoutes,
    ...dataRoutes,
    ...documentsRoutes,
    ...accountRoutes,
    ...settingsRoutes,
  ]),
])

export const makeRouter = (client: QueryClient) =>
  createRouter({
    routeTree: tree,
    context: { client },
    scrollRestoration: true,
    defaultPendingMs: 150,
    // What has come is shown: the router would else keep its placeholder for half a second.
    defaultPendingMinMs: 0,
    defaultPendingComponent: () => <Skeleton lines={6} />,
    defaultErrorComponent: ({ error, reset }) => <ErrorView error={error} retry={reset} />,
    // Addresses stay readable: `?tab=report&version=2`, no JSON in them.
    parseSearch: (query) => Object.fromEntries(new URLSearchParams(query)),
    stringifySearch: (search) => {
      const given = Object.entries(search).filter(([, value]) => value !== undefined && value !== '')
      return given.length === 0 ? '' : `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`
    },
  })

type Router = ReturnType<typeof makeRouter>

/** Fetches the parts of the screen that the address names, and what they show, while it is still being asked who is signed in. */
export function fetchSoon(router: Router, client: QueryClient): void {
  const matches = router.matchRoutes(router.latestLocation)
  // Asked for first: a browser has few connections, and behind the parts it would wait for all of them.
  if (matches.some(({ routeId }) => routeId === inside.id)) {
    const session = sessionOf(client)
    // A tab that works in no workspace yet is told by the session which one it is.
    if (workspaceInUse() !== '') askFor(router, matches)
    else soon(session.then((known) => known?.workspace && askFor(router, matches)))
    soon(session)
  }
  for (const { routeId } of matches) {
    const part = optionsOf(router, routeId)?.component as { readonly preload?: () => Promise<unknown> } | undefined
    if (part?.preload) soon(part.preload())
  }
  router.subscribe('onBeforeLoad', ({ fromLocation, toLocation, pathChanged }) => {
    if (fromLocation && pathChanged) askFor(router, router.matchRoutes(toLocation))
  })
}

interface Match {
  readonly routeId: string
  readonly params: object
  readonly search: object
}
const optionsOf = (router: Router, id: string) =>
  (
    router.routesById as Readonly<
      Record<string, { readonly options: { readonly component?: unknown; readonly staticData?: StaticDataRouteOption } }>
    >
  )[id]?.options

/** Asks for what the screens will show. */
function askFor(router: Router, matches: readonly Match[]): void {
  for (const { routeId, params, search } of matches) {
    const asked = optionsOf(router, routeId)?.staticData?.ahead?.({
      params: params as Record<string, string>,
      search: search as Record<string, unknown>,
    })
    if (asked) soon(asked)
  }
}

declare module '@tanstack/react-router' {
  interface Register {
    router: Router
  }
  interface StaticDataRouteOption {
    /** Asks for what the screen shows while its parts are still being fetched (`askAhead`). */
    ahead?: (at: { readonly params: Readonly<Record<string, string>>; readonly search: Readonly<Record<string, unknown>> }) => Promise<void>
  }
}
