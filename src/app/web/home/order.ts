import type { Need } from '#workspaces/home-api.ts'

export type Part = 'needs' | 'numbers' | 'running' | 'changes'

/** What stands first depends on what somebody is here for. */
const ORDERS: Readonly<Record<string, readonly Part[]>> = {
  analyst: ['numbers', 'running', 'needs', 'changes'],
  viewer: ['numbers', 'running', 'changes', 'needs'],
}
const USUAL: readonly Part[] = ['needs', 'numbers', 'running', 'changes']
export const orderOf = (role: string | null): readonly Part[] => ORDERS[role ?? ''] ?? USUAL

const FIRST: Readonly<Record<string, readonly Need['kind'][]>> = {
  approver: ['approval', 'runs'],
  compliance: ['approval', 'runs'],
  developer: ['held', 'parked', 'dead', 'provider', 'build'],
  marketer: ['journey-stopped', 'journey-issues'],
}

/** The same needs, with those first that are this role's; what somebody asked for themselves comes last. */
export function inOrder(needs: readonly Need[], role: string | null): Need[] {
  const first = FIRST[role ?? ''] ?? []
  const rank = (need: Need): number => {
    if (need.kind === 'approval' && need.mine) return 2
    return first.includes(need.kind) ? 0 : 1
  }
  return needs.toSorted((a, b) => rank(a) - rank(b))
}

/** More complaints than this, of what was sent, and mailbox providers close their doors (Google's and Yahoo's rules for senders, 2024). */
export const MOST_COMPLAINTS = 0.001

export type PartOfDay = 'morning' | 'day' | 'evening'
export const partOfDay = (hour: number): PartOfDay => (hour < 11 ? 'morning' : hour < 18 ? 'day' : 'evening')

/** A small line of numbers: points of an SVG path in a box. */
export function sparkOf(values: readonly number[], { width, height }: { width: number; height: number }): string {
  const most = Math.max(1, ...values)
  const step = values.length > 1 ? width / (values.length - 1) : 0
  return values.map((value, i) => `${i === 0 ? 'M' : 'L'}${round(i * step)} ${round(height - (value / most) * height)}`).join('')
}
const round = (value: number): number => Math.round(value * 10) / 10
