import type { Json } from '#lib/json.ts'
import type { Doc } from './closure.ts'
import type { Evidence, JourneyReach } from './schema.ts'

type Fields = Readonly<Record<string, Json>>
const fields = (value: Json | undefined): Fields =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Fields) : {}

const CHANNELS: ReadonlySet<string> = new Set(['email', 'sms', 'push', 'inapp', 'whatsapp', 'slack', 'webhook'])

/** One message that a journey can send to one person, so many times. */
export interface Sending {
  readonly journey: string
  readonly channel: string
  readonly template: string
  /** As the step says; '' when it leaves it to the template. */
  readonly sender: string
  readonly times: number
}

/** All that one run of a journey can send: every branch counts, so it is never less than what one person gets. A message with several ways counts each. */
export function sendings({ id, body }: Doc): Sending[] {
  const found: Sending[] = []
  const note = (channel: string, way: Fields, times: number): void =>
    void found.push({ journey: id, channel, template: String(way['template'] ?? ''), sender: String(way['sender'] ?? ''), times })
  const look = (value: Json, times: number): void => {
    if (Array.isArray(value)) for (const each of value) look(each, times)
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return
    const step = value as Fields
    const kind = String(step['kind'] ?? '')
    if (CHANNELS.has(kind)) note(kind, step, times)
    if (kind === 'message')
      for (const way of (step['ways'] as readonly Json[] | undefined) ?? [])
        for (const [channel, inner] of Object.entries(fields(way))) note(channel, fields(inner), times)
    const rounds = kind === 'repeat' ? Math.max(1, Number(step['times'] ?? 1)) : 1
    for (const inner of Object.values(step)) look(inner, times * rounds)
  }
  look(fields(body)['steps'] ?? [], 1)
  return found
}

/** Who speaks, and by whom it travels: what the step names, else the template, else what the workspace has for the channel. */
export function identitiesOf(journeys: readonly Doc[], documents: readonly Doc[]): Evidence['firstSends'] {
  const of = (kind: string): Doc[] => documents.filter((each) => each.kind === kind).sort((a, b) => (a.id < b.id ? -1 : 1))
  const [templates, senders, providers] = [of('template'), of('sender'), of('provider')]
  const found = new Map<string, Evidence['firstSends'][number]>()
  const add = (kind: 'sender' | 'provider', id: unknown): void => {
    if (typeof id === 'string' && id !== '') found.set(`${kind}/${id}`, { kind, id })
  }
  for (const { channel, template, sender } of journeys.flatMap(sendings)) {
    if (channel === 'webhook') continue
    const named = sender || String(fields(templates.find(({ id }) => id === template)?.body)['sender'] ?? '')
    const usual = (
      providers.find((each) => isFor(each, channel) && fields(each.body)['default'] === true) ??
      providers.find((each) => isFor(each, channel))
    )?.id
    if (channel !== 'email') {
      add('provider', named || usual)
      continue
    }
    const speaker = senders.find(({ id }) => id === named) ?? senders[0]
    add('sender', speaker?.id)
    add('provider', fields(speaker?.body)['provider'] ?? usual)
  }
  return [...found.values()]
}

const isFor = ({ body }: Doc, channel: string): boolean => fields(body)['channel'] === channel

/** Identities that no journey used before: another address under the same id is another one. */
export function firstSends(before: { journeys: readonly Doc[]; documents: readonly Doc[] }, after: typeof before): Evidence['firstSends'] {
  const print = (documents: readonly Doc[], { kind, id }: Evidence['firstSends'][number]): string => {
    const body = fields(documents.find((each) => each.kind === kind && each.id === id)?.body)
    return kind === 'sender' ? `sender ${String(fields(body['from'])['address'] ?? id)}` : `provider ${id} ${String(body['type'] ?? '')}`
  }
  const known = new Set(identitiesOf(before.journeys, before.documents).map((each) => print(before.documents, each)))
  return identitiesOf(after.journeys, after.documents).filter((each) => !known.has(print(after.documents, each)))
}

/** The most that it can cost: everybody who can be reached gets everything, at the providers' price for one unit, and uses every incentive. */
export function costOf(
  {
    journeys,
    reach,
    documents,
    discount,
  }: { journeys: readonly Doc[]; reach: readonly JourneyReach[]; documents: readonly Doc[]; discount: Evidence['discount'] },
  currency: string,
): Pick<Evidence, 'messages' | 'cost'> {
  const people = new Map(reach.map((each) => [each.journey, each.people]))
  const providers = documents.filter(({ kind }) => kind === 'provider')
  const unpriced = new Set<string>()
  let messages = 0
  let money = 0
  for (const { journey, channel, times } of journeys.flatMap(sendings)) {
    const count = (people.get(journey) ?? 0) * times
    messages += count
    const prices = providers.filter((each) => isFor(each, channel)).map(({ body }) => priceOf(fields(fields(body)['cost']), currency))
    // The dearest counts: a fallback may take over.
    const known = prices.filter((each): each is number => each !== undefined)
    if (known.length < prices.length || prices.length === 0) unpriced.add(channel)
    money += count * Math.max(0, ...known)
  }
  const worth = Math.max(discount.amount, couponWorth(documents))
  const incentives = worth * reach.reduce((sum, each) => sum + each.people, 0)
  return {
    messages,
    cost: {
      currency,
      messages: round(money),
      incentives: round(incentives),
      total: round(money + incentives),
      unpriced: [...unpriced].sort(),
    },
  }
}

const round = (amount: number): number => Math.round(amount * 10_000) / 10_000

/** Price of a unit, the dearest country's included; undefined when there is none in this currency. */
function priceOf(cost: Fields, currency: string): number | undefined {
  if (typeof cost['perUnit'] !== 'number' || cost['currency'] !== currency) return undefined
  return Math.max(cost['perUnit'], ...Object.values(fields(cost['byCountry'])).filter((each): each is number => typeof each === 'number'))
}

/** What one coupon is worth at most, where a document of coupons says it as an amount. */
const couponWorth = (documents: readonly Doc[]): number =>
  Math.max(
    0,
    ...documents
      .filter(({ kind }) => kind.startsWith('coupon'))
      .map(({ body }) => Number(fields(body)['worth'] ?? fields(body)['value'] ?? 0) || 0),
  )
