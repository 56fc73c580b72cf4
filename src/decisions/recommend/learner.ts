import type { Json, JsonObject } from '#lib/json.ts'
import type { Learner, Trained } from '../trainer.ts'
import { cosine, sequentialRules } from './cooccurrence.ts'
import { ease } from './ease.ts'
import { type Ranking, rankingAt } from './evaluate.ts'
import { type Histories, type History, historiesOf, type ProductEvents } from './histories.ts'
import { decoded, encoded, type Learned, recommend, type Way } from './learned.ts'
import { type Neighbours, nearest, rowsOfLinks, rowsOfMatrix } from './neighbours.ts'

/** Neighbours that are kept of each product. */
const NEIGHBOURS = 30
/** The most touched products go through EASE, whose time grows with their third power; the others through cosine. */
const EASE_ITEMS = 1_500
/** Ridges that are tried, per squared weight of the lightest event. */
const RIDGES = [20, 100, 500]
/** People whose newest product is hidden to see who finds it. */
const MOST_HIDDEN = 2_000
const PLACES = 10
/** With fewer people who touched two products or more there is nothing to learn. */
const LEAST_HISTORIES = 20

interface Held {
  readonly history: History
  readonly hidden: number
}

/** The newest product of some is hidden; everybody else, and the rest of these, may be learned from. */
function split({ people }: Histories): { readonly train: History[]; readonly held: Held[] } {
  const able = people.filter(({ basket }) => basket.length >= 2)
  const every = Math.max(2, Math.ceil(able.length / MOST_HIDDEN))
  const chosen = new Set(able.filter((_, n) => n % every === 0))
  const held: Held[] = []
  const train = people.map((each): History => {
    if (!chosen.has(each)) return each
    const hidden = each.basket.at(-1)!
    // Everything from the first meeting on is the future.
    const history = {
      basket: each.basket.slice(0, -1),
      values: each.values.slice(0, -1),
      sequence: each.sequence.slice(0, each.sequence.indexOf(hidden)),
    }
    held.push({ history, hidden })
    return history
  })
  return { train, held }
}

type Related = { readonly by: 'ease'; readonly lambda: number } | { readonly by: 'cosine' }

/** The heavier kind of event counts with the root of its weight, so that an entry of the Gram matrix counts with the weight. */
const rootsOf = ({ values }: History, lightest: number): number[] => values.map((each) => Math.sqrt(each / lightest))

function relatedOf(people: readonly History[], items: number, how: Related): Neighbours {
  const links = cosine(
    people.map(({ basket }) => basket),
    items,
  )
  const byCosine = rowsOfLinks(links)
  if (how.by === 'cosine') return nearest(byCosine, items, NEIGHBOURS)
  const size = Math.min(items, EASE_ITEMS)
  const lightest = people.reduce((least, { values }) => values.reduce((min, each) => Math.min(min, each), least), Number.POSITIVE_INFINITY)
  const dense = people.map((each) => ({ each, roots: rootsOf(each, lightest) }))
  const weights = ease(
    dense.map(({ each }) => each.basket.filter((item) => item < size)),
    { items: size, lambda: how.lambda, values: dense.map(({ each, roots }) => roots.filter((_, k) => each.basket[k]! < size)) },
  )
  const byEase = rowsOfMatrix(weights)
  const scale = size < items ? strongest(byEase, size) / (strongest(byCosine, size) || 1) : 1
  const rest = (item: number): [number, number][] => [...byCosine(item)].map(([j, weight]) => [j, weight * scale])
  return nearest((item) => (item < size ? byEase(item) : rest(item)), items, NEIGHBOURS)
}

/** The mean of the strongest weight of each row: cosines are brought to the size of what EASE says. */
function strongest(rowOf: (item: number) => Iterable<readonly [number, number]>, size: number): number {
  let sum = 0
  for (let i = 0; i < size; i++) {
    let most = 0
    for (const [j, weight] of rowOf(i)) if (j !== i && weight > most) most = weight
    sum += most
  }
  return sum / size
}

const nextOf = (people: readonly History[], items: number): Neighbours =>
  nearest(rowsOfLinks(sequentialRules(people.map(({ sequence }) => sequence))), items, NEIGHBOURS)

