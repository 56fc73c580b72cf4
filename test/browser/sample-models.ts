import type { GetModel, ListModels } from '#decisions/api.ts'
import { unlearned } from '#decisions/health.ts'
import { DOES, needsOf } from '#decisions/needs.ts'
import type { ListPresets } from '#decisions/presets/api.ts'
import { PRESETS } from '#decisions/presets/presets.ts'
import type { PersonDecisions } from '#decisions/record-api.ts'
import { Model } from '#decisions/schema.ts'
import type { GetScores } from '#decisions/scores-api.ts'
import type { OutputOf } from '#lib/action.ts'
import { DAY, started } from './sample-shop.ts'

type Line = OutputOf<typeof ListModels>['models'][number]
type Version = OutputOf<typeof GetModel>['versions'][number]

const training: NonNullable<Version['training']> = {
  phase: '',
  startedAt: started - 60_000,
  endedAt: started - 59_000,
  outcome: 'installed',
  reason: '',
  detail: '',
  failures: 0,
  tookMs: 812,
  next: started + DAY,
}
const version = (parts: Partial<Version>): Version => ({
  version: 1,
  stage: 'full',
  role: 'full',
  state: 'learning',
  sentence: '',
  todo: '',
  snapshot: 4,
  trainedTo: started - DAY,
  examples: 1_840,
  training,
  ...parts,
})

/** One that learns, one that begins, one that cannot be read. */
export function modelLines(): Line[] {
  const [buys, churn, cart] = PRESETS.shop.documents.map((body) => Model.parse(body))
  const line = (model: Model, parts: Partial<Line> & { state: Line['state']; sentence: string }, of: Partial<Version> = {}): Line => ({
    id: model.id,
    name: model.name ?? '',
    type: model.type,
    does: DOES[model.type],
    waits: null,
    todo: '',
    ...parts,
    versions: [version({ state: parts.state, sentence: parts.sentence, ...of })],
  })
  const needs = needsOf(churn!, { events: new Map(), examples: 12, open: 31, askedBy: 0 })
  return [
    line(buys!, { state: 'learning', sentence: 'It has learned from 1840 examples.' }),
    line(
      churn!,
      {
        state: 'cold',
        sentence: `It has learned nothing yet. ${unlearned('propensity')}`,
        waits: { ...needs, missing: [...needs.missing] },
      },
      { snapshot: 0, examples: 0, training: null },
    ),
    line(cart!, {
      state: 'broken',
      sentence: 'What it learned cannot be read. Steps that ask it take their fallback.',
      todo: 'The next training mends it.',
    }),
  ]
}

export const presetViews = (there: boolean): OutputOf<typeof ListPresets>['presets'] =>
  Object.values(PRESETS).map(({ industry, name, about, documents }) => ({
    industry,
    name,
    about,
    models: documents.map((body) => {
      const model = Model.parse(body)
      const needs = needsOf(model, { events: new Map(), examples: 0, open: 0, askedBy: 0 })
      return {
        id: model.id,
        type: model.type,
        name: model.name ?? model.id,
        description: model.description ?? '',
        does: DOES[model.type],
        until: unlearned(model.type),
        needs: needs.sentence,
        missing: [...needs.missing],
        there: there && model.type !== 'content',
        body: {},
      }
    }),
  }))

export const personScores = (): OutputOf<typeof GetScores> => ({
  models: [
    {
      model: 'buy-soon',
      name: 'Buys within a week',
      type: 'propensity',
      score: 0.72,
      since: started - 3_600_000,
      above: ['likely'],
      now: 0.72,
      silence: '',
      sentence: 'The model gives it a chance of 72 %.',
      version: 1,
      snapshot: 4,
      trainedTo: started - DAY,
      top: [{ name: 'event.1d:Product Viewed', value: 3, adds: 3, says: '“Product Viewed” 3 times in about a day: +3.0' }],
    },
  ],
  others: [{ name: 'nps', score: 9, since: started - DAY }],
})

export const personDecisions = (): OutputOf<typeof PersonDecisions> => ({
  decisions: [
    {
      id: 'enr0:nudge',
      kind: 'choose',
      at: started - 3_600_000,
      profile: 'p_1',
      journey: 'abandoned-cart',
      version: 3,
      enrollment: 'enr0',
      step: 'nudge',
      model: 'cart-recovery',
      modelVersion: 1,
      snapshot: 4,
      by: 'model',
      silence: '',
      chosen: 'discount',
      propensity: 0.74,
      candidates: [
        {
          arm: 'discount',
          excluded: '',
          predicted: 1.2,
          propensity: 0.74,
          sentence: 'Expected to bring 1.20: 6 % convert at 70.00 each, 4.00 given away with each. Its chance was 74 %. It was chosen.',
        },
        { arm: 'scarcity', excluded: 'no_address', propensity: 0, sentence: 'Not possible: the profile has no address for this channel.' },
      ],
      sentence: '“discount” was chosen with a chance of 74 %: it promised most.',
      outcome: null,
    },
  ],
  next: null,
})
