import type { CallStep, EmailStep, MessageStep, Step, WebhookStep } from './steps.ts'

/** A step that hands over and waits for the receipt: `waitFor … of` can name it. */
export const sends = (step: Step): step is EmailStep | WebhookStep | MessageStep | CallStep =>
  step.kind === 'email' || step.kind === 'webhook' || step.kind === 'message' || step.kind === 'call'

/** The templates that a step names itself. */
export function templatesOf(step: Step): readonly string[] {
  if (step.kind === 'email') return [step.template]
  return step.kind === 'message' ? step.ways.flatMap((way) => ('email' in way ? [way.email.template] : [])) : []
}

/** The senders that a step names itself. */
export function sendersOf(step: Step): readonly string[] {
  const ways =
    step.kind === 'email' ? [step] : step.kind === 'message' ? step.ways.flatMap((way) => ('email' in way ? [way.email] : [])) : []
  return ways.flatMap(({ sender }) => sender ?? [])
}

/** Whether a step sends something that nobody asked for: a message in the marketing lane, also by an address of one's own. */
export function isMarketing(step: Step): boolean {
  const lane = (given: { readonly lane: string } | undefined): boolean => given?.lane === 'marketing'
  if (step.kind === 'email') return lane(step)
  if (step.kind === 'webhook') return lane(step.contact)
  return step.kind === 'message' && step.ways.some((way) => lane('email' in way ? way.email : way.webhook.contact))
}
