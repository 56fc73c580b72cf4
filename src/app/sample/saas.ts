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
  type Saying,
  type Setting,
  type Somebody,
  type StoryOf,
  Telling,
} from './story.ts'

export const SAAS: Setting = {
  name: 'Sample SaaS',
  timezone: 'Europe/Oslo',
  currency: 'EUR',
  consentMode: 'opt-in',
  postalAddress: 'The SaaS Company, 1 Main Street, Town',
  documents: ['saas', 'samples/saas'],
}

/** What a longer trial does, planted: so many who are offered one subscribe because of it. */
export const EXTENSION_LIFT = 0.25
/** So many who follow the link of the upgrade mail subscribe because of it. */
const UPGRADED = 0.3
/** Of each ten people, who began their company: teams of four, two, two, and two who work alone. */
const FOUNDERS = [0, 0, 0, 0, 4, 4, 6, 6, 8, 9] as const
const founderOf = (n: number): number => n - (n % 10) + FOUNDERS[n % 10]!
const COMPANIES = new Set(FOUNDERS).size
const companyOf = (founder: number): number =>
  Math.floor(founder / 10) * COMPANIES + [...new Set<number>(FOUNDERS)].indexOf(founder % 10) + 1
/** On so many days of a hundred, a team that is not alone looks at the prices together. */
const TOGETHER = 0.04

const TRADES = ['Design', 'Logistics', 'Law', 'Retail', 'Energy', 'Health'] as const
const ROLES = ['Founder', 'Engineer', 'Designer', 'Operations'] as const
const PLACES = [
  ['NO', 'Europe/Oslo'],
  ['DE', 'Europe/Berlin'],
  ['GB', 'Europe/London'],
  ['SE', 'Europe/Stockholm'],
] as const

/** A tool for teams: trials, first projects, colleagues, subscriptions, and some who leave. */
class Saas extends Telling {
  /** Colleagues come some days after the one who began. */
  protected override settled(all: Somebody[]): Somebody[] {
    return all.map((who) => {
      const founder = all[founderOf(who.n)]!
      if (who === founder) return who
      const comes = founder.comes + 2 + Math.floor(20 * this.dice('joins', who.n))
      return { ...who, comes, fades: founder.fades, hour: founder.hour }
    })
  }

