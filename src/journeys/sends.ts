import type { ChannelName } from '#events/reaction.ts'
import type { CallStep, MessageStep, Step, TemplatedStep, TemplatedWay, WebhookStep, WebhookWay } from './steps.ts'

/** Channels whose messages say what a template says. */
export const TEMPLATED = ['email', 'sms', 'push', 'inapp', 'whatsapp', 'slack'] as const satisfies readonly ChannelName[]
export type TemplatedChannel = (typeof TEMPLATED)[number]

export const isTemplated = (step: Step): step is TemplatedStep => (TEMPLATED as readonly string[]).includes(step.kind)

/** A step that hands over and waits for the receipt: `waitFor … of` can name it. */
export const sends = (step: Step): step is TemplatedStep | WebhookStep | MessageStep | CallStep =>
  isTemplated(step) || step.kind === 'webhook' || step.kind === 'message' || step.kind === 'call'

/** One way of a message, by its channel. */
export type ByChannel =
  | { readonly channel: TemplatedChannel; readonly way: TemplatedWay }
  | { readonly channel: 'webhook'; readonly way: WebhookWay }

export function byChannel(way: MessageStep['ways'][number]): ByChannel {
  if ('webhook' in way) return { channel: 'webhook', way: way.webhook }
  const [[channel, said]] = Object.entries(way) as [[TemplatedChannel, TemplatedWay]]
  return { channel, way: said }
}

/** All ways that a step can send by, as it names them itself. */
export function waysOf(step: Step): readonly ByChannel[] {
  if (isTemplated(step)) return [{ channel: step.kind, way: step }]
  if (step.kind === 'webhook') return [{ channel: 'webhook', way: step }]
  return step.kind === 'message' ? step.ways.map(byChannel) : []
}

const templatedWays = (step: Step) => waysOf(step).flatMap((each) => (each.channel === 'webhook' ? [] : [each]))

/** The templates that a step names itself, each with the channel that it is written for. */
export const templatesOf = (step: Step): readonly { readonly channel: TemplatedChannel; readonly template: string }[] =>
  templatedWays(step).map(({ channel, way }) => ({ channel, template: way.template }))

/** The senders that a step names itself. */
export const sendersOf = (step: Step): readonly string[] =>
  templatedWays(step).flatMap(({ channel, way }) => (channel === 'email' ? (way.sender ?? []) : []))

/** The providers that a step names itself. */
export const providersOf = (step: Step): readonly string[] =>
  templatedWays(step).flatMap(({ channel, way }) => (channel === 'email' ? [] : (way.sender ?? [])))

/** Whether a step sends something that nobody asked for: a message in the marketing lane, also by an address of one's own. */
export const isMarketing = (step: Step): boolean =>
  waysOf(step).some((each) => (each.channel === 'webhook' ? each.way.contact?.lane : each.way.lane) === 'marketing')
