import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { asking } from '#app/judge.ts'
import { NO_CONTACTS_YET } from '#consent/contacts.ts'
import type { MessageFacts } from '#consent/policies/facts.ts'
import { gatekeeper } from '#consent/policies/gatekeeper.ts'
import { PACKS, policiesOf } from '#consent/policies/packs/registry.ts'
import { type CompiledEmail, compileEmail, letterOf } from '#content/adapters/templates.ts'
import { type Renderer, renderer } from '#content/adapters/worker.ts'
import { EmailTemplate, type Rendered, type Scope } from '#content/schema.ts'
import { subjectOf } from '#journeys/gates.ts'
import type { Person } from '#journeys/person.ts'
import { isRefusal } from '#lib/problem.ts'
import { NO_SEGMENTS_YET } from '#segments/schema.ts'

/** Gates may cost so much of what rendering costs. */
const MOST = 0.15
const ROUNDS = 5
const BLOCK = 160
const NOW = Date.UTC(2026, 2, 11, 17)
const ADDRESS = '1 Main Street, Town'
const say = (line: string): void => void process.stderr.write(`${line}\n`)
const round = (value: number, digits = 0): number => Math.round(value * 10 ** digits) / 10 ** digits

const scopeOf = (i: number): Scope => ({
  profile: {
    name: `Ada ${i}`,
    email: `ada-${i}@bank.test`,
    card_terms: 'Annual percentage rate (APR): 21.99% variable. Annual fee: none.',
  },
  entry: {
    properties: { cart_id: `c${i}`, name: 'SUPER PREMIUM PINTS', value: 3.2, items: [{ id: 'p1', name: 'Thing & more', price: 1.25 }] },
  },
  event: {},
  message: { id: `e${i}`, at: '2026-11-22T10:00:00.000Z', topic: 'offers', unsubscribe_url: `https://go.test/u/${i}` },
  workspace: { name: 'Bank' },
  sender: { name: 'Bank', address: 'bank@bank.test', postal_address: ADDRESS },
  unsubscribe_url: `https://go.test/u/${i}`,
})

/** A customer in New York, pre-approved, with the telephone number and the address that places are read of. */
const personOf = (i: number): Person => {
  const attributes = {
    name: `Ada ${i}`,
    country: 'US',
    state: 'NY',
    timezone: 'America/New_York',
    phone: '+12125550100',
    prescreen_result: 'pre-approved',
    prescreen_criteria: 'v3',
    prescreen_checked_at: '2026-03-06',
    prescreen_opt_out: false,
  }
  return {
    v: 2,
    profile: {
      id: `p${i}`,
      ids: { email: [`ada-${i}@bank.test`] },
      attributes: Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, [value, NOW - 1_000] as const])),
      activity: {},
      seen: {},
      firstSeen: 0,
      lastSeen: 0,
    },
    segments: NO_SEGMENTS_YET,
    consent: { permits: { email: { status: 'granted', at: 0, source: 'form' } }, blocked: {} },
    contacts: NO_CONTACTS_YET,
    journeys: { enrollments: [], watches: [] } as unknown as Person['journeys'],
  }
}

async function rendered(template: CompiledEmail, made: Renderer, i: number): Promise<Rendered> {
  const scope = scopeOf(i)
  const pieces = await made.render(template.pieces, scope)
  if (isRefusal(pieces)) throw new Error(pieces.refused.title)
  const letter = letterOf(pieces, scope, { link: (_url, index) => `https://go.test/c/${i}-${index}`, pixel: 'https://go.test/o.gif' })
  if (isRefusal(letter)) throw new Error(letter.refused.title)
  return letter
}

interface Measured {
  /** Messages per second of the processor's time. */
  readonly render: number
  readonly decision: number
  readonly dispatch: number
  /** What both gates cost, as a part of rendering. */
  readonly share: number
}

