import { CHANNEL_MEANS, type ChannelCount, ChannelsInput, toldOfChannels } from './channels.ts'
import { periodOf } from './input.ts'
import { type Listing, type ListKind, type ReportParts, reportKind } from './kind.ts'
import { counted } from './list-store.ts'
import { MESSAGE_DIMS, MESSAGE_FLAGS, messages } from './messages-store.ts'

const found = ({ workspace, now }: ReportParts, { days, from, to, by: _, ...scope }: ChannelsInput): Listing =>
  messages({ workspace, scope, ...periodOf({ days, from, to }, now) })

const lists = {
  messages: { unit: 'messages', dims: () => [...MESSAGE_DIMS, ...MESSAGE_FLAGS, 'outcome'], listing: found },
  people: {
    unit: 'people',
    dims: () => ['part'],
    listing(parts, input) {
      const { sql, params } = found(parts, input)
      return {
        params,
        sql: `SELECT person AS profile_id, '' AS of, max(sends.at) AS at, '' AS step, '' AS reason, toString(sends.${input.by}) AS part, concat(person, '/', part) AS key
          FROM (${sql}) AS sends GROUP BY person, part`,
      }
    },
  },
} as const satisfies Record<string, ListKind<ChannelsInput>>

const outcome = (name: string): [string, string] => [name, `countIf(outcome = '${name}')`]
const flag = (name: string): [string, string] => [name, `sum(list.${name})`]

export const channels = reportKind({
  id: 'channels',
  title: 'Channels',
  question: 'What became of the messages of each channel, and what did they cost?',
  input: ChannelsInput,
  definitions: CHANNEL_MEANS,
  lists,
  async run(parts, input) {
    const counts = await counted<ChannelCount>(parts.facts, found(parts, input), {
      by: { about: `toString(${input.by})` },
      measures: {
        messages: 'count()',
        people: 'uniqExact(person)',
        ...Object.fromEntries(['sent', 'refused', 'ambiguous', 'failed', 'skipped', 'cancelled', 'waiting'].map(outcome)),
        ...Object.fromEntries(
          ['tried', 'confirmed', 'bounced', 'arrived', 'opened', 'machine_opened', 'clicked', 'unsubscribed', 'complained', 'followed'].map(
            flag,
          ),
        ),
        cost: 'sum(list.cost)',
        currency: "if(uniqExactIf(list.currency, list.currency != '') > 1, 'several', max(list.currency))",
      },
      ...(input.by === 'day' && { order: 'about' }),
    })
    return toldOfChannels(input, counts, parts.now)
  },
})
