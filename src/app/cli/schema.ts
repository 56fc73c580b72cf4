import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { Brand } from '#content/brand.ts'
import { Page } from '#content/pages.ts'
import { Sender, Template } from '#content/schema.ts'
import { Snippet } from '#content/snippets.ts'
import { Experiment, Holdout } from '#decisions/experiments/schema.ts'
import { jsonSchema } from '#journeys/schema-json.ts'
import { Touchpoints } from '#measurement/attribution/touchpoints.ts'
import { CostRate } from '#measurement/cost/schema.ts'
import { Goal } from '#measurement/goals/schema.ts'
import { Metric } from '#measurement/metrics/schema.ts'
import { SavedReport } from '#measurement/reports/saved.ts'
import { LifetimeValue, Pipeline } from '#measurement/value/schema.ts'
import type { Command, Result } from './command.ts'
import { shownFrom } from './folder.ts'
import { Scenario } from './scenario.ts'

/** What has a default may be left out: it is the shape that people write. */
function shapeOf(schema: z.ZodType, title: string): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'input', unrepresentable: 'any' })
  return { $schema, title, ...rest }
}

/** A refinement that JSON Schema cannot take from the code by itself: an e-mail has one body. */
function templateShape(): Record<string, unknown> {
  const shape = shapeOf(Template, 'Template')
  const [email, ...others] = shape['oneOf'] as Record<string, unknown>[]
  return { ...shape, oneOf: [{ ...email, oneOf: ['blocks', 'mjml', 'html'].map((body) => ({ required: [body] })) }, ...others] }
}

/** The JSON Schema of each kind of file, for editors. */
export const SCHEMAS: ReadonlyMap<string, Record<string, unknown>> = new Map([
  ['journey', jsonSchema()],
  ['template', templateShape()],
  ['snippet', shapeOf(Snippet, 'Snippet')],
  ['brand', shapeOf(Brand, 'Brand')],
  ['page', shapeOf(Page, 'Page')],
  ['sender', shapeOf(Sender, 'Sender')],
  ['metric', shapeOf(Metric, 'Metric')],
  ['goal', shapeOf(Goal, 'Goal')],
  ['touchpoints', shapeOf(Touchpoints, 'Touchpoints')],
  ['lifetime-value', shapeOf(LifetimeValue, 'Lifetime value')],
  ['pipeline', shapeOf(Pipeline, 'Pipeline')],
  ['cost-rate', shapeOf(CostRate, 'Cost rate')],
  ['report', shapeOf(SavedReport, 'Saved report')],
  ['holdout', shapeOf(Holdout, 'Holdout')],
  ['experiment', shapeOf(Experiment, 'Experiment')],
  ['scenario', shapeOf(Scenario, 'Scenario')],
])

export function writeSchemas(folder: string): string[] {
  mkdirSync(folder, { recursive: true })
  return [...SCHEMAS].map(([kind, schema]) => {
    writeFileSync(join(folder, `${kind}.json`), `${JSON.stringify(schema, null, 2)}\n`)
    return `${kind}.json`
  })
}

export const schemas: Command = {
  name: 'schema',
  does: 'Writes the JSON Schemas of the files, so that editors complete and check while you type.',
  takes: '[dir]',
  count: [0, 1],
  flags: {},
  more: 'The folder is ./schema unless given. Begin a file with “# yaml-language-server: $schema=../schema/journey.json”.',
  async run(call): Promise<Result> {
    const folder = resolve(call.cwd, call.positionals[0] ?? 'schema')
    const written = writeSchemas(folder).map((file) => shownFrom(call.cwd, join(folder, file)))
    return { code: 0, json: { written }, text: written.map((file) => `${call.paint('green', 'written')}  ${file}`).join('\n') }
  },
}
