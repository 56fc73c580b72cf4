// Where every walk through the app stops: each route of the router and each part of the settings, in the sample shop that `furnish` completes.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import type { House } from './house.ts'

const WEB = join(import.meta.dirname, '../../src/app/web')
/** Of what `furnish` has made and found. */
const ids: Record<string, string> = {}

/** A stop of the walk: the address, and a text that stands there once its data has come. `as`: whoever looks, if not the administrator. */
export type Stop = readonly [path: string, ready: string | RegExp, as?: 'nobody']

/** By route. What is not here is visited at its own address; a route with a parameter must be here. */
export const STOPS = (): Readonly<Record<string, readonly Stop[]>> => ({
  '/': [['/', 'Live journeys']],
  '/first-steps': [['/first-steps', 'Sample workspaces']],
  '/account': [['/account', 'Set up a second factor']],
  '/approvals': [
    ['/approvals', /Autumn letter|create template/],
    ['/approvals?show=over', /Nothing|None|No request/],
  ],
  '/people': [
    ['/people', '@people.example'],
    ['/people?q=nobody-of-this-name', 'Nothing matches'],
  ],
  '/people/$id': [
    [`/people/${ids['person']}`, 'Timeline'],
    [`/people/${ids['person']}?tab=about`, 'country'],
    [`/people/${ids['person']}?tab=consent`, /consent/i],
    [`/people/${ids['person']}?tab=messages`, /Sent|sent/],
    [`/people/${ids['person']}?why=win-back`, 'Timeline'],
  ],
  '/segments': [['/segments', 'Gold customers']],
  '/segments/new': [['/segments/new', 'Add condition']],
  '/segments/$id': ['condition', 'members', 'history', 'use', 'code'].map((tab): Stop => [`/segments/gold?tab=${tab}`, 'Gold customers']),
  '/lists': [['/lists', 'Guests']],
  '/lists/$id': [['/lists/guests', 'Guests']],
  '/companies': [['/companies', 'Northwind']],
  '/companies/$id': [['/companies/northwind', 'Northwind']],
  '/content': [['/content', 'Your cart is waiting']],
  '/content/templates/$id': ['preview', 'checks', 'message', 'live', 'results', 'history'].map(
    (panel): Stop => [`/content/templates/cart-reminder?panel=${panel}`, 'Send a test'],
  ),
  '/content/templates/$id/messages': [['/content/templates/cart-reminder/messages?outcome=opened', 'Abandoned cart']],
  '/content/snippets': [['/content/snippets', 'Terms']],
  '/content/snippets/$id': [['/content/snippets/terms', 'Nothing uses it yet.']],
  '/content/brands': [['/content/brands', /default/i]],
  '/content/brands/$id': [['/content/brands/default', 'Colours']],
  '/content/pages/$id': [['/content/pages/offers', 'Offers of the week']],
  '/data': [['/data', 'Product Viewed']],
  '/data/event': [['/data/event?name=Product%20Viewed', 'Product Viewed']],
  '/data/$tab': [
    ['/data/live', 'Live'],
    ['/data/events', 'Product Viewed'],
    ['/data/sources', 'Website'],
    ['/data/held', /Nothing|quarantine/i],
  ],
  '/developers': [['/developers', 'curl']],
  '/developers/$tab': [
    ['/developers/start', 'API reference'],
    ['/developers/debugger', 'Send an event'],
    ['/developers/webhooks', 'How a receiver checks it (Node)'],
    ['/developers/code', 'Round trip'],
  ],
  '/models': [['/models', 'Does not come back']],
  '/experiments': [['/experiments', 'What the win-back mail is worth']],
  '/experiments/$key': [['/experiments/experiment%3Awin-back-worth', 'What the win-back mail is worth']],
  '/campaigns/$id': [['/campaigns/thank-you', /./]],
  '/experiments/settings/$id': [['/experiments/settings/win-back-worth', 'What the win-back mail is worth']],
  '/holdouts/$id': [['/holdouts/marketing', 'No marketing at all']],
  '/goals/settings/$id': [['/goals/settings/revenue', 'Revenue of the month']],
  '/reports/saved/$id': [['/reports/saved/channels-weekly', 'What the channels did last week']],
  '/models/$id': ['overview', 'arms', 'drift', 'decisions', 'evaluation', 'training'].map(
    (tab): Stop => [`/models/churn?tab=${tab}`, 'Does not come back'],
  ),
  '/decisions/$id': [['/decisions/no-such-decision', /decision/i]],
  '/documents': [['/documents?kind=sender', 'shop']],
  '/documents/$kind/$id': ['form', 'yaml', 'history', 'use'].map((tab): Stop => [`/documents/sender/shop?tab=${tab}`, 'shop']),
  '/sign-in': [['/sign-in', 'Password', 'nobody']],
  '/setup': [['/setup', /set up|already/i, 'nobody']],
  '/invitation': [['/invitation#no-such-token', /invitation/i, 'nobody']],
  '/reset': [['/reset#no-such-token', /password/i, 'nobody']],
  // Whoever may enter is led home.
  '/locked': [['/locked', 'Live journeys']],
  '/journeys': [['/journeys', 'Win back']],
  '/journeys/$id': [
    ...['canvas', 'outline', 'code', 'runs', 'report', 'settings', 'versions'].map(
      (tab): Stop => [`/journeys/win-back?tab=${tab}`, 'Win back'],
    ),
    ['/journeys/win-back?view=draft&tab=canvas', 'Win back'],
    ['/journeys/abandoned-cart?view=draft&step=worth', 'Setup'],
  ],
  '/journeys/$id/people': [['/journeys/win-back/people?of=entered', /./]],
  '/messages': [['/messages', 'Every message that was decided']],
  '/messages/$id': [[`/messages/${encodeURIComponent(ids['message'] ?? '')}`, '@people.example']],
  '/mailbox': [['/mailbox', '@people.example']],
  '/mailbox/$id': [[`/mailbox/${ids['mail']}`, '@people.example']],
  '/goals': [['/goals', 'Revenue of the month']],
  '/goals/$id': [['/goals/revenue', 'Revenue of the month']],
  '/reports': [['/reports', 'What is each journey for']],
  '/reports/$id': ids['reports']!.split(' ').map((id): Stop => [`/reports/${id}`, /./]),
  '/reports/$id/behind': [['/reports/channels/behind?list=people', /./]],
  '/listed/$action': [['/listed/profiles.list', /./]],
  '/settings/': [['/settings', 'How this workspace is set up']],
  '/settings/$part': settingsParts().map((part): Stop => [`/settings/${part}`, READY[part] ?? /./]),
  '/campaigns/new': [['/campaigns/new', 'Whom it reaches']],
  '/journeys/new': [['/journeys/new', 'Browse abandonment']],
})

