import type { Product } from '#content/catalogue.ts'
import type { EventType } from '#events/schema.ts'
import { chance } from '#lib/hash.ts'
import type { JsonObject } from '#lib/json.ts'
import type { Industry } from '#workspaces/samples-api.ts'

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** Somebody whom nobody has met. */
export interface Somebody {
  /** Their place in the story, from 0. */
  readonly n: number
  readonly userId: string
  readonly name: string
  readonly email: string
  readonly phone: string
  /** The address bounces for good. */
  readonly unreachable: boolean
  /** How likely they open a mail. */
  readonly reads: number
  /** How much more than others they do; 1 is usual. */
  readonly lively: number
  /** The day of the story on which they come, from 0. */
  readonly comes: number
  /** The day from which on they hardly come any more. */
  readonly fades: number
  /** The hour, UTC, around which they are awake and have time. */
  readonly hour: number
}

/** One thing that somebody's device, or a system of the company, says. Times are epoch ms. */
export interface Saying {
  readonly at: number
  readonly who: Somebody
  readonly type: Exclude<EventType, 'alias' | 'system'>
  /** Of a track call: its event. */
  readonly name: string
  readonly props: JsonObject
  readonly context?: JsonObject
}

/** A message as somebody gets it. */
export interface Letter {
  readonly id: string
  readonly at: number
  readonly channel: string
  readonly journey: string
  readonly template: string
  /** What the run was entered with. */
  readonly entry: JsonObject
}

/** What somebody does about a message. */
export interface Answer {
  readonly opens?: number
  readonly clicks?: number
  readonly complains?: number
  readonly leaves?: number
  /** What they do that they would not have done without it. */
  readonly caused: readonly Saying[]
}

/** How the workspace of an industry is set up. */
export interface Setting {
  readonly name: string
  readonly timezone: string
  readonly currency: string
  readonly consentMode: 'opt-in' | 'opt-out'
  readonly postalAddress: string
  /** Folders of documents below `examples/`; a later one may replace documents of those before. */
  readonly documents: readonly string[]
  /** Folders of what is published when the past is over: campaigns that are still to go out. */
  readonly lately?: readonly string[]
  /** What a shop has besides documents. */
  readonly goods?: Goods
}

/** A catalogue, and pools with so many codes each that begin with a word. */
export interface Goods {
  readonly products: readonly Product[]
  readonly codes: readonly { readonly pool: string; readonly prefix: string; readonly count: number }[]
}

/** The people of one industry, and what they do: the same for the same seed. */
export interface Story {
  readonly people: readonly Somebody[]
  /** What is said because of a day of the story, by itself; some of it on the days after. */
  day(day: number): readonly Saying[]
  /** What somebody does who looks in at a moment; `key` tells this time from others of theirs. */
  visit(who: Somebody, at: number, key: string): readonly Saying[]
  answer(who: Somebody, letter: Letter): Answer
  /** What another system answers when a journey asks it. */
  reply(url: string, body: JsonObject, who: Somebody): JsonObject
}

export interface Told {
  readonly seed: number
  /** Epoch ms: midnight, UTC, of the first day. */
  readonly from: number
  /** How many people there are in the end. */
  readonly people: number
  /** Days until the present; people come until then. */
  readonly days: number
}

export type StoryOf = (told: Told) => Story
export type Stories = Readonly<
  Record<Industry, { readonly setting: Setting; readonly story: StoryOf; readonly people: number; readonly days: number }>
>

/** Draws numbers in [0, 1) by what they are for, so that one more question changes no other answer. */
export type Dice = (question: string, of: string | number) => number
export const diceOf =
  (seed: number): Dice =>
  (question, of) =>
    chance(`sample ${seed} ${question}`, String(of))

/** A normal number by Box and Muller. */
export const bell = (dice: Dice, question: string, of: string | number): number =>
  Math.sqrt(-2 * Math.log(1 - dice(`${question} a`, of))) * Math.cos(2 * Math.PI * dice(`${question} b`, of))

export const pick = <T>(from: readonly T[], roll: number): T => from[Math.floor(roll * from.length)]!
export const cents = (value: number): number => Math.round(value * 100) / 100

const FIRST =
  'Ada Maya Jonas Aisha Wei Sofia Tom Nora Omar Lena Marco Ines Paul Ruth Emil Sara Noah Lily Hugo Mina Ivan Elif Anna Leo Zoe Finn Ida Karim Rosa Theo Yuki Clara Bo Vera Max Dina Liam Greta Ravi Eva'.split(
    ' ',
  )