  #isFounder({ n }: Somebody): boolean {
    return founderOf(n) === n
  }

  #company({ n }: Somebody) {
    const key = founderOf(n)
    const size = 2 + Math.floor(60 * this.dice('size', key) ** 3)
    const number = companyOf(key)
    return {
      id: `co-${number}`,
      name: `${pick(TRADES, this.dice('trade', key))} ${number}`,
      industry: pick(TRADES, this.dice('trade', key)),
      size,
    }
  }

  #mrrOf(who: Somebody): number {
    return this.#company(who).size * 12
  }

  #beginsAt(who: Somebody): number {
    return moment(who, this.told, { day: who.comes, roll: this.dice('comes at', who.n) })
  }

  #hasProject(who: Somebody): boolean {
    return this.dice('begins', who.n) < 0.6
  }

  #subscribes(who: Somebody): boolean {
    return this.dice('subscribes', who.n) < (this.#hasProject(who) ? 0.34 : 0.05)
  }

  #arrival(who: Somebody): Saying[] {
    const at = this.#beginsAt(who)
    const { id, name, industry, size } = this.#company(who)
    const [country, timezone] = pick(PLACES, this.dice('place', founderOf(who.n)))
    const trial_ends = new Date(at + 14 * DAY).toISOString().slice(0, 10)
    const role = this.#isFounder(who) ? ROLES[0] : pick(ROLES.slice(1), this.dice('role', who.n))
    const traits = { name: who.name, email: who.email, role, company: name, country, timezone, seats: size > 8 ? 2 : 1, trial_ends }
    const agreed = { channel: 'email', topic: 'product', source: 'sign-up', wording: 'Send me tips about the product' }
    return [
      { at, who, type: 'identify', name: 'Profile Updated', props: traits },
      { at, who, type: 'group', name: 'Account Joined', props: { group_id: id, name, industry, size } },
      ...(this.dice('agrees', who.n) < 0.84 ? [this.track({ who, at }, 'Consent Granted', agreed)] : []),
      this.#isFounder(who)
        ? this.track({ who, at: at + MINUTE }, 'Trial Started', {
            plan: 'team',
            source: pick(['search', 'friends', 'talk'], this.dice('source', who.n)),
          })
        : this.track({ who, at: at + MINUTE }, 'Member Joined', { company: id }),
    ]
  }

  /** What a founder's company comes to, by itself. */
  #fate(who: Somebody): Saying[] {
    const at = this.#beginsAt(who)
    const said: Saying[] = []
    if (this.#hasProject(who))
      said.push(
        this.track({ who, at: at + HOUR + 4 * DAY * this.dice('project after', who.n) ** 2 }, 'Project Created', {
          name: 'First project',
        }),
      )
    if (!this.#subscribes(who)) return [...said, this.track({ who, at: at + 30 * DAY }, 'Trial Ended')]
    const from = at + (6 + 8 * this.dice('decides', who.n)) * DAY
    said.push(this.track({ who, at: from }, 'Subscription Started', { mrr: this.#mrrOf(who), plan: 'team' }))
    const leaves =
      this.dice('cancels', who.n) < 0.22 ? from + (10 + 50 * this.dice('cancels after', who.n)) * DAY : Number.POSITIVE_INFINITY
    for (let month = 1; month <= 4 && from + month * 30 * DAY < leaves; month++)
      said.push(this.track({ who, at: from + month * 30 * DAY }, 'Subscription Renewed', { mrr: this.#mrrOf(who) }))
    return Number.isFinite(leaves) ? [...said, this.track({ who, at: leaves }, 'Subscription Cancelled', { mrr: this.#mrrOf(who) })] : said
  }

  visit(who: Somebody, at: number, key: string): Saying[] {
    const mine = `${who.n} ${key}`
    const said = [this.track({ who, at }, 'Signed In')]
    const views = 1 + Math.floor(3 * this.dice('views', mine))
    for (let i = 0; i < views; i++)
      said.push({
        at: at + (i + 1) * 50_000,
        who,
        type: 'page',
        name: 'Page Viewed',
        props: { name: pick(['Board', 'Reports', 'Plans', 'Team'], this.dice('page', `${mine} ${i}`)) },
      })
    if (this.dice('works', mine) < 0.4)
      said.push(this.track({ who, at: at + 5 * MINUTE }, 'Task Completed', { count: 1 + Math.floor(6 * this.dice('tasks', mine)) }))
    return said
  }

  #comesBy(who: Somebody, day: number): Saying[] {
    const weekday = new Date(this.told.from + day * DAY).getUTCDay()
    const key = `${who.n} ${day}`
    const office = weekday === 0 || weekday === 6 ? 0.1 : 1
    const stays = this.#subscribes(this.people[founderOf(who.n)]!) || day < who.comes + 14 ? 1 : 0.08
    if (this.dice('visits', key) >= 0.32 * mood(who, this.told, day) * office * stays) return []
    return this.visit(who, moment({ ...who, hour: 6 + (who.hour % 10) }, this.told, { day, roll: this.dice('moment', key) }), String(day))
  }

  /** Colleagues look at the prices within a few hours of each other, some of them more than once. */
  #looksAtPrices(who: Somebody, day: number): Saying[] {
    const founder = founderOf(who.n)
    const alone = founderOf(who.n + 1) !== founder && who.n === founder
    if (alone || day < who.comes || this.dice('prices together', `${founder} ${day}`) >= TOGETHER) return []
    const key = `${who.n} ${day}`
    if (this.dice('looks', key) >= 0.85) return []
    const at = moment({ ...who, hour: 7 + (founder % 8) }, this.told, { day, roll: this.dice('prices at', key) })
    return Array.from({ length: 1 + Math.floor(3 * this.dice('looks often', key)) }, (_, i) =>
      this.track({ who, at: at + i * 7 * MINUTE }, 'Pricing Viewed', { plan: pick(['team', 'company'], this.dice('plan', `${key} ${i}`)) }),
    )
  }

  answer(who: Somebody, letter: Letter): Answer {
    const read = reading(this.dice, who, letter)
    const subscribed = (at: number): Answer => ({
      ...read,
      caused: [this.track({ who, at }, 'Subscription Started', { mrr: this.#mrrOf(who), plan: 'team' })],
    })
    if (!this.#isFounder(who) || this.#subscribes(who)) return { ...read, caused: [] }
    if (letter.template === 'trial-upgrade' && read.clicks !== undefined && this.dice('upgraded', who.n) < UPGRADED)
      return subscribed(read.clicks + 9 * MINUTE)
    if (letter.template === 'trial-extend' && this.dice('extended', who.n) < EXTENSION_LIFT)
      return subscribed(letter.at + (1 + 8 * this.dice('extended at', who.n)) * DAY)
    return { ...read, caused: [] }
  }

  day(day: number): Saying[] {
    return [
      ...this.people
        .filter(({ comes }) => comes === day)
        .flatMap((who) => [...this.#arrival(who), ...(this.#isFounder(who) ? this.#fate(who) : [])]),
      ...this.people.flatMap((who) => [...this.#comesBy(who, day), ...this.#looksAtPrices(who, day)]),
    ]
  }
}

export const saasStory: StoryOf = (told) => new Saas(told)