/** What stands on a part of the settings once its data has come. */
const READY: Readonly<Record<string, string | RegExp>> = {
  people: 'What each role may do',
  'sign-in': 'Everybody needs a second factor',
  keys: 'Website',
  audit: /published provider:/,
  retention: 'Proof pack',
  health: 'From event to decision',
  about: 'Licences of the packages',
  mails: 'Somebody asks for my approval',
  connect: 'Send events',
  topics: /Preference centre/,
  policies: 'Not legal advice',
  caps: 'A week with this',
  channels: /Takes messages first/,
  secrets: 'spare-password',
}

/** Paths as they are written in `routes/*.tsx`. */
export function routesOfTheRouter(): readonly string[] {
  const files = readdirSync(join(WEB, 'routes'))
  const sources = files.map((file) => readFileSync(join(WEB, 'routes', file), 'utf8'))
  const found = sources.flatMap((source) =>
    [...source.matchAll(/getParentRoute: \(\) => (\w+),\s*path: '([^']+)'/g)].map(([, parent, path]) =>
      parent === 'settings' ? `/settings/${path === '/' ? '' : path}` : path!,
    ),
  )
  const made = sources.join('').match(/createRoute\(\{/g)?.length ?? 0
  // `inside` has no path, and `settings` is only what its two parts stand below.
  assert.equal(found.length, made - 1, 'every route is written as getParentRoute, then path')
  return [...new Set(found.filter((path) => path !== '/settings'))]
}

export function settingsParts(): readonly string[] {
  return [...readFileSync(join(WEB, 'settings-parts.ts'), 'utf8').matchAll(/^ {4}part: '([^']+)'/gm)].map(([, part]) => part!)
}

/** What the sample does not hold and a screen shows. */
export async function furnish(house: House): Promise<void> {
  const draft = (kind: string, id: string, body: object) =>
    house.ask(`PUT /api/documents/${kind}/${id}/draft`, { body: { body: { kind, id, ...body } } })
  await draft('snippet', 'terms', { name: 'Terms', blocks: [{ kind: 'text', text: 'Terms.' }] })
  await draft('brand', 'default', {})
  await draft('page', 'offers', { title: 'Offers of the week', blocks: [{ kind: 'text', text: 'Three of them.' }] })
  await house.ask('PUT /api/secrets/spare-password', { body: { value: 'not so secret' } })
  const settings = { host: 'mail.example.com', user: 'shop' }
  const warmUp = { from: '2026-03-02', first: 200, growth: 1.5, upTo: 50_000 }
  const provider = {
    kind: 'provider',
    id: 'spare',
    channel: 'email',
    type: 'smtp',
    settings,
    secrets: { password: 'spare-password' },
    warmUp,
  }
  await house.ask('POST /api/documents/apply', { body: { documents: [{ kind: provider.kind, id: provider.id, body: provider }] } })
  await house.ask('POST /api/documents/apply', {
    body: { documents: [{ kind: 'list', id: 'guests', body: { kind: 'list', id: 'guests', name: 'Guests of the opening' } }] },
  })
  const people = (await house.ask('GET /api/messages?journey=win-back&limit=1')) as { messages: { id: string; profile: string }[] }
  ids['person'] = people.messages[0]!.profile
  ids['message'] = people.messages[0]!.id
  ids['mail'] = (await house.ask('GET /api/mailbox')).mail[0].id
  ids['reports'] = (await house.ask('GET /api/reports')).reports.map(({ id }: { id: string }) => id).join(' ')
  await house.call('group', { userId: 'buyer-1', groupId: 'northwind', traits: { name: 'Northwind', plan: 'gold' } })
  const { shown } = await house.ask('GET /api/documents/template/thank-you')
  await house.ask('PUT /api/documents/template/thank-you/draft', { body: { body: { ...shown.body, subject: 'Autumn letter' } } })
  const policy = { kind: 'approval-policy', id: 'words', name: 'Words', when: [{ kind: 'documents', kinds: ['template'] }], deadline: '2d' }
  await house.ask('POST /api/documents/apply', { body: { documents: [{ kind: policy.kind, id: policy.id, body: policy }] }, as: 'admin' })
  await house.cookie('approver')
  await house.ask('POST /api/approvals', {
    body: { wanted: { kind: 'publish', drafts: [{ kind: 'template', id: 'thank-you' }] }, title: 'Autumn letter' },
    as: 'admin',
  })
  await house.settled()
}
const stopsOf = (route: string): readonly Stop[] => STOPS()[route] ?? [[route, /./]]
const signedIn = ([, , as]: Stop): boolean => as === undefined
/** Every stop, in the order of the routes. */
export const stops = (): readonly Stop[] => routesOfTheRouter().flatMap(stopsOf)
/** Those of whoever is signed in. */
export const inside = (): readonly Stop[] => stops().filter(signedIn)
/** Of these, one for everything that has rights of its own: the views of one document, and all reports, are open to the same people. */
export const doors = (): readonly Stop[] =>
  routesOfTheRouter()
    .flatMap((route) => (/\$(part|tab)$/.test(route) ? stopsOf(route) : stopsOf(route).slice(0, 1)))
    .filter(signedIn)

/** Whether the router has put the screen of the address in the place of the one before. */
export const arrived = (page: Page): Promise<boolean> =>
  page.evaluate(() => {
    const { state } = (globalThis as unknown as { __TSR_ROUTER__: { state: Record<'status' | 'location' | 'resolvedLocation', unknown> } })
      .__TSR_ROUTER__
    const [location, resolved] = [state.location, state.resolvedLocation] as ({ href: string } | undefined)[]
    return state.status === 'idle' && location!.href === resolved?.href
  })
/** Goes to a screen as a link does, without loading the page anew. */
export const follow = (page: Page, path: string): Promise<unknown> =>
  page.evaluate(
    `history.pushState({}, '', ${JSON.stringify(path)}); dispatchEvent(new PopStateEvent('popstate', { state: history.state }))`,
  )
