/** Every address of the app in one place, so that a link cannot point to a screen that is not there. */
const part = encodeURIComponent

const withQuery = (path: string, query: Readonly<Record<string, string | number | undefined>>): string => {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '')
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`
}

export const HOME = '/'
export const JOURNEYS = '/journeys'
export const PEOPLE = '/people'
export const SEGMENTS = '/segments'
export const NEW_SEGMENT = '/segments/new'
export const MODELS = '/models'
export const EXPERIMENTS = '/experiments'
export const GOALS = '/goals'
export const REPORTS = '/reports'
export const MESSAGES = '/messages'
export const MAILBOX = '/mailbox'
export const SETTINGS = '/settings'
export const KEYS = '/settings/keys'
export const CONNECT = '/settings/connect'
export const REFERENCE = '/api/docs'

export type JourneyTab = 'canvas' | 'outline' | 'report' | 'code'

export const toJourney = (id: string, query: { tab?: JourneyTab; step?: string; version?: number } = {}): string =>
  withQuery(`${JOURNEYS}/${part(id)}`, { ...query, tab: query.tab === 'canvas' ? undefined : query.tab })

/** The people behind a number of a report. */
export const toPeopleBehind = (id: string, query: Readonly<Record<string, string | number | undefined>>): string =>
  withQuery(`${JOURNEYS}/${part(id)}/people`, query)

export const toPerson = (id: string, query: { why?: string; kinds?: string } = {}): string => withQuery(`${PEOPLE}/${part(id)}`, query)
export const toPeople = (q = ''): string => withQuery(PEOPLE, { q })
type Asked = Readonly<Record<string, string | number | undefined>>

export const toExperiment = (key: string): string => `${EXPERIMENTS}/${part(key)}`
export const toGoal = (id: string): string => `${GOALS}/${part(id)}`
/** A report as it is asked: its parameters by name, those within one by `cut.by`. */
export const toReport = (id: string, asked: Asked = {}): string => withQuery(`${REPORTS}/${part(id)}`, asked)
/** The list behind a number of a report: `list`, `is.<dim>`, and the report's own parameters. */
export const toListBehind = (id: string, asked: Asked): string => withQuery(`${REPORTS}/${part(id)}/behind`, asked)
/** What a declared action lists. */
export const toListed = (action: string, asked: Asked): string => withQuery(`/listed/${part(action)}`, asked)
export const toSegment = (id: string): string => `${SEGMENTS}/${part(id)}`
export const toMessage = (id: string): string => `${MESSAGES}/${part(id)}`
export const toMessages = (query: { profile?: string; journey?: string; status?: string } = {}): string => withQuery(MESSAGES, query)
export const toMail = (id: string): string => `${MAILBOX}/${part(id)}`
export const toSignIn = (to: string): string => withQuery('/sign-in', { to: to === '/' ? undefined : to })

/** A path of this app, or the home page: an address from outside must not lead away after sign-in. */
export const safePath = (to: unknown): string => (typeof to === 'string' && /^\/(?![/\\])/.test(to) ? to : HOME)
