import { assess, type Facts } from './assess.ts'
import type { ApprovalPolicy, Need, Operation } from './schema.ts'

/** What somebody wants to know about, in few words. What is left out is nothing. */
export interface Supposed {
  readonly operation: Operation
  /** Kind of what is published; '' for none. */
  readonly kind: string
  readonly people: number
  /** In the workspace's currency. */
  readonly cost: number
  /** Percent. */
  readonly discount: number
  /** 0 to 100. */
  readonly voice: number
  readonly categories: readonly string[]
  readonly jurisdictions: readonly string[]
  /** A key, an agent or a model had a hand in it. */
  readonly autonomy: boolean
  readonly firstSend: boolean
  readonly inFlight: boolean
}

export const SUPPOSED: Supposed = {
  operation: 'publish',
  kind: 'journey',
  people: 500,
  cost: 0,
  discount: 0,
  voice: 0,
  categories: [],
  jurisdictions: [],
  autonomy: false,
  firstSend: false,
  inFlight: false,
}

/** Whom it would need, by the very function that decides when it is asked for. */
export const wouldNeed = (policies: readonly ApprovalPolicy[], supposed: Supposed): Need[] => assess(policies, factsOf(supposed))

export function factsOf(supposed: Supposed): Facts {
  const { operation, kind, people, cost, discount, voice, categories, jurisdictions, autonomy, firstSend, inFlight } = supposed
  const reach = people > 0 ? [{ journey: 'example', people, exact: true }] : []
  return {
    operation,
    touched: operation === 'publish' && kind !== '' ? [{ kind, id: 'example', action: 'change', before: 'a', after: 'b' }] : [],
    reach,
    people,
    messages: people,
    cost: { currency: '', messages: cost, incentives: 0, total: cost, unpriced: [] },
    discount: { percent: discount, amount: 0, at: 'example' },
    categories: [...categories],
    jurisdictions: [...jurisdictions],
    voice: { score: voice, findings: [] },
    firstSends: firstSend ? [{ kind: 'sender', id: 'example' }] : [],
    actors: [autonomy ? 'agent:example' : 'person:example'],
    inFlight,
  }
}
