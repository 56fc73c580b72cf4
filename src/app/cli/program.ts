import { parseArgs } from 'node:util'
import { isRefusal, type Outcome, type Problem, refuse } from '#lib/problem.ts'
import { SetupError } from '#platform/setup-error.ts'
import { apply, plan } from './apply.ts'
import { approvals } from './approvals.ts'
import { auditing } from './audit.ts'
import { backtesting } from './backtest.ts'
import { backup, restore } from './backup.ts'
import type { Call, Command, Exit, Flag, Result } from './command.ts'
import { doctor } from './doctor.ts'
import { exporting } from './export.ts'
import { goals } from './goals.ts'
import { decisions, models } from './models.ts'
import { type Paint, painter, visible, wantsColour } from './paint.ts'
import { erasePerson, exportPerson } from './person.ts'
import { proving } from './proof-pack.ts'
import { reports } from './reports.ts'
import { sampling } from './sample.ts'
import { schemas } from './schema.ts'
import { simulating } from './simulate.ts'
import { validate } from './validate.ts'

/** The part of the world that the program sees. */
export interface World {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** A person looks at the output. */
  readonly terminal: boolean
  readonly out: (text: string) => void
  readonly error: (text: string) => void
  /** Undefined when nobody is there to answer. */
  readonly confirm: ((question: string) => Promise<boolean>) | undefined
}

const COMMANDS: readonly Command[] = [
  validate,
  plan,
  apply,
  exporting,
  simulating,
  backtesting,
  approvals,
  models,
  decisions,
  goals,
  reports,
  auditing,
  proving,
  doctor,
  sampling,
  schemas,
  exportPerson,
  erasePerson,
  backup,
  restore,
]
const ALWAYS: Readonly<Record<string, Flag>> = {
  json: { type: 'boolean', does: 'print one JSON object and nothing else' },
  help: { type: 'boolean', does: 'show this' },
}

/** Runs one command; resolves with the exit code. */
export async function run(args: readonly string[], world: World): Promise<Exit> {
  const named = args.find((each) => COMMANDS.some(({ name }) => name === each))
  const at = named === undefined ? -1 : args.indexOf(named)
  const command = COMMANDS.find(({ name }) => name === named)
  const rest = args.filter((_, i) => i !== at)
  const paint = painter(wantsColour(world.env, world.terminal))
  const json = rest.includes('--json')
  if (!command && (args.length === 0 || rest.every((each) => ['--help', '-h', 'help'].includes(each)))) {
    world.out(overview(paint))
    return args.length === 0 ? 1 : 0
  }
  const outcome = command ? await called(command, rest, { world, paint, json }) : refuse(unknown(args))
  if (isRefusal(outcome)) {
    if (json) world.out(JSON.stringify({ problem: outcome.refused }))
    else world.error(problemText(outcome.refused, paint))
    return 1
  }
  world.out(json && outcome.json ? JSON.stringify(outcome.json) : outcome.text)
  return outcome.code
}

const unknown = (args: readonly string[]): Problem => ({
  code: 'cli.command',
  status: 400,
  title: `There is no command “${args.find((each) => !each.startsWith('-')) ?? args[0]}”`,
  hint: `Use one of ${COMMANDS.map(({ name }) => name).join(', ')}; “cadenza --help” says what they do.`,
})

interface Around {
  readonly world: World
  readonly paint: Paint
  readonly json: boolean
}

type Said = Omit<Result, 'json'> & { readonly json: object | undefined }

async function called(command: Command, args: readonly string[], { world, paint, json }: Around): Promise<Outcome<Said>> {
  const parsed = parse(command, args)
  if (isRefusal(parsed)) return parsed
  const { values, positionals } = parsed
  if (values['help'] === true) return { code: 0, json: undefined, text: help(command, paint) }
  const [least, most] = command.count
  if (positionals.length < least || positionals.length > most) return refuse(misused(command, `it takes ${command.takes || 'nothing'}`))
  const tell = json ? () => undefined : world.out
  const call: Call = { positionals, flags: values, env: world.env, cwd: world.cwd, paint, tell, confirm: json ? undefined : world.confirm }
  try {
    return await command.run(call)
  } catch (error) {
    if (error instanceof SetupError)
      return refuse({ code: 'cli.setup', status: 500, title: error.message.replace(` ${error.hint}`, ''), hint: error.hint })
    if (isOfTheSystem(error))
      return refuse({ code: 'cli.file', status: 500, title: error.message, hint: 'Mend what it names, and run the command again.' })
    throw error
  }
}

/** A file that may not be read, a disk that is full: not for a stack trace. */
const isOfTheSystem = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && 'syscall' in error && 'path' in error

interface Parsed {
  readonly values: Readonly<Record<string, string | boolean | undefined>>
  readonly positionals: readonly string[]
}

function parse(command: Command, args: readonly string[]): Outcome<Parsed> {
  const options = Object.fromEntries(
    Object.entries({ ...command.flags, ...ALWAYS }).map(([name, { type }]) => [name, name === 'help' ? { type, short: 'h' } : { type }]),
  )
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
    return { values: values as Parsed['values'], positionals }
  } catch (error) {
    if (error instanceof TypeError && String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS_'))
      return refuse(misused(command, error.message.split('. ')[0]!))
    throw error
  }
}

const misused = ({ name }: Command, why: string): Problem => ({
  code: 'cli.usage',
  status: 400,
  title: `“cadenza ${name}” is not used like that: ${why}`,
  hint: `“cadenza ${name} --help” shows how.`,
})

function problemText({ title, detail, hint, problems, at }: Problem, paint: Paint): string {
  const lines = [`${paint('red', 'error')} ${at === undefined ? '' : `${visible(at)} `}${visible(title)}`]
  if (detail !== undefined)
    lines.push(
      ...visible(detail)
        .split('\n')
        .map((line) => `  ${line}`),
    )
  for (const part of problems ?? []) {
    lines.push(`  ${paint('bold', part.at ?? '')} ${visible(part.title)}${part.detail === undefined ? '' : ` (${visible(part.detail)})`}`)
    if (part.hint !== undefined) lines.push(`    ${paint('dim', part.hint)}`)
  }
  if (hint !== undefined) lines.push(`  ${paint('dim', hint)}`)
  return lines.join('\n')
}

function overview(paint: Paint): string {
  const lines = COMMANDS.map(({ name, takes, does }) => `  ${paint('bold', `${name} ${takes}`.padEnd(26))} ${does}`)
  return [
    `${paint('bold', 'cadenza')} <command>`,
    '',
    'Journeys, templates and senders as code, and a look at the installation.',
    '',
    ...lines,
    '',
    '“cadenza <command> --help” says more. Every command takes --json. NO_COLOR=1 turns colours off.',
    'Ends with 0 when all is well, 1 when something is wrong, 2 when there are changes that were not applied.',
  ].join('\n')
}

function help({ name, takes, does, flags, more }: Command, paint: Paint): string {
  const lines = Object.entries({ ...flags, ...ALWAYS }).map(
    ([flag, { takes: value, does: what }]) => `  ${`--${flag}${value === undefined ? '' : ` ${value}`}`.padEnd(20)} ${what}`,
  )
  return [`${paint('bold', `cadenza ${name}`)} ${takes}`.trimEnd(), '', does, '', ...lines, ...(more === undefined ? [] : ['', more])].join(
    '\n',
  )
}
