import type { Attribute } from '#profiles/schema.ts'
import type { Scope } from '#segments/condition/scope.ts'
import type { Contact } from '../contacts.ts'
import type { Permit } from '../schema.ts'
import type { Places } from './places.ts'
import type { ReviewReference } from './schema.ts'
import type { Seen } from './visible.ts'

/** Where the same rules are asked. `publish`: of what is written; `decision`: of the person; `dispatch`: of both, with the bytes that leave. */
export type Stage = 'publish' | 'decision' | 'dispatch'

/** Who is to get it. */
export interface SubjectFacts {
  readonly id: string
  /** What conditions may ask. */
  readonly scope: Scope
  attribute(name: string): Attribute | undefined
  /** Since when they are on a list (epoch ms); undefined: they are not. */
  onList(id: string): number | undefined
  readonly permits: Readonly<Record<string, Permit>>
  readonly contacts: readonly Contact[]
  readonly places: Places
}

/** What is to be sent, as far as it is known before it is written. */
export interface MessageFacts {
  /** Effect id; '' before there is one. */
  readonly id: string
  readonly channel: string
  readonly lane: 'marketing' | 'transactional'
  /** '' for none. */
  readonly topic: string
  readonly category: string
  readonly language: string | undefined
  /** What the template says of itself. */
  readonly review: ReviewReference | undefined
  /** The approval that binds this version of the template; not known before it is published. */
  readonly approval?: ReviewReference | undefined
  /** Attributes that decide who gets it; undefined: not known here. */
  readonly decidedBy: readonly string[] | undefined
}

/** What is written, as its reader gets it. */
export interface ContentFacts {
  /** Each way in which a reader may see it: the HTML, the plain text. */
  readonly shown: readonly Seen[]
  /** With what is hidden. */
  readonly all: readonly Seen[]
  readonly subject: Seen
  readonly has: Readonly<Record<'unsubscribe' | 'one-click' | 'postal-address', boolean>>
}

/** What a gate found. */
export type Finding =
  | { readonly kind: 'pass' }
  | {
      readonly kind: 'refuse'
      /** A sentence. */
      readonly reason: string
      readonly evidence: Evidence
      /** Where in the text it is: a view and an offset in its source. */
      readonly place?: { readonly view: 'subject' | number; readonly offset: number }
      readonly hint?: string
    }
  /** It may go at `until` (epoch ms). */
  | { readonly kind: 'defer'; readonly until: number; readonly reason: string; readonly evidence: Evidence }

/** What the finding rests on. */
export type Evidence = Readonly<Record<string, string | number | boolean | null | readonly string[]>>

export interface Asked {
  readonly stage: Stage
  /** Null at publish: nobody is meant yet. */
  readonly subject: SubjectFacts | null
  readonly message: MessageFacts
  /** Null at decision: it is not written yet. Read only when it is asked for. */
  readonly content: ContentFacts | null
  /** Messages of the same class (see `likeness.ts`) say the same to every rule. */
  readonly alike?: string | null
  /** Epoch ms. */
  readonly now: number
}

export type Gate = (asked: Asked) => Finding

export const PASS: Finding = { kind: 'pass' }
export const refusing = (reason: string, evidence: Evidence = {}): Finding => ({ kind: 'refuse', reason, evidence })
