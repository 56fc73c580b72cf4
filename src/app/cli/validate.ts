import { flat } from '#content/problems.ts'
import { Template } from '#content/schema.ts'
import { check } from '#journeys/check.ts'
import { Journey } from '#journeys/schema.ts'
import { isRefusal, type Outcome, type Problem } from '#lib/problem.ts'
import { type Library, libraryOf, problemsOf } from '#platform/documents-plan.ts'
import type { AuthoredFile } from '../authored-files.ts'
import { KINDS } from '../kinds.ts'
import { partsOf } from '../template-parts.ts'
import type { Command, Result } from './command.ts'
import { type Folder, folderOf, type PlacedProblem, placed, problemLines } from './folder.ts'
import { count } from './paint.ts'
import { proofLines, proofOf } from './proof.ts'

type Found = Problem & { readonly severity?: 'error' | 'warning' }

export const validate: Command = {
  name: 'validate',
  does: 'Checks the documents of a folder, without a server: shape, conditions, references, Liquid and MJML.',
  takes: '[dir]',
  count: [0, 1],
  flags: {
    prove: { type: 'boolean', does: 'also prove the most messages that one person can get, from all journeys of the folder together' },
  },
  more: 'Ends with 1 when there is an error; warnings do not count.',
  async run(call): Promise<Outcome<Result>> {
    const folder = folderOf(call)
    if (isRefusal(folder)) return folder
    const problems = [...folder.problems, ...(await problemsIn(folder))]
    const errors = problems.filter(({ severity }) => severity === 'error').length
    const warnings = problems.length - errors
    const told = [...problems.map((problem) => problemLines(problem, call.paint))]
    const counted = `${count(folder.documents.length, 'document')}, ${count(errors, 'error')}, ${count(warnings, 'warning')}.`
    told.push(errors > 0 ? call.paint('red', counted) : call.paint('green', counted))
    const proof = call.flags['prove'] === true ? proofOf(folder) : undefined
    if (proof) told.push('', ...proofLines(proof, call.paint))
    const json = { ok: errors === 0, documents: folder.documents.length, problems, ...(proof && { proof }) }
    return { code: errors > 0 ? 1 : 0, json, text: told.join('\n') }
  },
}

/** All that is wrong in the documents as they stand, each reference looked up among them. */
async function problemsIn(folder: Folder): Promise<PlacedProblem[]> {
  const library = libraryOf(folder.documents, KINDS)
  const found: PlacedProblem[] = []
  for (const document of folder.documents) {
    const problems = [
      ...twice(document, folder),
      ...ownProblems(document, library),
      ...(await templateProblems(document, folder.documents)),
      ...sender(document, library),
    ]
    found.push(...problems.map((problem) => placed(problem, document, folder)))
  }
  return found
}

/** Of a journey also the warnings, which do not stand in the way of publishing. */
function ownProblems(document: AuthoredFile, library: Library): readonly Found[] {
  const journey = document.kind === 'journey' ? Journey.safeParse(document.body) : undefined
  return journey?.success ? check(journey.data, library) : problemsOf(document, KINDS, library)
}

function twice(document: AuthoredFile, { documents, shown }: Folder): Found[] {
  const first = documents.find(({ kind, id }) => kind === document.kind && id === document.id)!
  if (first === document) return []
  const title = `There are two documents ${document.kind} “${document.id}”`
  return [
    {
      code: 'document.twice',
      status: 422,
      title,
      at: '/id',
      hint: `Rename one of them; the other stands in ${shown(first.file)}:${first.position('/id')}`,
    },
  ]
}

async function templateProblems({ kind, body }: AuthoredFile, documents: Folder['documents']): Promise<Found[]> {
  const template = kind === 'template' ? Template.safeParse(body) : undefined
  if (!template?.success) return []
  // Loaded only here: MJML takes most of a second to load.
  const { compileTemplate } = await import('#content/adapters/compile.ts')
  // What is unsound in a part is told of the part.
  const sound = documents.filter((each) => KINDS.get(each.kind)?.schema.safeParse(each.body).success)
  const compiled = await compileTemplate(template.data, 0, partsOf(template.data, sound))
  const problems = isRefusal(compiled) ? flat(compiled.refused) : compiled.problems
  return problems.map((problem) => ({ status: 422, ...problem }))
}

function sender({ kind, body }: AuthoredFile, library: Library): Found[] {
  const name = kind === 'template' ? body['sender'] : undefined
  if (typeof name !== 'string' || library.ids('sender').includes(name)) return []
  const known = library.ids('sender')
  const hint = known.length === 0 ? 'Add the sender to the folder.' : `Name one of: ${known.join(', ')}.`
  return [{ code: 'template.sender', status: 422, title: `There is no sender “${name}”`, at: '/sender', hint }]
}
