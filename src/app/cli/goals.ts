import { isRefusal, type Outcome, refuse } from '#lib/problem.ts'
import { type GoalLine, type GoalReport, ListGoals, ListOutcomes, type OutcomeLine, ReadGoal } from '#measurement/goals/api.ts'
import type { Call, Command, Result } from './command.ts'
import { type Paint, visible } from './paint.ts'
import { ask, SERVER_FLAGS, type Server, serverOf } from './server.ts'

const VERBS = ['list', 'show', 'outcomes'] as const
type Verb = (typeof VERBS)[number]

const misused = (why: string) =>
  refuse({
    code: 'cli.usage',
    status: 400,
    title: `“cadenza goals” is not used like that: ${why}`,
    hint: '“cadenza goals --help” shows how.',
  })

export const goals: Command = {
  name: 'goals',
  does: 'Shows how far the goals are and where they go, and what each journey is for and whether that is known to work.',
  takes: '<list|show|outcomes> [id]',
  count: [1, 2],
  flags: SERVER_FLAGS,
  more: '“show <id>” tells one goal by what each journey has added to it. The key needs reports:read.',
  async run(call): Promise<Outcome<Result>> {
    const [verb = '', id] = call.positionals
    if (!VERBS.some((each) => each === verb)) return misused(`“${verb}” is none of ${VERBS.join(', ')}`)
    if ((verb === 'show') !== (id !== undefined))
      return misused(verb === 'show' ? 'say which: cadenza goals show <id>' : `${verb} takes no id`)
    const server = serverOf(call)
    return isRefusal(server) ? server : DOES[verb as Verb](call, server, id ?? '')
  },
}

const DOES: Readonly<Record<Verb, (call: Call, server: Server, id: string) => Promise<Outcome<Result>>>> = {
  async list({ paint }, server) {
    const answer = await ask(server, ListGoals, {})
    if (isRefusal(answer)) return answer
    return { code: 0, json: answer, text: answer.goals.map((goal) => lines(goal, paint).join('\n')).join('\n') || NO_GOALS }
  },
  async show({ paint }, server, id) {
    const answer = await ask(server, ReadGoal, { id })
    return isRefusal(answer) ? answer : { code: 0, json: answer, text: whole(answer, paint).join('\n') }
  },
  async outcomes({ paint }, server) {
    const answer = await ask(server, ListOutcomes, {})
    if (isRefusal(answer)) return answer
    return {
      code: 0,
      json: answer,
      text: answer.outcomes.map((each) => outcome(each, paint).join('\n')).join('\n') || 'No journey is published.',
    }
  },
}

const NO_GOALS = 'No goal is published. A document of kind goal says what the workspace is to reach within a period.'

const COLOURS = { reached: 'green', likely: 'green', open: 'yellow', unlikely: 'red', missed: 'red', unknown: 'dim' } as const

function lines({ id, name, standing, sentence, needs, noForecast }: GoalLine, paint: Paint): string[] {
  const more = [needs, noForecast].filter((each) => each !== '').map((each) => paint('dim', `  ${visible(each)}`))
  return [`${paint('bold', visible(id))} ${visible(name)}: ${paint(COLOURS[standing], standing)}`, `  ${visible(sentence)}`, ...more]
}

function whole(report: GoalReport, paint: Paint): string[] {
  const { contributions, together, record, doubts } = report
  const parts = [...contributions.map(({ sentence }) => sentence), ...(together && contributions.length > 1 ? [together.sentence] : [])]
  return [
    ...lines(report, paint),
    ...(record ? [paint('dim', `  ${visible(record.sentence)}`)] : []),
    ...(parts.length > 0 ? ['', paint('bold', 'What journeys have added'), ...parts.map((each) => `  ${visible(each)}`)] : []),
    ...(doubts.length > 0 ? ['', paint('bold', 'What could be wrong'), ...doubts.map(({ sentence }) => `  ${visible(sentence)}`)] : []),
  ]
}

const KNOWN = { measured: 'green', early: 'yellow', blocked: 'red', not: 'red' } as const

const outcome = ({ journey, kind, outcome: what, measured, sentence, serves }: OutcomeLine, paint: Paint): string[] => [
  `${paint('bold', visible(journey))} ${kind}: ${visible(what)}`,
  `  ${paint(KNOWN[measured], { measured: 'known', early: 'not yet', blocked: 'blocked', not: 'not known' }[measured])} ${visible(sentence)}`,
  ...(serves.length > 0 ? [paint('dim', `  for ${serves.map(({ name }) => visible(name)).join(', ')}`)] : []),
]
