import type { Sayings } from '../telling.ts'

/** Costs, returns and credit for conversions. */
export const GERMAN_MONEY: Sayings = {
  Path: 'Pfad',
  'What somebody met before one conversion, in order; or before nothing.':
    'Was jemand vor einer Conversion antraf, der Reihe nach; oder vor nichts.',
  Rate: 'Rate',
  'Conversions ÷ (conversions + led nowhere). It says who goes this way, not what the way does to them.':
    'Conversions ÷ (Conversions + führte zu nichts). Es sagt, wer diesen Weg geht, nicht, was der Weg bewirkt.',
  'Nobody did “{1}” in this time, so there is nothing to credit.': 'In dieser Zeit tat niemand „{1}“; es gibt also nichts gutzuschreiben.',
  'People who buy anyway are met by marketing too. Credit says where they were met, not what made them buy.':
    'Auch wer ohnehin kauft, trifft auf Marketing. Die Gutschrift sagt, wo das war, nicht, was zum Kauf geführt hat.',
  'No hold-out or experiment covers what is credited here, so nobody can say how much of it was caused.':
    'Keine Kontrollgruppe und kein Experiment deckt das hier Gutgeschriebene ab; wie viel davon bewirkt wurde, kann niemand sagen.',
  '{1} more have an experiment; only those with the most credit are calibrated here.':
    '{1} weitere haben ein Experiment; kalibriert werden hier nur die mit der größten Gutschrift.',
  'Only {1} conversions: a handful of people more or less would change the order.':
    'Nur {1} Conversions: eine Handvoll Personen mehr oder weniger würde die Reihenfolge ändern.',
  'No touch led to {1} of the conversions: either they came by themselves, or touches are not told to Cadenza.':
    'Zu {1} der Conversions führte keine Berührung: entweder kamen sie von selbst, oder Cadenza erfährt nicht von den Berührungen.',
  '{1} paths may still convert; they count neither as converted nor as lost yet.':
    '{1} Pfade können noch konvertieren; sie zählen weder als konvertiert noch als verloren.',
  'Openings by known machines are left out, but some programs open mail like people do; look at “clicks only” beside it.':
    'Öffnungen bekannter Programme zählen nicht, aber manche öffnen Mails wie Menschen; betrachten Sie daneben „nur Klicks“.',
  'There are more than are told apart; the rarest stand together as “(other)”.':
    'Es gibt mehr, als unterschieden werden; die seltensten stehen zusammen als „(other)“.',
  'The chain that remembers more was made of the most frequent paths: {1} of all.':
    'Die Kette mit längerem Gedächtnis beruht auf den häufigsten Pfaden: {1} von allen.',
  'The hazard model had not come to rest; its figures may still move.':
    'Das Hazard-Modell war noch nicht zur Ruhe gekommen; seine Zahlen können sich noch bewegen.',
  'There are too few paths for the hazard model to say anything.': 'Für eine Aussage des Hazard-Modells gibt es zu wenige Pfade.',
  Conversion: 'Conversion',
  'One “{1}” in the period, by when it happened, not by when it came in.':
    'Ein „{1}“ im Zeitraum, nach dem Zeitpunkt des Geschehens, nicht des Eingangs.',
  'A click counts for {1}, a view for {2}. Touches of one channel less than {3} apart are one, and a click beats a view. What bots and machines did, and what could not be seen, is left out.':
    'Ein Klick zählt {1}, eine Ansicht {2}. Berührungen eines Kanals, die weniger als {3} auseinanderliegen, sind eine, und ein Klick geht vor einer Ansicht. Was Bots und Programme taten und was nicht zu sehen war, bleibt außen vor.',
  Untouched: 'Unberührt',
  'Conversions before which no touch lies within its window. No model credits them to anything.':
    'Conversions, vor denen keine Berührung in ihrer Frist liegt. Kein Modell schreibt sie etwas gut.',
  'Led nowhere': 'Führte zu nichts',
  'Paths after whose last touch {1} passed without a conversion.': 'Pfade, nach deren letzter Berührung {1} ohne Conversion vergingen.',
  Claimed: 'Beansprucht',
  'Conversions whose path met it at all: what its own platform would report. Added up they are more than there were.':
    'Conversions, deren Pfad es überhaupt antraf: was die eigene Plattform melden würde. Zusammengezählt sind es mehr, als es gab.',
  'First, last': 'Erste, letzte',
  'All credit to the first or to the last touch; “last-non-direct” passes over visits that came from nowhere.':
    'Alle Gutschrift an die erste oder die letzte Berührung; „last-non-direct“ übergeht Besuche ohne Herkunft.',
  'Linear, position': 'Linear, Position',
  'The same to each touch; or 40 % to the first, 40 % to the last and the rest to those between.':
    'Jeder Berührung gleich viel; oder 40 % der ersten, 40 % der letzten und der Rest denen dazwischen.',
  'Time decay': 'Zeitlicher Abfall',
  'Each touch counts half as much as one that is 7 days younger.': 'Jede Berührung zählt halb so viel wie eine 7 Tage jüngere.',
  Markov: 'Markow',
  'How many conversions would be missing if everybody who came to it were lost there, with paths that led nowhere counted too.':
    'Wie viele Conversions fehlten, gingen dort alle verloren, die hinkamen; Pfade, die zu nichts führten, zählen mit.',
  Shapley: 'Shapley',
  'Each conversion shared equally among the different ones that its path met.':
    'Jede Conversion zu gleichen Teilen unter den verschiedenen, die ihr Pfad antraf.',
  Hazard: 'Hazard',
  'What each touch adds to the chance of converting, and how fast that fades; what would have come anyway stays organic.':
    'Was jede Berührung zur Chance einer Conversion beiträgt und wie schnell das abklingt; was ohnehin gekommen wäre, bleibt organisch.',
  Calibrated: 'Kalibriert',
  'Credit times what a hold-out or an experiment says that was caused per credited conversion.':
    'Gutschrift mal dem, was laut Kontrollgruppe oder Experiment je gutgeschriebener Conversion bewirkt wurde.',
  '“{1}” would claim {2}, is credited with {3} and caused about {4} ({5}, {6} certain).':
    '„{1}“ würde {2} beanspruchen, bekommt {3} gutgeschrieben und hat etwa {4} bewirkt ({5}, {6} sicher).',
  '“{1}” would claim {2} and is credited with {3}; what it caused nobody knows without a hold-out.':
    '„{1}“ würde {2} beanspruchen und bekommt {3} gutgeschrieben; was es bewirkt hat, weiß ohne Kontrollgruppe niemand.',
  'Added up, all would claim {1} conversions where there were {2}: {3} too many, because each claims what it met, however many others it met too.':
    'Zusammen würden alle {1} Conversions beanspruchen, wo es {2} gab: {3} zu viel, denn jeder beansprucht, was er antraf, wie viele andere auch immer es antraf.',
  'Added up, all would claim {1} of {2} conversions.': 'Zusammen würden alle {1} von {2n} Conversions beanspruchen.',
  'The model “{1}” shares out {2}, each conversion once{3}. That is credit, not cause.':
    'Das Modell „{1}“ teilt {2} auf, jede Conversion einmal{3}. Das ist Gutschrift, nicht Ursache.',
  'No hold-out says what any of them caused: hold some people out, and the third column fills.':
    'Keine Kontrollgruppe sagt, was sie bewirkt haben: halten Sie einige Personen zurück, dann füllt sich die dritte Spalte.',
  Attribution: 'Attribution',
  'Which channels, campaigns or journeys get credit for conversions, beside what they claim and what they caused?':
    'Welche Kanäle, Kampagnen oder Journeys bekommen Conversions gutgeschrieben, neben dem, was sie beanspruchen und bewirkt haben?',
  Credit: 'Gutschrift',
  'A conversion shared out over the touches before it. It says who was there, not who caused it.':
    'Eine Conversion, aufgeteilt auf die Berührungen davor. Sie sagt, wer da war, nicht, wer sie bewirkt hat.',
  'Conversions whose path met the channel at all: together more than there were.':
    'Conversions, deren Pfad den Kanal überhaupt antraf: zusammen mehr, als es gab.',
  'Credit times what experiments have shown to be incremental of it; empty where there is no experiment.':
    'Gutschrift mal dem Teil, den Experimente als zusätzlich gezeigt haben; leer, wo es kein Experiment gibt.',
  'Credit by {1} ({2}): credit, not cause': 'Gutschrift nach {1n} ({2}): Gutschrift, nicht Ursache',
  'Credited conversions: credit, not cause': 'Gutgeschriebene Conversions: Gutschrift, nicht Ursache',
  'Credit by several models, beside what was caused': 'Gutschrift nach mehreren Modellen, neben dem Bewirkten',
  'Credit by model: the same conversions, shared out differently': 'Gutschrift nach Modell: dieselben Conversions, anders aufgeteilt',
  'Return unknown: the journey is not live any more.': 'Ertrag unbekannt: die Journey ist nicht mehr live.',
  'Return unknown: there is no metric called “{1}”.': 'Ertrag unbekannt: es gibt keine Kennzahl „{1}“.',
  'Return unknown: say by which metric it is to be judged.': 'Ertrag unbekannt: sagen Sie, an welcher Kennzahl er zu messen ist.',
  'Return unknown: some versions of the journey held people out and others did not, so their people cannot be put together.':
    'Ertrag unbekannt: manche Versionen der Journey hielten Personen zurück und andere nicht; ihre Personen lassen sich nicht zusammenlegen.',
  'Return unknown: nobody was held out, so nobody can say what would have happened anyway.':
    'Ertrag unbekannt: niemand war zurückgehalten; was ohnehin geschehen wäre, kann deshalb niemand sagen.',
  'Nobody has been treated yet.': 'Es wurde noch niemand behandelt.',
  'Return unknown: what it is for has no value that could be reckoned.':
    'Ertrag unbekannt: wozu sie dient, hat keinen Wert, der sich rechnen ließe.',
  '{1} of {2} people still have time; they are taken to do like the others.':
    '{1} von {2n} Personen haben noch Zeit; es wird angenommen, dass sie sich wie die anderen verhalten.',
  'Return unknown: the groups are not of the sizes that chance should have given, so they cannot be compared.':
    'Ertrag unbekannt: die Gruppen haben nicht die Größen, die der Zufall ergeben sollte; sie lassen sich nicht vergleichen.',
  'Too early to say: nobody’s time is over yet on one side.': 'Zu früh: auf einer Seite ist noch bei niemandem die Zeit vorbei.',
  Costs: 'Kosten',
  'What was spent, and on what?': 'Was wurde ausgegeben, und wofür?',
  Return: 'Ertrag',
  'What did it bring that would not be there otherwise, for what it cost?':
    'Was hat es gebracht, das sonst nicht da wäre, für das, was es kostete?',
  Day: 'Tag',
  'Without a rate': 'Ohne Satz',
  'Cost by kind': 'Kosten nach Art',
  '“{1}”: from margin to what is left': '„{1}“: von der Marge zu dem, was bleibt',
  'Margin, incremental': 'Marge, zusätzlich',
  Cost: 'Kosten',
  'Cost in {1} is in none of the sums: no `cost-rate` says what that is worth.':
    'Kosten in {1n} stehen in keiner Summe: keine `cost-rate` sagt, was das wert ist.',
  '{1} redeemed codes are in none of the sums: neither their orders nor a `cost-rate` say what they gave away.':
    '{1} eingelöste Codes stehen in keiner Summe: weder ihre Bestellungen noch eine `cost-rate` sagen, was sie verschenkt haben.',
  'Return unknown: nobody was held out of this offer alone. Put it into an arm of a split or an experiment, and look at that.':
    'Ertrag unbekannt: von diesem Angebot allein war niemand zurückgehalten. Geben Sie es in einen Arm einer Aufteilung oder eines Experiments und betrachten Sie den.',
  'Only what is charged by channel is counted: platform, data and people’s work are borne by journeys.':
    'Gezählt ist nur, was je Kanal berechnet wird: Plattform, Daten und Arbeit tragen die Journeys.',
  'Return unknown: some cost is in {1}, and no `cost-rate` says what that is worth.':
    'Ertrag unbekannt: manche Kosten sind in {1n}, und keine `cost-rate` sagt, was das wert ist.',
  'Nobody has said which share of the value is margin, so all of it counts: the true return is lower.':
    'Niemand hat gesagt, welcher Anteil des Werts Marge ist; deshalb zählt alles: der wahre Ertrag ist niedriger.',
  '{1} % of the cost is estimated from prices and shares that somebody stated.':
    '{1} % der Kosten sind aus Preisen und Anteilen geschätzt, die jemand angegeben hat.',
  'No cost of the platform or of people’s work is stated (`cost-rate`), so the true cost is higher.':
    'Kosten der Plattform oder der Arbeit sind nicht angegeben (`cost-rate`); die wahren Kosten sind höher.',
  'Credited value is what people did who were treated. Many of them would have done it anyway; it is no return.':
    'Der gutgeschriebene Wert ist, was behandelte Personen taten. Viele hätten es ohnehin getan; ein Ertrag ist das nicht.',
  'No cost is known.': 'Es sind keine Kosten bekannt.',
  'It cost {1}.': 'Es kostete {1}.',
  'What was spent is itself so unsure that the return has no bounds.':
    'Die Ausgaben selbst sind so ungewiss, dass der Ertrag keine Grenzen hat.',
  'It earned more than it cost.': 'Es brachte mehr, als es kostete.',
  'It cost more than it earned.': 'Es kostete mehr, als es brachte.',
  'Whether it earned more than it cost cannot be said yet.': 'Ob es mehr brachte, als es kostete, lässt sich noch nicht sagen.',
  'There were fewer conversions than without it.': 'Es gab weniger Conversions als ohne sie.',
  'Each additional conversion cost at least {1}; perhaps there were none at all.':
    'Jede zusätzliche Conversion kostete mindestens {1}; vielleicht gab es gar keine.',
  'Each additional conversion cost at least {1}.': 'Jede zusätzliche Conversion kostete mindestens {1}.',
  'There were hardly more conversions than without it.': 'Es gab kaum mehr Conversions als ohne sie.',
  'What an additional conversion cost cannot be said.': 'Was eine zusätzliche Conversion kostete, lässt sich nicht sagen.',
  'No cost is known in these days.': 'In diesen Tagen sind keine Kosten bekannt.',
  'Everything that was spent in these days, as far as it is known: what providers charged, what was given away, tokens of models, platform, data, and the work of people.':
    'Alles, was in diesen Tagen ausgegeben wurde, soweit bekannt: was Anbieter berechneten, was verschenkt wurde, Token von Modellen, Plattform, Daten und Arbeit.',
  'Somebody was charged it, or gave it away: prices of messages that left, discounts on orders, invoices that were recorded.':
    'Es wurde berechnet oder verschenkt: Preise gesendeter Nachrichten, Rabatte auf Bestellungen, erfasste Rechnungen.',
  Estimated: 'Geschätzt',
  'It follows from a price or a share that somebody stated in a `cost-rate` or in a journey.':
    'Es folgt aus einem Preis oder Anteil, den jemand in einer `cost-rate` oder in einer Journey angegeben hat.',
  Incentive: 'Anreiz',
  'What offers give away: discounts of redeemed codes, what an option of a choice says that it costs or gives with each conversion.':
    'Was Angebote verschenken: Rabatte eingelöster Codes, und was eine Möglichkeit einer Wahl je Conversion kostet oder gibt.',
  'People’s work': 'Arbeit',
  'The time that the team had something open that they changed or decided, without pauses longer than the stated idle time, at the price of their role. Shown by role, never by person.':
    'Die Zeit, in der das Team etwas offen hatte, das es änderte oder entschied, ohne Pausen über der angegebenen Leerzeit, zum Preis der Rolle. Nach Rolle gezeigt, nie nach Person.',
  'Borne by': 'Getragen von',
  'A monthly sum is shared out day by day, by messages, people or learning of that day; the parts sum to it to the cent.':
    'Eine monatliche Summe wird Tag für Tag aufgeteilt, nach Nachrichten, Personen oder Lernen des Tages; die Teile ergeben sie auf den Cent.',
  'Margin that would not be there otherwise (treated against held out), divided by all cost. 1 is what was spent; only a hold-out can tell it.':
    'Marge, die sonst nicht da wäre (behandelt gegen zurückgehalten), geteilt durch alle Kosten. 1 ist das Ausgegebene; nur eine Kontrollgruppe kann es zeigen.',
  Interval: 'Intervall',
  'The returns that the data do not speak against, by Fieller’s method; 95 %, however often you look. It may have no upper end when what it is divided by may be nothing.':
    'Die Erträge, gegen die die Daten nicht sprechen, nach Fieller; 95 %, wie oft man auch hinsieht. Ein oberes Ende kann fehlen, wenn der Nenner null sein kann.',
  Marginal: 'Marginal',
  'The same margin divided only by what grows with each person: messages, incentives, tokens. What one more person like these returns.':
    'Dieselbe Marge, geteilt nur durch das, was mit jeder Person wächst: Nachrichten, Anreize, Token. Was eine weitere solche Person einbringt.',
  'Cost of an additional conversion': 'Kosten einer zusätzlichen Conversion',
  'All cost divided by conversions that would not have been.': 'Alle Kosten, geteilt durch Conversions, die es sonst nicht gäbe.',
  'Credited value': 'Gutgeschriebener Wert',
  'What treated people bought within the goal’s time, whether or not they would have bought anyway. Credit, not cause.':
    'Was behandelte Personen in der Frist des Ziels kauften, ob sie es ohnehin getan hätten oder nicht. Gutschrift, nicht Ursache.',
}
