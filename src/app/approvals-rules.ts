import { gatesOf, rulesOn } from '#consent/policies/lint.ts'
import { Template } from '#content/schema.ts'
import { inOneLanguage } from '#content/template-locales.ts'
import type { DocumentKind } from '#platform/documents-plan.ts'
import { libraryOf } from '#platform/documents-plan.ts'
import { templatesOf } from './approvals-evidence.ts'
import type { Proposal } from './approvals-proposal.ts'
import { templateDraft } from './policy-lint.ts'

/** What every rule says of every message of a proposal, in each of its languages: the worst word counts. */
export function rulesFor(proposal: Proposal, kinds: ReadonlyMap<string, DocumentKind>, now: number) {
  const gates = gatesOf(libraryOf(proposal.after, kinds))
  if (!gates.exists) return []
  return templatesOf(proposal).flatMap(({ id, body }) => {
    const template = Template.safeParse(body).data
    if (!template) return []
    const texts = [template, ...Object.keys(template.locales ?? {}).map((locale) => inOneLanguage(template, locale))]
    const words = texts.flatMap((text) => rulesOn(templateDraft(text), gates, now))
    const worst = new Map<string, (typeof words)[number]>()
    for (const word of words) {
      const before = worst.get(word.policy)
      if (!before || (before.verdict !== 'refuse' && word.verdict === 'refuse')) worst.set(word.policy, word)
    }
    return [...worst.values()].map((word) => ({ document: `template/${id}`, ...word }))
  })
}
