import { chance } from '#lib/hash.ts'
import { DAY, isHeldOutOfAll, type Life, MARGIN, type Played, WITHIN_DAYS } from './shop.ts'

const WITHIN = WITHIN_DAYS * DAY
const MAIL_AFTER = 3_600_000
const TEXT_AFTER = 600_000

/** What is true of the quarter, from chances that only the simulation knows; no sample, no fit. */
export interface Truth {
  /** Of the mail to carts: more people who buy within the window, and more money, for each person who came in, as both arms are drawn. */
  readonly lift: { readonly people: number; readonly money: number }
  /** Of the mail: orders and money that would not be there, over all who were treated. */
  readonly caused: { readonly orders: number; readonly money: number }
  /** Margin over all who were treated, if they were like all who came in. */
  readonly margin: number
  /** Of all marketing, margin over those whom it could reach; 0 where nobody is held out of it. */
  readonly programme: number
}

/** The text to those who check out and the advertisements cause nothing, by construction. */
export function truthOf({ lives, options }: Played): Truth {
  const came = lives.filter(({ cart }) => cart !== null)
  const people = mean(came.map((life) => reached(life, options) * (buysBeside(life) ? 0 : moved(life))))
  const money = mean(came.map((life) => reached(life, options) * moved(life) * life.cart!.total))
  const treated = came.filter(({ id }) => isTreated('cart', id, options))
  const orders = treated.reduce((sum, life) => sum + reached(life, options) * moved(life), 0)
  const caused = treated.reduce((sum, life) => sum + reached(life, options) * moved(life) * life.cart!.total, 0)
  return {
    lift: { people, money },
    caused: { orders, money: caused },
    margin: MARGIN * money * treated.length,
    programme: programmeOf(lives, options),
  }
}

const mean = (list: readonly number[]): number => list.reduce((sum, each) => sum + each, 0) / list.length
const moved = ({ cart }: Life): number => cart!.mailed - cart!.alone
const reached = ({ id }: Life, options: Played['options']): number => (isHeldOutOfAll(options, id) ? 0 : 1)
export const isTreated = (journey: string, id: string, { holdout }: Played['options']): boolean =>
  chance(`holdout:${journey}`, id) >= Number.parseFloat(holdout) / 100

/** Whether they order within the window whatever becomes of the cart. */
const buysBeside = ({ cart, orders }: Life): boolean => orders.some(({ at }) => at >= cart!.left && at < cart!.left + WITHIN)

/** A hold-out of everything asks first when a message is about to go; what the mail does counts while that window is open. */
function programmeOf(lives: readonly Life[], options: Played['options']): number {
  if (options.marketing === undefined) return 0
  const gains = lives.flatMap((life): { id: string; gain: number }[] => {
    const { id, cart, checkouts } = life
    const asked = [
      ...(cart && isTreated('cart', id, options) ? [cart.left + MAIL_AFTER] : []),
      ...(checkouts[0] && isTreated('reminder', id, options) ? [checkouts[0].at + TEXT_AFTER] : []),
    ]
    if (asked.length === 0) return []
    const first = Math.round(Math.min(...asked))
    const counts = cart !== null && isTreated('cart', id, options) && cart.at < first + WITHIN
    return [{ id, gain: counts ? moved(life) * cart.total : 0 }]
  })
  const free = gains.filter(({ id }) => !isHeldOutOfAll(options, id))
  return MARGIN * mean(gains.map(({ gain }) => gain)) * free.length
}
