import { costOf } from '#channels/cost.ts'
import { ProviderDocument } from '#channels/provider-document.ts'
import { smsLength } from '#channels/sms-length.ts'
import { chosen, type PreviewParts, previewScope } from '#content/actions.ts'
import { type CompiledTemplate, compileTemplate, spokenTo } from '#content/adapters/compile.ts'
import { render } from '#content/adapters/templates.ts'
import { renderText } from '#content/adapters/texts.ts'
import { CheckTemplate, ListTemplateParts } from '#content/check-api.ts'
import { checkMail } from '#content/checks.ts'
import { checkGaps, checkLanguages, printedBare } from '#content/checks-people.ts'
import { checkTexts } from '#content/checks-text.ts'
import type { Finding } from '#content/finding.ts'
import { flat } from '#content/problems.ts'
import type { EmailTemplate, Scope, Template } from '#content/schema.ts'
import type { TemplateParts } from '#content/snippets.ts'
import { snippetsOf } from '#content/template-check.ts'
import { inOneLanguage } from '#content/template-locales.ts'
import type { Person } from '#journeys/person.ts'
import type { InputOf, OutputOf } from '#lib/action.ts'
import type { JsonObject } from '#lib/json.ts'
import { isRefusal, type Outcome } from '#lib/problem.ts'
import { liveDocuments } from '#platform/documents.ts'
import type { Egress } from '#platform/egress.ts'
import { type Binding, bind } from '#platform/http/actions.ts'
import { pageStates } from '#platform/keyed-state.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { previewParts } from './content.ts'
import { pinned } from './template-parts.ts'

interface Options {
  readonly db: Parameters<typeof previewParts>[0]['db']
  readonly pool: Pool
  readonly now: () => number
  /** The guarded way out. */
  readonly egress: Egress
}

type Checked = OutputOf<typeof CheckTemplate>
type Seen = Pick<Checked, 'findings' | 'sizes'> & { readonly links: readonly string[] }

/** What templates look like to their readers, before anybody gets them. */
export const contentCheckBindings = (options: Options): Binding[] => [
  bind(CheckTemplate, (input, { workspace }) => checkTemplate(input, workspace, options)),
  bind(ListTemplateParts, async ({ id, version }, { workspace }) => {
    const found = await chosen({ id, version }, workspace, previewParts(options))
    if (isRefusal(found)) return found
    return inWorkspace(options.pool, workspace, async (tx) => {
      const live = await liveDocuments(tx, workspace)
      const used = new Set(snippetsIn(found.template, await pinned(tx, { workspace, id, version: found.version })))
      const parts = (await pinned(tx, { workspace, id, version: found.version })).filter((each) => used.has(`${each.kind}/${each.id}`))
      const now = (kind: string, name: string): number | null =>
        live.find((each) => each.kind === kind && each.id === name)?.version ?? null
      return {
        version: found.version,
        parts: parts.map((each) => ({
          kind: each.kind as 'brand' | 'snippet',
          id: each.id,
          version: each.version,
          live: now(each.kind, each.id),
        })),
      }
    })
  }),
]

/** Brand and snippets that a template stands on, also by way of other snippets. */
function snippetsIn(template: Template, documents: readonly { kind: string; id: string; body: unknown }[]): string[] {
  const found = new Set<string>()
  const follow = (ids: readonly string[]): void => {
    for (const id of ids) {
      if (found.has(`snippet/${id}`)) continue
      found.add(`snippet/${id}`)
      const body = documents.find((each) => each.kind === 'snippet' && each.id === id)?.body as { blocks?: unknown } | undefined
      if (body?.blocks) follow(snippetsOf({ channel: 'email', blocks: body.blocks } as EmailTemplate))
    }
  }
  follow(snippetsOf(template))
  if (template.channel === 'email') found.add(`brand/${template.brand ?? 'default'}`)
  return [...found]
}

async function checkTemplate(input: InputOf<typeof CheckTemplate>, workspace: string, options: Options): Promise<Outcome<Checked>> {
  const asking = previewParts(options)
  const found = await chosen(input, workspace, asking)
  if (isRefusal(found)) return found
  const parts = await asking.parts?.(workspace, found.template, found.version)
  const compiled = await compileTemplate(found.template, found.version, parts)
  if (isRefusal(compiled)) return { findings: flat(compiled.refused), people: 0, sizes: {}, links: [] }
  const scope = await previewScope(input, workspace, { ...asking, chosen: found.template } as PreviewParts & { chosen: Template })
  if (isRefusal(scope)) return scope
  const people = input.people === 0 ? [] : await someOf(options.pool, workspace, input.people)
  const seen = inAllLanguages(found.template, { compiled, scope, parts })
  const sources = Object.fromEntries(Object.entries(sourcesOf(compiled)).map(([at, text]) => [at, text]))
  const offered = Object.keys(found.template.locales ?? {})
  return {
    findings: [
      ...compiled.problems,
      ...seen.findings,
      ...checkGaps(printedBare(sources), people),
      ...checkLanguages(people, { own: found.template.locale, offered }),
    ],
    people: people.length,
    sizes: await priced(found.template, seen.sizes, { workspace, pool: options.pool }),
    links: input.links ? await asked(seen.links, options.egress) : [],
  }
}

