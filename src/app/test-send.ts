import { createHash, randomInt, randomUUID } from 'node:crypto'
import { address } from '#channels/address.ts'
import { phoneNumber } from '#channels/phone.ts'
import { chosen, previewScope } from '#content/actions.ts'
import { compileTemplate } from '#content/adapters/compile.ts'
import { AddTestAddress, ConfirmTestAddress, ListTestAddresses, RemoveTestAddress, TestTemplate } from '#content/check-api.ts'
import { flat } from '#content/problems.ts'
import { type Scope, Template } from '#content/schema.ts'
import { askTestAddress, confirmTestAddress, removeTestAddress, testAddresses } from '#content/test-addresses-store.ts'
import type { Person } from '#journeys/person.ts'
import type { InputOf, OutputOf } from '#lib/action.ts'
import { type Language, languageAsked } from '#lib/language.ts'
import { isRefusal, type Outcome, type Problem, refuse } from '#lib/problem.ts'
import { type Binding, bind } from '#platform/http/actions.ts'
import type { Principal } from '#platform/http/principal.ts'
import { loadStates } from '#platform/keyed-state.ts'
import type { Queryable } from '#platform/log.ts'
import { enqueue, type OutboxEntry } from '#platform/outbox.ts'
import { type Pool, transaction } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { listMembers } from '#workspaces/store.ts'
import { previewParts } from './content.ts'
import { partsFor } from './template-parts.ts'
import { CODE_TEMPLATE, TEST, type Test } from './test-message.ts'

interface Options {
  readonly pool: Pool
  readonly work: Pool
  readonly now: () => number
  /** A message was put into the outbox. */
  readonly queued: () => void
}

const HOUR = 3_600_000
type Channel = Template['channel']

/** Messages to colleagues before anybody else gets them. */
export const testSendBindings = (options: Options): Binding[] => [
  bind(TestTemplate, (input, principal) => sendTest(input, principal, options)),
  bind(AddTestAddress, (input, principal, call) =>
    ask(input, principal, { ...options, language: languageAsked(call.headers['accept-language']) }),
  ),
  bind(ConfirmTestAddress, async ({ channel, address: written, code }, { workspace }) => {
    const to = addressOf(channel, written)
    if (isRefusal(to)) return to
    const asked = { channel, address: to.address, codeHash: hashOf(workspace, to.address, code), at: options.now() }
    const right = await inWorkspace(options.pool, workspace, (tx) => confirmTestAddress(tx, workspace, asked))
    return right ? { done: true as const } : refuse(WRONG_CODE)
  }),
  bind(ListTestAddresses, async (_input, { workspace }) => ({
    addresses: (await inWorkspace(options.pool, workspace, (tx) => testAddresses(tx, workspace))).map((each) => ({
      ...each,
      channel: each.channel as Channel,
    })),
  })),
  bind(RemoveTestAddress, async (input, { workspace }) => {
    const to = addressOf(input.channel, input.address)
    if (isRefusal(to)) return to
    const gone = await inWorkspace(options.pool, workspace, (tx) =>
      removeTestAddress(tx, workspace, { channel: input.channel, address: to.address }),
    )
    return gone ? { done: true as const } : refuse({ code: 'test_address.unknown', status: 404, title: 'There is no such test address' })
  }),
]

const WRONG_CODE: Problem = {
  code: 'test_address.code',
  status: 422,
  title: 'This is not the code, or it is older than 15 minutes',
  hint: 'Ask for another one.',
}

/** The address as the channel writes it. */
function addressOf(channel: Channel, written: string): Outcome<{ address: string }> {
  if (channel === 'email') {
    const found = address(written)
    return isRefusal(found) ? found : { address: found.address.toLowerCase() }
  }
  if (channel !== 'sms' && channel !== 'whatsapp') return { address: written }
  const number = phoneNumber(written)
  return number === undefined
    ? refuse({
        code: 'address.invalid',
        status: 422,
        title: 'This is no telephone number',
        detail: written,
        hint: 'Write it with the country: +49 30 123456.',
      })
    : { address: number }
}

async function sendTest(
  input: InputOf<typeof TestTemplate>,
  { workspace, actor }: Principal,
  options: Options,
): Promise<Outcome<OutputOf<typeof TestTemplate>>> {
  const asking = previewParts({ db: options.work, ...options })
  const found = await chosen(input, workspace, asking)
  if (isRefusal(found)) return found
  const { template, version } = found
  const to = await allowed(input.to, template.channel, { workspace, options })
  if (isRefusal(to)) return to
  const parts = await inWorkspace(options.pool, workspace, (tx) => partsFor(tx, workspace, { template, version }))
  const compiled = await compileTemplate(template, version, parts)
  if (isRefusal(compiled))
    return refuse({ ...compiled.refused, problems: flat(compiled.refused).map((each) => ({ status: 422, ...each })) })
  const scope = await previewScope(input, workspace, { ...asking, chosen: template })
  if (isRefusal(scope)) return scope
  const test: Test = { template, brand: parts.brand, snippets: [...parts.snippets.values()] }
  const profile = input.locale === undefined ? scope.profile : { ...scope.profile, locale: input.locale }
  const entries = await entriesOf(to.addresses, test, { workspace, actor, scope: { ...scope, profile }, options })
  await queue(entries, options)
  return { messages: entries.map(({ id, address: where }) => ({ id, to: where })) }
}

