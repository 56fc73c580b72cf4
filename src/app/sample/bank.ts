import type { JsonObject } from '#lib/json.ts'
import {
  type Answer,
  DAY,
  HOUR,
  type Letter,
  MINUTE,
  moment,
  mood,
  pick,
  reading,
  rounded,
  type Saying,
  type Setting,
  type Somebody,
  type StoryOf,
  Telling,
} from './story.ts'

export const BANK: Setting = {
  name: 'Sample bank',
  timezone: 'America/New_York',
  currency: 'USD',
  consentMode: 'opt-in',
  postalAddress: 'The Example Bank, 1 Main Street, Town',
  documents: ['bank', 'samples/bank'],
}

/** What an offer does, planted: so many who are told of one sign because of it. */
export const OFFER_LIFT = 0.15

const STATES = ['OH', 'NY', 'PA', 'TX', 'CA'] as const
const WORTH: Readonly<Record<string, number>> = { 'savings-offer': 60, 'advice-offer': 180, 'card-offer': 45 }

/** A bank: customers who sign in, renewals that come due, loans that are asked for, and offers under rules of law. */
class Bank extends Telling {
  #dayText(at: number): string {
    return new Date(at).toISOString().slice(0, 10)
  }

  #score(who: Somebody): number {
    return 560 + Math.floor(260 * this.dice('score', who.n))
  }

  #arrival(who: Somebody): Saying[] {
    const at = moment(who, this.told, { day: who.comes, roll: this.dice('comes at', who.n) })
    const traits = {
      name: who.name,
      email: who.email,
      country: 'US',
      state: pick(STATES, this.dice('state', who.n)),
      timezone: 'America/New_York',
      assets: Math.round(120 * this.dice('assets', who.n) ** 3) * 1_000,
      renewal_date: this.#dayText(this.told.from + (10 + 110 * this.dice('renewal', who.n)) * DAY),
      ...(this.dice('saves', who.n) < 0.4 ? { savings_account: true } : {}),
    }
    const agreed = (topic: string) => ({ channel: 'email', topic, source: 'branch', wording: 'The bank may write to me about offers' })
    return [
      { at, who, type: 'identify', name: 'Profile Updated', props: traits },
      ...(this.dice('agrees', who.n) < 0.74 ? [this.track({ who, at }, 'Consent Granted', agreed('offers'))] : []),
      ...(this.dice('agrees to cards', who.n) < 0.6 ? [this.track({ who, at }, 'Consent Granted', agreed('card-offers'))] : []),
    ]
  }

  /** What a customer comes to by themselves. */
  #fate(who: Somebody): Saying[] {
    const start = this.told.from + who.comes * DAY + 15 * HOUR
    const said: Saying[] = []
    if (this.dice('screened', who.n) < 0.45) {
      const at = start + (2 + 70 * this.dice('screened at', who.n)) * DAY
      const result = this.#score(who) >= 660 ? 'pre-approved' : 'declined'
      const terms = 'Annual percentage rate (APR) for purchases: 21.99% variable. Annual fee: none. Minimum interest charge: $1.'
      const traits = {
        prescreen_result: result,
        prescreen_criteria: 'v3',
        prescreen_opt_out: this.dice('opts out', who.n) < 0.1,
        prescreen_checked_at: new Date(rounded(at)).toISOString(),
        card_terms: terms,
      }
      said.push({ at: rounded(at), who, type: 'identify', name: 'Profile Updated', props: traits })
      if (result === 'pre-approved') said.push(this.track({ who, at: at + 2 * MINUTE }, 'Prescreen Completed', { criteria: 'v3' }))
    }
    if (this.dice('borrows', who.n) < 0.16) {
      const at = start + (1 + 75 * this.dice('borrows at', who.n)) * DAY
      const amount = 2_000 + 500 * Math.floor(40 * this.dice('amount', who.n) ** 2)
      said.push(this.track({ who, at }, 'Loan Applied', { application_id: `l-${who.n + 1}`, amount }))
      if (this.#score(who) >= 700 && this.dice('signs', who.n) < 0.6)
        said.push(this.track({ who, at: at + 3 * DAY }, 'Loan Signed', { application_id: `l-${who.n + 1}`, amount }))
    }
    if (this.dice('signs by itself', who.n) < 0.1)
      said.push(
        this.track({ who, at: start + (3 + 70 * this.dice('signs at', who.n)) * DAY }, 'Contract Signed', {
          contribution: 60,
          product: 'savings',
        }),
      )
    const renewal = this.told.from + (10 + 110 * this.dice('renewal', who.n)) * DAY
    if (this.dice('renews', who.n) < 0.8)
      said.push(
        this.track({ who, at: renewal - 12 * DAY * this.dice('renews early', who.n) }, 'Policy Renewed', {
          premium: 300 + Math.round(900 * this.dice('premium', who.n)),
        }),
      )
    return said.filter(({ at }) => at >= this.told.from + who.comes * DAY)
  }

  visit(who: Somebody, at: number, key: string): Saying[] {
    const mine = `${who.n} ${key}`
    return [
      this.track({ who, at }, 'Signed In', { by: this.dice('app', mine) < 0.7 ? 'app' : 'browser' }),
      {
        at: at + 40_000,
        who,
        type: 'screen',
        name: 'Screen Viewed',
        props: { name: pick(['Accounts', 'Payments', 'Cards', 'Savings'], this.dice('screen', mine)) },
      },
    ]
  }

  #comesBy(who: Somebody, day: number): Saying[] {
    const key = `${who.n} ${day}`
    if (this.dice('visits', key) >= 0.14 * mood(who, this.told, day)) return []
    return this.visit(who, moment(who, this.told, { day, roll: this.dice('moment', key) }), String(day))
  }

  answer(who: Somebody, letter: Letter): Answer {
    const read = reading(this.dice, who, letter)
    const key = `${who.n} ${letter.template} ${Math.floor((letter.at - this.told.from) / DAY)}`
    const at = letter.at + (0.2 + 9 * this.dice('signs after', key)) * DAY
    if (letter.journey === 'next-offer' && this.dice('offered', key) < OFFER_LIFT)
      return {
        ...read,
        caused: [this.track({ who, at }, 'Contract Signed', { contribution: WORTH[letter.template] ?? 50, product: letter.template })],
      }
    if (letter.journey === 'card-offer' && read.clicks !== undefined && this.dice('applies', key) < 0.5)
      return { ...read, caused: [this.track({ who, at: read.clicks + 8 * MINUTE }, 'Card Application Submitted', { criteria: 'v3' })] }
    return { ...read, caused: [] }
  }

  day(day: number): Saying[] {
    return [
      ...this.people.filter(({ comes }) => comes === day).flatMap((who) => [...this.#arrival(who), ...this.#fate(who)]),
      ...this.people.flatMap((who) => this.#comesBy(who, day)),
    ]
  }

  override reply(url: string, _body: JsonObject, who: Somebody): JsonObject {
    return url.startsWith('https://risk.') ? { score: this.#score(who) } : {}
  }
}

export const bankStory: StoryOf = (told) => new Bank(told)