/** Places of the hidden products among ten, 0 where they are not. */
function places(held: readonly Held[], learned: Learned, way: Way): number[] {
  return held.map(({ history: { basket, sequence }, hidden }) => {
    const recent = (way === 'next' ? [...new Set(sequence.toReversed())] : basket.toReversed()).map((item) => learned.items[item]!)
    const others = new Set(basket.map((item) => learned.items[item]!))
    return 1 + recommend(learned, recent, { way, exclude: others, count: PLACES }).findIndex(({ id }) => id === learned.items[hidden])
  })
}

/** Products are numbered by popularity: the first ones that the person does not know. */
const popularPlaces = (held: readonly Held[], items: number): number[] =>
  held.map(({ history: { basket }, hidden }) => {
    const known = new Set(basket)
    let place = 0
    for (let item = 0; item < items; item++) {
      if (known.has(item)) continue
      if (++place > PLACES) return 0
      if (item === hidden) return place
    }
    return 0
  })

/** Whether the popular list finds more, beyond chance (McNemar, one-sided 5 %). */
function isWorse(places: readonly number[], popular: readonly number[]): boolean {
  let [won, lost] = [0, 0]
  for (const [n, place] of places.entries()) {
    if (place > 0 && popular[n] === 0) won++
    if (place === 0 && popular[n]! > 0) lost++
  }
  return lost - won > 1.645 * Math.sqrt(won + lost)
}

interface Tried {
  readonly how: Related
  readonly places: readonly number[]
  readonly ranking: Ranking
}

function best(train: readonly History[], held: readonly Held[], names: Omit<Learned, 'related' | 'next'>): Tried {
  const ways: Related[] = [...RIDGES.map((lambda) => ({ by: 'ease', lambda }) as const), { by: 'cosine' }]
  const tried = ways.map((how): Tried => {
    const found = places(held, { ...names, related: relatedOf(train, names.items.length, how), next: null }, 'related')
    return { how, places: found, ranking: rankingAt(found, PLACES) }
  })
  return tried.reduce((a, b) =>
    b.ranking.hits > a.ranking.hits || (b.ranking.hits === a.ranking.hits && b.ranking.reciprocalRank > a.ranking.reciprocalRank) ? b : a,
  )
}

const told = ({ cases, hits, hitRate, reciprocalRank }: Ranking): JsonObject => ({ cases, hits, hitRate, reciprocalRank })

/** Tries EASE and cosine on hidden products, keeps the better, and is silent in a way in which the popular list is better. */
function learnt(previous: { readonly trainedTo: number } | null, events: ProductEvents): Trained | null {
  if (events.newest <= (previous?.trainedTo ?? 0)) return null
  const histories = historiesOf(events)
  const { items, people } = histories
  if (people.filter(({ basket }) => basket.length >= 2).length < LEAST_HISTORIES) return null
  const { train, held } = split(histories)
  const names = { items, index: new Map(items.map((id, i) => [id, i])) }
  const popular = popularPlaces(held, items.length)
  const related = best(train, held, names)
  const next = places(held, { ...names, related: null, next: nextOf(train, items.length) }, 'next')
  const silent = [...(isWorse(related.places, popular) ? ['related'] : []), ...(isWorse(next, popular) ? ['next'] : [])]
  const report: Record<string, Json> = {
    people: people.length,
    products: items.length,
    from: events.oldest,
    to: events.newest,
    how: { ...related.how },
    related: told(related.ranking),
    next: told(rankingAt(next, PLACES)),
    popular: told(rankingAt(popular, PLACES)),
    /** Ways in which the popular list does better: nothing is recommended by them. */
    silent,
  }
  const body = encoded({
    items,
    related: silent.includes('related') ? null : relatedOf(people, items.length, related.how),
    next: silent.includes('next') ? null : nextOf(people, items.length),
  })
  return { body, trainedTo: events.newest, examples: events.item.length, report }
}

export const recommendationLearner: Learner<'recommendation', ProductEvents> = {
  type: 'recommendation',
  every: 12 * 3_600_000,
  megabytes: 1_024,
  fit: ({ previous }, events) => learnt(previous, events),
  decode: decoded,
}
