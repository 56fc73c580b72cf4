import { z } from 'zod'
import type { CompiledTemplate } from '#content/adapters/compile.ts'
import { compileTemplate } from '#content/adapters/compile.ts'
import type { TemplateLibrary } from '#content/adapters/library.ts'
import { Brand } from '#content/brand.ts'
import { Template } from '#content/schema.ts'
import { Snippet, type TemplateParts } from '#content/snippets.ts'
import type { Outcome } from '#lib/problem.ts'

/** What a test carries with it: the words as they stood when it was asked for, published or not. */
const Test = z.object({ template: Template, brand: Brand.optional(), snippets: z.array(Snippet) })
export type Test = z.output<typeof Test>

/** Ids of test messages begin with it. What becomes of them is on no log: they are no contact, and count in no report. */
export const TEST = 'test:'
export const isTest = (id: string): boolean => id.startsWith(TEST)
/** Ids of mail that brings reports to colleagues begin with it. */
export const REPORT = 'report:'
/** Messages among colleagues: no contact with anybody, so they are on no log, and no rule, cap, budget or report counts them. */
export const isAmongUs = (id: string): boolean => isTest(id) || id.startsWith(REPORT)
/** The message that brings the code of a test address: who asked for it must not be able to read it here. */
export const CODE_TEMPLATE = 'test-address'
export const bringsCode = ({ id, payload }: Pick<Named, 'id' | 'payload'>): boolean => isTest(id) && payload['template'] === CODE_TEMPLATE
const MARK = '[Test] '

interface Named {
  readonly ws: string
  readonly id: string
  readonly payload: Readonly<Record<string, unknown>>
}

/** What a message says: of a test, what it carries; else the version that it names. */
export async function compiledFor(
  { ws, id, payload }: Named,
  { template, template_version: version }: { readonly template: string; readonly template_version: number },
  library: TemplateLibrary,
): Promise<Outcome<CompiledTemplate>> {
  if (!isTest(id)) return library.compiled(ws, template, version)
  const test = Test.parse(payload['test'])
  const parts: TemplateParts = { brand: test.brand, snippets: new Map(test.snippets.map((each) => [each.id, each])) }
  return compileTemplate(test.template, 0, parts)
}

/** Nobody takes a test for the message itself. */
export const marked = <Pieces extends Readonly<Record<string, string>>>(id: string, pieces: Pieces): Pieces => {
  if (!isTest(id)) return pieces
  const first = ['/subject', '/title', '/text'].find((field) => field in pieces)
  return first === undefined ? pieces : { ...pieces, [first]: MARK + pieces[first] }
}
