import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { factLine } from '#app/engine-store.ts'
import { purgeFacts } from '#app/erasure-facts-store.ts'
import { linesByTable } from '#app/fact-lines.ts'
import { KINDS } from '#app/kinds.ts'
import { measuredBindings } from '#app/measured.ts'
import { CLICKHOUSE } from '#app/personal-data.ts'
import type { Action, InputOf, OutputOf } from '#lib/action.ts'
import { isRefusal } from '#lib/problem.ts'
import { ReadAttribution } from '#measurement/attribution/api.ts'
import { ReadReturns, RecordCosts } from '#measurement/cost/api.ts'
import { ReadExperiment } from '#measurement/experiments/api.ts'
import { ReadGoal } from '#measurement/goals/api.ts'
import type { Analytics } from '#platform/analytics/analytics.ts'
import { chdbAnalytics } from '#platform/analytics/chdb.ts'
import { migrateAnalytics } from '#platform/analytics/migrate.ts'
import { apply } from '#platform/documents.ts'
import type { Binding } from '#platform/http/actions.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { insertWorkspace } from '#workspaces/store.ts'
import { type TestDatabase, testDatabase } from '../fixtures/database.ts'
import { MIGRATIONS } from '../fixtures/kept.ts'
import { AS_OF, DAY, documentsOf, type Played, START } from './shop.ts'

/** Templates are not looked at as mail readers see them: nobody reads them here. */
const kinds = new Map([...KINDS].map(([name, { examine: _, ...kind }]) => [name, kind]))
/** What setting up the journey cost, besides its messages. */
const SET_UP = 60

/** Where quarters are measured: the server's own actions on PostgreSQL and embedded ClickHouse. */
export class Desk {
  readonly analytics: Analytics
  readonly #database: TestDatabase
  readonly #directory: string
  readonly #bindings: readonly Binding[]
  #seq = 0

  private constructor(database: TestDatabase, analytics: Analytics, directory: string) {
    this.#database = database
    this.analytics = analytics
    this.#directory = directory
    const { pool } = database
    const now = () => AS_OF
    this.#bindings = measuredBindings({
      pool,
      work: pool,
      analytics,
      now,
      documents: { pool, now, kinds: KINDS, announce: async () => undefined },
    })
  }

  static async open(): Promise<Desk> {
    const database = await testDatabase()
    const directory = await mkdtemp(join(tmpdir(), 'cadenza-customers-'))
    const analytics = await chdbAnalytics({ directory })
    await migrateAnalytics(analytics, join(MIGRATIONS, 'clickhouse'))
    return new Desk(database, analytics, directory)
  }

  async stop(): Promise<void> {
    await this.analytics.close()
    await this.#database.stop()
    await rm(this.#directory, { recursive: true })
  }

  /** Puts quarters into workspaces of their own: documents as published, facts as the log tells them. */
  async take(quarters: readonly { readonly workspace: string; readonly played: Played }[]): Promise<void> {
    const texts: string[] = []
    for (const { workspace, played } of quarters) {
      await this.#publish(workspace, played)
      for (const { table, row } of played.facts) {
        const fact = { table, row: { ...row, workspace_id: workspace } } as Played['facts'][number]
        texts.push(factLine({ partition: 0, seq: ++this.#seq, ix: 0, fact }))
      }
    }
    for (const [table, lines] of linesByTable(texts)) await this.analytics.insert(table, lines.join('\n'), `customers:${this.#seq}`)
  }

  async #publish(workspace: string, { options }: Played): Promise<void> {
    const { pool } = this.#database
    const about = { timezone: 'UTC', currency: 'EUR', consentMode: 'opt-out', postalAddress: '1 Main Street', createdAt: 0 } as const
    await insertWorkspace(pool, { id: workspace, name: workspace, ...about })
    const documents = [...LETTERS, ...documentsOf(options)].map((body) => ({ kind: body.kind, id: body.id, body }))
    const announce = async (): Promise<void> => undefined
    const applied = await inWorkspace(pool, workspace, (tx) =>
      apply(
        tx,
        { workspace, actor: 'key:shop', at: START },
        { kinds, documents: JSON.parse(JSON.stringify(documents)), prune: false, announce },
      ),
    )
    if (isRefusal(applied)) throw new Error(JSON.stringify(applied.refused))
    const setUp = { id: 'set-up', kind: 'other', at: START + 60 * DAY, amount: SET_UP, currency: 'EUR', journey: 'cart' }
    await this.ask(RecordCosts, workspace, { entries: [setUp] })
  }

  /** An answer as the server would give it. */
  async ask<A extends Action>(action: A, workspace: string, input: object): Promise<OutputOf<A>> {
    const { handle } = this.#bindings.find((binding) => binding.action.name === action.name)!
    const principal = { workspace, actor: 'key:shop', permissions: new Set<never>() }
    const answer = await handle!(action.input.parse(input) as InputOf<A>, principal, { audit: async () => undefined } as never)
    if (isRefusal(answer)) throw new Error(JSON.stringify(answer.refused))
    return action.output.parse(answer) as OutputOf<A>
  }

  /** As an erasure does it. */
  async erase(workspace: string, profiles: readonly string[]): Promise<void> {
    for (const [table, holding] of Object.entries(CLICKHOUSE))
      if (holding.kind === 'rows') await purgeFacts(this.analytics, table, { ws: workspace, profiles, upTo: {} })
  }

  experiment = (workspace: string, key: string) => this.ask(ReadExperiment, workspace, { key })
  returns = async (workspace: string, about: { scope: 'journey' | 'programme'; id?: string }) =>
    (await this.ask(ReadReturns, workspace, about)).returns[0]!
  goal = (workspace: string) => this.ask(ReadGoal, workspace, { id: 'turnover' })
  attribution = (workspace: string, model: string, by = 'journey') =>
    this.ask(ReadAttribution, workspace, { metric: 'sales', by, model, from: START, to: AS_OF })
}

const words = '<mj-text>Look <a href="{{ unsubscribe_url }}">Unsubscribe</a> {{ sender.postal_address }}</mj-text>'
const LETTERS = [
  { kind: 'sender', id: 'shop', from: { name: 'The Shop', address: 'hello@shop.example' }, postalAddress: 'The Shop, 1 Main Street, Town' },
  {
    kind: 'template',
    id: 'cart',
    subject: 'Your cart',
    mjml: `<mjml><mj-body><mj-section><mj-column>${words}</mj-column></mj-section></mj-body></mjml>`,
  },
  { kind: 'template', id: 'reminder', channel: 'sms', text: 'You were nearly there' },
]
