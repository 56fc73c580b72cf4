import { isRefusal, type Problem } from '#lib/problem.ts'
import { flat } from '../problems.ts'
import { EmailTemplate, type Template } from '../schema.ts'
import { namedIn, type Snippet, type TemplateParts } from '../snippets.ts'
import { compileTemplate } from './compile.ts'

/** What only compiling finds: errors that stop a template's publication. Snippets that it names are looked at by themselves. */
export async function examineTemplate(template: Template): Promise<readonly Problem[]> {
  const compiled = await compileTemplate(template, 0, standIns(template))
  const problems = isRefusal(compiled) ? flat(compiled.refused) : compiled.problems
  return problems.filter(({ severity }) => severity === 'error').map(({ severity: _severity, ...problem }) => ({ status: 422, ...problem }))
}

/** Any word for each snippet that is named in a text. */
const standIns = (template: Template): TemplateParts => ({
  snippets: new Map(namedIn(JSON.stringify(template)).map((id) => [id, { kind: 'snippet', id, text: 'x' } satisfies Snippet])),
})

/** A snippet is sound when a mail of it alone is; MJML may be made for the top level or for a column. */
export async function examineSnippet(snippet: Snippet): Promise<readonly Problem[]> {
  const { blocks, mjml, text } = snippet
  const mail = (inside: object): Template =>
    EmailTemplate.parse({ kind: 'template', id: snippet.id, subject: '-', purpose: 'transactional', ...inside })
  if (blocks !== undefined) return examineTemplate(mail({ blocks }))
  if (text !== undefined)
    return (await examineTemplate(mail({ html: text }))).map((problem) => ({
      ...problem,
      at: (problem.at ?? '').replace(/^\/html/, '/text'),
    }))
  const block = [{ kind: 'mjml', mjml }]
  const [top, inner] = await Promise.all([
    examineTemplate(mail({ blocks: block })),
    examineTemplate(mail({ blocks: [{ kind: 'columns', columns: [{ blocks: block }, { blocks: [] }] }] })),
  ])
  return (top.length <= inner.length ? top : inner).map((problem) => ({ ...problem, at: '/mjml' }))
}
