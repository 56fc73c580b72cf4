import type { Sayings } from '../telling.ts'

/** What measurement says where its sentences are made of parts: credit, costs, goals, plans, cohorts and deals. */
export const GERMAN_MEASUREMENT: Sayings = {
  'Name a live metric, or the goal of a live journey as `goal:<journey>`.':
    'Nennen Sie eine veröffentlichte Kennzahl oder das Ziel einer live geschalteten Journey als `goal:<journey>`.',
  'Publish a document of kind touchpoints, or leave it out.':
    'Veröffentlichen Sie ein Dokument der Art touchpoints, oder lassen Sie es weg.',
  'There is no {1} "{2}".': 'Nicht gefunden: {1} „{2}“.',
  'Where chance decided, “{1}” caused {2} conversions for each one credited to it ({3}, {4} certain): of {5} credited here it caused about {6} ({7}){8}.':
    'Wo der Zufall entschied, bewirkte „{1}“ je gutgeschriebener Conversion {2} ({3}, {4} sicher): von {5} hier gutgeschriebenen bewirkte es etwa {6} ({7}){8}.',
  'No touch led to {1} of them.': 'Zu {1} davon führte keine Berührung.',
  'By “{1}” the {2} “{3}” gets the most credit: {4} ({5}).': 'Nach „{1}“ bekommt am meisten gutgeschrieben: {2} „{3}“ mit {4} ({5}).',
  '{1} conversions{2}.{3}{4} This is credit, not cause.': '{1} Conversions{2}.{3}{4} Das ist Gutschrift, nicht Ursache.',
  '{1} nothing shows that any of the {2} credited conversions was caused.':
    '{1} zeigt nichts, dass eine der {2} gutgeschriebenen Conversions bewirkt wurde.',
  '{1} about {2} of {3} credited conversions were caused: {4}.': '{1} wurden etwa {2} von {3} gutgeschriebenen Conversions bewirkt: {4}.',
  '"{1}" is a receipt of your own messages, which count already.':
    '„{1}“ ist eine Quittung Ihrer eigenen Nachrichten, und die zählen schon.',
  'Say under `messages` which of them count.': 'Sagen Sie unter `messages`, welche davon zählen.',
  'The days end before they begin.': 'Die Tage enden, bevor sie beginnen.',
  'At most {1} days can be told at once.': 'Auf einmal lassen sich höchstens {1} Tage zeigen.',
  '{1} to {2}': '{1} bis {2}',
  'Take at most {1}.': 'Nehmen Sie höchstens {1}.',
  '{1} and this effect make {2}': '{1} und diese Wirkung ergeben {2}',
  'Publish it too, or use one of: {1}.': 'Veröffentlichen Sie sie ebenfalls, oder nehmen Sie eine von: {1}.',
  'Nobody has said what tokens of “{1}” cost in {2} on that day.': 'Niemand hat gesagt, was Token von „{1}“ an diesem Tag in {2} kosten.',
  'Say the amount, or publish a `cost-rate` per million-tokens for the model.':
    'Nennen Sie den Betrag, oder veröffentlichen Sie für das Modell eine `cost-rate` je million-tokens.',
  'These columns are missing: {1}.': 'Diese Spalten fehlen: {1}.',
  'These columns are not known: {1}.': 'Diese Spalten sind nicht bekannt: {1}.',
  'The columns are {1}; the first five are needed.': 'Die Spalten sind {1}; die ersten fünf sind nötig.',
  'Line {1}: {2}': 'Zeile {1}: {2}',
  'Say which {1}.': 'Sagen Sie, was gemeint ist: {1}.',
  'Each additional conversion cost {1}(between {2} and {3}).': 'Jede zusätzliche Conversion kostete {1}(zwischen {2} und {3}).',
  '{1} in {2}: {3}. {4} % of it was measured, the rest estimated.': '{1} in {2n}: {3}. Davon sind {4} % gemessen, der Rest ist geschätzt.',
  '{1} {2} met in more than one arm (profiles that became one) and {3} to none.':
    '{1} {2} in mehr als einem Arm angetroffen (Profile, die eines wurden) und {3} zu keinem.',
  'Together {1} ({2} interval {3} to {4}), as far as people were held out.':
    'Zusammen {1} ({2}-Intervall {3} bis {4}), soweit Personen zurückgehalten waren.',
  '“{1}”: {2} than there would have been without “{3}” (95 % interval {4} to {5}; {6} treated, {7} held out).{8}':
    '„{1}“: {2}, als es ohne „{3}“ gewesen wären (95-%-Intervall {4} bis {5}; {6} behandelt, {7} zurückgehalten).{8}',
  '“{1}” must not get worse {2}; else {3}.': '„{1}“ darf {2} schlechter werden; sonst {3}.',
  'Nothing is known of {1} to {2}, which it is to be held against.': 'Von {1} bis {2}, womit verglichen werden soll, ist nichts bekannt.',
  'The goal is {1}.': 'Das Ziel ist {1}.',
  'The goal is {1}, {2} the {3} of {4}.': 'Das Ziel ist {1}, {2} den {3} ({4}).',
  'What has been shown tends to look larger than it is, and {1}.': 'Was gezeigt ist, sieht meist größer aus, als es ist, und {1}.',
  'To show {1} with a chance of {2}, at {3}: {4} people{5}, {6}, if you may look at any time; {7}{8} if you look only once, at the end.':
    'Um {1} mit einer Chance von {2n} zu zeigen, bei {3}: {4} Personen{5}, {6}, wenn Sie jederzeit hinsehen dürfen; {7}{8}, wenn Sie nur einmal hinsehen, am Ende.',
  '"{1}" is no window that can be measured.': '„{1}“ ist keine Frist, die sich messen lässt.',
  'Take between 1m and 400d.': 'Nehmen Sie zwischen 1m und 400d.',
  '{1}, within {2} after the exposure{3}. {4} is better.': '{1}, innerhalb von {2n} nach der Zuteilung{3}. {4} ist besser.',
  'This server has no folder for reports: the operator sets REPORTS_DIR.':
    'Dieser Server hat keinen Ordner für Berichte: den Ort setzt der Betrieb mit REPORTS_DIR.',
  'The folder leads out of the one that the operator named.': 'Der Ordner führt aus dem heraus, den der Betrieb genannt hat.',
  'The file could not be written: {1}': 'Die Datei ließ sich nicht schreiben: {1}',
  'The secret access key is not kept for this store: give it under secrets.':
    'Der geheime Zugriffsschlüssel dieses Speichers ist nicht hinterlegt: geben Sie ihn unter secrets an.',
  'The store may not be reached from here: {1}': 'Der Speicher darf von hier nicht erreicht werden: {1}',
  'The store did not answer: {1}': 'Der Speicher antwortete nicht: {1}',
  'The store answered {1}{2}': 'Der Speicher antwortete {1}{2}',
  'The metric "{1}" does not say what a purchase is worth.': 'Die Kennzahl „{1}“ sagt nicht, was ein Kauf wert ist.',
  'Name the property of the event that holds its value (`value`), or what one is worth (`worth`).':
    'Nennen Sie die Eigenschaft des Ereignisses mit dem Wert (`value`) oder was einer wert ist (`worth`).',
  'People whose {1} was in that {2}; merged people are one.':
    'Personen, deren {1} in diesem Zeitabschnitt ({2}) war; zusammengeführte Personen sind eine.',
  'Whole {1} of the calendar after the one in which they began; 0 is that one itself.':
    'Ganze {1} des Kalenders nach dem Zeitabschnitt, in dem sie begannen; 0 ist dieser selbst.',
  'Share of the cohort who did it in that {1}, whether or not in the ones between.':
    'Anteil der Kohorte, der es in diesem Zeitabschnitt ({1}) tat, ob auch dazwischen oder nicht.',
  'Retention over all cohorts, {1} that are over': 'Wiederkehr über alle Kohorten, abgeschlossene {1}',
  From: 'Von',
  '{1} came back in the next {2} (95 %: {3} to {4}); by then each had brought {5}.':
    '{1} kamen im nächsten Zeitabschnitt ({2}) wieder (95 %: {3} bis {4}); bis dahin hatte jede Person {5} gebracht.',
  '{1} in {2}.': '{1} in {2}.',
  'The last {1} of each cohort is open: its number still grows, and it is in no average.':
    'Der letzte Zeitabschnitt ({1}) jeder Kohorte ist offen: seine Zahl wächst noch, und sie steht in keinem Mittelwert.',
  'Later {1} rest on the older cohorts only, so the end of a curve is about other people than its beginning.':
    'Spätere {1} beruhen nur auf den älteren Kohorten; das Ende einer Kurve handelt also von anderen Personen als ihr Anfang.',
  'No cohort is a whole {1} old yet.': 'Noch ist keine Kohorte einen ganzen Zeitabschnitt ({1}) alt.',
  'The predicted part is a model ({1} ahead), the same for both sides: it knows only purchases so far, so whatever a journey changes that they do not show yet is not in it. The realised part is what was seen.':
    'Der vorhergesagte Teil ist ein Modell ({1} voraus), für beide Seiten dasselbe: es kennt nur die bisherigen Käufe; was eine Journey ändert und die Käufe noch nicht zeigen, ist nicht darin. Der verwirklichte Teil ist das Gesehene.',
  'Publish it, or name another.': 'Veröffentlichen Sie das, oder nennen Sie etwas anderes.',
  '{1} was won in {2}, by {3}{4}.': '{1} wurden in {2n} gewonnen, durch {3}{4}.',
  'The {1} may bring {2} (95 %: {3}) if they go on as others did.':
    'Von {1} sind {2} zu erwarten (95 %: {3}), wenn es weitergeht wie bei anderen.',
  '{1} {2} open; nothing was won that says what they may bring.': '{1} {2} offen; nichts wurde gewonnen, das sagt, was sie bringen können.',
  '{1} began in this time.': 'In dieser Zeit begonnen: {1}.',
  '{1} {2} won before the first stage: look at how these events are sent.':
    '{1} {2} vor der ersten Stufe gewonnen: prüfen Sie, wie diese Ereignisse gesendet werden.',
  'Only {1} {2} won: averages, and what rests on them, are rough.':
    'Nur {1} {2} gewonnen: Mittelwerte, und was auf ihnen beruht, sind grob.',
  'Of “{1}”, {2} stay for {3} (95 %: {4} to {5}); {6}.': 'Von „{1}“ bleiben {2} für {3} (95 %: {4} bis {5}); {6}.',
  '{1}: seen for less than {2} days, so nothing is said beyond.': '{1}: weniger als {2} Tage zu sehen; darüber hinaus wird nichts gesagt.',
}
