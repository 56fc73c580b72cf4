import type { ToldProblem } from '../problem-telling.ts'
import type { Sayings } from '../telling.ts'

/** What screens find wrong by themselves while somebody edits a journey, a policy or any document. */
export const GERMAN_EDITING: Sayings = {
  'Only the policy called “{1}” is in force': 'In Kraft ist nur die Regel „{1}“',
  'Call it {1}': 'Nennen Sie sie {1}',
  'If that is meant, write max: never; if not, leave the cap out':
    'Ist das gemeint, schreiben Sie max: never; wenn nicht, lassen Sie die Obergrenze weg',
  'This cap counts over no time at all': 'Diese Obergrenze zählt über gar keine Zeit',
  'Write a duration such as 24h': 'Schreiben Sie eine Dauer wie 24h',
  'A cap can count over a year at most': 'Eine Obergrenze kann höchstens über ein Jahr zählen',
  'Write a shorter time': 'Schreiben Sie eine kürzere Zeit',
  'Two caps are called “{1}”': 'Zwei Obergrenzen heißen „{1}“',
  'Give each its own id: reasons name it': 'Geben Sie jeder eine eigene Kennung: Begründungen nennen sie',
  'Take it out, or make it stricter': 'Nehmen Sie sie heraus, oder machen Sie sie strenger',
  'Journeys send by {1}': 'Journeys senden über {1}',
  'Name a topic of a template or a step': 'Nennen Sie ein Thema einer Vorlage oder eines Schritts',
  '“{1}” is no time zone': '„{1}“ ist keine Zeitzone',
  'Write a zone such as Europe/Oslo or UTC': 'Schreiben Sie eine Zone wie Europe/Oslo oder UTC',
  'Leave a gap; to forbid a channel write a cap with max: never':
    'Lassen Sie eine Lücke; um einen Kanal zu verbieten, schreiben Sie eine Obergrenze mit max: never',
  'Name an event of another system': 'Nennen Sie ein Ereignis eines anderen Systems',
  'See the condition language': 'Siehe die Bedingungssprache',
  '{1} — at {2}': '{1} – bei {2}',
  '“{1}” is not a field that is written': '„{1}“ ist kein Feld, das man schreibt',
  'Rename the step, or add, move and delete what stands inside of it':
    'Benennen Sie den Schritt um, oder ergänzen, verschieben und löschen Sie, was darin steht',
  'Choose another id': 'Wählen Sie eine andere Kennung',
  'For example {1}': 'Zum Beispiel {1}',
  'Say which branch stays: {1}, or none': 'Sagen Sie, welcher Zweig bleibt: {1} oder keiner',
  'Id and steps of a branch are no fields that are written': 'Kennung und Schritte eines Zweigs sind keine Felder, die man schreibt',
  'Rename the branch, or add and move steps': 'Benennen Sie den Zweig um, oder ergänzen und verschieben Sie Schritte',
  '“{1}” has no branches that can be added': '„{1}“ hat keine Zweige, die man ergänzen kann',
  'Branches are added to a branch, a split, a choice and a wait for several events':
    'Zweige ergänzt man bei einer Verzweigung, einer Aufteilung, einer Wahl und beim Warten auf mehrere Ereignisse',
  '“{1}” of “{2}” is always there, in its place': '„{1}“ von „{2}“ ist immer da, an seinem Platz',
  'Delete the steps in it instead': 'Löschen Sie stattdessen die Schritte darin',
  '“{1}” has a branch “{2}” already': '„{1}“ hat schon einen Zweig „{2}“',
  '“{1}” needs one branch at least': '„{1}“ braucht mindestens einen Zweig',
  '“{1}” needs {2} arms at least': '„{1}“ braucht mindestens {2} Arme',
  'Delete the whole step instead, and say which branch stays':
    'Löschen Sie stattdessen den ganzen Schritt und sagen Sie, welcher Zweig bleibt',
  'Two steps are called “{1}”': 'Zwei Schritte heißen „{1}“',
  'Two branches of “{1}” are called “{2}”': 'Zwei Zweige von „{1}“ heißen „{2}“',
  'Give one of them another id; “otherwise”, “fallback” and “then” are taken':
    'Geben Sie einem davon eine andere Kennung; „otherwise“, „fallback“ und „then“ sind vergeben',
  'Nothing can stand here because everyone has left at “{1}”': 'Hier kann nichts stehen, denn bei „{1}“ sind alle ausgestiegen',
  'Put it above “{1}”, or delete “{2}” first': 'Setzen Sie es über „{1}“, oder löschen Sie zuerst „{2}“',
  'This cannot stand here because nobody would reach “{1}” any more': 'Das kann hier nicht stehen, denn „{1}“ würde niemand mehr erreichen',
  'This cannot stand here because nobody would reach {1} steps any more, “{2}” first':
    'Das kann hier nicht stehen, denn {1} Schritte würde niemand mehr erreichen, zuerst „{2}“',
  'Put it at the end of its branch, or first move or delete what follows':
    'Setzen Sie es ans Ende seines Zweigs, oder verschieben oder löschen Sie zuerst, was folgt',
  'Some of what was sent does not fit.': 'Ein Teil des Gesendeten passt nicht.',
  'Give {1}.': 'Geben Sie {1} an.',
  'Use one of: {1}.': 'Nehmen Sie eines von: {1}.',
  'Remove or correct: {1}.': 'Entfernen oder berichtigen Sie: {1}.',
  'At most {1}.': 'Höchstens {1}.',
  'At least {1}.': 'Mindestens {1}.',
  '{1}(…) {2} property.': '{1}(…) {2} Eigenschaft.',
  'Write \\\\ for a backslash, \\" for a quote, \\n for a new line.':
    'Schreiben Sie \\\\ für einen umgekehrten Schrägstrich, \\" für ein Anführungszeichen, \\n für eine neue Zeile.',
}

/** The same, by code. */
export const GERMAN_EDITING_PROBLEMS: Readonly<Record<string, ToldProblem>> = {
  'edit.gone': ['Den Schritt „…“ gibt es nicht mehr', 'Jemand hat ihn gelöscht oder umbenannt'],
  'edit.nothing': ['Darin ist kein Schritt', 'Kopieren Sie zuerst einen Schritt'],
  'edit.taken': ['Es gibt schon einen Schritt „…“', 'Wählen Sie eine andere Kennung'],
  'edit.inside': ['„…“ lässt sich nicht in sich selbst verschieben', 'Wählen Sie eine Stelle außerhalb'],
  'edit.lane': ['„…“ hat keinen Zweig „…“ mehr', 'Jemand hat ihn gelöscht oder umbenannt'],
  'edit.keep': ['In „…“ stehen Schritte'],
  'edit.row': ['Diese Schritte folgen nicht aufeinander', 'Wählen Sie Schritte, die im selben Zweig hintereinander stehen'],
  'edit.repeated': ['Zwei Schritte heißen „…“', 'Geben Sie einem davon eine andere Kennung'],
  'edit.place': ['Diese Stelle gibt es nicht mehr', 'Jemand hat den Schritt oder den Zweig entfernt; wählen Sie eine andere Stelle'],
  'edit.id': ['Diese Journey heißt „…“, und ihre Kennung bleibt', 'Duplizieren Sie die Journey, um eine mit anderer Kennung zu haben'],
}
