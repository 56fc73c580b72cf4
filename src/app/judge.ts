import type { Prepared } from '#channels/channel.ts'
import type { Verdict } from '#channels/policy.ts'
import { contentOf, type Given } from '#consent/policies/content.ts'
import type { Asked, ContentFacts, MessageFacts } from '#consent/policies/facts.ts'
import { type Gatekeeper, gatekeeper, type Judgement, NO_GATES, reasonOf } from '#consent/policies/gatekeeper.ts'
import { GENERAL } from '#consent/policies/schema.ts'
import type { Sender } from '#content/schema.ts'
import { subjectOf, verdictOf } from '#journeys/gates.ts'
import { type Person, upgraded } from '#journeys/person.ts'
import type { JsonObject } from '#lib/json.ts'
import { type Definition, liveDocuments } from '#platform/documents.ts'
import { loadStates } from '#platform/keyed-state.ts'
import type { Queryable } from '#platform/log.ts'
import type { Claimed } from '#platform/outbox.ts'
import { channelOf } from './consent-gate.ts'
import { policiesAmong } from './definitions.ts'
import type { Judge } from './passage.ts'
import type { Made } from './prepare.ts'

export interface JudgeParts {
  /** The rules that hold in a workspace now. */
  readonly gates: (workspace: string) => Promise<Gatekeeper>
  /** A person as they are now; undefined: there is none. */
  readonly person: (workspace: string, id: string) => Promise<Person | undefined>
  /** What is asked of the template besides: the review that it names, and the approval that binds this version of it. */
  readonly review: (workspace: string, template: string, version: string) => Promise<Reviewed>
  readonly sender: (workspace: string, id: string) => Promise<Sender | undefined>
  /** Epoch ms. */
  readonly now: () => number
}

export type Reviewed = Pick<MessageFacts, 'review' | 'approval'>
const UNREVIEWED: Reviewed = { review: undefined }

/** Asks the rules of law once more at hand-over: of the person as they are now, and of the bytes that leave. */
export function judging({ gates, person, review, sender, now }: JudgeParts): Judge {
  return async (entry, made) => {
    const { ws, id, key, topic, lane, payload } = entry
    const channel = channelOf(entry)
    const keeper = channel === null ? NO_GATES : await gates(ws)
    if (channel === null || !keeper.exists) return null
    const at = now()
    const category = typeof payload['category'] === 'string' ? payload['category'] : GENERAL
    const template = typeof payload['template'] === 'string' ? payload['template'] : ''
    const asked: Omit<MessageFacts, 'review'> = {
      id,
      channel,
      lane,
      topic,
      category,
      language: undefined,
      decidedBy: namesOf(payload['decided_by']),
    }
    const [found, reviewed, speaker] = await Promise.all([
      person(ws, key),
      template === '' ? UNREVIEWED : review(ws, template, String(payload['template_version'])),
      made.prepared.kind === 'email' ? sender(ws, typeof payload['sender'] === 'string' ? payload['sender'] : '') : undefined,
    ])
    const message: MessageFacts = { ...asked, ...reviewed }
    // Whoever is gone (erased) is nobody that a rule could be asked about.
    if (!found) return verdict({ ...NOBODY, due: at }, { channel, category, judgement: GONE })
    const given = keeper.readsContent(message, at) ? givenOf(made, speaker) : null
    const alike = given && keeper.alike(`${template} ${String(payload['template_version'])}`, given)
    const judgement = keeper.judge(asking({ stage: 'dispatch', subject: subjectOf(found, at), message, alike, now: at }, given))
    return answer(judgement, { entry, channel, category, at })
  }
}

interface About {
  readonly entry: Pick<Claimed, 'expires'>
  readonly channel: string
  readonly category: string
  readonly at: number
}

function answer(judgement: Judgement, { entry, channel, category, at }: About): Awaited<ReturnType<Judge>> {
  const judged = { channel, category, judgement }
  const said = { gates: verdictOf('dispatch', judged) as unknown as JsonObject }
  if (judgement.outcome === 'pass') return { said }
  const reason = reasonOf(judgement.rulings[0]!)
  const waits = judgement.outcome === 'defer' && judgement.until <= entry.expires
  const due = waits ? judgement.until : at
  return verdict({ status: waits ? 'ready' : 'skipped', receipt: waits ? 'message.deferred' : 'message.skipped', due, reason }, judged)
}

const verdict = (what: Pick<Verdict, 'status' | 'receipt' | 'due' | 'reason'>, judged: Parameters<typeof verdictOf>[1]): Verdict => ({
  ...what,
  bounced: false,
  ...(what.status === 'ready' && { untried: true as const }),
  props: { gates: verdictOf('dispatch', judged) as unknown as JsonObject },
})

