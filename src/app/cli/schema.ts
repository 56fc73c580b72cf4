import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { Template } from '#content/schema.ts'
import { jsonSchema } from '#journeys/schema-json.ts'
import { KINDS } from '../kinds.ts'
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

/** `cost-rate` → `Cost rate`. */
const titleOf = (kind: string): string => kind.slice(0, 1).toUpperCase() + kind.slice(1).replaceAll('-', ' ')

/** The JSON Schema of each kind of document, and of scenarios, for editors. */
export const SCHEMAS: ReadonlyMap<string, Record<string, unknown>> = new Map([
  ...[...KINDS.values()].map(({ kind, schema }): [string, Record<string, unknown>] => [kind, shapeOf(schema, titleOf(kind))]),
  ['journey', jsonSchema()],
  ['template', templateShape()],
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
