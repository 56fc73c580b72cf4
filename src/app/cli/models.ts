import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { stringify } from 'yaml'
import { GetModel, ListModels, ReplayDecisions, ResetModel, TrainModel } from '#decisions/api.ts'
import { DraftPreset } from '#decisions/presets/api.ts'
import { documentsOf } from '#decisions/presets/presets.ts'
import { Industry } from '#decisions/presets/schema.ts'
import type { OutputOf } from '#lib/action.ts'
import { isRefusal, type Outcome, refuse } from '#lib/problem.ts'
import { type Call, type Command, type Result, text } from './command.ts'
import { shownFrom } from './folder.ts'
import { count, type Paint, visible } from './paint.ts'
import { ask, SERVER_FLAGS, type Server, serverOf } from './server.ts'

const misused = (command: string, why: string) => ({
  code: 'cli.usage',
  status: 400,
  title: `“cadenza ${command}” is not used like that: ${why}`,
  hint: `“cadenza ${command} --help” shows how.`,
})

const VERBS = ['list', 'show', 'train', 'reset', 'preset'] as const
type Verb = (typeof VERBS)[number]
type Line = OutputOf<typeof ListModels>['models'][number]

export const models: Command = {
  name: 'models',
  does: 'Shows what the models have learned and how they are; lets one learn now, or forget.',
  takes: '<list|show|train|reset|preset> [id]',
  count: [1, 2],
  flags: {
    yes: { type: 'boolean', does: 'reset without asking' },
    to: { type: 'string', takes: '<dir>', does: 'preset: write the models as files into this folder, instead of drafts on the server' },
    ...SERVER_FLAGS,
  },
  more: `“preset shop” (or ${Industry.options.slice(1).join(', ')}) gives models to begin with. The key needs models:read, models:write to train and reset, documents:write for drafts.`,
  async run(call): Promise<Outcome<Result>> {
    const [verb = '', id] = call.positionals
    if (!VERBS.some((each) => each === verb)) return refuse(misused('models', `“${verb}” is none of ${VERBS.join(', ')}`))
    if ((verb === 'list') === (id !== undefined))
      return refuse(misused('models', verb === 'list' ? 'list takes no id' : `say which: cadenza models ${verb} <id>`))
    if (verb === 'preset' && text(call, 'to') !== undefined) return presetFiles(call, id ?? '')
    const server = serverOf(call)
    return isRefusal(server) ? server : DOES[verb as Verb](call, server, id ?? '')
  },
}

const DOES: Readonly<Record<Verb, (call: Call, server: Server, id: string) => Promise<Outcome<Result>>>> = {
  async list({ paint }, server) {
    const answer = await ask(server, ListModels, {})
    if (isRefusal(answer)) return answer
    return {
      code: 0,
      json: answer,
      text: answer.models.map((model) => lines(model, paint).join('\n')).join('\n') || NO_MODELS,
    }
  },
  async show({ paint }, server, id) {
    const answer = await ask(server, GetModel, { id })
    if (isRefusal(answer)) return answer
    const snapshots = answer.snapshots.map(({ serial, version, kind, madeAt, examples, checksum }) =>
      kind === 'reset'
        ? `  ${String(serial).padStart(6)}  ${moment(madeAt)}  ${paint('yellow', 'reset: what came before is forgotten')}`
        : `  ${String(serial).padStart(6)}  ${moment(madeAt)}  version ${version}  ${count(examples, 'example')}  ${paint('dim', checksum.slice(0, 12))}`,
    )
    const report = JSON.stringify(answer.snapshots.find(({ kind }) => kind === 'snapshot')?.report ?? {}, null, 2)
    return {
      code: 0,
      json: answer,
      text: [
        ...lines(answer, paint),
        '',
        ...(snapshots.length > 0 ? [paint('bold', 'Snapshots'), ...snapshots, '', visibleLines(report)] : ['No snapshots.']),
      ].join('\n'),
    }
  },
  async train({ paint }, server, id) {
    const answer = await ask(server, TrainModel, { id })
    return isRefusal(answer) ? answer : { code: 0, json: answer, text: `${paint('green', 'asked')} ${visible(id)} learns within seconds.` }
  },
  async preset({ paint }, server, id) {
    const industry = industryOf(id)
    if (isRefusal(industry)) return industry
    const answer = await ask(server, DraftPreset, { industry })
    if (isRefusal(answer)) return answer
    const { drafts, left } = answer
    const told = [
      ...drafts.map((draft) => `${paint('green', 'draft')} model ${draft.id}`),
      ...left.map((each) => `${paint('dim', 'left')}  model ${each} is there already`),
    ]
    const next = drafts.length > 0 ? ['Look at them, and publish those that you want: they are drafts until then.'] : []
    return { code: 0, json: answer, text: [...told, ...next].join('\n') }
  },
  async reset(call, server, id) {
    const sure = call.flags['yes'] === true || (await call.confirm?.(`Shall ${visible(id)} forget what it has learned?`)) === true
    if (!sure) return refuse({ ...misused('models', 'reset asks first'), hint: 'Say --yes, or answer y.' })
    const answer = await ask(server, ResetModel, { id })
    return isRefusal(answer)
      ? answer
      : { code: 0, json: answer, text: `${visible(id)} has forgotten what it had learned, and begins anew.` }
  },
}

const industryOf = (given: string): Outcome<Industry> => {
  const found = Industry.safeParse(given)
  return found.success ? found.data : refuse(misused('models', `there is no preset “${given}”, only ${Industry.options.join(', ')}`))
}

