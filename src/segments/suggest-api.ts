import { z } from 'zod'
import { action } from '#lib/action.ts'

const Count = z.int().nonnegative()

export const ValueType = z.enum(['text', 'number', 'boolean', 'date', 'list', 'object'])
/** A name that was seen, with its type and values that several people share; values that only one has are nobody else's business. */
const Seen = z.object({ name: z.string(), type: ValueType, values: z.array(z.union([z.string(), z.number(), z.boolean()])), count: Count })
const Named = z.object({ id: z.string(), name: z.string() })

export const SuggestSchema = action({
  name: 'schema.suggest',
  does: 'Lists what conditions of this workspace can ask: attributes, events with their properties, segments, lists, topics and scores, with values that are common.',
  may: 'documents:read',
  route: 'GET /api/schema/suggest',
  input: z.object({}),
  output: z.object({
    attributes: z.array(Seen),
    events: z.array(z.object({ name: z.string(), count: Count, properties: z.array(Seen) })),
    segments: z.array(Named),
    lists: z.array(Named),
    topics: z.array(Named),
    scores: z.array(z.string()),
  }),
})

export const CountConditions = action({
  name: 'segments.count',
  does: 'Counts the people for whom each of several conditions holds, of all people or of one person. Nothing is published.',
  may: 'people:read',
  route: 'POST /api/segments/count',
  input: z.object({
    conditions: z.array(z.string().min(1).max(32_768)).min(1).max(60),
    /** A profile id: the counts are then 1 or 0. */
    person: z.string().min(1).max(200).optional(),
  }),
  output: z.object({ counts: z.array(Count), of: Count, ms: z.number() }),
})
