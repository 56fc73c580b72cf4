import type { Problem } from '#lib/problem.ts'
import type { Brand } from './brand.ts'
import type { EmailTemplate, Template } from './schema.ts'
import { namedIn, type Snippet, snippetsIn, unknownSnippets } from './snippets.ts'

/** The documents that a template may lean on. */
export interface ContentLibrary {
  get(kind: string, id: string): unknown
}

const snippetOf =
  (library: ContentLibrary) =>
  (id: string): Snippet | undefined =>
    library.get('snippet', id) as Snippet | undefined

/** What a template names and is not there. */
export function templateProblems(template: Template, library: ContentLibrary): Problem[] {
  const brand = template.channel === 'email' ? template.brand : undefined
  return [
    ...(brand !== undefined && (library.get('brand', brand) as Brand | undefined) === undefined
      ? [
          {
            code: 'brand.unknown',
            status: 422,
            title: `There is no brand called “${brand}”`,
            hint: 'Publish it first, or with this template.',
            at: '/brand',
          },
        ]
      : []),
    ...unknownSnippets(blocksNamed(template), snippetOf(library)),
    ...wordProblems(template, snippetOf(library)),
  ]
}

/** Snippets that a template stands on, named in blocks or in words, in any of its languages. */
export const snippetsOf = (template: Template): string[] => [
  ...new Set([...blocksNamed(template).map(({ id }) => id), ...namedIn(JSON.stringify(template))]),
]

function blocksNamed(template: Template): { id: string; at: string }[] {
  if (template.channel !== 'email') return []
  const others = Object.entries(template.locales ?? {}).flatMap(([locale, { blocks }]) =>
    snippetsIn(blocks ?? [], `/locales/${locale}/blocks`),
  )
  return [...snippetsIn(template.blocks ?? [], '/blocks'), ...others]
}

/** `{{ snippets.x }}` stands for words; in a body of MJML also for MJML. */
function wordProblems(template: Template, get: (id: string) => Snippet | undefined): Problem[] {
  const takesMjml =
    template.channel === 'email' &&
    [template, ...Object.values(template.locales ?? {})].some((words) => (words as EmailTemplate).mjml !== undefined)
  return [...new Set(namedIn(JSON.stringify(template)))].flatMap((id): Problem[] => {
    const snippet = get(id)
    if (!snippet) return unknownSnippets([{ id, at: '' }], get)
    if (snippet.text !== undefined || (takesMjml && snippet.mjml !== undefined)) return []
    return [
      {
        code: 'snippet.words',
        status: 422,
        title: `The snippet “${id}” is no text`,
        hint: 'Refer to it with a block of kind snippet.',
        at: '',
      },
    ]
  })
}
