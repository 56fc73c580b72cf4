import type { Verdict } from '#approvals/schema.ts'
import type { RequestRow } from '#approvals/store.ts'
import { digest } from '#lib/hash.ts'
import { liveDocuments } from '#platform/documents.ts'
import type { Queryable } from '#platform/log.ts'
import { enqueue, type OutboxEntry } from '#platform/outbox.ts'
import { notifyPerson } from '#workspaces/comments/store.ts'
import { whoDeclined } from '#workspaces/mail-choices-store.ts'
import type { Viewer } from './approvals-viewer.ts'
import { letterOf, sayIn } from './colleague-letters.ts'
import { REPORT } from './test-message.ts'

/** Who is to be told what, about which request. */
interface Telling {
  readonly workspace: string
  readonly viewer: Pick<Viewer, 'emails' | 'languages' | 'actor'>
  readonly request: Pick<RequestRow, 'id' | 'due'>
  /** Ids of people. */
  readonly people: readonly string[]
  readonly words: Words
  /** What makes it another mail than the one before about the same request. */
  readonly about: string
  readonly now: number
}

/** What Cadenza says, in English, and what a colleague wrote. */
interface Words {
  readonly title: string
  readonly sentence: string
  readonly note: string
  readonly reasons: readonly string[]
}

const DAY = 86_400_000

/** A notice for colleagues, and mail where the workspace has somebody to send as. It only leads to the page: nothing is decided by following a link. */
async function tellColleagues(tx: Queryable, url: string, telling: Telling): Promise<void> {
  const { workspace, viewer, request, people, words, about, now } = telling
  const kind = about === 'asked' ? ('approval-asked' as const) : ('approval-decided' as const)
  for (const person of new Set(people))
    await notifyPerson(tx, `approval ${request.id} ${about}`, {
      workspace,
      person,
      kind,
      title: words.title,
      detail: words.note || words.sentence,
      about: { kind: 'approval', id: request.id },
      by: viewer.actor,
      at: now,
    })
  if (people.length === 0 || !(await liveDocuments(tx, workspace)).some(({ kind }) => kind === 'sender')) return
  const unwanted = await whoDeclined(tx, workspace, kind)
  const entries = [...new Set(people)].flatMap((person) => {
    const address = unwanted.has(person) ? undefined : viewer.emails.get(person)
    return address === undefined ? [] : [letterTo({ person, address }, url, telling)]
  })
  await enqueue(tx, entries, now)
}

function letterTo({ person, address }: { person: string; address: string }, url: string, telling: Telling): OutboxEntry {
  const { workspace, viewer, request, words, about, now } = telling
  const say = sayIn(viewer.languages.get(person) ?? 'en')
  const link = `${url}/approvals?open=${encodeURIComponent(request.id)}`
  const reasons = words.reasons.map((reason) => `– ${say(reason)}`).join('\n')
  return {
    id: `${REPORT}${digest(['approval', request.id, about, person].join('\u0000'))}`,
    ws: workspace,
    key: `${REPORT}approvals`,
    channel: 'email',
    address,
    topic: '',
    lane: 'transactional',
    due: now,
    expires: Math.min(request.due ?? Number.POSITIVE_INFINITY, now + DAY),
    payload: {
      journey_id: '',
      version: 0,
      enrollment_id: request.id,
      step_id: '',
      note: true,
      subject: say(words.title),
      text: letterOf([say(words.sentence), words.note, reasons, `${say('Look at it:')} ${link}`]),
    },
  }
}

interface About {
  readonly workspace: string
  readonly viewer: Viewer
  readonly request: Pick<RequestRow, 'id' | 'title' | 'due'>
  readonly now: number
}

/** Everybody who could decide, when it is asked for. */
export async function tellDeciders(
  tx: Queryable,
  url: string,
  { people, note, reasons, ...about }: About & { people: readonly string[]; note: string; reasons: readonly string[] },
): Promise<void> {
  const { viewer, request } = about
  const sentence = `${viewer.names.get(viewer.actor) ?? viewer.actor} asks for your approval.`
  const words: Words = { title: `Approval asked for: “${request.title}”`, sentence, note, reasons }
  await tellColleagues(tx, url, { ...about, people, words, about: 'asked' })
}

const SAID: Readonly<Record<Verdict, (name: string, of: string) => Pick<Words, 'title' | 'sentence'>>> = {
  approve: (name, of) => ({ title: `Approved: “${of}”`, sentence: `${name} approved it.` }),
  reject: (name, of) => ({ title: `Rejected: “${of}”`, sentence: `${name} rejected it.` }),
  change: (name, of) => ({ title: `A change is asked for: “${of}”`, sentence: `${name} asks for a change.` }),
}

/** Whoever asked, when somebody else has said something. */
export async function tellAsker(
  tx: Queryable,
  url: string,
  { asker, verdict, comment, ...about }: About & { asker: string; verdict: Verdict; comment: string },
): Promise<void> {
  const { viewer, request, now } = about
  if (asker === '' || asker === viewer.person) return
  const name = viewer.names.get(viewer.actor) ?? viewer.actor
  await tellColleagues(tx, url, {
    ...about,
    request: { ...request, due: null },
    people: [asker],
    words: { ...SAID[verdict](name, request.title), note: comment, reasons: [] },
    about: `${verdict} ${viewer.person} ${now}`,
  })
}
