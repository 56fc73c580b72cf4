import { z } from 'zod'
import type { DecisionRecord } from '#decisions/record.ts'
import type { DeliveryFact } from '#events/reaction.ts'
import type { EventRecord } from '#events/schema.ts'
import { recorded, remark } from './advance.ts'
import type { Dispatch, Enrollment } from './enrollment.ts'
import { tellVerdict } from './gates.ts'
import { RECEIPTS } from './receipt-names.ts'
import type { Turn } from './turn.ts'

/** The effect that a system event reports on, if it is a receipt. */
export function receiptOf(record: EventRecord): { readonly effect: string; readonly event: string } | null {
  const effect = record.props['effect_id']
  if (record.type !== 'system' || typeof effect !== 'string' || !Object.hasOwn(RECEIPTS, record.name)) return null
  return { effect, event: record.name }
}

/** Notes a receipt as a fact, also long after the run has ended. */
export function tellReceipt(turn: Turn, record: EventRecord): void {
  if (record.props['gates'] !== undefined) tellVerdict(turn, record)
  const { props } = record
  const text = (name: string): string => (typeof props[name] === 'string' ? props[name] : '')
  turn.facts.push({
    table: 'deliveries',
    row: {
      workspace_id: turn.context.definitions.workspace,
      profile_id: turn.person.profile.id,
      effect_id: text('effect_id'),
      journey_id: text('journey_id'),
      version: typeof props['version'] === 'number' ? props['version'] : 0,
      enrollment_id: text('enrollment_id'),
      step_id: text('step_id'),
      channel: text('channel'),
      status: RECEIPTS[record.name]!.delivery,
      reason: text('reason'),
      at: record.at,
      ...(typeof props['provider'] === 'string' && costs(props)),
      ...(typeof props['fetcher'] === 'string' && { fetcher: props['fetcher'] }),
      ...(typeof props['attempt'] === 'number' && { tries: props['attempt'] }),
    },
  })
}

/** Notes what a message that was handed over has shown in its slots. */
export function tellExposures(turn: Turn, record: EventRecord): void {
  const shown = record.name === 'message.sent' ? Exposures.safeParse(record.props['exposures']) : null
  if (!shown?.success) return
  for (const { by, ...exposure } of shown.data) {
    turn.facts.push({
      table: 'exposures',
      row: {
        workspace_id: turn.context.definitions.workspace,
        profile_id: turn.person.profile.id,
        effect_id: String(record.props['effect_id']),
        ...exposure,
        chosen_by: by,
        at: record.at,
      },
    })
  }
}

/** Notes what models chose for a message that was handed over, with the records that its receipt carries. */
export function tellContentDecisions(turn: Turn, { name, props, at }: EventRecord): void {
  if (name !== 'message.sent' || props['decisions'] === undefined) return
  const told = ContentDecisions.safeParse(props['decisions'])
  if (!told.success) return
  const text = (field: string): string => (typeof props[field] === 'string' ? props[field] : '')
  for (const each of told.data) {
    const record = each as unknown as DecisionRecord
    turn.facts.push({
      table: 'decisions',
      row: {
        workspace_id: turn.context.definitions.workspace,
        profile_id: turn.person.profile.id,
        journey_id: text('journey_id'),
        version: typeof props['version'] === 'number' ? props['version'] : 0,
        enrollment_id: text('enrollment_id'),
        step_id: text('step_id'),
        arm: record.chosen,
        propensity: record.propensity,
        at,
        ...recorded(record),
      },
    })
  }
}

/** As delivery made them (`decisions/content/decide.ts`): only what becomes a column is looked at. */
const ContentDecisions = z.array(
  z.looseObject({
    id: z.string(),
    kind: z.literal('content'),
    model: z.string(),
    modelVersion: z.number(),
    snapshot: z.number(),
    by: z.string(),
    silence: z.string().optional(),
    chosen: z.string(),
    propensity: z.number(),
  }),
)

/** As `content/live.ts` says them. */
const Exposures = z.array(
  z.object({
    template: z.string(),
    version: z.number(),
    slot: z.string(),
    variant: z.string(),
    item: z.string(),
    propensity: z.number(),
    by: z.string(),
    among: z.string().optional(),
  }),
)

/** By which provider it left, and what it cost there. */
function costs(props: EventRecord['props']): Pick<DeliveryFact, 'provider' | 'units' | 'cost' | 'currency'> {
  const number = (name: string): number => (typeof props[name] === 'number' ? props[name] : 0)
  const currency = typeof props['currency'] === 'string' ? props['currency'] : ''
  return { provider: String(props['provider']), units: number('units'), cost: number('cost'), currency }
}

/** The run with the receipt noted on its message; the same run if it is not about one of its messages. */
export function withReceipt(run: Enrollment, { effect, event }: { effect: string; event: string }): Enrollment {
  const concerned = Object.values(run.messages).some((marks) => marks.some(({ id }) => id === effect))
  return concerned ? remark(run, (mark) => (mark.id === effect ? noted(mark, event) : mark)) : run
}

function noted(mark: Dispatch, event: string): Dispatch {
  const status = RECEIPTS[event]!.mark
  // Once sent, always sent: a later report must not let the step write again.
  if (status !== undefined) return mark.status === 'sent' ? mark : { ...mark, status }
  const what = event.slice('message.'.length)
  return mark.heard.includes(what) ? mark : { ...mark, heard: [...mark.heard, what] }
}
