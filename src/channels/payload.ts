import { z } from 'zod'

/** What every effect of a journey carries: where it came from. */
const Origin = { journey_id: z.string(), version: z.number(), enrollment_id: z.string(), step_id: z.string() }
/** What templates may use, as it was when the message was decided. */
const Data = z.looseObject({
  profile: z.record(z.string(), z.json()).default({}),
  entry: z.record(z.string(), z.json()).default({}),
  event: z.record(z.string(), z.json()).default({}),
  /** What calls have answered. */
  run: z.record(z.string(), z.json()).default({}),
})

/** Of every channel that says what a template says. */
export const TemplatePayload = z.looseObject({
  ...Origin,
  template: z.string(),
  template_version: z.int(),
  /** Sender document of an e-mail, provider document of any other channel; '' for the workspace's first. */
  sender: z.string(),
  /** Of a push message: where to. */
  devices: z.array(z.object({ platform: z.enum(['web', 'ios', 'android']), token: z.string(), at: z.number() })).default([]),
  data: Data,
  /** By slot: the variants that the person may get, as of the decision. */
  slots: z.record(z.string(), z.array(z.string())).default({}),
})
export const WebhookPayload = z.looseObject({
  ...Origin,
  url: z.string(),
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH']),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.record(z.string(), z.json()).default({}),
  /** What comes back is wanted. */
  answer: z.literal(true).optional(),
  data: Data,
})
/** A note to a colleague: its words are ready. */
export const NotePayload = z.looseObject({
  ...Origin,
  note: z.literal(true),
  subject: z.string(),
  text: z.string(),
  /** Ids of files of the workspace that go along. */
  files: z.array(z.string()).max(10).default([]),
})

/** An answer to what a person wrote: its words are ready. */
export const ReplyPayload = z.looseObject({ reply: z.literal(true), text: z.string(), /** Provider document. */ sender: z.string() })

/** What kind of contact a message was, where caps count it: its receipts repeat it. */
export function contactOf(payload: Readonly<Record<string, unknown>>): { contact?: { channel: string; topic: string; lane: string } } {
  const contact = payload['contact'] as { readonly channel: string; readonly topic: string; readonly lane: string } | undefined
  return contact ? { contact: { channel: contact.channel, topic: contact.topic, lane: contact.lane } } : {}
}

/** The part of a payload that every receipt repeats; empty fields where the effect did not come from a journey. */
export function originOf(payload: Readonly<Record<string, unknown>>): {
  journey_id: string
  version: number
  enrollment_id: string
  step_id: string
} {
  const text = (name: string): string => (typeof payload[name] === 'string' ? payload[name] : '')
  const version = payload['version']
  return {
    journey_id: text('journey_id'),
    version: typeof version === 'number' ? version : 0,
    enrollment_id: text('enrollment_id'),
    step_id: text('step_id'),
  }
}
