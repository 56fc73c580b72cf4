import type { Consequence } from './impact.ts'

/** What happens to some people when a version is published, as a sentence without a subject. `when` writes a moment (epoch ms). */
export function consequenceWords({ kind, to, what, from, until }: Omit<Consequence, 'people'>, when: (at: number) => string): string {
  switch (kind) {
    case 'stays':
      return 'finish on their version'
    case 'follows':
      return 'go on with the new version, nothing changes at once'
    case 'waits':
      return from === until || from === null ? `wait until ${when(until ?? 0)}` : `wait until between ${when(from)} and ${when(until ?? 0)}`
    case 'goes_on':
      return `go on now to ${to}`
    case 'gets':
      return `get ${what} now (${to})`
    case 'leaves':
      return 'leave the journey'
    case 'finishes':
      return 'come to the end of the journey now'
  }
}