const NOBODY = { status: 'skipped', receipt: 'message.skipped', reason: 'person_gone' } as const
const GONE: Judgement = { outcome: 'refuse', passed: [], rulings: [], until: 0 }

const namesOf = (value: unknown): readonly string[] | undefined =>
  Array.isArray(value) ? value.filter((name) => typeof name === 'string') : undefined

/** The question, with a content that is read when a rule asks for it. */
export const asking = (asked: Omit<Asked, 'content'>, given: Given | null): Asked => new Question(asked, given)

class Question implements Asked {
  readonly stage: Asked['stage']
  readonly subject: Asked['subject']
  readonly message: MessageFacts
  readonly alike: string | null
  readonly now: number
  readonly #given: Given | null
  #read: ContentFacts | undefined

  constructor({ stage, subject, message, alike = null, now }: Omit<Asked, 'content'>, given: Given | null) {
    this.stage = stage
    this.subject = subject
    this.message = message
    this.alike = alike
    this.now = now
    this.#given = given
  }

  get content(): ContentFacts | null {
    if (!this.#given) return null
    this.#read ??= contentOf(this.#given)
    return this.#read
  }
}

/** What the bytes say. */
function givenOf({ prepared, headers }: Pick<Made, 'prepared' | 'headers'>, sender: Sender | undefined): Given {
  if (prepared.kind !== 'email') return { subject: '', pieces: piecesOf(prepared), ...PLAIN }
  const header = (name: string): string => headers.find(([each]) => each.toLowerCase() === name)?.[1] ?? ''
  const { subject, html, text } = prepared.parts
  return {
    subject,
    html,
    text,
    unsubscribe: /<(https?:[^>\s]+)>/.exec(header('list-unsubscribe'))?.[1] ?? '',
    oneClick: header('list-unsubscribe-post') === 'List-Unsubscribe=One-Click',
    postalAddress: sender?.postalAddress ?? '',
  }
}

const PLAIN = { unsubscribe: '', oneClick: false, postalAddress: '' }

function piecesOf(prepared: Exclude<Prepared, { kind: 'email' }>): readonly string[] {
  switch (prepared.kind) {
    case 'sms':
    case 'slack':
      return [prepared.text]
    case 'push':
    case 'inapp':
      return [prepared.title, prepared.body]
    case 'whatsapp':
      return [prepared.text, ...(prepared.approved?.parameters ?? [])]
    case 'webhook':
      return [prepared.body]
  }
}

/** The rules of a workspace; what has not changed is not compiled again. */
export function gatesNow(db: Queryable): (workspace: string) => Promise<Gatekeeper> {
  const compiled = new Map<string, { readonly names: string; readonly gates: Gatekeeper }>()
  return async (workspace) => {
    const live = (await liveDocuments(db, workspace)).filter(isRule)
    const names = live.map(({ kind, id, version }) => `${kind}/${id}@${version}`).join(' ')
    const held = compiled.get(workspace)
    if (held?.names === names) return held.gates
    const gates = gatekeeper(policiesAmong(live))
    compiled.set(workspace, { names, gates })
    return gates
  }
}

const isRule = ({ kind }: Pick<Definition, 'kind'>): boolean => kind === 'policy' || kind === 'policy-pack'

/** People by id, those who are asked for at the same moment with one query; who became another is that one. */
export function peopleNow(db: Queryable): JudgeParts['person'] {
  let waiting = new Map<string, PromiseWithResolvers<Person | undefined>>()
  const load = async (): Promise<void> => {
    const group = waiting
    waiting = new Map()
    try {
      const keys = [...group.keys()].map((name) => ({ ws: name.slice(0, name.indexOf(' ')), id: name.slice(name.indexOf(' ') + 1) }))
      const rows = await loadStates<Person>(db, 'profile', keys)
      const found = new Map(rows.map(({ ws, id, state }) => [`${ws} ${id}`, upgraded(state)]))
      for (const [name, { resolve }] of group) resolve(found.get(name))
    } catch (error) {
      for (const { reject } of group.values()) reject(error)
    }
  }
  const ask = (ws: string, id: string): Promise<Person | undefined> => {
    if (waiting.size === 0) setImmediate(() => void load())
    const name = `${ws} ${id}`
    const held = waiting.get(name) ?? Promise.withResolvers<Person | undefined>()
    waiting.set(name, held)
    return held.promise
  }
  return async (ws, id) => {
    let person = await ask(ws, id)
    for (let steps = 0; person?.profile.mergedInto !== undefined && steps < 20; steps++) person = await ask(ws, person.profile.mergedInto)
    return person
  }
}
