import { z } from 'zod'
import type { Problem } from '#lib/problem.ts'
import { type Block, Blocks, misplaced, walk, within } from './blocks.ts'
import type { Brand } from './brand.ts'
import { DocumentId } from './names.ts'

/** Something that many messages say alike: blocks or MJML for e-mails, words for any channel. */
export const Snippet = z
  .strictObject({
    kind: z.literal('snippet'),
    id: DocumentId,
    name: z.string().max(200).optional(),
    blocks: Blocks.optional(),
    mjml: z.string().min(1).max(100_000).optional(),
    /** `{{ snippets.<id> }}` in any text stands for it. */
    text: z.string().min(1).max(4_000).optional(),
  })
  .refine(({ blocks, mjml, text }) => [blocks, mjml, text].filter((each) => each !== undefined).length === 1, {
    message: 'give exactly one of blocks, mjml and text',
    path: ['blocks'],
  })
export type Snippet = z.output<typeof Snippet>

/** What a template version was published with. */
export interface TemplateParts {
  readonly brand?: Brand | undefined
  readonly snippets: ReadonlyMap<string, Snippet>
}
export const NO_PARTS: TemplateParts = { snippets: new Map() }

/** `{{ snippets.terms }}`, wherever Liquid stands. */
const NAMED = /\{\{-?\s*snippets\.([a-z0-9][a-z0-9-_]{0,63})\s*-?\}\}/g

/** Ids of the snippets that a text names. */
export const namedIn = (text: string): string[] => [...text.matchAll(NAMED)].map(([, id]) => id!)

/** The text with the words of the snippets in their places; an unknown one stays as it is and is found by the check. */
export const withSnippets = (text: string, snippets: TemplateParts['snippets'], as: (snippet: Snippet) => string | undefined): string =>
  text.replace(NAMED, (whole, id: string) => {
    const snippet = snippets.get(id)
    return (snippet && as(snippet)) ?? whole
  })

/** Snippets that blocks refer to, with their places. */
export const snippetsIn = (blocks: readonly Block[], at: string): { id: string; at: string }[] =>
  [...walk(blocks, at)].flatMap(({ block, at: here }) => (block.kind === 'snippet' ? [{ id: block.id, at: `${here}/id` }] : []))

/** What one snippet leads to in the end, by id, if that is itself: `a → b → a`. */
export function cycleFrom(start: string, get: (id: string) => Snippet | undefined): readonly string[] | undefined {
  const seen = new Set<string>()
  const follow = (id: string, path: readonly string[]): readonly string[] | undefined => {
    for (const next of snippetsIn(get(id)?.blocks ?? [], '').map((each) => each.id)) {
      if (next === start) return [...path, next]
      if (seen.has(next)) continue
      seen.add(next)
      const found = follow(next, [...path, next])
      if (found) return found
    }
    return undefined
  }
  return follow(start, [start])
}

type GetSnippet = (id: string) => Snippet | undefined

/** What is wrong with a snippet among others. */
export function snippetProblems(snippet: Snippet, get: GetSnippet): Problem[] {
  const blocks = snippet.blocks ?? []
  const cycle = cycleFrom(snippet.id, (id) => (id === snippet.id ? snippet : get(id)))
  return [
    ...layoutProblems(blocks, '/blocks'),
    ...unknownSnippets(snippetsIn(blocks, '/blocks'), (id) => (id === snippet.id ? snippet : get(id))),
    ...(cycle
      ? [
          {
            code: 'snippet.cycle',
            status: 422,
            title: 'The snippet contains itself',
            detail: cycle.join(' → '),
            at: '/blocks',
            hint: 'Take one of them out.',
          },
        ]
      : []),
  ]
}

export const layoutProblems = (blocks: readonly Block[], at: string): Problem[] =>
  misplaced(blocks, at).map((each) => ({ code: 'template.blocks', status: 422, ...each }))

export const unknownSnippets = (named: readonly { id: string; at: string }[], get: GetSnippet): Problem[] =>
  named
    .filter(({ id }) => !get(id))
    .map(({ id, at }) => ({
      code: 'snippet.unknown',
      status: 422,
      title: `There is no snippet called “${id}”`,
      hint: 'Publish it first, or with this template.',
      at,
    }))

/** Blocks with the snippets put in their places, as far as they are there. A circle is cut where it would begin again. */
export function filledIn(blocks: readonly Block[], snippets: TemplateParts['snippets'], open: readonly string[] = []): Block[] {
  return blocks.flatMap((block): Block[] => {
    if (block.kind !== 'snippet') return [mapped(block, (inner) => filledIn(inner, snippets, open))]
    const found = snippets.get(block.id)
    if (!found || open.includes(block.id)) return []
    if (found.mjml !== undefined) return [{ kind: 'mjml', mjml: found.mjml }]
    if (found.text !== undefined) return [{ kind: 'text', text: found.text, size: 'normal' }]
    return filledIn(found.blocks ?? [], snippets, [...open, block.id])
  })
}

function mapped(block: Block, change: (blocks: Block[]) => Block[]): Block {
  if (within(block).length === 0) return block
  switch (block.kind) {
    case 'columns':
      return { ...block, columns: block.columns.map((column) => ({ ...column, blocks: change(column.blocks) })) }
    case 'conditional':
      return { ...block, blocks: change(block.blocks), ...(block.otherwise && { otherwise: change(block.otherwise) }) }
    case 'slot':
      return {
        ...block,
        variants: Object.fromEntries(Object.entries(block.variants).map(([id, blocks]) => [id, change(blocks)])),
        ...(block.otherwise && { otherwise: change(block.otherwise) }),
      }
    default:
      return block
  }
}