/** Renders and gates the same messages in turns, so that both meet the same machine; the best of the rounds counts for each. */
async function measure(template: CompiledEmail, { messages, category }: { messages: number; category: string }): Promise<Measured> {
  const keeper = gatekeeper(PACKS.flatMap(({ id }) => policiesOf(id)))
  const made = renderer()
  const facts: MessageFacts = {
    id: 'e',
    channel: 'email',
    lane: 'marketing',
    topic: 'offers',
    category,
    language: undefined,
    review: undefined,
    decidedBy: ['income', 'plan'],
  }
  const people = Array.from({ length: BLOCK }, (_, i) => personOf(i))
  const spent = { render: Infinity, decision: Infinity, dispatch: Infinity }
  const timed = async (part: keyof typeof spent, total: Record<string, number>, work: () => unknown): Promise<void> => {
    const begun = process.cpuUsage()
    await work()
    const { user, system } = process.cpuUsage(begun)
    total[part] = (total[part] ?? 0) + user + system
  }
  for (let turn = 0; turn < ROUNDS; turn++) {
    const total: Record<string, number> = {}
    for (let from = 0; from < messages; from += BLOCK) {
      let letters: Rendered[] = []
      await timed('render', total, async () => {
        letters = await Promise.all(people.map((_, n) => rendered(template, made, from + n)))
      })
      await timed('decision', total, () => {
        for (const person of people)
          passes(keeper.judge({ stage: 'decision', subject: subjectOf(person, NOW), message: facts, content: null, now: NOW }))
      })
      await timed('dispatch', total, () => {
        letters.forEach(({ subject, html, text }, n) => {
          const given = {
            subject,
            html,
            text,
            unsubscribe: `https://go.test/u/${from + n}`,
            oneClick: true,
            postalAddress: ADDRESS,
          }
          const alike = keeper.alike(`${template.id} 1`, given)
          passes(keeper.judge(asking({ stage: 'dispatch', subject: subjectOf(people[n]!, NOW), message: facts, alike, now: NOW }, given)))
        })
      })
    }
    for (const part of ['render', 'decision', 'dispatch'] as const) spent[part] = Math.min(spent[part], total[part]!)
  }
  await made.close()
  const count = Math.ceil(messages / BLOCK) * BLOCK
  const perSecond = (micros: number): number => (count / micros) * 1_000_000
  return {
    render: perSecond(spent.render),
    decision: perSecond(spent.decision),
    dispatch: perSecond(spent.dispatch),
    share: (spent.decision + spent.dispatch) / spent.render,
  }
}

/** What is measured is what goes out: a message that a rule refuses would be cheaper. */
function passes({ outcome, rulings }: ReturnType<ReturnType<typeof gatekeeper>['judge']>): void {
  if (outcome !== 'pass') throw new Error(`${rulings[0]?.policy}: ${rulings[0]?.finding.reason}`)
}

/** Messages gated per second and core with all packs on, and what that is of rendering in the same run. Fails above its limit. */
export async function gates({ messages }: { messages: number }): Promise<object> {
  const results: Record<string, object> = {}
  let worst = 0
  for (const [file, category] of [
    ['bank/templates/card-offer.yaml', 'credit-offer'],
    ['shop/templates/cart-reminder.yaml', 'general'],
  ] as const) {
    const template = EmailTemplate.parse(parse(readFileSync(new URL(`../examples/${file}`, import.meta.url), 'utf8')))
    const compiled = await compileEmail(template, 1)
    if (isRefusal(compiled)) throw new Error(compiled.refused.title)
    const { render, decision, dispatch, share } = await measure(compiled, { messages, category })
    worst = Math.max(worst, share)
    const gated = 1 / (1 / decision + 1 / dispatch)
    results[template.id] = {
      render: round(render),
      decision: round(decision),
      dispatch: round(dispatch),
      gated: round(gated),
      share: round(share, 3),
    }
    say(
      `${template.id}: rendered ${round(render)}/s per core; gated ${round(gated)}/s (decision ${round(decision)}/s, hand-over ${round(dispatch)}/s), ${round(share * 100, 1)} % of rendering`,
    )
  }
  if (worst > MOST) {
    say(`TOO SLOW gates cost ${round(worst * 100, 1)} % of rendering, at most ${MOST * 100} % is wanted`)
    process.exitCode = 1
  }
  return { bench: 'gates', messages, ...results, most: MOST, ok: worst <= MOST }
}
