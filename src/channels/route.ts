import type { ChannelName } from '#events/reaction.ts'
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
