import { DecideApproval, GetApproval, ListApprovals } from '#approvals/api.ts'
import type { OutputOf } from '#lib/action.ts'
import { isRefusal, type Outcome, refuse } from '#lib/problem.ts'
import { type Call, type Command, type Result, text } from './command.ts'
import { count, type Paint, visible } from './paint.ts'
import { ask, SERVER_FLAGS, type Server, serverOf } from './server.ts'

const VERBS = ['list', 'show', 'approve', 'reject'] as const
type Verb = (typeof VERBS)[number]

export const approvals: Command = {
  name: 'approvals',
  does: 'Shows what waits for approval, and approves or rejects it.',
  takes: '<list|show|approve|reject> [id]',
  count: [1, 2],
  flags: {
    comment: { type: 'string', takes: '<text>', does: 'why; a rejection needs it' },
    hash: { type: 'string', takes: '<hash>', does: 'of what was looked at (“show” tells it): approves that and nothing else' },
    ...SERVER_FLAGS,
  },
  more: 'A key speaks for the person who made it, and only where the policy says keys: true.',
  async run(call): Promise<Outcome<Result>> {
    const [verb = '', id] = call.positionals
    if (!VERBS.some((each) => each === verb)) return refuse(misused(`“${verb}” is none of ${VERBS.join(', ')}`))
    if ((verb === 'list') === (id !== undefined))
      return refuse(misused(verb === 'list' ? 'list takes no id' : `say which: cadenza approvals ${verb} ap_…`))
    const server = serverOf(call)
    return isRefusal(server) ? server : does[verb as Verb](call, server, id ?? '')
  },
}

const misused = (why: string) => ({
  code: 'cli.usage',
  status: 400,
  title: `“cadenza approvals” is not used like that: ${why}`,
  hint: '“cadenza approvals --help” shows how.',
})

const does: Readonly<Record<Verb, (call: Call, server: Server, id: string) => Promise<Outcome<Result>>>> = {
  async list({ paint }, server) {
    const answer = await ask(server, ListApprovals, {})
    if (isRefusal(answer)) return answer
    const lines = answer.approvals.map(
      ({ id, state, title, people, due, reasons }) =>
        `${paint('bold', id)}  ${state.padEnd(8)}  ${visible(title)}, ${count(people, 'person', 'people')}${due === null ? '' : `, due ${momentOf(due)}`}\n  ${paint('dim', visible(reasons[0] ?? ''))}`,
    )
    return { code: 0, json: answer, text: lines.join('\n') || 'Nothing waits for approval.' }
  },
  async show({ paint }, server, id) {
    const answer = await ask(server, GetApproval, { id })
    return isRefusal(answer) ? answer : { code: 0, json: answer, text: shown(answer, paint) }
  },
  approve: (call, server, id) => decided(call, server, { id, verdict: 'approve' }),
  reject: (call, server, id) => decided(call, server, { id, verdict: 'reject' }),
}

async function decided(
  call: Call,
  server: Server,
  { id, verdict }: { id: string; verdict: 'approve' | 'reject' },
): Promise<Outcome<Result>> {
  const comment = text(call, 'comment') ?? ''
  if (verdict === 'reject' && comment.trim() === '') return refuse(misused('a rejection needs --comment'))
  let hash = text(call, 'hash')
  if (hash === undefined) {
    const seen = await ask(server, GetApproval, { id })
    if (isRefusal(seen)) return seen
    hash = seen.hash
    if (verdict === 'approve') {
      call.tell(shown(seen, call.paint))
      if (!(await call.confirm?.('Approve exactly this?')))
        return { code: 2, json: { decided: false, hash }, text: `Nothing was approved: approve what you have seen with --hash ${hash}` }
    }
  }
  const answer = await ask(server, DecideApproval, { id, verdict, hash, comment })
  if (isRefusal(answer)) return answer
  const words = answer.standing.map(({ policy, people, quorum }) => `${visible(policy)}: ${people.length} of ${quorum}`).join(', ')
  return { code: 0, json: answer, text: `${id} is ${answer.state} (${words}).` }
}

const momentOf = (at: number): string => new Date(at).toISOString()

function shown(one: OutputOf<typeof GetApproval>, paint: Paint): string {
  const { evidence } = one
  const { cost, discount, voice } = evidence
  const needs = one.standing.map(
    ({ policy, people, quorum }, i) =>
      `  ${paint('bold', visible(policy))} ${people.length} of ${quorum}: ${visible(one.needs[i]?.reasons.join(' ') ?? '')}`,
  )
  const diffs = one.diffs.map(({ kind, id, action, diff }) => `${paint('bold', `${action} ${kind} ${id}`)}\n${visibleLines(diff)}`)
  const models = (evidence.models ?? []).flatMap(({ model, from, to, share, readOut, force, warnings }) => [
    `  model ${visible(model)}: ${from ?? 'new'} → ${to} ${share}${force === '' ? '' : ` (forced: ${visible(force)})`}`,
    ...[readOut, ...warnings].filter((words) => words !== '').map((words) => `    ${visible(words)}`),
  ])
  const findings = voice.findings.slice(0, 5).map(({ at, says }) => `  ${visible(at)}: ${visible(says)}`)
  const lint = one.lint.map(({ severity, document, title }) => `  ${severity} ${visible(document)}: ${visible(title)}`)
  const examples = one.examples.map(
    ({ profile, template, why, rendered }) => `  ${template} for ${profile} (${why}): ${visible(rendered?.subject ?? 'cannot be made')}`,
  )
  return [
    `${paint('bold', one.id)} ${one.state}  ${visible(one.title)}`,
    `asked by ${one.requestedBy} ${momentOf(one.requestedAt)}${one.due === null ? '' : `, due ${momentOf(one.due)} (then: ${one.otherwise})`}`,
    ...(one.reason === '' ? [] : [visible(one.reason)]),
    `hash ${one.hash}`,
    ...needs,
    `reach ${evidence.people}, at most ${evidence.messages} messages, at most ${cost.total} ${cost.currency}, deepest discount ${discount.percent} %, voice ${voice.score} of 100`,
    ...models,
    ...findings,
    ...lint,
    ...examples,
    ...diffs,
    ...(one.mayDecide || one.why === '' ? [] : [paint('yellow', one.why)]),
  ].join('\n')
}

const visibleLines = (diff: string): string =>
  diff
    .trimEnd()
    .split('\n')
    .map((line) => `    ${visible(line)}`)
    .join('\n')
