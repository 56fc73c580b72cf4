import type { z } from 'zod'
import type { ChannelName } from '#events/reaction.ts'
import type { JsonObject } from '#lib/json.ts'
import type { Outcome } from '#lib/problem.ts'
import type { Channel, Prepared } from './channel.ts'

/** A provider document of a workspace, opened: what an adapter may know of it. */
export interface Connection<Settings = unknown> {
  readonly workspace: string
  /** The document's id. */
  readonly id: string
  readonly settings: Settings
  /** The value of one of the declared secrets; undefined when it is not kept. Asked at each use, so that a rotated secret works at once. */
  secret(name: string): Promise<string | undefined>
  /** Where the provider posts what became of messages: `{PUBLIC_URL}/hooks/{workspace}/{id}`. */
  readonly hookUrl: string
}

/** An HTTP request through the one guarded way out; `bytes` where the body is not text. */
export interface Outgoing {
  readonly url: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** APNs speaks nothing else. */
  readonly http2?: true
  readonly signal?: AbortSignal
}

/** What came of it; as `EgressAnswer` of `platform/egress.ts`. */
export type Answered =
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly headers: Readonly<Record<string, string | string[] | undefined>>
      readonly body: string
    }
  | { readonly kind: 'blocked'; readonly reason: string }
  /** `sent`: the request may have arrived. */
  | { readonly kind: 'lost'; readonly reason: string; readonly sent: boolean }

/** The tools of adapters. Nothing else reaches out. */
export interface Tools {
  request(outgoing: Outgoing): Promise<Answered>
  /** Vets a host and port as the guarded way out does, for protocols that are not HTTP: connect to this very address. */
  vetted(host: string, port: number): Promise<Outcome<{ readonly address: string; readonly port: number }>>
  /** PEM text of a DKIM key of the workspace by its secret name; undefined when it is not there. */
  signingKey?(name: string): Promise<string | undefined>
  /** Hands over what a provider says on a connection that stays open; resolves when it is durable. */
  told(received: Received): Promise<void>
  /** Epoch ms. */
  now(): number
}

/** What a provider posted to `hookUrl`. */
export interface Hook {
  readonly method: 'GET' | 'POST'
  /** As the provider called it: PUBLIC_URL, path and query. */
  readonly url: string
  readonly query: Readonly<Record<string, string>>
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  /** As it came: signatures are taken over these bytes. */
  readonly raw: Uint8Array
}

/** What a provider says of one message. It is found by our own id, or by the provider's. */
export interface ProviderReceipt {
  /** The effect's id, where we gave it along and the provider returns it under its signature. */
  readonly effect?: string
  readonly providerId?: string
  readonly name:
    | 'message.delivered'
    | 'message.bounced'
    | 'message.complained'
    | 'message.opened'
    | 'message.clicked'
    | 'message.unsubscribed'
    | 'message.failed'
  /** Epoch ms, of the provider. */
  readonly at: number
  /** Tells repeats of one name apart; a repeat with the same text is dropped. */
  readonly once?: string
  readonly reason?: string
  /** `message.bounced`: nothing may be sent to this address any more. */
  readonly permanent?: boolean
  readonly address?: string
  readonly props?: JsonObject
}

/** A message from a person: a text to our number, a reply on WhatsApp. */
export interface Inbound {
  readonly channel: ChannelName
  readonly from: string
  readonly to: string
  readonly text: string
  /** The provider's id of it. */
  readonly id: string
  readonly at: number
}

export interface Received {
  readonly receipts: readonly ProviderReceipt[]
  readonly inbound: readonly Inbound[]
  /** What the provider wants to hear; left out: 200 and nothing. */
  readonly answer?: { readonly status: number; readonly type: string; readonly body: string }
}

/** One kind of provider: one file in `adapters/`, one line in `adapters/providers.ts`. */
export interface ProviderType<Settings = unknown, P extends Prepared = Prepared> {
  /** `ses`, `twilio`, … */
  readonly type: string
  readonly channel: ChannelName
  /** One line for the person who chooses. */
  readonly does: string
  /** What the document's `settings` hold; no secrets. */
  readonly settings: z.ZodType<Settings>
  /** Names of the secrets that it needs, and what each is. */
  readonly secrets: Readonly<Record<string, string>>
  /** Whether a request that got no answer may be sent again under the same id without being delivered twice. */
  readonly idempotent: boolean
  connect(connection: Connection<Settings>, tools: Tools): Channel<P>
  /** Connected as soon as it is published and live, in each process that delivers: it also hears (`Tools.told`). */
  readonly standing?: true
  /** Checks the signature and reads what was posted. A refusal changes nothing and is answered with its status. */
  receive?(hook: Hook, connection: Connection<Settings>, tools: Tools): Promise<Outcome<Received>>
}

/** Keeps the types of one declaration together. */
export const provider = <Settings, P extends Prepared>(declared: ProviderType<Settings, P>): ProviderType<Settings, P> => declared
