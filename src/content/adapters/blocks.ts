import { isRefusal, type Outcome, type Problem, refuse } from '#lib/problem.ts'
import { type Block, type TextKind, textsOf, walk } from '../blocks.ts'
import { mjmlOfBlocks } from '../blocks-mjml.ts'
import { HOUSE } from '../brand.ts'
import { reachingOut } from '../liquid-tokens.ts'
import { elementsOf, linksIn } from '../rich-text.ts'
import type { EmailTemplate } from '../schema.ts'
import { filledIn, layoutProblems, type TemplateParts, withSnippets } from '../snippets.ts'
import { parse } from './liquid.ts'
import { htmlOf } from './mjml.ts'
import { plainText } from './plain-text.ts'

/** The HTML and the derived text of a body of blocks, with Liquid in them; a refusal names the block (`/blocks/3/columns/1/blocks/0/text:1:4`). */
export async function bodyOfBlocks(
  blocks: readonly Block[],
  { brand, locale, purpose }: { brand: TemplateParts['brand']; locale: string | undefined; purpose: EmailTemplate['purpose'] },
): Promise<Outcome<{ html: string; text: string }>> {
  const { mjml, tokens } = mjmlOfBlocks({ blocks, brand: brand ?? HOUSE, locale, purpose })
  const html = await htmlOf(mjml)
  if (isRefusal(html)) return refuse(placedIn(html.refused))
  const lean = html.replace(/\n\s*/g, '\n')
  return { html: tokens.restore(lean), text: tokens.restore(plainText(lean)) }
}

/** Lines of MJML that nobody wrote tell nobody anything. */
const placedIn = (problem: Problem): Problem => ({
  ...problem,
  title: 'A block of MJML is not valid',
  hint: 'At the top level it holds sections; inside columns it holds elements such as <mj-text>.',
  at: '/blocks',
  ...(problem.problems && { problems: problem.problems.map((each) => ({ ...each, at: '/blocks' })) }),
})

/** Blocks with snippets in their places, or what is wrong with them. */
export function settled(blocks: readonly Block[], snippets: TemplateParts['snippets'], at = '/blocks'): Outcome<{ blocks: Block[] }> {
  const problems = [...layoutProblems(blocks, at), ...textProblems(blocks, at)]
  if (problems.length > 0) return refuse({ code: 'template.invalid', status: 422, title: 'The blocks have problems', problems })
  const named = JSON.parse(
    withSnippets(JSON.stringify(blocks), snippets, (snippet) => snippet.text && JSON.stringify(snippet.text).slice(1, -1)),
  )
  return { blocks: filledIn(named as Block[], snippets) }
}

/** Each text has to be whole by itself: then the whole mail is. */
export function textProblems(blocks: readonly Block[], at: string): Problem[] {
  return [...walk(blocks, at)].flatMap(({ block, at: here }) => [
    ...textsOf(block).flatMap(([field, text, kind]) => faultsOf(text, kind, `${here}${field}`)),
    ...(block.kind === 'conditional' ? unreadable(`{% if ${block.when} %}{% endif %}`, `${here}/when`) : []),
  ])
}

function faultsOf(text: string, kind: TextKind, at: string): Problem[] {
  const reaching = kind === 'mjml' ? undefined : reachingOut(text)
  if (reaching !== undefined) return [{ ...REACHING, detail: reaching, at }]
  const whole = unreadable(text, at)
  if (whole.length > 0 || kind !== 'rich') return [...whole, ...(kind === 'address' ? badTarget(text, at) : [])]
  const parts = elementsOf(text).flatMap((element) => unreadable(element, at))
  return [...parts.slice(0, 1).map((problem) => ({ ...problem, hint: ACROSS })), ...linksIn(text).flatMap((link) => badTarget(link, at))]
}

const REACHING = {
  code: 'template.block.liquid',
  status: 422,
  title: 'This reaches beyond its own text',
  hint: 'Leave out raw, break and continue; HTML of your own goes into a block of kind mjml.',
} as const
const ACROSS = 'A tag has to end in the paragraph or list item in which it begins; use a conditional block for more.'

function unreadable(text: string, at: string): Problem[] {
  const parsed = parse(text, 'html', at)
  return isRefusal(parsed) ? [parsed.refused] : []
}

const badTarget = (text: string, at: string): Problem[] =>
  /^\s*(?:https?:\/\/|mailto:|tel:|sms:|#|\{[{%])/i.test(text)
    ? []
    : [
        {
          code: 'template.link.target',
          status: 422,
          title: 'This is no address that a message can lead to',
          detail: text.slice(0, 100),
          at,
          hint: 'Begin with https://, mailto: or tel:.',
        },
      ]
