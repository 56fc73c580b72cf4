import type { JsonObject } from '#lib/json.ts'
import { type Finding, warning } from './finding.ts'
import { validateJsonLd } from './geo-vocabulary.ts'
import type { Page, PageBlock } from './pages.ts'
import { jsonLdOf, type Place, plainOf } from './pages-write.ts'
import { linksIn } from './rich-text.ts'

/** An answer that is taken over whole: 40 to 60 words, with some room. */
const ANSWER = { least: 30, most: 75 } as const
const ASKS =
  /\?\s*$|^(?:who|what|when|where|why|which|how|can|does|do|is|are|should|wer|was|wann|wo|warum|welche|wie|kann|qui|que|quand|où|pourquoi|comment|cómo|qué|cuándo|dónde)\b/i
const words = (text: string): number => plainOf(text).split(/\s+/).filter(Boolean).length

/** What keeps a page from being quoted as an answer. Signs that studies found, never a promise of a place. */
export function checkPage(page: Page, place: Place): Finding[] {
  return [...checkAnswers(page), ...checkHeadings(page), ...checkSources(page), ...checkAuthor(page), ...checkData(page, place)]
}

function checkAnswers({ summary, blocks }: Page): Finding[] {
  const length = words(summary)
  const first =
    length < ANSWER.least || length > ANSWER.most
      ? [
          warning({
            code: 'geo.answer',
            title: `The answer that stands first has ${length} words`,
            hint: 'Answer the question in 40 to 60 words; explain below.',
            at: '/summary',
          }),
        ]
      : []
  const under = blocks.flatMap((block, i) => {
    if (block.kind !== 'heading' || block.level !== 2) return []
    const next = blocks[i + 1]
    if (next?.kind !== 'text')
      return [
        warning({
          code: 'geo.section',
          title: `Under “${block.text}” stands no text first`,
          hint: 'Answer the heading before you show anything else.',
          at: `/blocks/${i}`,
        }),
      ]
    const opening = words(next.text.split(/\n\s*\n/)[0]!)
    return opening > ANSWER.most
      ? [
          warning({
            code: 'geo.section',
            title: `The first paragraph under “${block.text}” has ${opening} words`,
            hint: 'Begin with the answer in 40 to 60 words.',
            at: `/blocks/${i + 1}/text`,
          }),
        ]
      : []
  })
  return [...first, ...under]
}

function checkHeadings({ title, question, blocks, faq }: Page): Finding[] {
  const sections = blocks.flatMap((block, i) => (block.kind === 'heading' && block.level === 2 ? [{ text: block.text, i }] : []))
  const asking = sections.filter(({ text }) => ASKS.test(text)).length
  const found: Finding[] = []
  if (question === undefined && !ASKS.test(title))
    found.push(
      warning({
        code: 'geo.question',
        title: 'Nothing says which question the page answers',
        hint: 'Give question, in the words of those who ask it.',
        at: '/question',
      }),
    )
  if (sections.length > 0 && asking * 2 < sections.length)
    found.push(
      warning({
        code: 'geo.headings',
        title: `${asking} of ${sections.length} headings are questions`,
        hint: 'Ask in the heading what the section answers.',
        at: `/blocks/${sections.find(({ text }) => !ASKS.test(text))!.i}`,
      }),
    )
  if (!blocks.some(isStructured) && faq.length === 0)
    found.push(
      warning({
        code: 'geo.structure',
        title: 'There is no list, table or FAQ',
        hint: 'Lists and tables are taken over more often than running text.',
      }),
    )
  return found
}

const isStructured = (block: PageBlock): boolean =>
  block.kind === 'table' || (block.kind === 'text' && /^(?:- |\d+[.)] )/m.test(block.text))

/** A number with a unit or of a statistic: dates, prices of one thing and counts below ten are none. */
const CLAIM = /\b\d+(?:[.,]\d+)?\s?(?:%|percent|prozent|million|billion|mio|times|x\b)/i

function checkSources({ summary, blocks }: Page): Finding[] {
  const texts: [string, string][] = [
    ['/summary', summary],
    ...blocks.flatMap((block, i): [string, string][] => (block.kind === 'text' ? [[`/blocks/${i}/text`, block.text]] : [])),
  ]
  const bare = texts.flatMap(([at, text]) =>
    text
      .split(/\n\s*\n/)
      .filter((paragraph) => CLAIM.test(plainOf(paragraph)) && linksIn(paragraph).length === 0)
      .map((paragraph) =>
        warning({
          code: 'geo.source',
          title: 'A number has no source',
          detail: `“${plainOf(paragraph).slice(0, 80)}”`,
          hint: 'Link to where it comes from: numbers with sources are quoted, numbers without are not believed.',
          at,
        }),
      ),
  )
  const cited =
    texts.some(([, text]) => linksIn(text).some((link) => link.startsWith('https://'))) ||
    blocks.some((block) => block.kind === 'quote' && block.source !== undefined)
  return [
    ...bare,
    ...(cited ? [] : [warning({ code: 'geo.citations', title: 'The page cites nobody', hint: 'Link to the sources that you rely on.' })]),
  ]
}

function checkAuthor({ author, publisher }: Page): Finding[] {
  const found: Finding[] = []
  if (author.sameAs.length === 0)
    found.push(
      warning({
        code: 'geo.author',
        title: 'Nothing says elsewhere who the author is',
        hint: 'Give author.sameAs: a profile page that is known to be theirs.',
        at: '/author/sameAs',
      }),
    )
  if (publisher.sameAs.length === 0)
    found.push(
      warning({
        code: 'geo.publisher',
        title: 'Nothing says elsewhere who publishes',
        hint: 'Give publisher.sameAs: register, Wikipedia, social profiles.',
        at: '/publisher/sameAs',
      }),
    )
  return found
}

/** Objects of the author are found in `data`; the rest is ours. */
function checkData(page: Page, place: Place): Finding[] {
  const graph = (jsonLdOf(page, place)['@graph'] as readonly JsonObject[]) ?? []
  const ours = graph.length - page.data.length
  return graph.flatMap((object, i) => validateJsonLd(object, i < ours ? '' : `/data/${i - ours}`))
}
