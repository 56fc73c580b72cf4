import type { JsonObject } from '#lib/json.ts'
import { isRefusal, type Outcome, type Problem, refuse } from '#lib/problem.ts'
import { escapeHtml } from '../links.ts'
import { directionOf, type Locale, localeOf, lookUp } from '../locales.ts'
import type { EmailTemplate, Template, TemplateProblem } from '../schema.ts'
import { NO_PARTS, type TemplateParts, withSnippets } from '../snippets.ts'
import { inOneLanguage } from '../template-locales.ts'
import { bodyOfBlocks, settled } from './blocks.ts'
import { type CompiledEmail, compileEmail } from './templates.ts'
import { type CompiledText, compileText } from './texts.ts'

interface Spoken {
  /** The same in other languages. */
  readonly locales?: Readonly<Record<Locale, CompiledEmail | CompiledText>>
}
export type CompiledTemplate = (CompiledEmail | CompiledText) & Spoken

/** A version in all its languages, with the brand and the snippets that it was published with. */
export async function compileTemplate(
  template: Template,
  version: number,
  parts: TemplateParts = NO_PARTS,
): Promise<Outcome<CompiledTemplate>> {
  const own = await compileOne(inOneLanguage(template), version, parts)
  const others: [string, Outcome<CompiledEmail | CompiledText>][] = []
  for (const locale of Object.keys(template.locales ?? {}))
    others.push([locale, await compileOne(inOneLanguage(template, locale), version, parts)])
  const refused = [
    ...(isRefusal(own) ? [own.refused] : []),
    ...others.flatMap(([locale, each]) => (isRefusal(each) ? [moved(each.refused, `/locales/${locale}`)] : [])),
  ]
  if (refused.length > 0 || isRefusal(own)) return refuse(unite(refused))
  if (others.length === 0) return own
  const locales = Object.fromEntries(others) as Record<string, CompiledEmail | CompiledText>
  const said = new Set(own.problems.map(saying))
  const problems = Object.entries(locales).flatMap(([locale, each]) =>
    each.problems.filter((problem) => !said.has(saying(problem))).map((problem) => moved(problem, `/locales/${locale}`)),
  )
  return { ...own, locales, problems: [...own.problems, ...problems] }
}

/** The version of a template for a person: that of their language, else the default. */
export function spokenTo<Compiled extends CompiledTemplate>(compiled: Compiled, profile: JsonObject): Compiled {
  const found = compiled.locales && lookUp(localeOf(profile), Object.keys(compiled.locales))
  return found === undefined ? compiled : (compiled.locales![found] as Compiled)
}

const saying = ({ code, title, at }: TemplateProblem): string => `${code} ${title} ${at}`

/** `at` in another language: the same place under it. */
const moved = <P extends Problem | TemplateProblem>(problem: P, under: string): P => ({
  ...problem,
  at: `${under}${problem.at ?? ''}`,
  ...('problems' in problem && problem.problems && { problems: problem.problems.map((each) => moved(each, under)) }),
})

const unite = (problems: readonly Problem[]): Problem =>
  problems.length === 1 ? problems[0]! : { code: 'template.invalid', status: 422, title: 'The template has several problems', problems }

async function compileOne(template: Template, version: number, parts: TemplateParts): Promise<Outcome<CompiledEmail | CompiledText>> {
  const filled = withWords(template, parts)
  if (filled.channel !== 'email') return compileText(filled, version)
  if (filled.blocks === undefined) return compileEmail(inLanguage(filled), version)
  const own = settled(filled.blocks, parts.snippets)
  if (isRefusal(own)) return own
  const { purpose, locale } = filled
  const body = await bodyOfBlocks(own.blocks, { brand: parts.brand, locale, purpose })
  if (isRefusal(body)) return body
  const { blocks, ...rest } = filled
  const compiled = await compileEmail({ ...rest, html: body.html, text: filled.text ?? body.text }, version)
  const places = (problem: TemplateProblem): TemplateProblem => ({ ...problem, at: placeIn(blocks, problem) })
  return isRefusal(compiled) ? compiled : { ...compiled, problems: unique(compiled.problems.filter(isOfBlocks).map(places)) }
}

/** MJML gives a picture its `alt` always; blocks ask for it in their schema. */
const isOfBlocks = ({ code }: TemplateProblem): boolean => code !== 'template.image.alt'

const unique = (problems: readonly TemplateProblem[]): TemplateProblem[] => [
  ...new Map(problems.map((problem) => [`${problem.code} ${problem.title}`, problem])).values(),
]

/** The top block in whose words the unknown name stands. */
function placeIn(blocks: NonNullable<EmailTemplate['blocks']>, { title, at = '' }: TemplateProblem): string {
  const name = /“(.+)”/.exec(title)?.[1]
  const index = name === undefined ? -1 : blocks.findIndex((block) => JSON.stringify(block).includes(name))
  return index >= 0 ? `/blocks/${index}` : at.replace(/^\/html/, '/blocks')
}

/** Snippets of words in every text; in the HTML of an e-mail they are escaped, in MJML they may be MJML. */
function withWords(template: Template, { snippets }: TemplateParts): Template {
  if (snippets.size === 0) return template
  const words = (text: string): string => withSnippets(text, snippets, (snippet) => snippet.text)
  if (template.channel !== 'email') return deep(template, words)
  const markup = (text: string): string => withSnippets(text, snippets, ({ text: plain, mjml }) => mjml ?? (plain && escaped(plain)))
  const { subject, preheader, mjml, html, text } = template
  return {
    ...template,
    subject: words(subject),
    ...(preheader !== undefined && { preheader: words(preheader) }),
    ...(mjml !== undefined && { mjml: markup(mjml) }),
    ...(html !== undefined && { html: markup(html) }),
    ...(text !== undefined && { text: words(text) }),
  }
}

/** Liquid in the words of a snippet goes on working. */
const escaped = (text: string): string =>
  text.replace(/(\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\})|([\s\S])/g, (_whole, token, other) => token ?? escapeHtml(other))

function deep<T>(value: T, change: (text: string) => string): T {
  if (typeof value === 'string') return change(value) as T
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map((each) => deep(each, change)) as T
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, deep(inner, change)])) as T
}

/** Screen readers and translators go by the language of the document. */
function inLanguage(template: EmailTemplate): EmailTemplate {
  const { locale, mjml, html } = template
  if (locale === undefined) return template
  const tell = (source: string, tag: 'mjml' | 'html'): string =>
    source.replace(new RegExp(`<${tag}(?=[\\s>])(?![^>]*\\slang\\s*=)`, 'i'), `<${tag} lang="${locale}" dir="${directionOf(locale)}"`)
  return { ...template, ...(mjml !== undefined && { mjml: tell(mjml, 'mjml') }), ...(html !== undefined && { html: tell(html, 'html') }) }
}
