import { count } from '#kit/format.ts'
import { type Language, type useWords, words } from '#kit/words.ts'
import type { Mend } from '../edit/mends.ts'
import { durationWords } from '../lanes.ts'

export const MEND_WORDS = words(
  {
    label: 'Ways to mend it',
    done: (what: string) => `Done: ${what}`,
    undo: 'Undo',
    write: (value: string) => `Write “${value}”`,
    span: (value: string) => `Set it to ${value}`,
    goOn: 'Go on below then',
    goOnAll: 'Go on below wherever a step fails',
    takeStep: 'Take the step away',
    takeField: 'Take the setting away',
    takeExit: 'Take the exit away',
    takeSteps: (n: number) => `Take away ${n === 1 ? 'the step' : `the ${count(n)} steps`} that nobody reaches`,
    takeLane: (lane: string) => `Take the branch “${lane}” away`,
    always: 'Let people in again each time',
    everyDay: 'Open on the left-out days too',
    contact: 'It is a message to the person',
    addWait: (value: string) => `Put a wait of ${value} inside`,
    rename: (to: string) => `Call it “${to}”`,
    goal: (value: string) => `Watch the goal for ${value}`,
    holdout: (share: string) => `Hold out ${share} to compare`,
    control: (share: string) => `Keep ${share} to compare`,
    worth: (property: string) => `Count “${property}” of the event`,
    zone: (zone: string) => (zone === 'profile' ? 'Take the zone of the person' : `Take the zone ${zone}`),
  },
  {
    de: {
      label: 'Wege, es zu beheben',
      done: (what) => `Erledigt: ${what}`,
      undo: 'Rückgängig',
      write: (value) => `„${value}“ schreiben`,
      span: (value) => `Auf ${value} setzen`,
      goOn: 'Dann unten weitergehen',
      goOnAll: 'Überall unten weitergehen, wo ein Schritt scheitert',
      takeStep: 'Schritt wegnehmen',
      takeField: 'Einstellung wegnehmen',
      takeExit: 'Ausgang wegnehmen',
      takeSteps: (n) => (n === 1 ? 'Schritt wegnehmen, den niemand erreicht' : `${count(n)} Schritte wegnehmen, die niemand erreicht`),
      takeLane: (lane) => `Zweig „${lane}“ wegnehmen`,
      always: 'Personen jedes Mal wieder einlassen',
      everyDay: 'Auch an den ausgenommenen Tagen öffnen',
      contact: 'Es ist eine Nachricht an die Person',
      addWait: (value) => `Eine Wartezeit von ${value} hineinlegen`,
      rename: (to) => `„${to}“ nennen`,
      goal: (value) => `Ziel ${value} lang beobachten`,
      holdout: (share) => `${share} zum Vergleich zurückhalten`,
      control: (share) => `${share} zum Vergleich behalten`,
      worth: (property) => `„${property}“ des Ereignisses zählen`,
      zone: (zone) => (zone === 'profile' ? 'Zone der Person nehmen' : `Zone ${zone} nehmen`),
    },
  },
)

type Say = ReturnType<typeof useWords<(typeof MEND_WORDS)['en']>>

/** What a mend does, as its button says it. */
export function mendWords(say: Say, mend: Mend, language: Language): string {
  switch (mend.kind) {
    case 'span':
    case 'addWait':
    case 'goal':
      return say[mend.kind](durationWords(mend.value, language))
    case 'write':
    case 'rename':
    case 'holdout':
    case 'control':
    case 'worth':
    case 'zone':
      return say[mend.kind](mend.value)
    case 'takeSteps':
      return say.takeSteps(mend.count)
    case 'takeLane':
      return say.takeLane(mend.lane)
    default:
      return say[mend.kind]
  }
}
