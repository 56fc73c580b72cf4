import type { Scope } from '../schema.ts'

/** What secret keys are made for; `all` and `own` follow whoever makes one. */
export const PRESETS = {
  code: ['documents:read', 'documents:write', 'journeys:read', 'publish', 'reports:read', 'reports:save'],
  read: ['documents:read', 'journeys:read', 'reports:read', 'models:read'],
  people: ['people:read', 'people:write', 'journeys:read'],
} as const satisfies Readonly<Record<string, readonly Scope[]>>

export type Purpose = keyof typeof PRESETS | 'all' | 'own'
export const PURPOSES: readonly Purpose[] = ['code', 'read', 'people', 'all', 'own']

/** What a key for a purpose gets: never more than its maker holds. */
export function scopesFor(purpose: Purpose, held: readonly string[], chosen: readonly Scope[]): Scope[] {
  const wanted = purpose === 'all' ? (held as readonly Scope[]) : purpose === 'own' ? chosen : PRESETS[purpose]
  return wanted.filter((scope) => held.includes(scope))
}

const DAY = 86_400_000
export const EXPIRIES = { never: null, month: 30 * DAY, quarter: 90 * DAY, year: 365 * DAY } as const
export type Expiry = keyof typeof EXPIRIES
