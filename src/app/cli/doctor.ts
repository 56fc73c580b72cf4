import { isRefusal, type Outcome } from '#lib/problem.ts'
import { type Config, explain, readConfig } from '#platform/config.ts'
import { SetupError } from '#platform/setup-error.ts'
import { GetSession } from '#workspaces/api.ts'
import type { Call, Command, Result } from './command.ts'
import {
  checkAnalytics,
  checkClock,
  checkDatabase,
  checkDataDir,
  checkMail,
  checkSkew,
  type Finding,
  failed,
  ok,
  skipped,
  warning,
} from './doctor-parts.ts'
import { count, type Paint, type Style, visible } from './paint.ts'
import { addressOf, ask, keyOf, reach, SERVER_FLAGS } from './server.ts'

export const doctor: Command = {
  name: 'doctor',
  does: 'Looks whether Cadenza can run here: settings, Node, data directory, databases, mail, clock, and the server if it runs.',
  takes: '',
  count: [0, 0],
  flags: { settings: { type: 'boolean', does: 'also list every setting, where its value came from and what it is for' }, ...SERVER_FLAGS },
  more: 'Reads the same environment as “npm start”. Changes nothing. Each failure says how to mend it.',
  async run(call): Promise<Outcome<Result>> {
    const read = settings(call)
    const config = 'config' in read ? read.config : undefined
    const findings = [node(), checkClock(Date.now()), read.finding, ...(config ? await parts(config) : []), ...(await server(call, config))]
    const broken = findings.filter(({ status }) => status === 'failed').length
    const explained = config ? explain(config) : []
    const lines = findings.map((finding) => findingLines(finding, call.paint))
    if (call.flags['settings'] === true) {
      lines.push(
        '',
        ...explained.map(
          ({ name, value, source, does }) => `${call.paint('bold', name)}=${visible(value)} ${call.paint('dim', `(${source})`)}\n  ${does}`,
        ),
      )
    }
    lines.push('', broken === 0 ? call.paint('green', 'Cadenza can run here.') : call.paint('red', `${count(broken, 'thing')} to mend.`))
    return { code: broken === 0 ? 0 : 1, json: { ok: broken === 0, findings, settings: explained }, text: lines.join('\n') }
  },
}

const OLDEST_NODE = 26

function node(): Finding {
  const version = process.versions.node
  const fits = Number(version.split('.')[0]) >= OLDEST_NODE
  return fits ? ok('Node', version) : failed('Node', version, 'Start it as “npx cadenza”, which uses the Node that npm installed with it.')
}

function settings(call: Call): { readonly finding: Finding; readonly config?: Config } {
  try {
    const config = readConfig(call.env)
    // What mail lacks is told where mail is checked.
    const doubts = config.warnings.filter((text) => text.includes('is not a setting'))
    if (doubts.length > 0) return { config, finding: warning('Settings', doubts.join(' '), 'Correct or unset it.') }
    const given = Object.values(config.sources).filter((source) => source !== 'default').length
    return {
      config,
      finding: ok('Settings', given === 0 ? 'all as they are by default' : `${given} given, the others as they are by default`),
    }
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    return {
      finding: failed(
        'Settings',
        error.message.replace(` ${error.hint}`, ''),
        'Each line says what may be given; then run doctor again for the rest.',
      ),
    }
  }
}

const parts = async (config: Config): Promise<Finding[]> => [
  await checkDataDir(config),
  ...(await checkDatabase(config)),
  await checkAnalytics(config),
  await checkMail(config),
]

/** The server, if one was named or answers where this configuration would start it. */
async function server(call: Call, config: Config | undefined): Promise<Finding[]> {
  const address = addressOf(call, config && `http://${config.host === '0.0.0.0' ? '127.0.0.1' : config.host}:${config.port}`)
  if (isRefusal(address)) return [failed('Server', address.refused.title, address.refused.hint!)]
  const { url, given } = address
  const asked = Date.now()
  const answer = await reach(`${url}/readyz`, { longest: 5_000 })
  if (isRefusal(answer)) {
    const says = `${url}: ${answer.refused.detail}`
    return [
      given
        ? failed('Server', says, 'Start it with “npm start”, or correct --url or CADENZA_URL.')
        : skipped('Server', `none runs at ${url}`),
    ]
  }
  const found =
    answer.status === 200
      ? ok('Server', `${url} is ready`)
      : failed('Server', `${url} answers ${answer.status}: ${unready(answer.body)}`, 'Look into its log.')
  // The header tells whole seconds, so half a second is its middle.
  const skew = answer.date === null ? [] : [checkSkew('Clock of the server', Date.parse(answer.date) + 500, asked)]
  return [found, ...skew, await key(call, url)]
}

const unready = (body: unknown): string => (body === undefined ? 'is it a Cadenza?' : JSON.stringify(body).slice(0, 300))

async function key(call: Call, url: string): Promise<Finding> {
  const given = keyOf(call)
  if (given === undefined) return skipped('Key', 'none given (CADENZA_KEY)')
  const session = await ask({ url, key: given }, GetSession, {})
  if (isRefusal(session)) return failed('Key', session.refused.title, session.refused.hint ?? 'Make a new one under Settings, Keys.')
  const { workspace, permissions } = session
  const needed = ['documents:read', 'documents:write', 'publish'] as const
  const missing = needed.filter((each) => !permissions.includes(each))
  if (missing.length === 0) return ok('Key', `may apply documents in ${visible(workspace?.name ?? '')}`)
  return warning(
    'Key',
    `may not apply documents: it lacks ${missing.join(', ')}`,
    'Make a key with these permissions under Settings, Keys.',
  )
}

const WORDS: Readonly<Record<Finding['status'], readonly [string, Style]>> = {
  ok: ['ok', 'green'],
  warning: ['warning', 'yellow'],
  failed: ['failed', 'red'],
  skipped: ['skipped', 'dim'],
}

function findingLines({ what, status, says, fix }: Finding, paint: Paint): string {
  const [word, style] = WORDS[status]
  const line = `${paint(style, word.padEnd(8))} ${what.padEnd(22)} ${visible(says).replaceAll('\n', `\n${' '.repeat(32)}`)}`
  return fix === undefined ? line : `${line}\n${' '.repeat(32)}${paint('bold', 'Fix:')} ${visible(fix)}`
}
