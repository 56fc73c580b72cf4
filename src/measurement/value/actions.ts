import type { Pool } from 'pg'
import { liveDocuments } from '#platform/documents.ts'
import { type Binding, bind } from '#platform/http/actions.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { Metric } from '../metrics/schema.ts'
import { type PersonValue, ReadPersonValue } from './api.ts'
import { readFit } from './fits-store.ts'
import { type Facts, readBuyer } from './histories-store.ts'
import { LifetimeValue, weeksOf } from './schema.ts'
import { type StoredFit, settingsOf } from './stored.ts'
import { valueDoubts } from './words.ts'
import { type PersonBought, worthInWords, worthOf } from './worth.ts'

export interface ValueParts {
  readonly pool: Pool
  readonly facts: Facts
  readonly now: () => number
  /** All profile ids that this one has absorbed, and itself. */
  readonly sameAs: (workspace: string, profileId: string) => Promise<readonly string[]>
}

export const valueBindings = ({ pool, facts, now, sameAs }: ValueParts): Binding[] => [
  bind(ReadPersonValue, async ({ id }, { workspace }) => {
    const learned = await inWorkspace(pool, workspace, async (tx) => {
      const live = await liveDocuments(tx, workspace)
      const metrics = new Map(live.filter(({ kind }) => kind === 'metric').map((each) => [each.id, Metric.parse(each.body)]))
      const documents = live.filter(({ kind }) => kind === 'lifetime-value').map(({ body }) => LifetimeValue.parse(body))
      const found: { document: LifetimeValue; metric: Metric; stored: StoredFit | undefined }[] = []
      for (const document of documents) {
        const metric = metrics.get(document.purchases)
        if (metric) found.push({ document, metric, stored: await readFit(tx, workspace, document.id) })
      }
      return found
    })
    const profiles = await sameAs(workspace, id)
    const values = learned.map(async ({ document, metric, stored }) => {
      const at = now()
      const bought = await readBuyer(facts, { workspace, metric, zone: document.zone, cut: at, until: at }, profiles)
      return valueOf(document, { margin: metric.margin, stored, bought })
    })
    return { values: await Promise.all(values) }
  }),
]

interface Known {
  readonly margin: number | undefined
  readonly stored: StoredFit | undefined
  readonly bought: PersonBought | undefined
}

function valueOf(document: LifetimeValue, { margin, stored, bought }: Known): PersonValue {
  const settings = settingsOf(document, margin)
  const about = {
    value: document.id,
    name: document.name ?? document.id,
    nextDays: weeksOf(document.next) * 7,
    horizonDays: weeksOf(document.horizon) * 7,
    purchases: bought ? bought.x + 1 : 0,
    learnedAt: stored?.at ?? null,
  }
  const silent = (sentence: string): PersonValue => ({
    ...about,
    alive: null,
    expected: null,
    spend: null,
    lifetimeValue: null,
    realised: (bought?.realised ?? 0) * settings.margin,
    sentence,
    doubts: [],
  })
  if (!bought) return silent('They have not bought yet, and the model speaks only of buyers.')
  if (!stored?.fit)
    return silent(stored ? 'Too few people have bought to learn from.' : 'Nothing has been learned yet; that takes an hour at most.')
  const worth = worthOf(stored.fit, settings, bought)
  return {
    ...about,
    alive: worth.alive,
    expected: worth.next,
    spend: worth.spend,
    lifetimeValue: worth.value,
    realised: worth.realised,
    sentence: worthInWords(worth, bought, { settings, fit: stored.fit }),
    doubts: valueDoubts(stored.fit),
  }
}
