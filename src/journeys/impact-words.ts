import type { Language } from '#lib/language.ts'
import type { Consequence } from './impact.ts'

type Told = Omit<Consequence, 'people'>

/** What happens to some people when a version is published, as a sentence without a subject. `when` writes a moment (epoch ms). */
export const consequenceWords = (told: Told, when: (at: number) => string, language: Language = 'en'): string =>
  language === 'de' ? inGerman(told, when) : inEnglish(told, when)

function inEnglish({ kind, to, what, from, until }: Told, when: (at: number) => string): string {
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

function inGerman({ kind, to, what, from, until }: Told, when: (at: number) => string): string {
  switch (kind) {
    case 'stays':
      return 'beenden ihre Version'
    case 'follows':
      return 'gehen mit der neuen Version weiter, sofort ändert sich nichts'
    case 'waits':
      return from === until || from === null
        ? `warten bis ${when(until ?? 0)}`
        : `warten bis zu einem Zeitpunkt zwischen ${when(from)} und ${when(until ?? 0)}`
    case 'goes_on':
      return `gehen jetzt weiter zu ${to}`
    case 'gets':
      return `bekommen jetzt ${what} (${to})`
    case 'leaves':
      return 'verlassen die Journey'
    case 'finishes':
      return 'kommen jetzt ans Ende der Journey'
  }
}