const LAST =
  'Lind Berg Khan Chen Rossi Baker Dahl Haddad Meyer Silva Novak Okoye Larsen Weber Costa Moreau Tanaka Schmidt Park Ortiz Fischer Holm Jansen Nowak Iversen Adams Ibrahim Keller Olsen Patel Quinn Ruiz Svensson Torres Vogel Walsh Young Zhou Andersen Bauer'.split(
    ' ',
  )

/** The people of a story. Two in five are there when it begins; the others come day by day, more of them towards its end. */
export function cast({ seed, people, days }: Told): Somebody[] {
  const dice = diceOf(seed)
  return Array.from({ length: people }, (_, n) => {
    const first = pick(FIRST, dice('first name', n))
    const last = pick(LAST, dice('last name', n))
    const comes = n < people * 0.4 ? 0 : Math.floor(Math.sqrt(dice('comes', n)) * days)
    return {
      n,
      userId: `${first}-${last}-${n + 1}`.toLowerCase(),
      name: `${first} ${last}`,
      email: `${first}.${last}.${n + 1}@people.example`.toLowerCase(),
      phone: `+1202555${String(100 + (n % 100)).padStart(4, '0')}`,
      unreachable: dice('unreachable', n) < 0.015,
      reads: Math.min(0.9, 0.08 + 0.75 * dice('reads', n) ** 1.6),
      lively: Math.exp(0.7 * bell(dice, 'lively', n)),
      comes,
      fades: dice('fades at all', n) < 0.3 ? comes + 5 + Math.floor(dice('fades', n) * days) : Number.POSITIVE_INFINITY,
      hour: 12 + Math.floor(12 * dice('hour', n)),
    }
  })
}

/** Sunday first: when people do things. */
const WEEK = [1.1, 0.95, 0.9, 0.95, 1, 1.05, 1.15]

/** How much is going on on a day, for one person. 1 is usual. */
export function mood(who: Somebody, { from }: Told, day: number): number {
  if (day < who.comes) return 0
  const week = WEEK[new Date(from + day * DAY).getUTCDay()]!
  return who.lively * week * (day >= who.fades ? 0.06 : 1)
}

/** A moment of a day at which somebody has time. */
export const moment = (who: Somebody, { from }: Told, { day, roll }: { day: number; roll: number }): number =>
  rounded(from + day * DAY + (((who.hour + 4 * (roll - 0.5)) * HOUR) % DAY))

/** To ten seconds: nothing here is so exact, and what happens at one moment is handled together. */
export const rounded = (at: number): number => Math.round(at / 10_000) * 10_000

/** Whether and when somebody looks at a message, by their own habit. */
export function reading(
  dice: Dice,
  who: Somebody,
  letter: Letter,
): { opens?: number; clicks?: number; complains?: number; leaves?: number } {
  const key = `${who.n} ${letter.journey} ${letter.template} ${Math.floor(letter.at / HOUR)}`
  if (dice('open', key) >= who.reads) return {}
  const opens = rounded(letter.at + 3 * MINUTE + 20 * HOUR * dice('after', key) ** 3)
  const sour = dice('sour', key)
  if (sour < 0.0008) return { opens, complains: opens + 20_000 }
  if (sour < 0.008) return { opens, leaves: opens + 30_000 }
  return dice('click', key) < 0.3 ? { opens, clicks: opens + 20_000 + Math.round(dice('pause', key) * 6) * 10_000 } : { opens }
}

/** What the stories of all industries have in common: their cast, their dice, and what a system of the company says. */
export abstract class Telling implements Story {
  readonly people: readonly Somebody[]
  protected readonly told: Told
  protected readonly dice: Dice

  constructor(told: Told) {
    this.told = told
    this.dice = diceOf(told.seed)
    this.people = this.settled(cast(told))
  }

  /** The cast as it is in this industry. */
  protected settled(people: Somebody[]): readonly Somebody[] {
    return people
  }

  abstract day(day: number): Saying[]
  abstract visit(who: Somebody, at: number, key: string): Saying[]
  abstract answer(who: Somebody, letter: Letter): Answer

  reply(_url: string, _body: JsonObject, _who: Somebody): JsonObject {
    return {}
  }

  protected track({ who, at }: Pick<Saying, 'who' | 'at'>, name: string, props: Saying['props'] = {}): Saying {
    return { at: rounded(at), who, type: 'track', name, props }
  }
}
