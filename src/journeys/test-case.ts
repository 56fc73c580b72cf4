import { durationText } from '#lib/duration.ts'
import type { JsonObject } from '#lib/json.ts'

/** What a test run was asked, as far as a scenario can say it. */
export interface TestCase {
  readonly journey: string
  /** Epoch ms. */
  readonly start: number
  readonly until: number
  readonly attributes: JsonObject
  readonly events: readonly { readonly name: string; readonly at: number; readonly properties: JsonObject }[]
  readonly receipts: readonly { readonly step: string; readonly event: string; readonly after: number }[]
  readonly outages: readonly { readonly step: string; readonly result: 'failed' | 'skipped' | 'dead'; readonly reason: string }[]
  /** When the messages of a step had been sent, so that what became of them has a moment. */
  readonly sentAt: Readonly<Record<string, number>>
}

const PERSON = 'someone'
const since = (ms: number): string => durationText(Math.max(0, ms)) || '0s'

/** The same as a scenario for `cadenza simulate`. Held runs are decided on by hand there, so verdicts are left out. */
export function scenarioOf({ journey, start, until, attributes, events, receipts, outages, sentAt }: TestCase): JsonObject {
  const heard = receipts.flatMap(({ step, event, after }) => {
    const sent = sentAt[step]
    return sent === undefined || !event.startsWith('message.') ? [] : [{ person: PERSON, event, of: step, at: since(sent + after - start) }]
  })
  return {
    kind: 'scenario',
    name: `Test of ${journey}`,
    journeys: [`../journeys/${journey}.yaml`],
    start: new Date(start).toISOString().replace('.000Z', 'Z'),
    until: since(until - start),
    people: { [PERSON]: attributes },
    events: [...events.map(({ name, at, properties }) => ({ person: PERSON, event: name, at: since(at - start), properties })), ...heard],
    outages: outages.map(({ step, result, reason }) => ({ step, result, reason })),
  }
}
