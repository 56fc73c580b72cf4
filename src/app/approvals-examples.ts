import type { Doc } from '#approvals/closure.ts'
import { chooseExamples, type Example, type Rendering } from '#approvals/sample.ts'
import { previewTemplate } from '#content/actions.ts'
import type { PreviewTemplate } from '#content/schema.ts'
import { Template } from '#content/schema.ts'
import { check } from '#journeys/check.ts'
import { Journey } from '#journeys/schema.ts'
import type { OutputOf } from '#lib/action.ts'
import { isRefusal, type Outcome, type Problem } from '#lib/problem.ts'
import { type DocumentKind, libraryOf, problemsOf } from '#platform/documents-plan.ts'
import type { Queryable } from '#platform/log.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { templatesOf } from './approvals-evidence.ts'
import type { Proposal } from './approvals-proposal.ts'
import { previewParts } from './content.ts'

/** What shows approvers the messages themselves. */
export interface Shower {
  /** Renders an unpublished template for one person. */
  render(workspace: string, asked: { draft: Template; profile: string }): Promise<Outcome<OutputOf<typeof PreviewTemplate>>>
  /** The locale of a person; '' when it is not known. */
  locale(workspace: string, profile: string): Promise<string>
  readonly kinds: ReadonlyMap<string, DocumentKind>
  /** What may not stand in the way of a publish and is worth knowing; by document. */
  warnings(proposal: Proposal): Promise<readonly (Problem & { readonly document: string })[]>
}

/** Renders as the preview does. */
export function showerOf({ db, pool, now, kinds }: { db: Queryable; pool: Pool; now: () => number; kinds: Shower['kinds'] }): Shower {
  const parts = previewParts({ db, pool, now })
  return {
    kinds,
    render: (workspace, { draft, profile }) => previewTemplate({ draft, profileId: profile }, workspace, parts),
    async locale(workspace, profile) {
      const { locale, language } = (await parts.attributes(workspace, profile)) ?? {}
      return String(locale ?? language ?? '')
    },
    async warnings({ after, journeys }) {
      const library = { ids: (kind: string) => after.filter((each) => each.kind === kind).map(({ id }) => id) }
      return journeys.flatMap(({ id, body }) => {
        const parsed = Journey.safeParse(body)
        const found = parsed.success ? check(parsed.data as Journey, library).filter(({ severity }) => severity === 'warning') : []
        return found.map(({ severity: _severity, ...problem }) => ({ ...problem, status: 422, document: `journey/${id}` }))
      })
    },
  }
}

/** Templates that are rendered to choose from: one journey seldom has more. */
const MOST_TEMPLATES = 4
const MOST_PEOPLE = 12

interface Choosing {
  readonly workspace: string
  readonly proposal: Proposal
  readonly people: readonly string[]
  readonly k: number
  /** Of held runs: the step; all runs of the sample stand on it. */
  readonly step: string
}

/** Who and what is shown: chosen among renderings for real people, and kept by id only. */
export async function examplesFor(show: Shower, { workspace, proposal, people, k }: Choosing): Promise<Example[]> {
  const renderings: Rendering[] = []
  for (const profile of people.slice(0, MOST_PEOPLE)) {
    const locale = await show.locale(workspace, profile)
    for (const template of parsedOf(proposal).slice(0, MOST_TEMPLATES)) {
      const made = await show.render(workspace, { draft: template, profile })
      if (isRefusal(made)) continue
      const length = made.rendered ? made.rendered.text.length + made.rendered.subject.length : 0
      renderings.push({ profile, template: template.id, locale, length, problems: made.problems.length + (made.rendered ? 0 : 100) })
    }
  }
  return chooseExamples(renderings, k)
}

const parsedOf = (proposal: Proposal): Template[] => templatesOf(proposal).flatMap(({ body }) => Template.safeParse(body).data ?? [])

/** The examples as they are at this moment: nothing that was rendered is kept, so nothing of an erased person is. */
export async function shown(
  show: Shower,
  { workspace, proposal, examples }: { workspace: string; proposal: Proposal; examples: readonly Example[] },
) {
  const templates = new Map(parsedOf(proposal).map((each) => [each.id, each]))
  return Promise.all(
    examples.map(async (example) => {
      const draft = templates.get(example.template)
      const made = draft && (await show.render(workspace, { draft, profile: example.profile }))
      if (!made) return { ...example, rendered: null, problems: ['The template is not there any more.'] }
      if (isRefusal(made)) return { ...example, rendered: null, problems: [made.refused.title] }
      const { rendered, problems } = made
      return {
        ...example,
        rendered: rendered && { subject: rendered.subject, html: rendered.html, text: rendered.text },
        problems: problems.map(({ title }) => title),
      }
    }),
  )
}

/** What the checks of each kind, and the rules for sending, say of what would be live. */
export async function lintOf(show: Shower, proposal: Proposal) {
  const library = libraryOf(proposal.after, show.kinds)
  const isBound = new Set(proposal.bound.map(({ kind, id }) => `${kind}/${id}`))
  const errors = proposal.after
    .filter(({ kind, id }: Doc) => isBound.has(`${kind}/${id}`))
    .flatMap((each) => problemsOf(each, show.kinds, library).map((problem) => line('error', `${each.kind}/${each.id}`, problem)))
  const warnings = await show.warnings(proposal)
  return [...errors, ...warnings.map(({ document, ...problem }) => line('warning', document, problem))]
}

const line = (severity: 'error' | 'warning', document: string, { code, title, detail = '' }: Problem) => ({
  severity,
  document,
  code,
  title,
  detail,
})
