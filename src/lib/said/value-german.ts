import type { Sayings } from '../telling.ts'

/** Lifetime value, cohorts, contracts and deals. */
export const GERMAN_VALUE: Sayings = {
  'They have not bought yet, and the model speaks only of buyers.':
    'Die Person hat noch nicht gekauft, und das Modell spricht nur von Käuferinnen und Käufern.',
  'Too few people have bought to learn from.': 'Zum Lernen haben zu wenige Personen gekauft.',
  'Nothing has been learned yet; that takes an hour at most.': 'Noch ist nichts gelernt; das dauert höchstens eine Stunde.',
  Cohorts: 'Kohorten',
  'Of those who began in the same week or month, who came back, and what did they bring?':
    'Von denen, die in derselben Woche oder im selben Monat begannen: wer kam wieder, und was brachten sie?',
  Cohort: 'Kohorte',
  Later: 'Später',
  Retention: 'Wiederkehr',
  Open: 'Offen',
  'The {1} is not over: its number still grows, and it is left out of averages.':
    'Der Zeitabschnitt ({1}) ist nicht vorbei: seine Zahl wächst noch, und in Mittelwerten fehlt er.',
  'Brought so far': 'Bisher gebracht',
  'Sum of the values up to that moment for each member of the cohort, also those who did nothing.':
    'Summe der Werte bis dahin für jedes Mitglied der Kohorte, auch für die, die nichts taten.',
  Groups: 'Gruppen',
  'Cohorts by {1}': 'Kohorten nach {1n}',
  Group: 'Gruppe',
  'Did it': 'Taten es',
  Value: 'Wert',
  'Brought so far, each': 'Bisher gebracht, je Person',
  'Retention of each cohort': 'Wiederkehr jeder Kohorte',
  'Retention over all cohorts': 'Wiederkehr über alle Kohorten',
  'Value by cohort: brought so far, each': 'Wert nach Kohorte: bisher gebracht, je Person',
  'Nobody began in this time.': 'In dieser Zeit hat niemand begonnen.',
  '{1} of {2} cohorts have fewer than 30 people: single cells say little.':
    '{1} von {2n} Kohorten haben weniger als 30 Personen: einzelne Zellen sagen wenig.',
  'Everybody stands together.': 'Alle stehen zusammen.',
  'By the attribute “{1}” as it is now, not as it was then.': 'Nach dem Attribut „{1}“, wie es jetzt ist, nicht wie es damals war.',
  'Whether they are in the segment “{1}” now; whoever stays long has had more time to come into it.':
    'Ob sie jetzt im Segment „{1}“ sind; wer lange bleibt, hatte mehr Zeit, hineinzukommen.',
  'By “{1}” of the event that began it.': 'Nach „{1}“ des Ereignisses, mit dem es begann.',
  'Lifetime value that a journey caused': 'Kundenwert, den eine Journey bewirkt hat',
  'Are people worth more because of this journey, counting what they are still to bring?':
    'Sind Personen durch diese Journey mehr wert, einschließlich dessen, was sie noch bringen werden?',
  Realised: 'Verwirklicht',
  'Margin of all purchases since the person came into the journey, or was held out of it.':
    'Marge aller Käufe, seit die Person in die Journey kam oder von ihr zurückgehalten wurde.',
  Predicted: 'Vorhergesagt',
  'Margin that the model of lifetime value foretells from now on, from each person’s purchases; a forecast, not something that was seen.':
    'Marge, die das Wertmodell von jetzt an aus den Käufen jeder Person vorhersagt; eine Prognose, nichts Gesehenes.',
  'Lifetime value': 'Kundenwert',
  'Realised and predicted together, per person.': 'Verwirklicht und vorhergesagt zusammen, je Person.',
  Caused: 'Bewirkt',
  'Treated minus held out: who is held out is drawn by chance, so the difference is the journey’s doing, within its interval.':
    'Behandelt minus zurückgehalten: wer zurückgehalten wird, bestimmt der Zufall; der Unterschied ist also, in seinem Intervall, das Werk der Journey.',
  'What purchases bring varies so much that it has no mean; lifetime value cannot be compared.':
    'Was Käufe bringen, schwankt so stark, dass es keinen Mittelwert hat; Kundenwerte lassen sich nicht vergleichen.',
  'Tried on the past, the forecast missed; trust the realised part more.':
    'An der Vergangenheit erprobt, lag die Prognose daneben; vertrauen Sie dem verwirklichten Teil mehr.',
  'Treated and held out, per person': 'Behandelt und zurückgehalten, je Person',
  Figure: 'Größe',
  Treated: 'Behandelt',
  'Treated, mean': 'Behandelt, Mittel',
  'Held out, mean': 'Zurückgehalten, Mittel',
  'Caused, per person': 'Bewirkt, je Person',
  'From (at all looks)': 'Von (bei jedem Blick)',
  'Caused, of all treated': 'Bewirkt, von allen Behandelten',
  Pipeline: 'Pipeline',
  'What was won, what may open deals bring, how fast, and where do deals stop?':
    'Was wurde gewonnen, was können offene Deals bringen, wie schnell, und wo bleiben Deals stehen?',
  Revenue: 'Umsatz',
  'What deals that were won in the period brought, by the amount of the winning event.':
    'Was im Zeitraum gewonnene Deals brachten, nach dem Betrag des gewinnenden Ereignisses.',
  Lead: 'Lead',
  'A deal that began in the period, whatever became of it.': 'Ein Deal, der im Zeitraum begann, was auch immer daraus wurde.',
  'Win rate': 'Gewinnquote',
  'Won ÷ (won + lost) of deals that ended in the period; where no event says that a deal is lost, won ÷ all deals in view.':
    'Gewonnen ÷ (gewonnen + verloren) der im Zeitraum beendeten Deals; sagt kein Ereignis, dass ein Deal verloren ist, gewonnen ÷ alle betrachteten.',
  'Win rate, drawn together': 'Gewinnquote, zusammengezogen',
  'The rate of a segment, drawn towards that of all the more, the fewer deals it has (empirical Bayes); with a 95 % credible interval.':
    'Die Quote eines Segments, zu der aller hin gezogen, je weniger Deals es hat, desto mehr (empirischer Bayes); mit einem 95-%-Kredibilitätsintervall.',
  Cycle: 'Zyklus',
  'Days from a deal’s first stage to the win, of those won: mean and median. Young deals that will be won later are missing, so it is told too short.':
    'Tage von der ersten Stufe eines Deals bis zum Gewinn, der gewonnenen: Mittel und Median. Junge Deals, die später gewonnen werden, fehlen; er fällt also zu kurz aus.',
  'Won by day': 'Gewonnen bis Tag',
  'Share of all deals won within so many days, with open ones taken in as long as they were seen, and lost ones lost (Aalen–Johansen).':
    'Anteil aller Deals, die in so vielen Tagen gewonnen wurden; offene zählen, solange sie zu sehen waren, verlorene als verloren (Aalen–Johansen).',
  Velocity: 'Tempo',
  'Open deals × win rate × average deal ÷ average cycle: money per day, if deals go on as they did.':
    'Offene Deals × Gewinnquote × mittlerer Deal ÷ mittlerer Zyklus: Geld am Tag, wenn es weitergeht wie bisher.',
  'Chance of a stage': 'Chance einer Stufe',
  'Chance to be won in the end from there, by how deals moved on (Markov chain): credit to a place, no cause.':
    'Chance, von dort am Ende gewonnen zu werden, danach, wie Deals weiterzogen (Markow-Kette): Gutschrift an einen Ort, keine Ursache.',
  'Open deals by stage': 'Offene Deals nach Stufe',
  'Revenue and what leads to it': 'Umsatz und was zu ihm führt',
  'From (95 %)': 'Von (95 %)',
  Stages: 'Stufen',
  Stage: 'Stufe',
  'Deals that came here': 'Deals, die hierher kamen',
  'Open here': 'Hier offen',
  'Went on to a stage': 'Weiter zu einer Stufe',
  'Won from here': 'Von hier gewonnen',
  'Lost from here': 'Von hier verloren',
  'Chance to be won': 'Gewinnchance',
  'Win rate by {1}': 'Gewinnquote nach {1n}',
  Segment: 'Segment',
  'Revenue won': 'Gewonnener Umsatz',
  Deals: 'Deals',
  Won: 'Gewonnen',
  'Win rate as counted': 'Gewinnquote, wie gezählt',
  'Won by day, of all deals': 'Gewonnen bis Tag, von allen Deals',
  Days: 'Tage',
  'That is {1} a day (95 %: {2}).': 'Das sind {1} am Tag (95 %: {2}).',
  '{1} of {2} were won (95 %: {3} to {4}).': '{1} von {2n} wurden gewonnen (95 %: {3} bis {4}).',
  'Half of the won deals took {1} days or less; the mean is {2}, because some take long.':
    'Die Hälfte der gewonnenen Deals brauchte höchstens {1} Tage; das Mittel ist {2}, weil manche lange dauern.',
  'Deals that are still open are missing from the cycle, and they are the slow ones: it is told too short. “Won by day” takes them in.':
    'Noch offene Deals fehlen im Zyklus, und es sind die langsamen: er fällt zu kurz aus. „Gewonnen bis Tag“ berücksichtigt sie.',
  'Segments and stages are not drawn by chance: that one wins more often does not say that more of it would win more.':
    'Segmente und Stufen sind nicht ausgelost: dass eines öfter gewinnt, heißt nicht, dass mehr davon mehr gewänne.',
  'No event says that a deal is lost, so open ones count as not won: the win rate is told too low while young deals may still be won.':
    'Kein Ereignis sagt, dass ein Deal verloren ist; offene zählen deshalb als nicht gewonnen: die Gewinnquote fällt zu niedrig aus, solange junge noch gewonnen werden können.',
  'No deal was lost: does the event “{1}” arrive? Until it does, every open deal is foretold to be won.':
    'Kein Deal ging verloren: kommt das Ereignis „{1}“ an? Bis dahin wird für jeden offenen ein Gewinn vorhergesagt.',
  'Velocity needs open deals, at least two that were won, and time between first stage and win.':
    'Das Tempo braucht offene Deals, mindestens zwei gewonnene und Zeit zwischen erster Stufe und Gewinn.',
  'No deal is on the record in this time: do the events of the pipeline arrive?':
    'In dieser Zeit ist kein Deal festgehalten: kommen die Ereignisse der Pipeline an?',
  'What are our customers worth, who still buys, and how well did the forecast do?':
    'Was sind unsere Kundinnen und Kunden wert, wer kauft noch, und wie gut war die Prognose?',
  'Learned {1} ago; it should be learned every night.': 'Gelernt vor {1n}; gelernt werden sollte jede Nacht.',
  'Too few people have bought, or bought again, to say what they are worth: it takes 50 of each.':
    'Zu wenige Personen haben gekauft oder wieder gekauft, um ihren Wert zu nennen: es braucht je 50.',
  'People by lifetime value': 'Personen nach Kundenwert',
  'People by what they are to bring in {1}': 'Personen nach dem, was sie in {1n} bringen werden',
  Together: 'Zusammen',
  'Tried on the last {1}': 'Erprobt an den letzten {1n}',
  'Not tried on the past yet': 'Noch nicht an der Vergangenheit erprobt',
  'Repeat purchases before': 'Wiederholte Käufe zuvor',
  'Purchases foretold': 'Vorhergesagte Käufe',
  'Purchases that came': 'Eingetroffene Käufe',
  'What was learned': 'Was gelernt wurde',
  Model: 'Modell',
  Parameter: 'Parameter',
  'Standard error': 'Standardfehler',
  'How long contracts last': 'Wie lange Verträge dauern',
  'How long do people stay, what share is left after a year, and which groups leave sooner?':
    'Wie lange bleiben Personen, welcher Anteil ist nach einem Jahr noch da, und welche Gruppen gehen früher?',
  Stays: 'Bleibt',
  'Share of contracts that have not ended after so many days, with those that still run taken in as long as they were seen (Kaplan–Meier).':
    'Anteil der Verträge, die nach so vielen Tagen nicht geendet haben; laufende zählen, solange sie zu sehen waren (Kaplan–Meier).',
  'From, to': 'Von, bis',
  'Interval that holds the true share with 95 % for each day by itself, not for the whole curve at once (Greenwood, on ln(−ln S)).':
    'Intervall, das den wahren Anteil für jeden Tag für sich mit 95 % enthält, nicht für die ganze Kurve zugleich (Greenwood, auf ln(−ln S)).',
  Median: 'Median',
  'Days by which half have ended; a dash where more than half still stay as far as can be seen.':
    'Tage, nach denen die Hälfte geendet hat; ein Strich, wo mehr als die Hälfte bleibt, soweit zu sehen ist.',
  'Mean within': 'Mittel innerhalb',
  'Days that a contract runs on average, counting each up to the span that is told (restricted mean).':
    'Tage, die ein Vertrag im Mittel läuft, jeder bis zur genannten Spanne gezählt (begrenztes Mittel).',
  'Share of those who came so far that end in the period.': 'Anteil derer, die so weit kamen und im Abschnitt enden.',
  'How long contracts run': 'Wie lange Verträge laufen',
  Contracts: 'Verträge',
  Ended: 'Beendet',
  'Median, days': 'Median, Tage',
  'Mean within {1} days': 'Mittel innerhalb von {1n} Tagen',
  'Stay after {1} days': 'Nach {1n} Tagen noch da',
  'Share that stays': 'Anteil, der bleibt',
  'Seen so long': 'So lange zu sehen',
  Stay: 'Bleiben',
  'Ends in each {1} days, of those who came so far': 'Ende in je {1} Tagen, von denen, die so weit kamen',
  'From day': 'Ab Tag',
  'No contract began in this time.': 'In dieser Zeit begann kein Vertrag.',
  'The groups do not stay alike: chance alone would part them so with p {1} (log-rank test). Why they differ, it does not say.':
    'Die Gruppen bleiben nicht gleich lange: allein durch Zufall lägen sie so mit p {1} auseinander (Logrank-Test). Warum sie sich unterscheiden, sagt das nicht.',
  'The groups may stay alike: chance alone parts them so with p = {1} (log-rank test).':
    'Die Gruppen können gleich lange bleiben: allein durch Zufall liegen sie so mit p = {1} auseinander (Logrank-Test).',
  'Contracts that still run are taken to end like those seen longer: if newer ones are other people or other prices, the curve tells of the older ones.':
    'Für laufende Verträge wird angenommen, dass sie enden wie länger beobachtete: sind neuere andere Personen oder Preise, erzählt die Kurve von den älteren.',
  'Groups are not drawn by chance, so a difference between them is no effect of what parts them. {1}':
    'Gruppen sind nicht ausgelost; ein Unterschied zwischen ihnen ist keine Wirkung dessen, was sie trennt. {1}',
  'Each person counts with the first contract; coming back after an end is not told.':
    'Jede Person zählt mit dem ersten Vertrag; eine Rückkehr nach einem Ende ist nicht erzählt.',
  'In some groups fewer than ten contracts have ended: their curves are rough.':
    'In manchen Gruppen haben weniger als zehn Verträge geendet: ihre Kurven sind grob.',
  'In the next {1} {2} purchases are to be expected of the {3} who have bought (95 %: {4}).':
    'In den nächsten {1n} sind {2} Käufe von den {3} zu erwarten, die gekauft haben (95 %: {4}).',
  'What they are worth cannot be said: too few have bought again, or the values of purchases are missing.':
    'Ihr Wert lässt sich nicht nennen: zu wenige haben wieder gekauft, oder die Werte der Käufe fehlen.',
  'Within {1} they are to bring about {2} of margin, discounted; {3} each.':
    'Innerhalb von {1n} werden sie etwa {2} Marge bringen, abgezinst; je Person {3}.',
  'About {1} of them still buy.': 'Etwa {1} von ihnen kaufen noch.',
  'The purchases do not show that anybody stops for good: no dropout is identified, so nobody is called lost.':
    'Die Käufe zeigen nicht, dass jemand für immer aufhört: ein Ausscheiden ist nicht zu erkennen, deshalb gilt niemand als verloren.',
  'Learned without the last {1} it would have foretold {2} purchases for them (95 %: {3}); {4} came, {5} {6}.':
    'Ohne die letzten {1} gelernt, hätte es dafür {2} Käufe vorhergesagt (95 %: {3}); es kamen {4}, {5} {6}.',
  'No dropout is identified: the likelihood is flat, and purchases are foretold as if nobody left.':
    'Ein Ausscheiden ist nicht zu erkennen: die Likelihood ist flach, und Käufe werden vorhergesagt, als ginge niemand.',
  'The likelihood is flat in some direction: the parameters, and so single forecasts, are uncertain.':
    'Die Likelihood ist in einer Richtung flach: die Parameter und damit einzelne Prognosen sind ungewiss.',
  'There is too little past to try the forecast on; believe it less.':
    'Es gibt zu wenig Vergangenheit, um die Prognose daran zu erproben; glauben Sie ihr weniger.',
  'Tried on the past the forecast missed: {1} purchases came, outside of {2}. Expect errors of that size again.':
    'An der Vergangenheit erprobt lag die Prognose daneben: es kamen {1} Käufe, außerhalb von {2n}. Rechnen Sie wieder mit Fehlern dieser Größe.',
  'People who buy more often spend {1} each time (correlation {2}, 95 %: {3}): the model takes the two for independent, so the value of frequent buyers is told too {4}.':
    'Wer öfter kauft, gibt je Mal {1} aus (Korrelation {2}, 95 %: {3}): das Modell hält beides für unabhängig; der Wert häufiger Käufer fällt deshalb zu {4} aus.',
  'Too few people bought again with a value to learn what purchases bring.':
    'Zu wenige Personen kauften wieder mit einem Wert, um zu lernen, was Käufe bringen.',
  'What purchases bring varies so much between people that it has no mean.':
    'Was Käufe bringen, schwankt zwischen Personen so stark, dass es keinen Mittelwert hat.',
  '{1} of {2} have bought once only: all of them are given what people spend on average.':
    '{1} von {2n} haben nur einmal gekauft: für sie alle gilt, was Personen im Mittel ausgeben.',
  'Histories are rounded to whole weeks, because there are many.': 'Die Verläufe sind auf ganze Wochen gerundet, weil es viele sind.',
  'The model knows no seasons, prices or campaigns: it takes everybody to buy at a steady rate until they stop. It foretells, and says nothing about causes.':
    'Das Modell kennt keine Jahreszeiten, Preise oder Kampagnen: es nimmt an, dass alle gleichmäßig kaufen, bis sie aufhören. Es sagt vorher und sagt nichts über Ursachen.',
  Purchase: 'Kauf',
  'A day on which a person did the metric’s event; several on one day are one, with their values added.':
    'Ein Tag, an dem eine Person das Ereignis der Kennzahl tat; mehrere an einem Tag sind einer, ihre Werte zusammengezählt.',
  'Still buys': 'Kauft noch',
  'P(alive): the chance that a person has not stopped for good, by how often and how recently they bought (BG/NBD).':
    'P(alive): die Chance, dass eine Person nicht für immer aufgehört hat, danach, wie oft und wie zuletzt sie kaufte (BG/NBD).',
  'Expected purchases': 'Erwartete Käufe',
  'Days with a purchase to come, on average, of people with the same history.':
    'Kommende Tage mit einem Kauf, im Mittel, von Personen mit demselben Verlauf.',
  'Margin of expected purchases within the horizon, later money worth less by the discount; what was brought already is told apart.':
    'Marge der erwarteten Käufe im Horizont, späteres Geld um den Zins weniger wert; schon Gebrachtes steht getrennt.',
  'Tried on the past': 'An der Vergangenheit erprobt',
  'The model is learned without the last weeks, and what it foretells for them is compared with what came.':
    'Das Modell lernt ohne die letzten Wochen, und seine Vorhersage für sie wird mit dem verglichen, was kam.',
}
