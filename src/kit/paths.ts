/** Every address of the app in one place, so that a link cannot point to a screen that is not there. */
const part = encodeURIComponent

const withQuery = (path: string, query: Readonly<Record<string, string | number | undefined>>): string => {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '')
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`
}

export const HOME = '/'
export const FIRST_STEPS = '/first-steps'
export const JOURNEYS = '/journeys'
export const PEOPLE = '/people'
export const SEGMENTS = '/segments'
export const NEW_JOURNEY = '/journeys/new'
export const NEW_SEGMENT = '/segments/new'
export const MODELS = '/models'
export const BUDGETS = '/decisions/budgets'
export const OFFERS = '/decisions/offers'
export const EXPERIMENTS = '/experiments'
export const GOALS = '/goals'
export const REPORTS = '/reports'
export const MESSAGES = '/messages'
export const MAILBOX = '/mailbox'
export const SETTINGS = '/settings'
export const CAMPAIGNS = '/campaigns'
export const CALENDAR = '/calendar'
export const NEW_CAMPAIGN = '/campaigns/new'
export const CONTENT = '/content'
export const COMPANIES = '/companies'
export const APPROVALS = '/approvals'
export const DATA = '/data'
export const ACCOUNT = '/account'
/** While the workspace is closed to whoever signed in: a second factor is asked for, or there is none to enter. */
export const LOCKED = '/locked'
export const DEVELOPERS = '/developers'
export const KEYS = '/settings/keys'
export const PEOPLE_AND_ROLES = '/settings/people'
export const CONNECT = '/settings/connect'
export const POLICIES = '/settings/policies'
export const TOPICS = '/settings/topics'
export const CAPS = '/settings/caps'
export const CHANNELS = '/settings/channels'
export const SECRETS = '/settings/secrets'
export const AUDIT = '/settings/audit'
export const REFERENCE = '/api/docs'

/** Home with the numbers of so many days. */
export const toHome = (days: number): string => withQuery(HOME, { days })

/** Templates of journeys: those of one industry, with one of them open. */
export const toGallery = (query: { for?: string | undefined; open?: string | undefined } = {}): string => withQuery(NEW_JOURNEY, query)

export type JourneyTab = 'canvas' | 'outline' | 'code' | 'test' | 'runs' | 'report' | 'settings' | 'versions'
interface JourneyQuery {
  readonly tab?: JourneyTab | undefined
  readonly step?: string | undefined
  readonly version?: number | undefined
  readonly view?: 'draft' | 'live' | undefined
  readonly as?: string | undefined
  readonly range?: string | undefined
  readonly of?: string | undefined
  /** Name of a journey that is not there yet. */
  readonly fresh?: string | undefined
}

export const toJourney = (id: string, query: JourneyQuery = {}): string =>
  withQuery(`${JOURNEYS}/${part(id)}`, { ...query, tab: query.tab === 'canvas' ? undefined : query.tab })

export const toCampaign = (id: string): string => `${CAMPAIGNS}/${part(id)}`
export const toCalendar = (query: Readonly<Record<string, string | undefined>> = {}): string => withQuery(CALENDAR, query)

/** The people behind a number of a report. */
export const toPeopleBehind = (id: string, query: Readonly<Record<string, string | number | undefined>>): string =>
  withQuery(`${JOURNEYS}/${part(id)}/people`, query)

export type PersonTab = 'life' | 'about' | 'consent' | 'messages'
export const toPerson = (id: string, query: { why?: string; kinds?: string; tab?: PersonTab } = {}): string =>
  withQuery(`${PEOPLE}/${part(id)}`, { ...query, tab: query.tab === 'life' ? undefined : query.tab })
export const toPeople = (query: { q?: string; segment?: string; when?: string; columns?: string } = {}): string => withQuery(PEOPLE, query)
/** A new segment that begins with this condition. */
export const toNewSegment = (when = ''): string => withQuery(NEW_SEGMENT, { when })
type Asked = Readonly<Record<string, string | number | undefined>>

export type ModelTab = 'overview' | 'arms' | 'drift' | 'decisions' | 'evaluation' | 'training'
export const toModel = (id: string, query: { tab?: ModelTab } & Asked = {}): string =>
  withQuery(`${MODELS}/${part(id)}`, { ...query, tab: query.tab === 'overview' ? undefined : query.tab })
/** Why one decision was made as it was. */
export const toDecision = (id: string): string => `/decisions/${part(id)}`
export const toExperiment = (key: string, asked: Asked = {}): string => withQuery(`${EXPERIMENTS}/${part(key)}`, asked)
export const toGoal = (id: string): string => `${GOALS}/${part(id)}`
export const HOLDOUTS = '/holdouts'
/** Settings of an authored experiment, goal or hold-out; `name`: of one that is not there yet. */
export const toExperimentSettings = (id: string, name = ''): string => withQuery(`${EXPERIMENTS}/settings/${part(id)}`, { name })
export const toGoalSettings = (id: string, name = ''): string => withQuery(`${GOALS}/settings/${part(id)}`, { name })
export const toHoldoutSettings = (id: string, name = ''): string => withQuery(`${HOLDOUTS}/${part(id)}`, { name })
export const toSavedReport = (id: string, tab?: string): string => withQuery(`${REPORTS}/saved/${part(id)}`, { tab })
/** A report as it is asked: its parameters by name, those within one by `cut.by`. */
export const toReport = (id: string, asked: Asked = {}): string => withQuery(`${REPORTS}/${part(id)}`, asked)
/** The list behind a number of a report: `list`, `is.<dim>`, and the report's own parameters. */
export const toListBehind = (id: string, asked: Asked): string => withQuery(`${REPORTS}/${part(id)}/behind`, asked)
/** What a declared action lists. */
export const toListed = (action: string, asked: Asked): string => withQuery(`/listed/${part(action)}`, asked)
export const toCompany = (id: string, query: { event?: string; hours?: number } = {}): string =>
  withQuery(`${COMPANIES}/${part(id)}`, query)
export const toSegment = (id: string, tab?: string): string => withQuery(`${SEGMENTS}/${part(id)}`, { tab })
/** A new segment that begins as one of the ready-made ones. */
export const toStarter = (from: string): string => withQuery(NEW_SEGMENT, { from })
export const LISTS = '/lists'
export const toList = (id: string): string => `${LISTS}/${part(id)}`
export const DOCUMENTS = '/documents'
export const toDocuments = (kind?: string): string => withQuery(DOCUMENTS, { kind })
export const toMessage = (id: string): string => `${MESSAGES}/${part(id)}`
export const toMessages = (query: { profile?: string; journey?: string; status?: string } = {}): string => withQuery(MESSAGES, query)
export const toMail = (id: string): string => `${MAILBOX}/${part(id)}`
/** The inbox of approvals with one request open, on one of its tabs. */
export const toApproval = (id: string, tab?: string): string => withQuery(APPROVALS, { open: id, tab })
/** One example of a request as its reader would get it, for a frame. */
export const viewOfExample = (id: string, index: number): string => `/view/approvals/${part(id)}/${index}`
export const toApprovals = (query: Asked = {}): string => withQuery(APPROVALS, query)
export const toSignIn = (to: string): string => withQuery('/sign-in', { to: to === '/' ? undefined : to })

const SCREENS: Readonly<Record<string, (id: string) => string>> = {
  journey: (id) => toJourney(id),
  segment: (id) => toSegment(id),
  experiment: (id) => toExperimentSettings(id),
  holdout: (id) => toHoldoutSettings(id),
  goal: (id) => toGoal(id),
  report: (id) => toSavedReport(id),
  template: (id) => toTemplate(id),
  snippet: (id) => toSnippet(id),
  brand: (id) => toBrand(id),
  page: (id) => toPage(id),
}
/** Whether documents of a kind have a screen of their own to be written on. */
export const hasScreen = (kind: string): boolean => Object.hasOwn(SCREENS, kind)
/** The screen of an authored document: its own, or the one that shows every kind as a form and as YAML. */
export const toDocument = (kind: string, id: string): string => SCREENS[kind]?.(id) ?? toPlainDocument(kind, id)
/** The document of any kind as a form, as YAML, with its history. */
export const toPlainDocument = (kind: string, id: string, tab?: string): string =>
  withQuery(`/documents/${part(kind)}/${part(id)}`, { tab })

export type ContentTab = 'templates' | 'snippets' | 'brands' | 'products' | 'coupons' | 'pages'
export const toContent = (tab: ContentTab = 'templates', query: Asked = {}): string =>
  withQuery(tab === 'templates' ? CONTENT : `${CONTENT}/${tab}`, query)
export const toTemplate = (id: string, query: Asked = {}): string => withQuery(`${CONTENT}/templates/${part(id)}`, query)
/** The messages of a template of which something became. */
export const toTemplateMessages = (id: string, outcome: string): string =>
  withQuery(`${CONTENT}/templates/${part(id)}/messages`, { outcome })
export const toSnippet = (id: string): string => `${CONTENT}/snippets/${part(id)}`
export const toBrand = (id: string): string => `${CONTENT}/brands/${part(id)}`
export const toPage = (id: string): string => `${CONTENT}/pages/${part(id)}`

export type DataTab = 'live' | 'events' | 'sources' | 'held'
export const toData = (tab: DataTab, query: Readonly<Record<string, string | undefined>> = {}): string => withQuery(`${DATA}/${tab}`, query)
/** Plan and quality of one event. */
export const toEvent = (event: string): string => withQuery(`${DATA}/event`, { name: event })
export type DeveloperTab = 'start' | 'debugger' | 'webhooks' | 'code'
export const toDevelopers = (tab: DeveloperTab, query: Readonly<Record<string, string | undefined>> = {}): string =>
  withQuery(`${DEVELOPERS}/${tab}`, query)
/** What became of one event, by its message id. */
export const toDebugger = (message: string): string => toDevelopers('debugger', { message })

/** A path of this app, or the home page: an address from outside must not lead away after sign-in. */
export const safePath = (to: unknown): string => (typeof to === 'string' && /^\/(?![/\\])/.test(to) ? to : HOME)
