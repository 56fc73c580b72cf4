import type { Sayings } from '../telling.ts'

/** Experiments, hold-outs, goals and outcomes. */
export const GERMAN_EXPERIMENTS: Sayings = {
  'The experiment has no such arm': 'Diesen Arm hat das Experiment nicht',
  'This experiment has no metric that can be cut': 'Dieses Experiment hat keine Kennzahl, die sich aufteilen lässt',
  'Name one.': 'Nennen Sie eine.',
  Adjusted: 'Berichtigt',
  'For looking at several parts at once: Holm (1979) over all lines.':
    'Dafür, dass mehrere Teile zugleich betrachtet werden: Holm (1979) über alle Zeilen.',
  'Who looks at many parts finds one that stands out by chance. Take what is found here as a question for the next experiment.':
    'Wer viele Teile betrachtet, findet einen, der durch Zufall auffällt. Nehmen Sie das Gefundene als Frage für das nächste Experiment.',
  'Attributes are those that people have now; one that the treatment itself may have changed tells nothing here.':
    'Attribute sind die jetzigen; eines, das die Behandlung selbst geändert haben kann, sagt hier nichts.',
  'Nobody of “{1}” is in both arms.': 'Aus „{1}“ ist niemand in beiden Armen.',
  'There are no figures yet.': 'Es gibt noch keine Zahlen.',
  'All marketing together brought {1} of “{2}” among the {3} people it could reach ({4}; {5}). Holding {6} people out has cost {7} ({8}).':
    'Alles Marketing zusammen brachte {1} von „{2}“ unter den {3} Personen, die es erreichen konnte ({4}; {5}). {6} Personen zurückzuhalten hat {7} gekostet ({8}).',
  'This is all marketing that the hold-out covers, together. It says nothing of a single journey, and nothing of transactional messages.':
    'Das ist alles Marketing, das die Kontrollgruppe abdeckt, zusammen. Über eine einzelne Journey sagt es nichts, und nichts über transaktionale Nachrichten.',
  'Held out': 'Zurückgehalten',
  'People drawn by chance whom no covered marketing reaches for the period.':
    'Zufällig ausgeloste Personen, die im Zeitraum kein abgedecktes Marketing erreicht.',
  Brought: 'Gebracht',
  'What people whom marketing could reach did beyond what people held out did in their first 30 days, times how many they are.':
    'Was erreichbare Personen in ihren ersten 30 Tagen über das hinaus taten, was zurückgehaltene taten, mal ihre Zahl.',
  'Cost of the hold-out': 'Kosten der Kontrollgruppe',
  'The same difference, times the people who were held out: what is paid for knowing.':
    'Derselbe Unterschied, mal die zurückgehaltenen Personen: der Preis des Wissens.',
  'Nobody has been drawn yet.': 'Es ist noch niemand ausgelost.',
  'Nothing can be said yet: of nobody who was drawn is the time over in which it counts what they do.':
    'Noch lässt sich nichts sagen: bei niemandem der Ausgelosten ist die Zeit vorbei, in der zählt, was sie tun.',
  'The shares that people should have been drawn with are not on record, so nobody can say whether the arms are split as designed.':
    'Mit welchen Anteilen ausgelost werden sollte, ist nicht festgehalten; ob die Arme wie geplant aufgeteilt sind, lässt sich deshalb nicht sagen.',
  'Only messages whose variant was drawn with known chances, from the same variants, are compared; what a model chose says nothing here.':
    'Verglichen werden nur Nachrichten, deren Variante mit bekannten Chancen aus denselben Varianten gezogen wurde; was ein Modell wählte, sagt hier nichts.',
  'About {1} % of the people in every arm are held out of all marketing and get none of its marketing: among people who can be reached, a difference is up to {2} times as large.':
    'Etwa {1} % der Personen in jedem Arm sind von allem Marketing zurückgehalten und bekommen nichts davon: unter erreichbaren Personen ist ein Unterschied bis zu {2}-mal so groß.',
  '{1} came in less than {2} ago: their time is not over, and they do not count yet.':
    'Vor weniger als {2n} hereingekommen: {1}; diese Zeit ist nicht vorbei, deshalb zählen sie noch nicht.',
  Exposure: 'Zuteilung',
  'The moment at which chance put somebody into an arm. Only what comes after it counts.':
    'Der Augenblick, in dem der Zufall jemanden einem Arm zuteilte. Nur was danach kommt, zählt.',
  Window: 'Frist',
  'The time after the exposure in which what a person does counts. Who has not had all of it is left out.':
    'Die Zeit nach der Zuteilung, in der zählt, was eine Person tut. Wer sie noch nicht ganz hatte, bleibt außen vor.',
  'By intention': 'Nach Absicht',
  'People count in the arm that they were drawn for, whatever then reached them.':
    'Personen zählen in dem Arm, für den sie ausgelost wurden, was auch immer sie dann erreichte.',
  'Of {1} forecasts of {2} days that could have been made before, {3} held what came.':
    'Von {1n} Prognosen über {2} Tage, die früher möglich gewesen wären, umfassten {3} das, was kam.',
  'Somebody may be in several of these journeys: the parts are added as if they did not act on one another.':
    'Jemand kann in mehreren dieser Journeys sein: die Teile werden addiert, als wirkten sie nicht aufeinander.',
  'Of some journeys that serve it nobody knows what they add, because they hold out nobody, or too few so far.':
    'Von manchen Journeys, die ihm dienen, weiß niemand, was sie beitragen: sie halten niemanden zurück, oder bisher zu wenige.',
  'Added by a journey': 'Von einer Journey beigetragen',
  'There is no segment “{1}”': 'Es gibt kein Segment „{1}“',
  'What “{1}” has added is not known: {2}.': 'Was „{1}“ beigetragen hat, ist nicht bekannt: {2}.',
  'Nobody is held out, so nobody will know whether it worked: give it a hold-out of 5 or 10 %.':
    'Niemand ist zurückgehalten; ob es gewirkt hat, wird deshalb niemand wissen: geben Sie ihr eine Kontrollgruppe von 5 oder 10 %.',
  Outcome: 'Ergebnis',
  Measured: 'Gemessen',
  Guardrail: 'Leitplanke',
  'Nobody is known to have been in the segment on {1}.': 'Am {1} war nach allem, was bekannt ist, niemand im Segment.',
  'Nobody is known to have been in the segment on {1}, so there is nothing to divide by.':
    'Am {1} war nach allem, was bekannt ist, niemand im Segment; es gibt also nichts, wodurch sich teilen ließe.',
  '{1}; the last {2} days brought {3} a day.': '{1}; die letzten {2n} Tage brachten {3} am Tag.',
  'There are fewer than three weeks of history: nothing can be foretold yet.':
    'Es gibt weniger als drei Wochen Geschichte: noch lässt sich nichts vorhersagen.',
  'It has never happened so far: nothing can be foretold.': 'Bisher ist es nie geschehen: es lässt sich nichts vorhersagen.',
  'Some days come to less than nothing (refunds?): this method cannot foretell such sums.':
    'Manche Tage ergeben weniger als nichts (Erstattungen?): solche Summen kann dieses Verfahren nicht vorhersagen.',
  'There is nothing to divide by.': 'Es gibt nichts, wodurch sich teilen ließe.',
  'History begins within the baseline ({1}), so the baseline is too small.':
    'Die Geschichte beginnt erst im Vergleichszeitraum ({1}); die Ausgangsgröße ist deshalb zu klein.',
  'The segment is younger than what it is held against: who would have been in it before is not counted.':
    'Das Segment ist jünger als das, womit es verglichen wird: wer früher darin gewesen wäre, ist nicht gezählt.',
  'The forecast rests on {1} days: its interval may be too narrow.':
    'Die Prognose beruht auf {1} Tagen: ihr Intervall kann zu schmal sein.',
  'The forecast knows weekdays and where things stand, not holidays, seasons or what is planned.':
    'Die Prognose kennt Wochentage und den Stand der Dinge, nicht Feiertage, Jahreszeiten oder Geplantes.',
  'Who is new in the period is foretold from how long ago people came last; it takes habits to stay as they are.':
    'Wer im Zeitraum neu ist, wird daraus vorhergesagt, wie lange der letzte Besuch her ist; dabei müssen Gewohnheiten bleiben, wie sie sind.',
  'Who came into the segment after the period began counts above the line and not below it.':
    'Wer nach Beginn des Zeitraums ins Segment kam, zählt über dem Bruchstrich und nicht darunter.',
  Scope: 'Umfang',
  'Per person': 'Je Person',
  Baseline: 'Ausgangsgröße',
  '{1} interval': '{1}-Intervall',
  Chance: 'Chance',
  'Within a journey': 'Innerhalb einer Journey',
  'Too early: one side has {1}, and each needs {2} before its figures hold.':
    'Zu früh: eine Seite hat {1}, und jede braucht {2}, bevor ihre Zahlen gelten.',
  'Too early: on one side {1} so far, and {2} are needed on each before the figures hold.':
    'Zu früh: auf einer Seite {1}, und auf jeder sind {2} nötig, bevor die Zahlen gelten.',
  'The effect is not the same over time: {1} for the first half of the people, {2} for the second. It may be wearing off, or still growing.':
    'Die Wirkung ist über die Zeit nicht gleich: {1} bei der ersten Hälfte der Personen, {2} bei der zweiten. Sie kann nachlassen oder noch wachsen.',
  '“{1}” of one side hangs on about {2} with large values; one more such person can turn it. A capped metric holds better.':
    '„{1}“ einer Seite hängt an etwa {2} mit großen Werten; eine weitere kann es drehen. Eine gedeckelte Kennzahl ist verlässlicher.',
  'By itself this looks shown, but {1} comparisons were made, and among so many one often looks so by chance.':
    'Für sich sieht das gezeigt aus, aber es gab {1} Vergleiche, und unter so vielen sieht oft einer durch Zufall so aus.',
  'Control is so near 0 that a difference in percent of it says nothing; read the absolute one.':
    'Die Kontrolle liegt so nahe bei 0, dass ein Unterschied in Prozent davon nichts sagt; lesen Sie den absoluten.',
  'What has been shown tends to look larger than it is: after what tests showed here before, expect about {1} rather than {2}.':
    'Was gezeigt ist, sieht meist größer aus, als es ist: nach dem, was Tests hier früher zeigten, erwarten Sie eher {1} als {2}.',
  'It has not run a whole week yet, and weekends may answer differently.':
    'Es läuft noch keine ganze Woche, und Wochenenden können anders ausfallen.',
  'People met {1} versions of what is compared; the figures mix them, so compare within one version too.':
    'Personen trafen auf {1} Versionen dessen, was verglichen wird; die Zahlen mischen sie, vergleichen Sie also auch innerhalb einer Version.',
  'The window of {1} is not over; what they still do will change the figures, for both sides.':
    'Die Frist von {1n} ist nicht vorbei; was sie noch tun, ändert die Zahlen auf beiden Seiten.',
  '{1} met more than one arm and {2} left out.': '{1} {2} ausgenommen, weil mehr als ein Arm zutraf.',
  'Say how many people come each day, and the days are told too.':
    'Sagen Sie, wie viele Personen täglich kommen, dann werden auch die Tage genannt.',
  '{1} days are long: people and the season change meanwhile. Plan for a larger effect, or a larger control group.':
    '{1} Tage sind lang: Personen und Jahreszeit ändern sich derweil. Planen Sie mit einer größeren Wirkung oder einer größeren Kontrollgruppe.',
  'Run it for whole weeks all the same, since weekends answer differently.':
    'Lassen Sie es dennoch ganze Wochen laufen, denn Wochenenden fallen anders aus.',
  'The correlation with what was before is taken as given; if it is less, more people are needed.':
    'Der Zusammenhang mit dem Vorher wird als gegeben genommen; ist er kleiner, sind mehr Personen nötig.',
  'A few people with very large values make up most of the noise: a capped metric, or a rate, needs far fewer people.':
    'Wenige Personen mit sehr großen Werten machen das meiste Rauschen aus: eine gedeckelte Kennzahl oder eine Rate braucht weit weniger Personen.',
  'A small control group costs little a day, but the experiment takes longer; half and half is the fastest.':
    'Eine kleine Kontrollgruppe kostet am Tag wenig, aber das Experiment dauert länger; halb und halb geht am schnellsten.',
  'Chance to show it': 'Chance, es zu zeigen',
  'Of 100 such experiments with an effect of just this size, so many end with an interval without 0 (power).':
    'Von 100 solchen Experimenten mit genau dieser Wirkung enden so viele mit einem Intervall ohne 0 (Teststärke).',
  'Looked at always': 'Jederzeit betrachtet',
  'The interval may be read every day and the experiment stopped when it leaves 0; that takes more people at the end.':
    'Das Intervall darf täglich gelesen und das Experiment beendet werden, sobald es die 0 verlässt; am Ende braucht das mehr Personen.',
  'What control costs': 'Was die Kontrolle kostet',
  'People in control × the effect × what one is worth: what they would have brought, had they been treated.':
    'Personen in der Kontrolle × Wirkung × Wert je Fall: was sie behandelt gebracht hätten.',
  'Nobody has come in yet, so there is nothing to compare.': 'Noch ist niemand eingetreten; es gibt nichts zu vergleichen.',
  'Nobody was held back for comparison, so nobody can say what would have happened anyway.':
    'Niemand wurde zum Vergleich zurückgehalten; was ohnehin geschehen wäre, kann deshalb niemand sagen.',
  'People are split as designed (chance of a split at least this uneven: {1}).':
    'Die Personen sind wie geplant aufgeteilt (Chance einer mindestens so ungleichen Aufteilung: {1}).',
  'People are not split as designed:{1} Something lets people into one arm and not into another, so the arms differ in more than the treatment, and no figures are shown.':
    'Die Personen sind nicht wie geplant aufgeteilt:{1} Etwas lässt Personen in den einen Arm und nicht in den anderen; die Arme unterscheiden sich in mehr als der Behandlung, und es werden keine Zahlen gezeigt.',
  '{1}: “{2}” is worse than in control by at least {3} ({4}; {5}). Stop this arm.':
    '{1}: „{2}“ ist um mindestens {3} schlechter als in der Kontrolle ({4}; {5}). Beenden Sie diesen Arm.',
  'No harm: “{1}” of {2} is worse than in control by at most {3}, and {4} were tolerated ({5}; {6}).':
    'Kein Schaden: „{1}“ von {2n} ist um höchstens {3} schlechter als in der Kontrolle, und {4} waren hinnehmbar ({5}; {6}).',
  'No harm is shown in “{1}” for {2} so far ({3}), but it could be up to {4} worse ({5}).':
    'Bei „{1}“ ist bisher kein Schaden gezeigt für {2} ({3}); es könnte aber bis zu {4} schlechter sein ({5}).',
  'Not decided among {1} comparisons: so far {2} ({3}; {4}).': 'Unter {1} Vergleichen noch nicht entschieden: {2} ({3}; {4}).',
  'Not decided: so far {1} ({2}), but anything {3}{4} is possible ({5}).':
    'Noch nicht entschieden: {1} ({2}); möglich ist aber alles {3}{4} ({5}).',
  Control: 'Kontrolle',
  'People drawn by chance who did not get what is tried. They show what would have happened anyway.':
    'Zufällig ausgeloste Personen, die das Erprobte nicht bekamen. Sie zeigen, was ohnehin geschehen wäre.',
  'Valid however often you look': 'Gültig, wie oft man auch hinsieht',
  'Of 100 experiments, at least 95 have the true difference inside of their 95 % interval at every single look, not only at one.':
    'Von 100 Experimenten haben mindestens 95 den wahren Unterschied bei jedem Blick in ihrem 95-%-Intervall, nicht nur bei einem.',
  'For one look': 'Für einen Blick',
  'The narrower interval of a test with an end that was fixed before. It is wrong for whoever looks twice.':
    'Das schmalere Intervall eines Tests mit vorher festgelegtem Ende. Für alle, die zweimal hinsehen, ist es falsch.',
  'Adjusted (CUPED)': 'Bereinigt (CUPED)',
  'What people did before they were drawn is taken out. The difference stays the same on average, with less noise.':
    'Was Personen vor der Auslosung taten, ist herausgerechnet. Der Unterschied bleibt im Mittel gleich, mit weniger Rauschen.',
  'Chance to be better': 'Chance, besser zu sein',
  'How likely the arm beats control, given the figures and how large effects usually are here.':
    'Wie wahrscheinlich der Arm die Kontrolle schlägt, nach den Zahlen und danach, wie groß Wirkungen hier meist sind.',
  'Drawn to the usual': 'Zum Üblichen gezogen',
  'The estimate, drawn towards effects that tests usually show here, since what wins is often luck in part.':
    'Die Schätzung, hin zu den Wirkungen gezogen, die Tests hier meist zeigen, denn was gewinnt, hat oft auch Glück.',
  'A number that must not get worse. An arm that is shown to harm it is to be stopped.':
    'Eine Zahl, die nicht schlechter werden darf. Ein Arm, der ihr nachweislich schadet, ist zu beenden.',
  'Split as designed': 'Wie geplant aufgeteilt',
  'Whether each arm has the share of people that was drawn for it. Where not, no comparison is fair.':
    'Ob jeder Arm den Anteil an Personen hat, der für ihn ausgelost wurde. Wo nicht, ist kein Vergleich redlich.',
  Experiment: 'Experiment',
  'What did each arm do against the control, and how sure is that?':
    'Was hat jeder Arm gegenüber der Kontrolle bewirkt, und wie sicher ist das?',
  Difference: 'Unterschied',
  'Treated minus control, per person. Its interval holds however often one looks; while it is too early there is none.':
    'Behandelt minus Kontrolle, je Person. Das Intervall gilt, wie oft man auch hinsieht; solange es zu früh ist, gibt es keines.',
  'People whom chance kept out of what is tried. Without them nobody can say what it caused.':
    'Personen, die der Zufall vom Erprobten fernhielt. Ohne sie kann niemand sagen, was es bewirkt hat.',
  'Against the control': 'Gegenüber der Kontrolle',
  Arms: 'Arme',
  Forecast: 'Prognose',
  'Where the number will stand at the end of the period if things go on as they have; four of five such intervals hold what comes.':
    'Wo die Zahl am Ende des Zeitraums steht, wenn es weitergeht wie bisher; vier von fünf solchen Intervallen umfassen, was kommt.',
  Goals: 'Ziele',
  'Will we reach our goals?': 'Erreichen wir unsere Ziele?',
  'The workspace has no goal.': 'Der Arbeitsbereich hat kein Ziel.',
  Goal: 'Ziel',
  'How far is this goal, where is it going, and what has each journey added?':
    'Wie weit ist dieses Ziel, wohin geht es, und was hat jede Journey beigetragen?',
  Added: 'Beigetragen',
  'What the journey’s treated people did beyond those held out: incremental. Without a hold-out nobody knows.':
    'Was die behandelten Personen der Journey über die zurückgehaltenen hinaus taten: inkrementell. Ohne Kontrollgruppe weiß es niemand.',
  'What journeys have added': 'Was Journeys beigetragen haben',
  Outcomes: 'Ergebnisse',
  'What is each journey for, and is it known to work?': 'Wozu dient jede Journey, und wirkt sie nachweislich?',
  'Treated less held out': 'Behandelt minus zurückgehalten',
  'Difference of the shares of people who reach the goal. Empty where nobody is held out: then nobody will know.':
    'Unterschied der Anteile der Personen, die das Ziel erreichen. Leer, wo niemand zurückgehalten ist: dann wird es niemand wissen.',
  'There are no journeys.': 'Es gibt keine Journeys.',
  'Of {1}, {2} can be told from chance: people are held out of them, or an experiment compares.{3}':
    'Von {1} lassen sich {2} vom Zufall unterscheiden: Personen sind zurückgehalten, oder ein Experiment vergleicht.{3}',
  'Of {1} nobody will know whether they work.': 'Bei {1} wird niemand wissen, ob sie wirken.',
  '“{1}”: “{2}” of “{3}” differs by {4} ({5}; {6}; {7}, valid however often you look).':
    '„{1}“: „{2}“ von „{3}“ weicht um {4} ab ({5}; {6}; {7}, gültig, wie oft man auch hinsieht).',
  '“{1}” of “{2}” is worse than in control by at least {3}, and {4} were tolerated ({5}).':
    '„{1}“ von „{2}“ ist um mindestens {3} schlechter als in der Kontrolle, und {4} waren hinnehmbar ({5}).',
  '“{1}” of “{2}” is at least {3}, and must be at most {4} ({5}).': '„{1}“ von „{2}“ ist mindestens {3} und darf höchstens {4} sein ({5}).',
  'Publish the segment in the same step, or before': 'Veröffentlichen Sie das Segment im selben Schritt oder vorher',
  'People count once in {1} days of the baseline and once in {2} days of the period':
    'Personen zählen einmal in {1} Tagen der Ausgangsgröße und einmal in {2} Tagen des Zeitraums',
  'Take a baseline as long as the period, or a metric that counts times':
    'Nehmen Sie eine Ausgangsgröße so lang wie der Zeitraum oder eine Kennzahl, die Male zählt',
  'It may as well have changed nothing.': 'Sie kann ebenso gut nichts geändert haben.',
  'It is reached.': 'Es ist erreicht.',
  'It is missed.': 'Es ist verfehlt.',
  'As things go it will be {1} by {2} ({3} interval {4} to {5}).':
    'So wie es läuft, werden es bis {2} {1} sein ({3}-Intervall {4} bis {5}).',
  '“{1}” has {2} of the people where {3} were drawn.': '„{1}“ hat {2} der Personen, wo {3} ausgelost wurden.',
  'All that is certain so far: the difference is {1}{2} ({3}).': 'Sicher ist bisher nur: der Unterschied ist {1}{2} ({3}).',
}
