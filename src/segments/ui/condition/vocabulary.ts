import { createContext, useContext, useMemo } from 'react'
import type { z } from 'zod'
import { useRead } from '#kit/api.ts'
import type { Suggested } from '#kit/form/suggest.ts'
import { NO_VOCABULARY, type Vocabulary } from '../../condition/complete.ts'
import { SuggestSchema } from '../../suggest-api.ts'

/** Channels that people can be reached by. */
const CHANNELS = ['email', 'sms', 'push', 'inapp', 'whatsapp', 'slack', 'webhook']
const FRESH = 60_000

type Answer = z.output<typeof SuggestSchema.output>

export interface Known {
  readonly vocabulary: Vocabulary
  readonly answer: Answer | undefined
}

/** What this workspace has seen, for suggestions; while it is not known, nothing is suggested and everything can be written. */
export function useKnown(): Known {
  const { data } = useRead(SuggestSchema, {}, { every: FRESH })
  return useMemo(() => ({ answer: data, vocabulary: data ? vocabularyOf(data) : NO_VOCABULARY }), [data])
}

const ids = (all: readonly { readonly id: string }[]) => all.map(({ id }) => id)
const vocabularyOf = ({ attributes, events, segments, lists, topics, scores }: Answer): Vocabulary => ({
  attributes,
  events,
  segments: ids(segments),
  lists: ids(lists),
  topics: ids(topics),
  channels: CHANNELS,
  scores,
})

const context = createContext<Known>({ vocabulary: NO_VOCABULARY, answer: undefined })
export const KnownProvider = context.Provider
export const useVocabulary = (): Known => useContext(context)

const seen = (all: readonly { readonly name: string; readonly type: string }[]): Suggested[] =>
  all.map(({ name, type }) => ({ value: name, note: type }))

export const attributeChoices = ({ answer }: Known): Suggested[] => seen(answer?.attributes ?? [])
export const eventChoices = ({ answer }: Known): Suggested[] => (answer?.events ?? []).map(({ name }) => ({ value: name }))
/** Properties of one event; without a name, of all. */
export function propertyChoices({ answer }: Known, event?: string): Suggested[] {
  const events = (answer?.events ?? []).filter(({ name }) => event === undefined || name === event)
  return seen([...new Map(events.flatMap(({ properties }) => properties).map((each) => [each.name, each])).values()])
}
const named = (all: readonly { readonly id: string; readonly name: string }[] = []): Suggested[] =>
  all.map(({ id, name }) => ({ value: id, label: name, note: name === id ? undefined : id })) as Suggested[]
export const segmentChoices = ({ answer }: Known): Suggested[] => named(answer?.segments)
export const listChoices = ({ answer }: Known): Suggested[] => named(answer?.lists)
export const topicChoices = ({ answer }: Known): Suggested[] => named(answer?.topics)
export const scoreChoices = ({ answer }: Known): Suggested[] => (answer?.scores ?? []).map((value) => ({ value }))
export const channelChoices: Suggested[] = CHANNELS.map((value) => ({ value }))
