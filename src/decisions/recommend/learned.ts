import { z } from 'zod'
import { flawOf, type Neighbours, voices } from './neighbours.ts'

/** What a recommendation model has learned. */
export interface Learned {
  /** Ids of products, the most touched first. */
  readonly items: readonly string[]
  readonly index: ReadonlyMap<string, number>
  /** What goes with what; null: popularity does better here. */
  readonly related: Neighbours | null
  /** What comes next; null likewise. */
  readonly next: Neighbours | null
}

const Lists = z.object({ at: z.array(z.number()), to: z.array(z.number()), weight: z.array(z.number()) })
const Body = z.object({ format: z.literal(1), items: z.array(z.string()), related: Lists.nullable(), next: Lists.nullable() })

export const encoded = ({ items, related, next }: Omit<Learned, 'index'>): string => JSON.stringify({ format: 1, items, related, next })

/** Throws with a sentence when the text is not what `encoded` gave. */
export function decoded(text: string): Learned {
  const { items, related, next } = Body.parse(JSON.parse(text))
  for (const [name, each] of Object.entries({ related, next })) {
    const flaw = each && flawOf(each, items.length)
    if (flaw) throw new Error(`what is ${name} cannot be used: ${flaw}`)
  }
  return { items, index: new Map(items.map((id, i) => [id, i])), related, next }
}

/** `related`: what goes with all that the person had to do with; `next`: what people turn to after the last of it. */
export type Way = 'related' | 'next'

/** Of the past, the newest: so many products are asked. */
const ASKED: Readonly<Record<Way, number>> = { related: 50, next: 3 }

export interface Recommended {
  readonly id: string
  /** Comparable within one answer only. */
  readonly score: number
}

/** Products by what the person's own (the newest first) say of them, the best first; never one of these or of `exclude`. */
export function recommend(
  learned: Learned,
  recent: readonly string[],
  { way, exclude, count }: { readonly way: Way; readonly exclude?: ReadonlySet<string>; readonly count: number },
): Recommended[] {
  const neighbours = learned[way]
  if (!neighbours) return []
  const own = [...new Set(recent)].map((id) => learned.index.get(id)).filter((item) => item !== undefined)
  // The last says most of what comes next; of what goes together it is one voice among others.
  const asked = own.slice(0, ASKED[way]).map((item, k) => [item, way === 'next' ? 1 / (k + 1) ** 2 : 1] as const)
  const scores = voices(neighbours, asked)
  for (const item of own) scores.delete(item)
  return [...scores]
    .sort(([a, x], [b, y]) => y - x || a - b)
    .map(([item, score]) => ({ id: learned.items[item]!, score }))
    .filter(({ id }) => !exclude?.has(id))
    .slice(0, count)
}