/** What a text costs by the document of its provider (the one that the template names, else the first), without another price by country. */
async function priced(
  { channel, sender }: Template,
  sizes: Checked['sizes'],
  { workspace, pool }: { workspace: string; pool: Pool },
): Promise<Checked['sizes']> {
  if (channel !== 'sms') return sizes
  const live = await inWorkspace(pool, workspace, (tx) => liveDocuments(tx, workspace))
  const providers = live.filter(({ kind }) => kind === 'provider').map(({ body }) => ProviderDocument.parse(body))
  const texting = providers.filter((each) => each.channel === 'sms')
  const { cost } = texting.find(({ id }) => id === sender) ?? texting.find((each) => each.default) ?? texting[0] ?? {}
  if (!cost) return sizes
  const of = (segments: number) => ({ amount: costOf(cost, { units: segments, to: '' }) / 1_000_000, currency: cost.currency })
  return Object.fromEntries(Object.entries(sizes).map(([locale, size]) => [locale, { ...size, cost: of(size.segments) }]))
}

/** Liquid of every language by its place. */
function sourcesOf(compiled: CompiledTemplate): Record<string, string> {
  const languages = [
    ['', compiled] as const,
    ...Object.entries(compiled.locales ?? {}).map(([locale, each]) => [`/locales/${locale}`, each] as const),
  ]
  return Object.fromEntries(
    languages.flatMap(([under, { pieces }]) => Object.entries(pieces.sources).map(([at, { text }]) => [`${under}${at}`, text] as const)),
  )
}

interface Looking {
  readonly compiled: CompiledTemplate
  readonly scope: Scope
  readonly parts: TemplateParts | undefined
}

function inAllLanguages(template: Template, looking: Looking): Seen {
  const languages: readonly (string | undefined)[] = [undefined, ...Object.keys(template.locales ?? {})]
  const findings = new Map<string, Finding>()
  const sizes: Checked['sizes'] = {}
  const links = new Set<string>()
  for (const locale of languages) {
    const seen = inLanguage(inOneLanguage(template, locale), locale, looking)
    for (const finding of seen.findings) {
      const key = `${finding.code} ${finding.title} ${finding.detail}`
      const at = locale === undefined ? finding.at : `/locales/${locale}${finding.at ?? ''}`
      if (!findings.has(key)) findings.set(key, { ...finding, ...(at !== undefined && { at }) })
    }
    for (const link of seen.links) links.add(link)
    sizes[locale ?? ''] = seen.size
  }
  return { findings: [...findings.values()], sizes, links: [...links] }
}

function inLanguage(template: Template, locale: string | undefined, { compiled: all, scope, parts }: Looking) {
  const compiled = locale === undefined ? all : spokenTo(all, { locale })
  const brand = parts?.brand
  if (compiled.channel !== 'email') {
    const pieces = renderText(compiled, scope)
    if (isRefusal(pieces)) return { findings: flat(pieces.refused) as Finding[], links: [], size: { bytes: 0, segments: 0 } }
    const segments = compiled.channel === 'sms' ? smsLength(pieces['/text'] ?? '').segments : 0
    return { findings: checkTexts(compiled, pieces, { measure: smsLength, brand }), links: [], size: { bytes: 0, segments } }
  }
  const mail = render(compiled, scope)
  if (isRefusal(mail)) return { findings: flat(mail.refused) as Finding[], links: [], size: { bytes: 0, segments: 0 } }
  const { preheader, purpose } = template as EmailTemplate
  const around = { preheader, purpose, unsubscribeUrl: scope.unsubscribe_url, postalAddress: scope.sender.postal_address, brand }
  return { ...checkMail({ ...mail, ...around }), size: { bytes: new TextEncoder().encode(mail.html).length, segments: 0 } }
}

const someOf = (pool: Pool, workspace: string, limit: number): Promise<JsonObject[]> =>
  inWorkspace(pool, workspace, async (tx) => {
    const rows = await pageStates<Person>(tx, 'profile', { workspace, after: '', limit })
    return rows.map(({ state }) => Object.fromEntries(Object.entries(state.profile.attributes).map(([name, [value]]) => [name, value])))
  })

const MOST_LINKS = 30
const AT_ONCE = 6
const LINKS_MS = 15_000
const GONE = new Set([404, 410])

/** Asks each page; whoever does not answer, or answers with anything but “not here”, is not called broken. */
export async function asked(urls: readonly string[], egress: Pick<Egress, 'send'>): Promise<Checked['links']> {
  const waiting = [...new Set(urls)].slice(0, MOST_LINKS)
  const answers = new Map<string, Checked['links'][number]>()
  const signal = AbortSignal.timeout(LINKS_MS)
  const ask = async (): Promise<void> => {
    for (let url = waiting.shift(); url !== undefined; url = waiting.shift()) answers.set(url, await one(url, egress, signal))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, ask))
  return urls.flatMap((url) => answers.get(url) ?? [])
}

async function one(url: string, egress: Pick<Egress, 'send'>, signal: AbortSignal): Promise<Checked['links'][number]> {
  if (signal.aborted) return { url, state: 'unchecked', reason: 'there was no time left' }
  const answer = await egress.send({ url, method: 'GET', follow: 3, signal })
  if (answer.kind !== 'answer') return { url, state: 'unchecked', reason: answer.reason }
  const reason = `HTTP ${answer.status}`
  if (GONE.has(answer.status)) return { url, state: 'broken', reason }
  return { url, state: answer.status < 400 ? 'ok' : 'unchecked', reason }
}
