import type { Micros } from './schema.ts'

/** One budget in one period as the ledger has it: what is reserved counts as spent. */
export interface Account {
  readonly amount: Micros
  readonly taken: Micros
}

/** What a message would take, of each budget that covers it. */
export interface Asking {
  readonly shares: readonly { readonly account: string; readonly cost: Micros }[]
}

export interface Admission {
  /** By asking, in their order: '' when it fits; else the account that has not enough. */
  readonly refused: readonly string[]
  /** What the admitted take, by account. */
  readonly taken: ReadonlyMap<string, { readonly cost: Micros; readonly items: number }>
}

/** Who fits, first come first served: each whole, out of all of its accounts or none. */
export function admit(accounts: ReadonlyMap<string, Account>, askings: readonly Asking[]): Admission {
  const taken = new Map<string, { cost: Micros; items: number }>()
  const refused = askings.map(({ shares }) => {
    const short = shares.find(({ account, cost }) => {
      const { amount, taken: before } = accounts.get(account) ?? { amount: 0, taken: 0 }
      return before + (taken.get(account)?.cost ?? 0) + cost > amount
    })
    if (short) return short.account
    for (const { account, cost } of shares) {
      const so = taken.get(account) ?? { cost: 0, items: 0 }
      taken.set(account, { cost: so.cost + cost, items: so.items + 1 })
    }
    return ''
  })
  return { refused, taken }
}
