import { DEFAULT_BRAND } from '#content/brand.ts'
import { CouponPool } from '#content/coupons.ts'
import { ListSnippets, ListTemplates, ReadContentNames } from '#content/list-api.ts'
import { ListTemplateMessages, OUTCOMES, type Outcome, ReadTemplateReached } from '#content/reached-api.ts'
import { Sender, Template } from '#content/schema.ts'
import { Snippet, snippetsIn } from '#content/snippets.ts'
import { snippetsOf } from '#content/template-check.ts'
import type { Person } from '#journeys/person.ts'
import type { OutputOf } from '#lib/action.ts'
import type { Json } from '#lib/json.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { documentHistory, listDocuments, liveDocuments } from '#platform/documents.ts'
import type { Live } from '#platform/documents-plan.ts'
import { type Binding, bind } from '#platform/http/actions.ts'
import { pageStates } from '#platform/keyed-state.ts'
import type { Pool, Tx } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { eventNames, messagesOf, reachedBy, templateCounts } from './content-lists-store.ts'
import { peopleOf } from './segments-read.ts'
import { pinned } from './template-parts.ts'

interface Options {
  readonly pool: Pool
  readonly analytics: Analytics
  readonly now: () => number
}

const DAY = 86_400_000
const LOOKED_BACK = 90 * DAY
const PEOPLE = 500
const PAGE = 50

/** What there is to write with, and where it is used. */
export const contentListBindings = ({ pool, analytics, now }: Options): Binding[] => [
  bind(ListTemplates, async (_input, { workspace }) => {
    const [counts, { lines, live, bodies }] = await Promise.all([
      templateCounts(analytics, workspace, now() - LOOKED_BACK),
      inWorkspace(pool, workspace, (tx) => linesOf(tx, workspace, 'template')),
    ])
    const users = usersOf(live)
    const none = { sent: 0, opened: 0, clicked: 0, last: 0 }
    return {
      templates: lines.map((line) => {
        const { last, sent, opened, clicked } = counts.get(line.id) ?? none
        return {
          ...line,
          ...about(bodies.get(line.id)),
          usedBy: users.get(line.id) ?? [],
          sent,
          opened,
          clicked,
          lastSent: last === 0 ? null : last,
        }
      }),
    }
  }),
  bind(ReadTemplateReached, async ({ id }, { workspace }) => {
    const since = Math.max(0, now() - LOOKED_BACK)
    const reached = await reachedBy(analytics, { workspace, template: id, since })
    return { since, outcomes: Object.fromEntries(OUTCOMES.map((each) => [each, reached.get(each) ?? 0])) as Record<Outcome, number> }
  }),
  bind(ListTemplateMessages, async ({ id, outcome, cursor }, { workspace }) => {
    const before = cursor === undefined ? undefined : { at: Number.parseInt(cursor, 10) || 0, id: cursor.slice(cursor.indexOf(' ') + 1) }
    const of = { workspace, template: id, since: Math.max(0, now() - LOOKED_BACK) }
    const rows = await messagesOf(analytics, of, { outcome, before, limit: PAGE + 1 })
    const page = rows.slice(0, PAGE)
    const journeys = await inWorkspace(pool, workspace, (tx) => liveDocuments(tx, workspace))
    const titles = new Map(
      journeys.flatMap(({ kind, id: named, body }) => (kind === 'journey' ? [[named, textOf(asBody(body)['name'])]] : [])),
    )
    const people = await peopleOf(pool, workspace, [...new Set(page.map(({ profile }) => profile))])
    const names = new Map(people.map((person) => [person.id, person.name]))
    const last = rows.length > PAGE ? page.at(-1) : undefined
    return {
      messages: page.map(({ happened, ...row }) => ({
        ...row,
        at: happened,
        journeyName: titles.get(row.journey) || row.journey,
        person: names.get(row.profile) || row.profile,
      })),
      next: last ? `${last.happened} ${last.id}` : null,
    }
  }),
  bind(ListSnippets, (_input, { workspace }) =>
    inWorkspace(pool, workspace, async (tx) => {
      const { lines, live, bodies } = await linesOf(tx, workspace, 'snippet')
      const users = await snippetUsers(tx, workspace, live)
      return {
        snippets: lines.map((line) => ({ ...line, form: formOf(bodies.get(line.id)), usedBy: users.get(line.id) ?? [] })),
      }
    }),
  ),
  bind(ReadContentNames, async (_input, { workspace }) => {
    const [events, rest] = await Promise.all([
      eventNames(analytics, workspace, now() - 30 * DAY),
      inWorkspace(pool, workspace, async (tx) => ({
        attributes: await attributesOf(tx, workspace),
        ...namesOf(await liveDocuments(tx, workspace)),
      })),
    ])
    return { ...rest, events: events.map(({ name, properties }) => ({ name, properties: [...properties] })) }
  }),
]

type Body = Readonly<Record<string, Json>>
const asBody = (body: Json | undefined): Body => (body && typeof body === 'object' && !Array.isArray(body) ? (body as Body) : {})
const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '')

/** Documents of a kind, drafts of new ones too, with the body that an editor would open. */
async function linesOf(tx: Tx, workspace: string, kind: string) {
  const [listed, live] = [await listDocuments(tx, workspace, { kind, archived: false }), await liveDocuments(tx, workspace)]
  const bodies = new Map<string, Body>(live.filter((each) => each.kind === kind).map(({ id, body }) => [id, asBody(body)]))
  for (const { id, draft } of listed) {
    if (!draft) continue
    const found = await documentHistory(tx, workspace, { kind, id })
    if (found?.draft) bodies.set(id, asBody(found.draft.body))
  }
  const lines = listed.map(({ id, name, live: version, draft, at, by }) => ({
    id,
    name: textOf(bodies.get(id)?.['name']) || name,
    live: version,
    draft,
    at,
    by,
  }))
  return { lines, live, bodies }
}

