import type { Sayings } from '../telling.ts'

/** Publishing, approvals, why and why not, models and what they chose, the audit log. */
export const GERMAN_RELEASES: Sayings = {
  'They are in the journey.': 'Die Person ist in der Journey.',
  'They are in the journey, at step “{1}”.': 'Die Person ist in der Journey, bei Schritt „{1}“.',
  'They have left the journey. {1}': 'Die Person hat die Journey verlassen. {1}',
  'They were not let in. {1}': 'Die Person wurde nicht eingelassen. {1}',
  'Nothing that they did has met the entry rule of this journey.':
    'Nichts, was die Person tat, erfüllte die Einstiegsregel dieser Journey.',
  'The template is not there any more.': 'Die Vorlage gibt es nicht mehr.',
  'It is over: {1}.': 'Sie ist vorbei: {1}.',
  'Seeing people’s messages needs the permission people:read.': 'Um Nachrichten von Personen zu sehen, ist das Recht people:read nötig.',
  'Nobody is there yet who would get it.': 'Noch ist niemand da, der sie bekäme.',
  'People who are inside are taken along: look at the impact in the journey, and publish it there.':
    'Personen darin werden mitgenommen: sehen Sie sich die Auswirkung in der Journey an und veröffentlichen Sie sie dort.',
  'Publishing a {1} needs the permission {2}.': 'Um ein Dokument der Art {1} zu veröffentlichen, ist das Recht {2} nötig.',
  'Publishing {1} {2} needs the permission {3}.': 'Um ein Dokument der Art {2} zu veröffentlichen, ist das Recht {3} nötig.',
  'It needs the permission people:read.': 'Nötig ist das Recht people:read.',
  'Its time is up.': 'Ihre Zeit ist abgelaufen.',
  'Ask for it with approvals.request. An approval holds for exactly what was asked for ({1}…), once; any change voids it.':
    'Fragen Sie sie mit approvals.request an. Eine Freigabe gilt genau für das Angefragte ({1}…), einmal; jede Änderung macht sie ungültig.',
  'Ask for approval of all who wait there: approvals.request with kind run.':
    'Fragen Sie die Freigabe für alle an, die dort warten: approvals.request mit kind run.',
  'Ask for approval again.': 'Fragen Sie die Freigabe erneut an.',
  'A broadcast goes out by itself, and a journey is resumed on its page.':
    'Ein Rundversand geht von selbst hinaus, und eine Journey wird auf ihrer Seite fortgesetzt.',
  'Load the request again, and decide on its hash.': 'Laden Sie die Anfrage neu und entscheiden Sie über ihren Hash.',
  'The policy asks each time.': 'Die Regel fragt jedes Mal.',
  'Up to {1} people can be reached; from {2} on it needs a person.':
    'Bis zu {1} Personen sind erreichbar; ab {2} muss ein Mensch zustimmen.',
  'Nothing restricts it to places other than {1}.': 'Nichts beschränkt sie auf andere Orte als {1}.',
  'People who are inside are taken along to the new version.': 'Personen darin werden in die neue Version mitgenommen.',
  'It can cost {1} {2}; from {3} on it needs a person.': 'Sie kann {1} {2} kosten; ab {3} muss ein Mensch zustimmen.',
  'Nobody has said what {1} costs in {2}.': 'Niemand hat gesagt, was {1} in {2n} kostet.',
  'It names a discount of {1} % ({2}); from {3} % on it needs a person.':
    'Sie nennt einen Rabatt von {1n} % ({2}); ab {3} % muss ein Mensch zustimmen.',
  'It names {1} off ({2}); from {3} on it needs a person.': 'Sie nennt {1} Nachlass ({2}); ab {3} muss ein Mensch zustimmen.',
  '“{1}” is on the brand’s list of words to avoid.': '„{1}“ steht auf der Liste der Wörter, die die Marke meidet.',
  '“{1}” is a claim that somebody has to stand for.': '„{1}“ ist eine Behauptung, für die jemand einstehen muss.',
  '{1} words are written in capitals.': '{1} Wörter stehen in Großbuchstaben.',
  '{1} exclamation marks.': '{1} Ausrufezeichen.',
  'No person stands behind this key, so its word does not count.': 'Hinter diesem Schlüssel steht kein Mensch; sein Wort zählt nicht.',
  'This policy takes the word of a person who has signed in, and not of a key.':
    'Diese Regel nimmt das Wort eines angemeldeten Menschen, nicht das eines Schlüssels.',
  'You are not a member of this workspace.': 'Sie gehören nicht zu diesem Arbeitsbereich.',
  'To decide on this, one needs {1}.': 'Um darüber zu entscheiden, ist nötig: {1}.',
  'It is your own work, so somebody else has to agree.': 'Es ist Ihre eigene Arbeit, also muss jemand anderes zustimmen.',
  'The journey was changed since the preview.': 'Die Journey wurde seit der Vorschau geändert.',
  'Another version was published since the preview.': 'Seit der Vorschau wurde eine andere Version veröffentlicht.',
  'The preview was made for another choice of what happens to people inside.':
    'Die Vorschau galt einer anderen Wahl, was mit den Personen darin geschieht.',
  'The preview is older than 15 minutes.': 'Die Vorschau ist älter als 15 Minuten.',
  '{1} people have moved since the preview was made.': 'Seit der Vorschau sind {1} Personen weitergezogen.',
  'Say with “migrate” on which step they go on, or that they leave; or let them finish on their version with “pin”.':
    'Sagen Sie mit „migrate“, bei welchem Schritt sie weitergehen oder dass sie aussteigen; oder lassen Sie sie mit „pin“ auf ihrer Version zu Ende gehen.',
  'A message can be sent: {1}.': 'Eine Nachricht kann gesendet werden: {1}.',
  'It sends none.': 'Sie sendet keine.',
  'One run sends at most {1} within that time.': 'Ein Durchlauf sendet in dieser Zeit höchstens {1}.',
  'With all the runs that its re-entry rule allows it sends at most {1}.':
    'Mit allen Durchläufen, die ihre Wiedereintrittsregel erlaubt, sendet sie höchstens {1}.',
  'With all the runs that its limit allows it sends at most {1}.':
    'Mit allen Durchläufen, die ihre Grenze erlaubt, sendet sie höchstens {1}.',
  'Each value of its key begins a run of its own, so nothing limits it: give the entry a limit.':
    'Jeder Wert ihres Schlüssels beginnt einen eigenen Durchlauf; nichts begrenzt sie also: geben Sie dem Einstieg eine Grenze.',
  'People may come back at once, so nothing limits it: give the entry a re-entry time.':
    'Personen dürfen sofort wiederkommen; nichts begrenzt sie also: geben Sie dem Einstieg eine Wiedereintrittszeit.',
  'Templates, segments, consent mode and contact policy are those of today.':
    'Vorlagen, Segmente, Einwilligungsmodus und Kontaktregel sind die heutigen.',
  'Identifiers, and a time zone that only came with a device, are those of today.':
    'Kennungen und eine Zeitzone, die nur ein Gerät mitbrachte, sind die heutigen.',
  'Profiles that became one are one from the beginning.': 'Profile, die eines wurden, sind es von Anfang an.',
  'Messages that really were sent fare as they did; all others are sent after one second.':
    'Wirklich gesendeten Nachrichten ergeht es, wie es ihnen erging; alle anderen werden nach einer Sekunde gesendet.',
  'Other journeys are left out: their messages count towards no cap here.':
    'Andere Journeys bleiben außen vor: ihre Nachrichten zählen hier zu keiner Obergrenze.',
  'Nothing starts it: the journeys that would are left out.': 'Nichts startet sie: die Journeys, die es täten, bleiben außen vor.',
  'The journey was paused: nobody gets further in it until somebody lets it run again.':
    'Die Journey wurde angehalten: niemand kommt darin weiter, bis jemand sie wieder laufen lässt.',
  'People of this arm get what control gets from now on; their arm stays on record.':
    'Personen dieses Arms bekommen ab jetzt, was die Kontrolle bekommt; ihr Arm bleibt festgehalten.',
  'Nothing was stopped: the guardrail only tells.': 'Nichts wurde angehalten: die Leitplanke meldet nur.',
  'Nothing has been learned yet.': 'Noch ist nichts gelernt.',
  'The report could not be made; the server’s log says why.':
    'Der Bericht ließ sich nicht erstellen; warum, steht im Protokoll des Servers.',
  'Not sent to {1}: no member of the workspace.': 'Nicht gesendet an {1}: kein Mitglied des Arbeitsbereichs.',
  'The files have {1} MB, and mail may carry {2} MB: send it to a folder or a store, or ask for less.':
    'Die Dateien haben {1} MB, und eine Mail darf {2} MB haben: schicken Sie sie in einen Ordner oder Speicher, oder fragen Sie nach weniger.',
  'Nothing has happened yet that a score could be reckoned from.': 'Noch ist nichts geschehen, woraus sich ein Score rechnen ließe.',
  'The model gives it a chance of {1}.': 'Das Modell gibt dem eine Chance von {1n}.',
  'It has no money today: its campaign has not begun, or is over. What it covers is not sent.':
    'Heute ist kein Geld da: die Kampagne hat nicht begonnen oder ist vorbei. Was es abdeckt, wird nicht gesendet.',
  '{1} of {2} {3} is spent or reserved after {4} of the time.': '{1} von {2n} {3} sind nach {4n} der Zeit ausgegeben oder reserviert.',
  'There is no word on lift yet: it takes {1} decisions here and {2} in the comparison group.':
    'Zur Wirkung lässt sich noch nichts sagen: es braucht {1} Entscheidungen hier und {2} in der Vergleichsgruppe.',
  'Option “{1}” is paused: its {2} are above those of the comparison group.':
    'Die Möglichkeit „{1}“ pausiert: ihre {2} liegen über denen der Vergleichsgruppe.',
  'They are in the comparison group, which gets the fallback whatever the model says, so that the rest can be measured against it.':
    'Die Person ist in der Vergleichsgruppe; die bekommt den Rückfall, was auch immer das Modell sagt, damit sich der Rest daran messen lässt.',
  'They are held out: they get none of the options, so that all of it can be measured.':
    'Die Person ist zurückgehalten: sie bekommt keine der Möglichkeiten, damit sich alles messen lässt.',
  '“{1}” was the only option that was possible.': '„{1}“ war die einzige Möglichkeit.',
  '“{1}” was drawn by lot from {2} options, each as likely: {3}.':
    '„{1}“ wurde aus {2} gleich wahrscheinlichen Möglichkeiten ausgelost: {3}.',
  '“{1}” was chosen with a chance of {2}: {3}.': '„{1}“ wurde mit einer Chance von {2n} gewählt: {3}.',
  'What goes out where nothing is chosen.': 'Was hinausgeht, wo nichts gewählt wird.',
  'Nothing goes out.': 'Nichts geht hinaus.',
  'Not possible.': 'Nicht möglich.',
  'Its condition did not hold for this person.': 'Die Bedingung galt für diese Person nicht.',
  'Not possible. Its condition did not hold for this person.': 'Nicht möglich. Die Bedingung galt für diese Person nicht.',
  'All other combinations together had a chance of {1}.': 'Alle anderen Kombinationen zusammen hatten eine Chance von {1n}.',
  'At once, whatever the model says: a share of messages is not put off, so that the chosen hours can be measured against it.':
    'Sofort, was auch immer das Modell sagt: ein Teil der Nachrichten wird nicht aufgeschoben, damit sich die gewählten Stunden daran messen lassen.',
  'Nothing is known of their own hours, so those of others count.':
    'Über die eigenen Stunden der Person ist nichts bekannt; deshalb zählen die der anderen.',
  'Pressure was {1}.': 'Der Druck war {1}.',
  'They had had {1} marketing messages in seven days, and the lot has given them at most {2} a week this quarter.':
    'Die Person hatte in sieben Tagen {1} Marketingnachrichten, und das Los gibt ihr in diesem Quartal höchstens {2} die Woche.',
  'There is no score, and conditions that ask for one do not hold.':
    'Es gibt keinen Score, und Bedingungen, die danach fragen, gelten nicht.',
  'Steps that ask it take their fallback.': 'Schritte, die es fragen, nehmen ihren Rückfall.',
  'Messages go at the time that the journey says.': 'Nachrichten gehen zu der Zeit, die die Journey nennt.',
  'Every variant is shown as often.': 'Jede Variante wird gleich oft gezeigt.',
  'What is bought most is recommended.': 'Empfohlen wird, was am meisten gekauft wird.',
  'Only the contact policy limits messages.': 'Nur die Kontaktregel begrenzt Nachrichten.',
  'Until then only the contact policy limits messages.': 'Bis dahin begrenzt nur die Kontaktregel Nachrichten.',
  'Each option that may be chosen is as likely, so that it can learn.':
    'Jede erlaubte Möglichkeit ist gleich wahrscheinlich, damit es lernen kann.',
  'It was brought, and is not trained here. It scores everybody at night.':
    'Es wurde mitgebracht und lernt hier nicht. Es bewertet nachts alle.',
  'It goes by rules and needs no training: it hears how English texts sound.':
    'Es folgt Regeln und braucht kein Training: es hört, wie englische Texte klingen.',
  'What it learned cannot be read ({1}). {2}': 'Das Gelernte lässt sich nicht lesen ({1}). {2}',
  'The next training mends it.{1} Train it now, or reset it if it stays so.':
    'Das nächste Training behebt es.{1} Trainieren Sie es jetzt, oder setzen Sie es zurück, wenn es so bleibt.',
  'It has learned nothing yet. {1}': 'Es hat noch nichts gelernt. {1}',
  'It learns by itself as soon as there are results to learn from.{1}': 'Es lernt von selbst, sobald es Ergebnisse dafür gibt.{1}',
  'Its newest example is older than {1}, so it is not asked any more. {2}':
    'Sein neuestes Beispiel ist älter als {1}; es wird deshalb nicht mehr gefragt. {2}',
  'See whether the events that it learns from still come in.{1}': 'Prüfen Sie, ob die Ereignisse noch kommen, aus denen es lernt.{1}',
  'No live journey asks it: name it in a step “choose” (by: { model: {1} }).':
    'Keine live geschaltete Journey fragt es: nennen Sie es in einem Schritt „choose“ (by: { model: {1} }).',
  'No event {1} has come in yet: send it, or name what you call it.':
    'Noch kam kein Ereignis {1} herein: senden Sie es, oder nennen Sie Ihren Namen dafür.',
  'No events {1} have come in yet.': 'Noch kamen keine Ereignisse {1} herein.',
  'None of the events {1} has come in yet: one of them is enough.': 'Noch kam keines der Ereignisse {1} herein: eines davon genügt.',
  'It learns from messages whose templates have a slot that goes “by: model”.':
    'Es lernt aus Nachrichten, deren Vorlagen einen Platz mit „by: model“ haben.',
  'At least {1} of them must have come back, and {2} not.': 'Mindestens {1} davon müssen wiedergekommen sein, und {2} nicht.',
  'At least {1} of each outcome must be among them.': 'Mindestens {1} von jedem Ausgang müssen darunter sein.',
  'Boosted trees answer: on the newest examples they were better than the linear model beyond chance.':
    'Es antworten Entscheidungsbäume: an den neuesten Beispielen waren sie über den Zufall hinaus besser als das lineare Modell.',
  'The linear model answers: boosted trees were not better than it beyond chance on the newest examples.':
    'Es antwortet das lineare Modell: an den neuesten Beispielen waren Entscheidungsbäume nicht über den Zufall hinaus besser.',
  'Too few positive outcomes to calibrate fully: {1} of 500.': 'Zu wenige positive Ausgänge für eine volle Kalibrierung: {1} von 500.',
  'The newest scores miss: what was told and what came to pass differ beyond chance.':
    'Die neuesten Scores liegen daneben: Vorhersage und Eintreten unterscheiden sich über den Zufall hinaus.',
  'People of the last week are not like those it learned from: {1}.':
    'Die Personen der letzten Woche gleichen nicht denen, aus denen es gelernt hat: {1}.',
  'There are too few readings to say how well people’s hours are foretold.':
    'Es wurde zu wenig gelesen, um zu sagen, wie gut die Stunden vorhergesagt werden.',
  'Whether pressure changes the chance of a response cannot be told from chance.':
    'Ob Druck die Chance einer Reaktion ändert, lässt sich nicht vom Zufall unterscheiden.',
  'Whether pressure makes people leave cannot be told from chance.':
    'Ob Druck Personen gehen lässt, lässt sich nicht vom Zufall unterscheiden.',
  'So no message is kept back: only the contact policy limits them.':
    'Deshalb wird keine Nachricht zurückgehalten: nur die Kontaktregel begrenzt sie.',
  'Add the event to the tracking plan, or correct its name in the source.':
    'Nehmen Sie das Ereignis in den Tracking-Plan auf, oder berichtigen Sie seinen Namen in der Quelle.',
  'Send the property, or make it optional in the plan.': 'Senden Sie die Eigenschaft, oder machen Sie sie im Plan optional.',
  'Send a value of the planned type, or change the type in the plan.':
    'Senden Sie einen Wert der geplanten Art, oder ändern Sie die Art im Plan.',
  'Send one of the planned values, or add this one to the plan.':
    'Senden Sie einen der geplanten Werte, oder nehmen Sie diesen in den Plan auf.',
  'Add the property to the plan, or leave it out in the source.':
    'Nehmen Sie die Eigenschaft in den Plan auf, oder lassen Sie sie in der Quelle weg.',
  'Unblock the event in the tracking plan, or stop sending it.':
    'Heben Sie die Sperre des Ereignisses im Tracking-Plan auf, oder senden Sie es nicht mehr.',
  'Correct the name in the source.': 'Berichtigen Sie den Namen in der Quelle.',
  'Whoever holds the link holds the account, in every workspace.': 'Wer den Link hat, hat das Konto, in jedem Arbeitsbereich.',
  'Line {1} was changed after it had been written.': 'Zeile {1} wurde geändert, nachdem sie geschrieben war.',
  'Line {1} was deleted.': 'Zeile {1} wurde gelöscht.',
  'Lines {1} to {2} were deleted.': 'Die Zeilen {1} bis {2} wurden gelöscht.',
  'Lines {1} and {2} changed places.': 'Die Zeilen {1} und {2} haben die Plätze getauscht.',
  'The end was cut off: line {1} is the first that is missing; an anchor outside the database vouches for lines up to {2}.':
    'Das Ende wurde abgeschnitten: Zeile {1} ist die erste fehlende; ein Anker außerhalb der Datenbank bürgt für Zeilen bis {2}.',
  'From line {1} on the chain was written anew: it fits together, but is not the one that was anchored outside the database.':
    'Ab Zeile {1} wurde die Kette neu geschrieben: sie passt zusammen, ist aber nicht die außerhalb der Datenbank verankerte.',
  'You do not hold {1}.': 'Sie haben {1} nicht.',
  'Did you mean “{1}”?': 'Meinten Sie „{1}“?',
  'The policy “{1}” asks for {2} {3}, and {4} may decide.': 'Die Regel „{1}“ verlangt {2} {3}, und {4} dürfen entscheiden.',
  '{1} asks for your approval.': '{1} bittet um Ihre Freigabe.',
  'A decision has brought {1} more than the comparison group’s{2}; the 95 % interval, which may be looked at any day, is {3} to {4}.{5}':
    'Eine Entscheidung brachte {1} mehr als die der Vergleichsgruppe{2}; das 95-%-Intervall, das jeden Tag angesehen werden darf, reicht von {3} bis {4}.{5}',
  'Nothing is shown yet.': 'Noch ist nichts gezeigt.',
  'It tells people apart, because that is shown to bring more than the option that is best for all{1}.':
    'Es unterscheidet Personen, denn das bringt nachweislich mehr als die für alle beste Möglichkeit{1}.',
  'Its chance was {1}.': 'Die Chance war {1}.',
  'It was possible.': 'Möglich.',
  'It is paused, because its {1} are above those of the comparison group.':
    'Pausiert, denn hier sind mehr {1} als in der Vergleichsgruppe.',
  'No patterns are found.': 'Es werden keine Muster gefunden.',
  'It was chosen.': 'Gewählt.',
  'Expected to bring {1}: {2} convert at {3} each{4}.': 'Erwarteter Ertrag {1}: {2} konvertieren zu je {3}{4}.',
  '{1}, and only watches: it changes nothing.': '{1} und sieht nur zu: es ändert nichts.',
  'Publish it with the stage share to try it.{1}': 'Veröffentlichen Sie es mit der Stufe share, um es zu erproben.{1}',
  'History that is brought in counts as well.': 'Eingebrachte Geschichte zählt auch.',
  'It tries caps of {1} messages a week by lot on {2} of people, and says nothing before two of them have had 500 messages, with 20 answers and 20 unsubscribes in all.':
    'Es erprobt Obergrenzen von {1} Nachrichten die Woche per Los an {2} der Personen und sagt nichts, bevor zwei davon 500 Nachrichten hatten, mit zusammen 20 Antworten und 20 Abmeldungen.',
  'Each message that still presses lowers the chance of a response by {1} (95 %: {2} to {3}).':
    'Jede Nachricht, die noch drückt, senkt die Chance einer Reaktion um {1} (95 %: {2} bis {3}).',
  'They would bring most at about {1} a week (90 %: {2} to {3}). A message is kept back where it would bring less than the people cost who leave because of it.':
    'Am meisten brächten etwa {1} die Woche (90 %: {2} bis {3}). Zurückgehalten wird eine Nachricht, die weniger brächte, als die Personen kosten, die ihretwegen gehen.',
  'It could go. {1} Only the contact policy limits messages.': 'Sie durfte gehen. {1} Nur die Kontaktregel begrenzt Nachrichten.',
  'It is theirs this quarter.': 'Es gilt für die Person in diesem Quartal.',
  '{1} % of what people read last was within their 24 likeliest hours of the week (by chance 14 %).':
    '{1} % des zuletzt Gelesenen lagen in den 24 wahrscheinlichsten Stunden der Woche (durch Zufall 14 %).',
  'Of messages at the chosen hour {1} were read, of those that went at once, by chance, {2}.':
    'Von den Nachrichten zur gewählten Stunde wurden {1} gelesen, von den zufällig sofort gesendeten {2}.',
  'The model would have taken {1}.': 'Das Modell hätte {1} genommen.',
  '{1}, drawn by lot from the allowed hours, to find out how they do.':
    '{1}, aus den erlaubten Stunden ausgelost, um zu erfahren, wie sie abschneiden.',
  'It rests on {1} {2} of their own and on the hours of others.': 'Es beruht auf {1} eigenen {2} und auf den Stunden der anderen.',
  'Its chance was {1}.{2}': 'Die Chance war {1}.{2}',
}
