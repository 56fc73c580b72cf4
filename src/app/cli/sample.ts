import { isRefusal, type Outcome, refuse } from '#lib/problem.ts'
import { CreateSample, DeleteSample, Industry, ListSamples, type Sample } from '#workspaces/samples-api.ts'
import type { Call, Command, Result } from './command.ts'
import { visible } from './paint.ts'
import { ask, SERVER_FLAGS, type Server, serverOf } from './server.ts'

const VERBS = ['create', 'list', 'delete'] as const
type Verb = (typeof VERBS)[number]
const LOOK_MS = 500

const misused = (why: string) =>
  refuse({
    code: 'cli.usage',
    status: 400,
    title: `“cadenza sample” is not used like that: ${why}`,
    hint: '“cadenza sample --help” shows how.',
  })

export const sampling: Command = {
  name: 'sample',
  does: 'Makes a workspace with made-up people and their history to look around in, and deletes it again. Nothing of it can leave.',
  takes: `<create|list|delete> [${Industry.options.join('|')}|id]`,
  count: [1, 2],
  flags: SERVER_FLAGS,
  more: '“create shop” waits until it is ready; “delete <id>” takes all of it away. The key needs workspace:admin.',
  async run(call): Promise<Outcome<Result>> {
    const [verb = '', what] = call.positionals
    if (!VERBS.some((each) => each === verb)) return misused(`“${verb}” is none of ${VERBS.join(', ')}`)
    if ((verb === 'list') !== (what === undefined)) return misused(verb === 'list' ? 'list takes nothing more' : `say what to ${verb}`)
    const server = serverOf(call)
    return isRefusal(server) ? server : DOES[verb as Verb](call, server, what ?? '')
  },
}

const DOES: Readonly<Record<Verb, (call: Call, server: Server, what: string) => Promise<Outcome<Result>>>> = {
  async create(_call, server, what) {
    const industry = Industry.safeParse(what)
    if (!industry.success) return misused(`“${what}” is none of ${Industry.options.join(', ')}`)
    const begun = await ask(server, CreateSample, { industry: industry.data })
    return isRefusal(begun) ? begun : made(server, begun)
  },
  async list(_call, server) {
    const answer = await ask(server, ListSamples, {})
    if (isRefusal(answer)) return answer
    return { code: 0, json: answer, text: answer.samples.map(line).join('\n') || 'There is no sample workspace.' }
  },
  async delete(_call, server, id) {
    const answer = await ask(server, DeleteSample, { id })
    return isRefusal(answer) ? answer : { code: 0, json: answer, text: `${visible(id)} is closed, and what it holds is being taken away.` }
  },
}

/** Waits until it is ready, or will never be. */
async function made(server: Server, begun: Sample): Promise<Outcome<Result>> {
  for (;;) {
    const answer = await ask(server, ListSamples, {})
    if (isRefusal(answer)) return answer
    const found = answer.samples.find(({ id }) => id === begun.id)
    if (!found) return refuse({ code: 'samples.gone', status: 410, title: 'Somebody deleted it while it was being made' })
    if (found.status === 'failed')
      return refuse({ code: 'samples.failed', status: 500, title: 'It could not be made', detail: found.problem })
    if (found.status === 'ready') return { code: 0, json: found, text: line(found) }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
}

const line = ({ id, name, status, people, share }: Sample): string =>
  `${id}  ${visible(name)}  ${status === 'making' ? `${Math.round(share * 100)} %` : status}  ${people} made-up people`