/** One file for each model; a file that is there is left alone. */
function presetFiles(call: Call, given: string): Outcome<Result> {
  const industry = industryOf(given)
  if (isRefusal(industry)) return industry
  const folder = resolve(call.cwd, text(call, 'to')!, 'models')
  mkdirSync(folder, { recursive: true })
  const written: string[] = []
  const left: string[] = []
  for (const document of documentsOf(industry)) {
    const file = join(folder, `${document.id}.yaml`)
    const taken = existsSync(file)
    if (!taken) writeFileSync(file, stringify(document, { lineWidth: 120 }))
    ;(taken ? left : written).push(shownFrom(call.cwd, file))
  }
  const told = [
    ...written.map((file) => `${call.paint('green', 'written')} ${visible(file)}`),
    ...left.map((file) => `${call.paint('dim', 'left')}    ${visible(file)} is there already`),
  ]
  return { code: 0, json: { written, left }, text: told.join('\n') }
}

const NO_MODELS = `No model is published. “cadenza models preset shop” (or ${Industry.options.slice(1).join(', ')}) writes some to begin with.`

const COLOURS = { learning: 'green', shadow: 'cyan', cold: 'dim', stale: 'yellow', broken: 'red' } as const
const moment = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replace('T', ' ')
const visibleLines = (told: string): string => told.split('\n').map(visible).join('\n')

function lines({ id, type, versions, waits }: Line, paint: Paint): string[] {
  const needs = waits ? [`  ${visible(waits.sentence)}`] : []
  const told = versions.flatMap(({ version, stage, role, state, sentence, todo, snapshot, training }) => [
    `${paint('bold', visible(id))} ${type}, version ${version}${role === 'candidate' ? ` (${stage})` : ''}: ${paint(COLOURS[state], state)}`,
    `  ${visible(sentence)}${todo === '' ? '' : ` ${visible(todo)}`}`,
    paint('dim', `  snapshot ${snapshot || 'none'}${training ? `, ${trainingText(training)}` : ''}`),
  ])
  return [...told, ...needs]
}

function trainingText({ phase, endedAt, outcome, next, tookMs }: NonNullable<Line['versions'][number]['training']>): string {
  const last = endedAt === null ? 'not trained yet' : `last trained ${moment(endedAt)} (${outcome.replace('_', ' ')}, ${tookMs} ms)`
  return `${last}, ${phase === '' ? (next === 0 ? 'next at once' : `next ${moment(next)}`) : `${phase} now`}`
}

export const decisions: Command = {
  name: 'decisions',
  does: 'Reckons logged decisions again from what they rest on, and tells which do not come out bit for bit.',
  takes: 'replay',
  count: [1, 1],
  flags: {
    from: { type: 'string', takes: '<moment>', does: 'from this moment, such as 2026-03-01T00:00:00Z (a day ago, if left out)' },
    to: { type: 'string', takes: '<moment>', does: 'up to this moment (now, if left out)' },
    model: { type: 'string', takes: '<id>', does: 'of this model only' },
    ...SERVER_FLAGS,
  },
  more: 'Ends with 1 when one of them differs. Snapshots that are older than MODEL_SNAPSHOT_DAYS are not there any more.',
  async run(call): Promise<Outcome<Result>> {
    if (call.positionals[0] !== 'replay') return refuse(misused('decisions', `“${call.positionals[0]}” is not replay`))
    const server = serverOf(call)
    if (isRefusal(server)) return server
    const now = Date.now()
    const [from, to] = [momentOf(text(call, 'from'), now - 86_400_000), momentOf(text(call, 'to'), now)]
    if (Number.isNaN(from) || Number.isNaN(to)) return refuse(misused('decisions', 'a moment is written as 2026-03-01T00:00:00Z'))
    const sum = { checked: 0, same: 0, passed: 0, differences: [] as OutputOf<typeof ReplayDecisions>['differences'] }
    const model = text(call, 'model')
    for (let after: { at: number; id: string } | null | undefined; after !== null; ) {
      const answer = await ask(server, ReplayDecisions, { from, to, ...(model && { model }), ...(after && { after }) })
      if (isRefusal(answer)) return answer
      sum.checked += answer.checked
      sum.same += answer.same
      sum.passed += answer.passed
      sum.differences.push(...answer.differences)
      after = answer.next
      if (after) call.tell(call.paint('dim', `${count(sum.checked, 'decision')} up to ${moment(after.at)} …`))
    }
    return { code: sum.same === sum.checked ? 0 : 1, json: sum, text: replayText(sum, call.paint) }
  },
}

const momentOf = (given: string | undefined, otherwise: number): number => (given === undefined ? otherwise : Date.parse(given))

function replayText(
  { checked, same, passed, differences }: Pick<OutputOf<typeof ReplayDecisions>, 'checked' | 'same' | 'passed' | 'differences'>,
  paint: Paint,
): string {
  const head = `${count(checked, 'decision')} reckoned again: ${same === checked ? paint('green', 'all the same, bit for bit') : paint('red', `${checked - same} differ`)}.`
  return [
    head,
    ...(passed > 0 ? [paint('dim', `${passed} more are of kinds that are not reckoned again.`)] : []),
    ...differences.map(
      ({ id, at, model, snapshot, kind, detail }) =>
        `  ${moment(at)}  ${visible(id)}  ${visible(model)} ${snapshot}  ${kind}: ${visible(detail)}`,
    ),
  ].join('\n')
}
