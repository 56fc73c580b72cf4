import type { ChannelName } from '#events/reaction.ts'
import type { Handover } from './channel.ts'
import type { Verdict } from './policy.ts'
import type { ProviderDocument } from './provider-document.ts'

/** The provider that a message goes through: the one that it names, else the channel's default, else its first. Undefined: there is none. */
export function providerFor(
  documents: readonly ProviderDocument[],
  { channel, named }: { readonly channel: string; readonly named: string },
): ProviderDocument | undefined {
  const own = documents.filter((each) => each.channel === (channel as ChannelName))
  if (named !== '') return own.find((each) => each.id === named)
  return own.find((each) => each.default) ?? [...own].sort((a, b) => (a.id < b.id ? -1 : 1))[0]
}

/**
 * The queue that a message waits in after an attempt by the provider `here`. What surely was not accepted goes by the fallback (`other`) at once,
 * or is sorted anew (`unrouted`); what may have been accepted only ever by the same provider, which may know it again, so that it is not
 * delivered twice.
 */
export function onward(
  { entry, handover, verdict }: { readonly entry: Tried; readonly handover: Handover; readonly verdict: Verdict },
  { here, other, unrouted, now }: { here: string; other: () => string | null; unrouted: string; now: number },
): Verdict {
  // A refusal now says nothing of an attempt before it that got no answer here.
  const triedHere = entry.route === here && entry.attempt - entry.deferred > 1
  if (verdict.status !== 'ready' || handover.kind === 'ambiguous' || triedHere) return { ...verdict, route: here }
  const next = handover.kind === 'retry' && handover.provider ? other() : null
  return next === null ? { ...verdict, route: unrouted } : { ...verdict, due: now, route: next }
}

interface Tried {
  /** The queue that it was claimed from. */
  readonly route: string
  readonly attempt: number
  readonly deferred: number
}

/** Whether a provider takes messages now. */
export type Standing = 'open' | 'down' | 'spent'

/** The first of a provider and its fallbacks that takes messages now; null: they all have to wait, for the first one. */
export function usable<P extends { readonly id: string; readonly fallback: string | undefined }>(
  first: P,
  { find, standing }: { readonly find: (id: string) => P | undefined; readonly standing: (each: P) => Standing },
): P | null {
  const seen = new Set<string>()
  for (let each: P | undefined = first; each && !seen.has(each.id); each = each.fallback === undefined ? undefined : find(each.fallback)) {
    if (standing(each) === 'open') return each
    seen.add(each.id)
  }
  return null
}
