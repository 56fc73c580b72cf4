import type { BacktestResult } from '#journeys/backtest-api.ts'
import { GetBacktest, StartBacktest } from '#journeys/backtest-api.ts'
import { milliseconds } from '#lib/duration.ts'
import { isRefusal, type Outcome, type Problem, refuse } from '#lib/problem.ts'
import { type Call, type Command, type Result, text } from './command.ts'
import { count, type Paint, visible } from './paint.ts'
import { ask, SERVER_FLAGS, type Server, serverOf } from './server.ts'
import { journeysOf } from './simulate.ts'

export const backtesting: Command = {
  name: 'backtest',
  does: 'Tries a journey on what has happened on the server: who would have entered and got what, held against what they did.',
  takes: '<journey.yaml>',
  count: [1, 1],
  flags: {
    last: { type: 'string', takes: '<span>', does: 'the last 30d (unless said otherwise), up to now' },
    from: { type: 'string', takes: '<moment>', does: 'instead: from this moment, such as 2026-03-01T00:00:00Z' },
    to: { type: 'string', takes: '<moment>', does: 'up to this moment (now, if left out)' },
    ...SERVER_FLAGS,
  },
  more: 'Nothing is sent and nobody enters anything. --json holds all of it, with the timelines of some people.',
  async run(call): Promise<Outcome<Result>> {
    const journeys = journeysOf(call)
    if (isRefusal(journeys)) return journeys
    const [journey, another] = journeys
    if (another)
      return refuse({ code: 'cli.journey.several', status: 422, title: 'The file holds several journeys', hint: 'Name a file of one.' })
    const server = serverOf(call)
    if (isRefusal(server)) return server
    const span = spanOf(call, Date.now())
    if (isRefusal(span)) return span
    const started = await ask(server, StartBacktest, { definition: journey!, ...span })
    if (isRefusal(started)) return started
    const result = await finished(call, server, started.id)
    return isRefusal(result) ? result : { code: 0, json: result, text: table(result, call.paint) }
  },
}

const wrongMoment = (flag: string, given: string): Problem => ({
  code: 'cli.moment',
  status: 400,
  title: `--${flag} ${given} is no ${flag === 'last' ? 'span of time' : 'moment'}`,
  hint: flag === 'last' ? 'Write a span such as 30d or 12h.' : 'Write it as 2026-03-01T00:00:00Z.',
})

function spanOf(call: Call, now: number): Outcome<{ from: number; to: number }> {
  const [last, from, to] = [text(call, 'last'), text(call, 'from'), text(call, 'to')]
  if (last !== undefined && (from ?? to) !== undefined)
    return refuse({ code: 'cli.usage', status: 400, title: '--last and --from exclude each other', hint: 'Take one of them.' })
  const end = to === undefined ? now : Date.parse(to)
  if (Number.isNaN(end)) return refuse(wrongMoment('to', to!))
  const span = milliseconds(last ?? '30d')
  if (span === undefined) return refuse(wrongMoment('last', last!))
  const begin = from === undefined ? end - span : Date.parse(from)
  return Number.isNaN(begin) ? refuse(wrongMoment('from', from!)) : { from: Math.max(0, begin), to: end }
}

const EVERY_MS = 400

/** Waits for the result, and tells how far it is. */
async function finished(call: Call, server: Server, id: string): Promise<Outcome<BacktestResult>> {
  let before = -1
  for (;;) {
    const told = await ask(server, GetBacktest, { id })
    if (isRefusal(told)) return told
    const { status, done, total, error, result } = told
    if (status === 'done' && result) return result
    if (status === 'failed' || status === 'cancelled')
      return refuse({
        code: `backtest.${status}`,
        status: 422,
        title: `The backtest ${status === 'failed' ? 'failed' : 'was cancelled'}`,
        detail: error,
      })
    if (done !== before && total > 0) call.tell(call.paint('dim', `${done} of ${count(total, 'person', 'people')} …`))
    before = done
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
  }
}

const day = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replace('T', ' ')
const delta = (now: number, then: number): string => (now === then ? '=' : `${now > then ? '+' : '−'}${Math.abs(now - then)}`)

function table(result: BacktestResult, paint: Paint): string {
  const { entered, runs, happened, converted, mostForOne, standing } = result
  const sent = result.messages.reduce((sum, row) => sum + row.sent, 0)
  const head = [
    paint('bold', `${day(result.from)} – ${day(result.to)}, ${count(result.people, 'person', 'people')}, ${count(result.events, 'event')}`),
    '',
    row('', ['would have', 'did', '']),
    row('runs', [entered.treated + entered.heldOut, happened.entered, delta(entered.treated + entered.heldOut, happened.entered)]),
    row('messages', [sent, happened.messages, delta(sent, happened.messages)]),
    ...result.messages.map((each) =>
      row(`  ${visible(each.step)} (${each.channel})`, [each.sent, each.happened, delta(each.sent, each.happened)]),
    ),
    '',
    `${runs.both} runs in both, ${runs.onlyNow} only now, ${runs.onlyThen} only then; ${entered.heldOut} held out, ${standing} still inside.`,
    `${converted.treated} reached the goal treated, ${converted.heldOut} held out.`,
  ]
  const most = mostForOne ? [`The most for one person: ${count(mostForOne.messages, 'message')} (${visible(mostForOne.profileId)}).`] : []
  return [
    ...head,
    ...most,
    ...reasonLines(result),
    ...sampleLines(result, paint),
    '',
    ...result.approximations.map((line) => paint('dim', line)),
  ].join('\n')
}

const row = (name: string, cells: readonly (string | number)[]): string =>
  `${name.padEnd(28)}${cells.map((cell) => String(cell).padStart(12)).join('')}`.trimEnd()

function reasonLines({ exits, notLetIn }: BacktestResult): string[] {
  const list = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .sort((a, b) => b[1] - a[1])
      .map(([reason, times]) => `${visible(reason)} ${times}`)
      .join(', ')
  const lines = [
    Object.keys(exits).length > 0 ? `Left: ${list(exits)}.` : '',
    Object.keys(notLetIn).length > 0 ? `Not let in: ${list(notLetIn)}.` : '',
  ]
  return lines.filter((line) => line !== '')
}

const WHY = {
  only_now: 'enters only now',
  only_then: 'entered only then',
  other_messages: 'gets other messages',
  same: 'is treated the same',
} as const

/** One person of each sort, with both timelines. */
function sampleLines({ samples }: BacktestResult, paint: Paint): string[] {
  const shown = samples.filter(({ why }, i) => why !== 'same' && samples.findIndex((other) => other.why === why) === i)
  return shown.flatMap(({ profileId, why, now, then }) => [
    '',
    paint('bold', `${visible(profileId)} ${WHY[why]}`),
    ...now.slice(0, 8).map((line) => `  now  ${day(line.at)} ${visible(line.step).padEnd(14)} ${visible(line.sentence)}`),
    ...then.slice(0, 8).map((line) => paint('dim', `  then ${day(line.at)} ${visible(line.step).padEnd(14)} ${visible(line.sentence)}`)),
  ])
}
