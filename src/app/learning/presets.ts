import { unlearned } from '#decisions/health.ts'
import { DOES, needsOf } from '#decisions/needs.ts'
import { DraftPreset, ListPresets } from '#decisions/presets/api.ts'
import { documentsOf, PRESETS } from '#decisions/presets/presets.ts'
import type { Preset, WrittenModel } from '#decisions/presets/schema.ts'
import { Model } from '#decisions/schema.ts'
import type { OutputOf } from '#lib/action.ts'
import type { Json } from '#lib/json.ts'
import { isRefusal, refuse } from '#lib/problem.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { listDocuments, liveDocuments, saveDraft } from '#platform/documents.ts'
import { type Binding, bind, bindAudited } from '#platform/http/actions.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import type { Publishing } from '#workspaces/documents/actions.ts'
import { askedBy } from './asked-by.ts'
import { seenBy } from './needs-store.ts'

interface Options {
  readonly pool: Pool
  readonly analytics: Analytics
  /** Epoch ms. */
  readonly now: () => number
  readonly publishing: Pick<Publishing, 'saved'>
}

type View = OutputOf<typeof ListPresets>['presets'][number]

/** Models to begin with. */
export const presetBindings = ({ pool, analytics, now, publishing }: Options): Binding[] => [
  bind(ListPresets, async (_input, { workspace }) => {
    const { live, known } = await inWorkspace(pool, workspace, async (tx) => ({
      live: await liveDocuments(tx, workspace),
      known: await listDocuments(tx, workspace, { kind: 'model', archived: false }),
    }))
    const there = new Set(known.map(({ id }) => id))
    const asked = askedBy(live)
    const presets: View[] = []
    for (const preset of Object.values(PRESETS)) {
      const models = preset.documents.map((document) => Model.parse(document))
      const seen = await seenBy(analytics, { workspace, models, askedBy: asked, now: now() })
      presets.push(viewOf(preset, (model) => ({ needs: needsOf(model, seen.get(model.id)!), there: there.has(model.id) })))
    }
    return { presets }
  }),
  bindAudited(DraftPreset, ({ industry, only, events }, { workspace, actor }, call) =>
    inWorkspace(pool, workspace, async (tx) => {
      const wanted = documentsOf(industry, events).filter(({ id }) => only?.includes(id) ?? true)
      const unknown = only?.find((id) => !wanted.some((each) => each.id === id))
      if (unknown !== undefined) return refuse(noSuchModel(industry, unknown))
      const known = new Set((await listDocuments(tx, workspace, { kind: 'model', archived: false })).map(({ id }) => id))
      const drafts: OutputOf<typeof DraftPreset>['drafts'] = []
      for (const body of wanted.filter(({ id }) => !known.has(id))) {
        const document = { kind: 'model' as const, id: body.id, body: body as Json }
        const draft = await saveDraft(tx, { workspace, actor, at: now() }, { ...document, expected: undefined })
        if (isRefusal(draft)) return draft
        await publishing.saved?.(tx, { workspace, actor, at: now(), document })
        drafts.push({ kind: 'model', id: body.id, hash: draft.hash })
      }
      await call.audit(tx, { object: `preset:${industry}`, after: drafts.map(({ id }) => id).join(' ') })
      return { drafts, left: wanted.flatMap(({ id }) => (known.has(id) ? [id] : [])) }
    }),
  ),
]

const noSuchModel = (industry: string, id: string) => ({
  code: 'preset.unknown',
  status: 422,
  title: `The preset “${industry}” has no model “${id}”.`,
  at: '/only',
  hint: `Use some of ${PRESETS[industry as keyof typeof PRESETS].documents.map((each) => each.id).join(', ')}.`,
})

function viewOf(
  { industry, name, about, documents }: Preset,
  around: (model: Model) => { readonly needs: ReturnType<typeof needsOf>; readonly there: boolean },
): View {
  const models = documents.map((body: WrittenModel) => {
    const model = Model.parse(body)
    const { needs, there } = around(model)
    return {
      id: model.id,
      type: model.type,
      name: model.name ?? model.id,
      description: model.description ?? '',
      does: DOES[model.type],
      until: unlearned(model.type),
      needs: needs.sentence,
      missing: [...needs.missing],
      there,
      body: body as unknown as View['models'][number]['body'],
    }
  })
  return { industry, name, about, models }
}
