/** Conditions to begin with; the names of events are those of Segment's specs, for shops, and of the samples, for software and banks. */
export const STARTERS = {
  lapsing: 'count("Order Completed") >= 1 and last("Order Completed") < now - 60d',
  loyal: 'count("Order Completed" within 90d) >= 3',
  cart: 'count("Product Added" within 7d) >= 1 and never("Order Completed" within 7d)',
  trial: 'count("Trial Started" within 30d) >= 1 and never("Subscription Started")',
  quiet: 'count("Signed In") >= 1 and never("Signed In" within 14d)',
  unsigned: 'count("Loan Applied" within 14d) >= 1 and never("Loan Signed" within 14d)',
  fresh: 'profile.created_at > now - 30d',
  reachable: 'consent("email")',
} as const
export type Starter = keyof typeof STARTERS
export const isStarter = (name: string): name is Starter => Object.hasOwn(STARTERS, name)

const eventsOf = (starter: Starter): string[] => [...STARTERS[starter].matchAll(/\("([^"]+)"/g)].map(([, name]) => name!)
const HAPPENS = /^(?:count|last|never)\(/
const asksEvents = (starter: Starter): boolean => HAPPENS.test(STARTERS[starter])

/** Those whose first event has been seen here, and those that ask for none; all of them while no event is known that any asks for. */
export function startersFor(seen: readonly string[]): Starter[] {
  const all = Object.keys(STARTERS) as Starter[]
  const fitting = all.filter((starter) => asksEvents(starter) && seen.includes(eventsOf(starter)[0]!))
  return fitting.length === 0 ? all : all.filter((starter) => !asksEvents(starter) || fitting.includes(starter))
}
