import type { Sayings } from '../telling.ts'

/** Models, choices, budgets and contact policies. */
export const GERMAN_DECISIONS: Sayings = {
  'Use the columns {1}': 'Nehmen Sie die Spalten {1}',
  'Use one of: {1}': 'Nehmen Sie eines von: {1}',
  'Nobody knows what it would have earned on the decisions that are logged.':
    'Niemand weiß, was es bei den festgehaltenen Entscheidungen gebracht hätte.',
  'It ends before it begins': 'Sie endet, bevor sie beginnt',
  'Give a later day': 'Nennen Sie einen späteren Tag',
  'Publish it in the same step, or before': 'Veröffentlichen Sie es im selben Schritt oder vorher',
  'The rule asks nothing': 'Die Regel fragt nichts',
  'Give evidence, when, or both': 'Geben Sie evidence, when oder beides an',
  'Write one such as America/Chicago': 'Schreiben Sie eine wie America/Chicago',
  'It counts over no time at all': 'Sie zählt über gar keine Zeit',
  'The rule wants nothing said': 'Die Regel verlangt keine Aussage',
  'Give says or part': 'Geben Sie says oder part an',
  'It does not say what it must be near to': 'Sie sagt nicht, wovon es in der Nähe stehen muss',
  'Give the phrases in near': 'Geben Sie die Wendungen unter near an',
  'The rule forbids nothing and wants nothing': 'Die Regel verbietet nichts und verlangt nichts',
  'Give forbid, require, or both': 'Geben Sie forbid, require oder beides an',
  'Put it there in words that everybody sees': 'Schreiben Sie es dort in Worten, die alle sehen',
  'Take it out of the conditions, and out of the segments that they name':
    'Nehmen Sie es aus den Bedingungen heraus und aus den Segmenten, die sie nennen',
  '{1}: “{2}” does not allow it': '{1}: „{2}“ lässt es nicht zu',
  'See the policy': 'Siehe die Regel',
  'The pack has no rule “{1}”': 'Das Paket hat keine Regel „{1}“',
  'See the list in the guide': 'Siehe die Liste in der Anleitung',
  'Commercial electronic messages to Canada: consent that the sender can prove, who sends, a way out.':
    'Werbliche elektronische Nachrichten nach Kanada: eine Einwilligung, die sich belegen lässt, der Absender, ein Abmeldeweg.',
  'Implied by a purchase or contract: two years; by an inquiry: six months. Such permits end by themselves.':
    'Durch Kauf oder Vertrag stillschweigend erteilt: zwei Jahre; durch eine Anfrage: sechs Monate. Solche Einwilligungen enden von selbst.',
  'Direct marketing to people in the European Economic Area and the United Kingdom: opt-in or soft opt-in, and an objection that is absolute.':
    'Direktwerbung an Personen im Europäischen Wirtschaftsraum und im Vereinigten Königreich: Opt-in oder Bestandskundenausnahme, und ein Widerspruch, der ausnahmslos gilt.',
  'Soft opt-in: address got with a sale, similar products of one’s own, opt-out offered then and in each message.':
    'Bestandskundenausnahme: Adresse bei einem Verkauf erhalten, eigene ähnliche Produkte, Abmeldung damals und in jeder Nachricht angeboten.',
  'What the large mailbox providers ask of marketing mail, whoever it goes to.':
    'Was die großen Postfachanbieter von Marketingmails verlangen, an wen auch immer sie gehen.',
  'Needs counsel: taken from secondary tables, which disagree with each other.':
    'Braucht Rechtsrat: aus Übersichten Dritter übernommen, die einander widersprechen.',
  'Commercial e-mail to the United States: a way out that works, a postal address, honest subject lines.':
    'Werbliche E-Mails in die USA: ein Abmeldeweg, der funktioniert, eine Postanschrift, ehrliche Betreffzeilen.',
  'The law gives ten business days; here it holds at once.': 'Das Gesetz lässt zehn Werktage; hier gilt es sofort.',
  'Prescreened firm offers (FCRA), equal credit opportunity (ECOA), trigger terms (Reg Z) and words that deceive (UDAAP).':
    'Vorgeprüfte verbindliche Angebote (FCRA), gleicher Zugang zu Krediten (ECOA), Schlüsselangaben (Reg Z) und täuschende Worte (UDAAP).',
  'The attribute must be on file as false: what is not known is refused.':
    'Das Attribut muss als falsch (false) festgehalten sein: was nicht bekannt ist, wird abgelehnt.',
  'How old the check may be is yours to say: publish an own eligibility policy with its greatest age.':
    'Wie alt die Prüfung sein darf, bestimmen Sie: veröffentlichen Sie eine eigene Regel (eligibility) mit dem Höchstalter.',
  'Larger than the principal text as well: a person has to look at that.': 'Auch größer als der Haupttext: das muss ein Mensch ansehen.',
  'Age of majority is a matter of contract: ask it of the application, not of the audience. The rule of 2026-07-21 dropped the effects test; keep disparate-impact reports, because state law and the FHA differ.':
    'Volljährigkeit ist eine Frage des Vertrags: fragen Sie sie im Antrag, nicht bei der Auswahl der Personen. Die Verordnung vom 21.07.2026 hat die Prüfung der Auswirkungen gestrichen; behalten Sie Berichte über ungleiche Auswirkungen, denn das Recht der Bundesstaaten und der FHA weichen ab.',
  'The statute counts those on the same subject; here all marketing texts count.':
    'Das Gesetz zählt SMS zum selben Anlass; hier zählen alle Marketing-SMS.',
  'Marketing texts to the United States: written consent, hours by every clock the person may live by, and the daily limits of the states.':
    'Marketing-SMS in die USA: schriftliche Einwilligung, Stunden nach jeder Uhr, nach der die Person leben kann, und die Tagesgrenzen der Bundesstaaten.',
  'The law gives ten business days; here it holds at once. “Revoke all” is put off to 2027-01-31 (DA 26-12).':
    'Das Gesetz lässt zehn Werktage; hier gilt es sofort. „Revoke all“ ist auf den 31.01.2027 verschoben (DA 26-12).',
  'Where no clock is known: 12:00 to 20:00 by every clock from Eastern to Pacific (a rule of prudence).':
    'Ist keine Uhr bekannt: 12:00 bis 20:00 nach jeder Uhr von Eastern bis Pacific (eine Vorsichtsregel).',
  'Texts count as solicitations from 2025-09-01.': 'SMS gelten ab 01.09.2025 als Werbeansprache.',
  'Provider "{1}" is paid in another currency than {2}.': 'Der Anbieter „{1}“ wird in einer anderen Währung als {2} bezahlt.',
  'Make a budget for each currency, and let each cover only channels that are paid in it.':
    'Legen Sie je Währung ein Budget an, das nur Kanäle abdeckt, die in ihr bezahlt werden.',
  'There is no journey called "{1}".': 'Es gibt keine Journey „{1}“.',
  'Nothing is left: what it covers goes another way or not at all.':
    'Es ist nichts übrig: was es abdeckt, geht einen anderen Weg oder gar nicht.',
  'At this pace it is empty on {1}.': 'In diesem Tempo ist es am {1} leer.',
  'Each {1} of it has to bring {2} {3} beyond itself just now.': 'Jeder {1} davon muss gerade {2} {3} über sich hinaus bringen.',
  'Who comes first gets it.': 'Wer zuerst kommt, bekommt es.',
  'At {1} of the condition': 'Bei {1} der Bedingung',
  'Nobody is left for the best hour: {1} go at an hour by chance and {2} at once.':
    'Für die beste Stunde bleibt niemand: {1} gehen zu einer zufälligen Stunde und {2} sofort.',
  'Let explore and control come to less than 100%; 10% each is usual.':
    'Lassen Sie explore und control zusammen weniger als 100% ergeben; üblich sind je 10%.',
  'That telling people apart brings more than the option that is best for all is not shown yet{1}: {2} are told apart all the same, as far as the data so far say that they differ.':
    'Dass es mehr bringt, Personen zu unterscheiden, als die für alle beste Möglichkeit, ist noch nicht gezeigt{1}: {2} werden dennoch unterschieden, soweit sie sich nach den bisherigen Daten unterscheiden.',
  'Nothing is to be gained by telling people apart here{1}: {2} are, in case that changes.':
    'Hier ist nichts zu gewinnen, wenn man Personen unterscheidet{1}: bei {2} geschieht es, falls sich das ändert.',
  '{1} leads: it is the best with a chance of {2}.': '{1} führt: mit einer Chance von {2} ist das die beste.',
  'To confirm it takes about {1} more messages, if it is as it looks.':
    'Um es zu bestätigen, braucht es etwa {1} weitere Nachrichten, wenn es so ist, wie es aussieht.',
  'In {1}, {2} is better: {3} by {4} against {5} of the next best, {6} ({7}). Confirmed on messages that were drawn evenly.':
    'In {1} ist {2} besser: {3} von {4} gegenüber {5} bei der nächstbesten, {6} ({7}). Bestätigt an gleichmäßig ausgelosten Nachrichten.',
  'In {1} there is nothing to choose.': 'In {1} gibt es nichts zu wählen.',
  'In {1}, trying the others any longer would bring less than {2} % more.{3} That it is better than {4} is not confirmed{5}.':
    'In {1} brächte es weniger als {2} % mehr, die anderen weiter zu erproben.{3} Dass das besser ist als {4}, ist nicht bestätigt{5}.',
  'In {1} it is not decided yet.{2} Against {3}: {4}, on messages that were drawn evenly.{5}':
    'In {1} ist es noch nicht entschieden.{2} Gegenüber {3}: {4}, an gleichmäßig ausgelosten Nachrichten.{5}',
  'The likeliest best combination is {1} (chance {2}, {3} by about {4}).':
    'Die wahrscheinlich beste Kombination ist {1} (Chance {2}, {3} von etwa {4}).',
  '{1}Whatever is found out from here on brings less than 1 % more, with a certainty of 95 %: there is nothing left to look for.':
    '{1}Was von hier an noch zu finden ist, bringt mit 95 % Sicherheit weniger als 1 % mehr: es gibt nichts mehr zu suchen.',
  '{1}Up to {2} more might still be gained, so the others are tried on.':
    '{1}Bis zu {2} mehr sind noch möglich; deshalb werden die anderen weiter erprobt.',
  'What the model chooses is {1} by {2} percentage points more than what is drawn evenly beside it ({3}).':
    'Was das Modell wählt, wird um {2} Prozentpunkte öfter {1} als das daneben gleichmäßig Ausgeloste ({3}).',
  'What the model chooses is {1} by {2} percentage points less than what is drawn evenly beside it ({3}).':
    'Was das Modell wählt, wird um {2} Prozentpunkte seltener {1} als das daneben gleichmäßig Ausgeloste ({3}).',
  'That what the model chooses is {1} more than what is drawn evenly beside it is not shown yet ({2} percentage points).':
    'Dass, was das Modell wählt, öfter {1} wird als das daneben gleichmäßig Ausgeloste, ist noch nicht gezeigt ({2} Prozentpunkte).',
  '{1}, drawn by lot from all combinations: a share of messages stays even, so that what does better can be confirmed.':
    '{1}, aus allen Kombinationen ausgelost: ein Anteil der Nachrichten bleibt gleichmäßig, damit sich Besseres bestätigen lässt.',
  '{1}: that had a chance of {2}, by how likely it is the best combination.':
    '{1}: die Chance dafür war {2}, danach, wie wahrscheinlich es die beste Kombination ist.',
  'It is valued as it would be after learning from this log; on the way there it would have explored more.':
    'Bewertet wird, wie es nach dem Lernen aus diesem Protokoll entschiede; auf dem Weg dahin hätte es mehr erprobt.',
  'Its probabilities are those that it gave at each decision, with what it had learned by then.':
    'Die Wahrscheinlichkeiten sind die bei jeder Entscheidung genannten, mit dem bis dahin Gelernten.',
  'A conversion counts as 1, because the goal has no value.': 'Eine Conversion zählt als 1, denn das Ziel hat keinen Wert.',
  'Budgets, inventory and caps are taken as they were: what the policy itself would have used up is not reckoned with.':
    'Budgets, Bestände und Obergrenzen gelten, wie sie waren: was diese Strategie selbst verbraucht hätte, ist nicht eingerechnet.',
  'What was done is the model as it decided over this time, exploration included; comparison group and hold-out are not in it.':
    'Das Geschehene ist das Modell, wie es in dieser Zeit entschied, mit dem Erproben; Vergleichs- und Kontrollgruppe sind nicht darin.',
  'Let the present policy explore more, or give the candidate a share of people (rollout: stage: share) and evaluate again.':
    'Lassen Sie die jetzige Strategie mehr erproben, oder geben Sie der neuen einen Anteil der Personen (rollout: stage: share) und bewerten Sie noch einmal.',
  'The log is silent about what the policy would do': 'Das Protokoll schweigt über das, was die Strategie täte',
  'The logged probabilities do not fit what was chosen': 'Die festgehaltenen Wahrscheinlichkeiten passen nicht zum Gewählten',
  'The mean weight must be 1 within three standard errors. Something other than the logged probabilities decided.':
    'Das mittlere Gewicht muss auf drei Standardfehler genau 1 sein. Etwas anderes als die festgehaltenen Wahrscheinlichkeiten hat entschieden.',
  'The evaluation of “{1}” says nothing: too little is logged': 'Die Bewertung von „{1}“ sagt nichts: es ist zu wenig festgehalten',
  'Let it decide for a share of people first (rollout: { stage: share }), or write the reason into rollout.force.':
    'Lassen Sie es zuerst für einen Anteil der Personen entscheiden (rollout: { stage: share }), oder schreiben Sie den Grund in rollout.force.',
  'Forced: {1}': 'Erzwungen: {1}',
  '“{1}” would have earned less than what was done': '„{1}“ hätte weniger gebracht als das Geschehene',
  'Keep what decides now.': 'Behalten Sie, was jetzt entscheidet.',
  'Nothing can be said of “{1}”: {2}{3}.': 'Über „{1}“ lässt sich nichts sagen: {2}{3}.',
  '“{1}” would have earned {2} more per decision, {3}; {4}.{5}': '„{1}“ hätte je Entscheidung {2} mehr gebracht, {3}; {4}.{5}',
  '“{1}” would have earned {2} less per decision, {3}; {4}.': '„{1}“ hätte je Entscheidung {2} weniger gebracht, {3}; {4}.',
  '“{1}” is not shown to be better or worse than what was done: {2} per decision, {3}; {4}.':
    'Dass „{1}“ besser oder schlechter ist als das Geschehene, ist nicht gezeigt: {2} je Entscheidung, {3}; {4}.',
  'It also earns {1} more than always the best single option ({2}).':
    'Es bringt auch {1} mehr als immer die beste einzelne Möglichkeit ({2}).',
  'It is not shown to earn more than always the best single option ({1}).':
    'Dass es mehr bringt als immer die beste einzelne Möglichkeit, ist nicht gezeigt ({1}).',
  'There is no {1} called "{2}".': 'Nicht gefunden: {1} „{2}“.',
  'Publish it too, or name the goal of a journey such as goal:winback.':
    'Veröffentlichen Sie das ebenfalls, oder nennen Sie das Ziel einer Journey, etwa goal:winback.',
  'The period {1} has just begun: {2} of each arm had no marketing in the one before. Both arms are alike in that, but for the first four weeks their answer to silence is in the figures.':
    'Der Zeitraum {1} hat gerade begonnen: {2} jedes Arms hatten im vorigen kein Marketing. Darin gleichen sich beide Arme, aber in den ersten vier Wochen steckt die Antwort auf die Stille in den Zahlen.',
  'There are {1} {2}{3}: it learns when it is next its turn.': 'Es gibt {1} {2}{3}: gelernt wird, sobald es an der Reihe ist.',
  'It begins with {1}; there {2} {3} so far{4}.': 'Es beginnt mit {1}; da {2} bisher {3}{4}.',
  'The model gave {1} numbers for {2} people.': 'Das Modell gab {1} Zahlen für {2} Personen.',
  'Its output has to hold one probability for each person.': 'Seine Ausgabe muss je Person eine Wahrscheinlichkeit enthalten.',
  'The ONNX model brought its process down.': 'Das ONNX-Modell hat seinen Prozess zum Absturz gebracht.',
  'The ONNX model took longer than {1} s.': 'Das ONNX-Modell brauchte länger als {1} s.',
  'The model says {1}, which is no probability.': 'Das Modell sagt {1}; das ist keine Wahrscheinlichkeit.',
  'End it with a sigmoid or a softmax.': 'Lassen Sie es mit Sigmoid oder Softmax enden.',
  'This server has no runtime for ONNX models.': 'Dieser Server hat keine Laufzeit für ONNX-Modelle.',
  'Install it: npm i onnxruntime-web@1.30.0': 'Installieren Sie sie: npm i onnxruntime-web@1.30.0',
  'This is no ONNX file.': 'Das ist keine ONNX-Datei.',
  'Export the model as ONNX and encode the whole file as base64.':
    'Exportieren Sie das Modell als ONNX und kodieren Sie die ganze Datei als base64.',
  'The model uses opset {1}.': 'Das Modell benutzt Opset {1}.',
  'Export it with an opset from {1} to {2}.': 'Exportieren Sie es mit einem Opset von {1} bis {2}.',
  'The model uses operators of {1}.': 'Das Modell benutzt Operatoren von {1}.',
  'Only the standard operators and those of ai.onnx.ml are run.': 'Ausgeführt werden nur die Standardoperatoren und die von ai.onnx.ml.',
  'The weights lie outside of the file.': 'Die Gewichte liegen außerhalb der Datei.',
  'Save the model with its weights inside, as one file.': 'Speichern Sie das Modell mit seinen Gewichten als eine Datei.',
  'Features are called {1} and so on; of an event "event.7d:Product Added".':
    'Merkmale heißen {1} und so weiter; von einem Ereignis "event.7d:Product Added".',
  'There is no feature "{1}".': 'Das Merkmal „{1}“ gibt es nicht.',
  'A model with the input "{1}" takes {2}.': 'Ein Modell mit der Eingabe „{1}“ nimmt {2}.',
  'The model has no input "{1}".': 'Das Modell hat keine Eingabe „{1}“.',
  'The input "{1}" is {2}.': 'Die Eingabe „{1}“ ist {2}.',
  'The model asks for {1}, which nobody can give it.': 'Das Modell verlangt {1}; das kann ihm niemand geben.',
  'Name the output that holds one probability for each person: float [batch] or [batch, 1].':
    'Nennen Sie die Ausgabe, die je Person eine Wahrscheinlichkeit enthält: float [batch] oder [batch, 1].',
  'The model has no output "{1}"; it has {2}.': 'Das Modell hat keine Ausgabe „{1}“, sondern {2}.',
  'The output "{1}" is {2}.': 'Die Ausgabe „{1}“ ist {2}.',
  'The order of events tells more than counting them: {1}, {2}. The network answers.':
    'Die Reihenfolge der Ereignisse sagt mehr als ihre Anzahl: {1}, {2}. Es antwortet das Netz.',
  'The order of events adds nothing that is certain to counting them: {1}, {2}. The counts answer.':
    'Die Reihenfolge der Ereignisse fügt ihrer Anzahl nichts Sicheres hinzu: {1}, {2}. Es antworten die Anzahlen.',
  'Applications, and accounts that are closed. Words are reviewed by people here, so no model chooses among them.':
    'Anträge und geschlossene Konten. Texte prüfen hier Menschen; deshalb wählt kein Modell unter ihnen.',
  'Trials that become subscriptions, and subscriptions that are cancelled.': 'Testzeiten, die Abos werden, und Abos, die gekündigt werden.',
  'Carts, orders and customers who come back or do not, in the words of the Segment e-commerce specification.':
    'Warenkörbe, Bestellungen und Kundschaft, die wiederkommt oder nicht, in den Worten der E-Commerce-Spezifikation von Segment.',
  'It {1} the chance that somebody leaves by {2} (95 %: {3} to {4}).': 'Das {1} die Chance, dass jemand geht, um {2} (95 %: {3} bis {4}).',
  '{1}: the lot of {2} % of people.{3}': '{1}: das Los von {2} % der Personen.{3}',
  'It cannot be said yet whether the chosen hours help: {1}, and there are {2} that went at once, {3} at the chosen hour, and {4} readings.':
    'Ob die gewählten Stunden helfen, lässt sich noch nicht sagen: {1}, und es gibt {2} sofort gesendete, {3} zur gewählten Stunde und {4} gelesene.',
  '{1} The chosen hours help: {2} percentage points {3}.': '{1} Die gewählten Stunden helfen: {2} Prozentpunkte {3}.',
  '{1} The chosen hours do harm: {2} percentage points {3}. Send at once, or look at what counts as reading.':
    '{1} Die gewählten Stunden schaden: {2} Prozentpunkte {3}. Senden Sie sofort, oder prüfen Sie, was als gelesen zählt.',
  '{1} That may be chance: {2} percentage points {3}.': '{1} Das kann Zufall sein: {2} Prozentpunkte {3}.',
  'Too few people to rank by uplift: it takes {1} in each arm, {2} of them with an outcome. Treat all or none.':
    'Zu wenige Personen, um nach Uplift zu ordnen: es braucht {1} je Arm, davon {2} mit Ergebnis. Behandeln Sie alle oder niemanden.',
  'Ranking by uplift is not shown to be better than chance: Qini {1}. Treat all or none.':
    'Dass die Ordnung nach Uplift besser ist als der Zufall, ist nicht gezeigt: Qini {1}. Behandeln Sie alle oder niemanden.',
  'Ranking by uplift is not shown to be better than ranking by response: Qini difference {1}. Treat all or none.':
    'Dass die Ordnung nach Uplift besser ist als die nach Reaktion, ist nicht gezeigt: Qini-Unterschied {1}. Behandeln Sie alle oder niemanden.',
  'Ranking by uplift finds whom it moves: Qini {1}, {2} beyond ranking by response.':
    'Die Ordnung nach Uplift findet, wen es bewegt: Qini {1}, {2} über die Ordnung nach Reaktion hinaus.',
  'No offer was drawn at random against no offer': 'Kein Angebot wurde zufällig gegen kein Angebot ausgelost',
  'Give a choose step the options none and the offers, with a control. Who redeemed discounts in the past does not tell whom a discount moves.':
    'Geben Sie einem Schritt „choose“ die Möglichkeit none und die Angebote, mit einer Kontrolle. Wer früher Rabatte einlöste, zeigt nicht, wen ein Rabatt bewegt.',
  '“{1}” was not drawn as often as its probabilities say': '„{1}“ wurde nicht so oft ausgelost, wie die Wahrscheinlichkeiten sagen',
  '{1} standard deviations off': '{1} Standardabweichungen daneben',
  'Something other than the logged probabilities decided who got it.':
    'Etwas anderes als die festgehaltenen Wahrscheinlichkeiten bestimmte, wer es bekam.',
  'Too few offers were drawn at random yet': 'Noch wurden zu wenige Angebote zufällig ausgelost',
  'Let the choose step go on exploring.': 'Lassen Sie den Schritt „choose“ weiter erproben.',
  '{1}, and people respond differently.': '{1}, und Personen reagieren verschieden.',
  '{1}; that people respond differently is not shown.': '{1}; dass Personen verschieden reagieren, ist nicht gezeigt.',
}