/** A member's e-mail address, or one that was confirmed: a test is no way to write to strangers. */
async function allowed(
  written: readonly string[],
  channel: Channel,
  { workspace, options }: { workspace: string; options: Options },
): Promise<Outcome<{ addresses: string[] }>> {
  const members = channel === 'email' ? await listMembers(options.work, workspace) : []
  const confirmed = (await inWorkspace(options.pool, workspace, (tx) => testAddresses(tx, workspace))).filter((each) => each.confirmed)
  const known = [
    ...members.map(({ email }) => email.toLowerCase()),
    ...confirmed.filter((each) => each.channel === channel).map((each) => each.address),
  ]
  const addresses: string[] = []
  for (const [i, text] of written.entries()) {
    const found = addressOf(channel, text)
    if (isRefusal(found)) return refuse({ ...found.refused, at: `/to/${i}` })
    if (!known.includes(found.address)) return refuse({ ...STRANGER, detail: text, at: `/to/${i}` })
    addresses.push(found.address)
  }
  return { addresses: [...new Set(addresses)] }
}

const STRANGER: Problem = {
  code: 'test.address',
  status: 403,
  title: 'Tests go to members and to confirmed test addresses only',
  hint: 'Add the address with testAddresses.add and give back the code that is sent there.',
}

interface Around {
  readonly workspace: string
  readonly actor: string
  readonly scope: Pick<Scope, 'profile' | 'entry' | 'event'>
  readonly options: Options
}

async function entriesOf(addresses: readonly string[], test: Test, { workspace, actor, scope, options }: Around): Promise<OutboxEntry[]> {
  const now = options.now()
  const { profile, entry, event } = scope
  const { channel, id } = test.template
  const ofProfile = channel === 'push' || channel === 'inapp'
  return Promise.all(
    addresses.map(
      async (to): Promise<OutboxEntry> => ({
        id: `${TEST}${randomUUID()}`,
        ws: workspace,
        key: ofProfile ? to : `${TEST}${actor}`,
        channel: channel as OutboxEntry['channel'],
        address: to,
        topic: '',
        lane: 'transactional',
        due: now,
        expires: now + HOUR,
        payload: {
          journey_id: '',
          version: 0,
          enrollment_id: '',
          step_id: '',
          template: id,
          template_version: 0,
          sender: test.template.sender ?? '',
          devices: channel === 'push' ? await devicesOf(options.work, workspace, to) : [],
          data: { profile, entry, event, run: {} },
          test: test as never,
        },
      }),
    ),
  )
}

async function devicesOf(db: Queryable, workspace: string, profile: string) {
  const [found] = await loadStates<Person>(db, 'profile', [{ ws: workspace, id: profile }])
  return [...(found?.state.profile.devices ?? [])]
}

async function queue(entries: readonly OutboxEntry[], { work, now, queued }: Options): Promise<void> {
  await transaction(work, (tx) => enqueue(tx, entries, now()))
  queued()
}

async function ask(
  input: InputOf<typeof AddTestAddress>,
  { workspace, actor }: Principal,
  options: Options & { readonly language: Language },
): Promise<Outcome<OutputOf<typeof AddTestAddress>>> {
  const to = addressOf(input.channel, input.address)
  if (isRefusal(to)) return to
  const code = String(randomInt(1_000_000)).padStart(6, '0')
  const asked = { channel: input.channel, address: to.address, codeHash: hashOf(workspace, to.address, code), at: options.now(), by: actor }
  const waits = await inWorkspace(options.pool, workspace, (tx) => askTestAddress(tx, workspace, asked))
  if (!waits) return refuse(TOO_MANY)
  const scope = { profile: {}, entry: {}, event: {} }
  const entries = await entriesOf(
    [to.address],
    { template: codeTemplate(input.channel, CODE_WORDS[options.language](code)), snippets: [] },
    { workspace, actor, scope, options },
  )
  await queue(entries, options)
  return { done: true as const }
}

const TOO_MANY: Problem = {
  code: 'test_address.too_many',
  status: 429,
  title: 'Too many codes were asked for',
  hint: 'One a minute for each address, ten an hour for a workspace.',
}

const hashOf = (workspace: string, to: string, code: string): string =>
  createHash('sha256')
    .update(JSON.stringify([workspace, to, code]))
    .digest('hex')

/** In the language of whoever asks for the code. */
const CODE_WORDS: Readonly<Record<Language, (code: string) => { readonly title: string; readonly text: string }>> = {
  en: (code) => ({
    title: `Your code: ${code}`,
    text: `Your code for test messages is ${code}. Whoever asked for it wants to send tests to you; without the code nothing is sent.`,
  }),
  de: (code) => ({
    title: `Ihr Code: ${code}`,
    text: `Ihr Code für Testnachrichten ist ${code}. Wer ihn angefordert hat, möchte Ihnen Tests senden; ohne den Code wird nichts gesendet.`,
  }),
}

/** The message that brings the code. */
function codeTemplate(channel: Channel, { title, text }: { readonly title: string; readonly text: string }): Template {
  const about = { kind: 'template', id: CODE_TEMPLATE, channel, purpose: 'transactional' }
  switch (channel) {
    case 'email':
      return Template.parse({ ...about, subject: title, blocks: [{ kind: 'text', text }] })
    case 'push':
    case 'inapp':
      return Template.parse({ ...about, title, body: text })
    default:
      return Template.parse({ ...about, text })
  }
}