type About = Pick<OutputOf<typeof ListTemplates>['templates'][number], 'channel' | 'first' | 'form' | 'locales' | 'brand'>
const CHANNELS = ['email', 'sms', 'push', 'inapp', 'whatsapp', 'slack'] as const

/** A draft may be anything: what cannot be read of it is left out. */
function about(body: Body = {}): About {
  const channel = CHANNELS.find((each) => each === body['channel']) ?? 'email'
  return {
    channel,
    first: textOf(body['subject']) || textOf(body['title']) || textOf(body['text']).slice(0, 200),
    form: channel === 'email' ? formIn(body) : 'text',
    locales: [textOf(body['locale']), ...Object.keys(asBody(body['locales']))].filter((each) => each !== ''),
    brand: channel === 'email' && formIn(body) === 'blocks' ? textOf(body['brand']) || DEFAULT_BRAND : null,
  }
}

const formIn = (body: Body): 'blocks' | 'mjml' | 'html' =>
  body['mjml'] !== undefined ? 'mjml' : body['html'] !== undefined ? 'html' : 'blocks'
const formOf = (body: Body = {}): 'blocks' | 'mjml' | 'text' =>
  body['mjml'] !== undefined ? 'mjml' : body['text'] !== undefined ? 'text' : 'blocks'

interface User {
  readonly kind: string
  readonly id: string
  readonly name: string
}
const asUser = ({ kind, id, body }: Live): User => ({ kind, id, name: textOf(asBody(body)['name']) || id })

/** Which live documents send a template: a step names it wherever it stands in the tree. */
function usersOf(live: readonly Live[]): Map<string, User[]> {
  const users = new Map<string, User[]>()
  for (const each of live) {
    if (each.kind === 'template') continue
    for (const id of new Set(templatesNamed(each.body))) users.set(id, [...(users.get(id) ?? []), asUser(each)])
  }
  return users
}

function templatesNamed(value: Json): string[] {
  if (value === null || typeof value !== 'object') return []
  if (Array.isArray(value)) return value.flatMap(templatesNamed)
  const body = value as Body
  const own = body['template']
  return [...(typeof own === 'string' ? [own] : []), ...Object.values(body).flatMap(templatesNamed)]
}

type SnippetUser = OutputOf<typeof ListSnippets>['snippets'][number]['usedBy'][number]

async function snippetUsers(tx: Tx, workspace: string, live: readonly Live[]): Promise<Map<string, SnippetUser[]>> {
  const users = new Map<string, SnippetUser[]>()
  const add = (id: string, user: SnippetUser) => users.set(id, [...(users.get(id) ?? []), user])
  const now = new Map(live.filter(({ kind }) => kind === 'snippet').map(({ id, version }) => [id, version]))
  for (const each of live) {
    if (each.kind === 'snippet')
      for (const { id } of snippetsIn(Snippet.parse(each.body).blocks ?? [], '')) add(id, { ...asUser(each), version: null, behind: false })
    if (each.kind !== 'template') continue
    const named = snippetsOf(Template.parse(each.body))
    if (named.length === 0) continue
    const parts = await pinned(tx, { workspace, id: each.id, version: each.version })
    for (const id of named) {
      const version = parts.find((part) => part.kind === 'snippet' && part.id === id)?.version ?? null
      add(id, { ...asUser(each), version, behind: version !== null && version !== now.get(id) })
    }
  }
  return users
}

function namesOf(live: readonly Live[]) {
  const of = (kind: string) => live.filter((each) => each.kind === kind)
  const named = (kind: string) => of(kind).map(({ id, body }) => ({ id, name: textOf(asBody(body)['name']) || id }))
  return {
    snippets: of('snippet').map((each) => ({ id: each.id, name: asUser(each).name, form: formOf(asBody(each.body)) })),
    pools: of('coupon-pool').map(({ id, body }) => ({ id, name: CouponPool.parse(body).name ?? id })),
    senders: of('sender').map(({ id, body }) => {
      const { from, replyTo = '' } = Sender.parse(body)
      return { id, from: `${from.name} <${from.address}>`, replyTo }
    }),
    brands: named('brand'),
    topics: named('topic'),
    models: of('model').map(({ id, body }) => ({ id, name: textOf(asBody(body)['name']) || id, type: textOf(asBody(body)['type']) })),
  }
}

/** Of some of the people: names and kinds of values, never the values. */
async function attributesOf(tx: Tx, workspace: string): Promise<OutputOf<typeof ReadContentNames>['attributes']> {
  const people = await pageStates<Person>(tx, 'profile', { workspace, after: '', limit: PEOPLE })
  const seen = new Map<string, { type: string; count: number }>()
  for (const { state } of people)
    for (const [name, [value]] of Object.entries(state.profile.attributes))
      seen.set(name, { type: Array.isArray(value) ? 'list' : typeof value, count: (seen.get(name)?.count ?? 0) + 1 })
  return [...seen]
    .map(([name, { type, count }]) => ({ name, type, share: count / people.length }))
    .sort((a, b) => b.share - a.share || (a.name < b.name ? -1 : 1))
}
