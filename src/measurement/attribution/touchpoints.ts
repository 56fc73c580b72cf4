import { z } from 'zod'
import { milliseconds } from '#lib/duration.ts'
import { isRefusal, type Problem } from '#lib/problem.ts'
import { PLACES } from '#segments/condition/available.ts'
import { read } from '#segments/condition/read.ts'

export const TouchpointsId = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'use lower-case letters, digits, - and _ (at most 64)')
export const Window = z
  .string()
  .regex(/^(?:\d+[wdhms])+$/, 'write a duration such as 30m, 1d or 2w')
  .refine((text) => inRange(text), 'take between 1m and 180d')
const Property = z.string().min(1).max(200)
const ChannelName = z.string().min(1).max(60)

function inRange(text: string): boolean {
  const ms = milliseconds(text)
  return ms !== undefined && ms >= 60_000 && ms <= 180 * 86_400_000
}

/** An event that was a touch: an advertisement, a call, a visit to a shop, whatever happens outside. */
const Mapping = z.strictObject({
  event: z.string().min(1).max(200),
  /** A condition that asks nothing but the event. */
  where: z.string().min(1).max(4_000).optional(),
  channel: ChannelName,
  /** Property that names the channel; `channel` counts where it is missing. */
  channelFrom: Property.optional(),
  /** Property that names the campaign. */
  campaignFrom: Property.optional(),
  /** `click`: they did something; `view`: it was shown to them. */
  as: z.enum(['click', 'view']).default('click'),
})
export type Mapping = z.output<typeof Mapping>

const DEFAULT_EVENTS: readonly Mapping[] = [
  { event: 'Ad Clicked', channel: 'ads', channelFrom: 'channel', campaignFrom: 'campaign', as: 'click' },
  { event: 'Ad Viewed', channel: 'ads', channelFrom: 'channel', campaignFrom: 'campaign', as: 'view' },
  { event: 'Call Completed', channel: 'call', campaignFrom: 'campaign', as: 'click' },
  { event: 'Store Visited', channel: 'store', campaignFrom: 'campaign', as: 'click' },
]

/** What counts as a touch on the way to a conversion, and for how long. */
export const Touchpoints = z.strictObject({
  kind: z.literal('touchpoints'),
  id: TouchpointsId,
  name: z.string().min(1).max(200).optional(),
  description: z.string().max(2_000).optional(),
  windows: z
    .strictObject({
      /** A click counts for what comes within this time after it; and a path ends when it has passed. */
      click: Window.default('30d'),
      view: Window.default('1d'),
      /** Touches of one channel that follow within this time are one. */
      session: Window.default('30m'),
    })
    .prefault({}),
  /** Messages of ours: clicks count always. */
  messages: z
    .strictObject({
      /** An opening by a person counts as a view. */
      opened: z.boolean().default(true),
      /** That it arrived counts as a view. */
      delivered: z.boolean().default(false),
    })
    .prefault({}),
  /** Visits by where they came from: all of them, those that a campaign or an advertisement led to, or none. */
  visits: z.enum(['all', 'campaigns', 'none']).default('all'),
  events: z
    .array(Mapping)
    .max(50)
    .default(() => [...DEFAULT_EVENTS]),
})
export type Touchpoints = z.output<typeof Touchpoints>

/** What holds where nobody wrote anything. */
export const DEFAULT_TOUCHPOINTS = 'default'
export const defaultTouchpoints = (): Touchpoints => Touchpoints.parse({ kind: 'touchpoints', id: DEFAULT_TOUCHPOINTS })

export interface Windows {
  /** Milliseconds. */
  readonly click: number
  readonly view: number
  readonly session: number
}
export const windowsOf = ({ windows }: Touchpoints): Windows => ({
  click: milliseconds(windows.click)!,
  view: milliseconds(windows.view)!,
  session: milliseconds(windows.session)!,
})

/** What is wrong with it beside its shape. */
export function checkTouchpoints({ events, windows }: Touchpoints): Problem[] {
  const found: Problem[] = []
  if (milliseconds(windows.view)! > milliseconds(windows.click)!)
    found.push({
      code: 'touchpoints.windows',
      status: 422,
      title: 'A view would count for longer than a click.',
      at: '/windows/view',
      hint: `Take at most ${windows.click}.`,
    })
  events.forEach(({ event, where }, i) => {
    if (event.startsWith('message.'))
      found.push({
        code: 'touchpoints.own_messages',
        status: 422,
        title: `"${event}" is a receipt of your own messages, which count already.`,
        at: `/events/${i}/event`,
        hint: 'Say under `messages` which of them count.',
      })
    const tree = where === undefined ? undefined : read(where, PLACES.window)
    if (tree === undefined || !isRefusal(tree)) return
    const { problems, ...first } = tree.refused
    for (const problem of problems ?? [first])
      found.push({ ...problem, at: `/events/${i}/where`, detail: `At ${problem.at ?? '1:1'} of the condition` })
  })
  return found
}
