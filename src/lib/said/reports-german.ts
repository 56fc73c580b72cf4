import type { Sayings } from '../telling.ts'

/** Reports on messages, journeys, pressure and hours. */
export const GERMAN_REPORTS: Sayings = {
  Channels: 'Kanäle',
  'What became of the messages of each channel, and what did they cost?':
    'Was ist aus den Nachrichten jedes Kanals geworden, und was haben sie gekostet?',
  Messages: 'Nachrichten',
  'Everything that was put into the outbox; it is parted into sent, refused, ambiguous, failed, skipped, cancelled and waiting.':
    'Alles, was in den Postausgang kam; es teilt sich auf in gesendet, abgelehnt, ungewiss, fehlgeschlagen, übersprungen, abgebrochen und wartend.',
  Sent: 'Gesendet',
  'A provider or a mail server has taken it.': 'Ein Anbieter oder ein Mailserver hat sie angenommen.',
  Refused: 'Abgelehnt',
  'The first server that it was offered to did not take it, for good.':
    'Der erste Server, dem sie angeboten wurde, hat sie endgültig nicht angenommen.',
  Bounced: 'Zurückgekommen',
  'It came back, at once or later. The rate is of those sent and refused.':
    'Sie kam zurück, sofort oder später. Die Quote gilt für gesendete und abgelehnte.',
  Arrived: 'Angekommen',
  'Sent and not come back. Whether mail landed in the inbox or in junk, nobody tells.':
    'Gesendet und nicht zurückgekommen. Ob eine Mail im Posteingang oder im Spam landet, verrät niemand.',
  Confirmed: 'Bestätigt',
  'The provider said that it was delivered; not all providers do.': 'Der Anbieter hat die Zustellung gemeldet; das tun nicht alle.',
  Opened: 'Geöffnet',
  'By a person: programs that fetch pictures ahead of people are left out, and stand beside. A click counts as an opening.':
    'Von einem Menschen: Programme, die Bilder vorab laden, zählen nicht mit und stehen daneben. Ein Klick gilt als Öffnung.',
  Clicked: 'Geklickt',
  'By a person: at least one link, once for each message.': 'Von einem Menschen: mindestens ein Link, je Nachricht einmal.',
  'Followed by the goal': 'Danach das Ziel erreicht',
  'The run that sent it reached its goal after it was sent. It says what came after, not what was caused: that takes a hold-out.':
    'Der Durchlauf, der sie gesendet hat, hat danach sein Ziel erreicht. Das sagt, was danach kam, nicht, was bewirkt wurde: dafür braucht es eine Kontrollgruppe.',
  Cost: 'Kosten',
  'What providers charge for what was handed over, by their price in the provider document.':
    'Was Anbieter für das Übergebene berechnen, nach ihrem Preis im Dokument des Anbieters.',
  'Messages by {1}': 'Nachrichten nach {1n}',
  People: 'Personen',
  'Cost per 1,000 sent': 'Kosten je 1.000 gesendete',
  'Cost per click': 'Kosten je Klick',
  'No message was put into the outbox in this period.': 'In diesem Zeitraum kam keine Nachricht in den Postausgang.',
  'Rates of channels are not to be compared as if one caused more than another: who gets which message is no chance. Only a hold-out tells what messages cause.':
    'Die Raten von Kanälen lassen sich nicht vergleichen, als bewirke einer mehr als der andere: wer welche Nachricht bekommt, ist kein Zufall. Nur eine Kontrollgruppe zeigt, was Nachrichten bewirken.',
  '{1} {2} opened by programs only. Some of those may have hidden a person, and some programs look like people.':
    '{1} {2} nur von Programmen geöffnet. Dahinter kann sich ein Mensch verbergen, und manche Programme sehen aus wie Menschen.',
  'Providers charge in several currencies, so their cost is not added up.':
    'Anbieter rechnen in mehreren Währungen ab; ihre Kosten werden deshalb nicht zusammengezählt.',
  Deliverability: 'Zustellbarkeit',
  'Does mail arrive, and how do mailbox providers take it?': 'Kommen Mails an, und wie nehmen Postfachanbieter sie auf?',
  'Receiving domain': 'Empfangsdomain',
  'What stands behind the @ of the address that a mail went to.': 'Was hinter dem @ der Adresse steht, an die eine Mail ging.',
  Offered: 'Angeboten',
  'Mails that a server was asked to take, taken or not.': 'Mails, die einem Server angeboten wurden, ob angenommen oder nicht.',
  Deferred: 'Aufgeschoben',
  'Mails that it took more than one try to hand over: a server said “later” (4xx, greylisting, a limit), or could not be reached.':
    'Mails, die mehr als einen Versuch brauchten: ein Server sagte „später“ (4xx, Greylisting, eine Grenze) oder war nicht zu erreichen.',
  'Came back, at once or later. Of a sending domain from {1} on there is a warning, from {2} on its marketing is paused.':
    'Zurückgekommen, sofort oder später. Ab {1} gibt es für eine Absenderdomain eine Warnung, ab {2} pausiert ihr Marketing.',
  Complained: 'Beschwert',
  'Readers pressed “this is spam”. Of those that arrived; from {1} on there is a warning, from {2} on marketing is paused (what Gmail and Yahoo ask of senders).':
    'Empfänger haben „Das ist Spam“ gedrückt. Anteil der angekommenen; ab {1} gibt es eine Warnung, ab {2} pausiert das Marketing (so verlangen es Gmail und Yahoo von Absendern).',
  'Kind of bounce': 'Art des Rückläufers',
  'By the status that the server gave (RFC 3463): the address does not exist; the mailbox does not take it now; policy: they do not want our mail, or it is not authenticated; content: this mail.':
    'Nach dem Status des Servers (RFC 3463): die Adresse gibt es nicht; das Postfach nimmt gerade nichts an; policy: unsere Mail ist unerwünscht oder nicht authentifiziert; content: diese Mail.',
  Standing: 'Stand jetzt',
  'What keeps a sending domain’s marketing going or pauses it: its counts of the last seven days, since somebody last let it go on.':
    'Was das Marketing einer Absenderdomain laufen oder pausieren lässt: ihre Zahlen der letzten sieben Tage, seit zuletzt jemand es weiterlaufen ließ.',
  'Warm-up': 'Aufwärmen',
  'How many messages a new sending name may have today.': 'Wie viele Nachrichten ein neuer Absendername heute haben darf.',
  'By receiving domain': 'Nach Empfangsdomain',
  'By day': 'Nach Tag',
  'Why mail came back': 'Warum Mails zurückkamen',
  'Sending domains': 'Absenderdomains',
  'No mail was handed over in this period.': 'In diesem Zeitraum wurde keine Mail übergeben.',
  'Of {1} {2} came back (95 %: {3} to {4}), {5} took more than one try, and {6} complained.':
    'Von {1n} kamen {2} zurück (95 %: {3} bis {4}), {5} brauchten mehr als einen Versuch; Beschwerden: {6}.',
  'No server says whether a mail that it took lies in the inbox or in junk. Openings that fall at one domain only are a hint.':
    'Kein Server sagt, ob eine angenommene Mail im Posteingang oder im Spam liegt. Öffnungen, die nur bei einer Domain sinken, sind ein Hinweis.',
  'Of mails from before receiving domains were noted, the domain is not known.':
    'Bei Mails aus der Zeit, bevor Empfangsdomains festgehalten wurden, ist die Domain nicht bekannt.',
  'A server that refuses mail for its authentication (SPF, DKIM, DMARC) counts among refusals for policy; from {1} on there is a warning.':
    'Lehnt ein Server Mails wegen der Authentifizierung ab (SPF, DKIM, DMARC), zählt das zu den Ablehnungen aus Gründen der Policy; ab {1} gibt es eine Warnung.',
  'Journey funnel': 'Journey-Trichter',
  'Where in the journey is everybody, and why did they leave?': 'Wo in der Journey stehen alle, und warum haben sie sie verlassen?',
  Run: 'Durchlauf',
  'One enrollment of one person. Somebody who enters twice has two runs.':
    'Ein Eintritt einer Person. Wer zweimal eintritt, hat zwei Durchläufe.',
  Entered: 'Eingetreten',
  'Runs that were let in, those held out included. Entered and came over = standing + left + went over, always.':
    'Durchläufe, die eingelassen wurden, auch die der Kontrollgruppe. Eingetreten und herübergekommen = stehend + verlassen + hinübergegangen, immer.',
  'Times that somebody was not let in; there is no run then.': 'Wie oft jemand nicht eingelassen wurde; dann gibt es keinen Durchlauf.',
  'Times that a run came to the step. Arrived and came over = passed + left + went over + standing, for each step. In a repeat a run arrives in each round.':
    'Wie oft ein Durchlauf zum Schritt kam. Angekommen und herübergekommen = weitergegangen + verlassen + hinübergegangen + stehend, für jeden Schritt. In einer Wiederholung kommt ein Durchlauf in jeder Runde an.',
  Passed: 'Weitergegangen',
  'Times that a run went on to another step.': 'Wie oft ein Durchlauf zu einem anderen Schritt weiterging.',
  Left: 'Verlassen',
  'Runs that left the journey from there, by the end, an exit or a stop.':
    'Durchläufe, die die Journey von dort verließen: durch das Ende, einen Ausstieg oder einen Stopp.',
  'Came over, went over': 'Herüber- und hinübergegangen',
  'Runs that changed the version of the journey: each came over to one version, and went over from another.':
    'Durchläufe, die die Version der Journey gewechselt haben: jeder kam in eine Version herüber und ging aus einer anderen hinüber.',
  'Runs that are there now.': 'Durchläufe, die jetzt dort sind.',
  'Reached the goal': 'Ziel erreicht',
  'Runs that reached the journey’s goal within its window, also after they had left.':
    'Durchläufe, die das Ziel der Journey in seiner Frist erreicht haben, auch nachdem sie sie verlassen hatten.',
  Cut: 'Aufteilung',
  'Each run belongs to one part. Version, arm and choice are those of the run; a segment is asked at entry or now, an attribute as it is now.':
    'Jeder Durchlauf gehört zu einem Teil. Version, Arm und Wahl sind die des Durchlaufs; ein Segment wird beim Eintritt oder jetzt gefragt, ein Attribut, wie es jetzt ist.',
  Runs: 'Durchläufe',
  'By step': 'Nach Schritt',
  'Why they went on, left, or were not let in': 'Warum sie weitergingen, die Journey verließen oder nicht eingelassen wurden',
  'Messages by step': 'Nachrichten nach Schritt',
  'Nobody has entered this journey.': 'In diese Journey ist noch niemand eingetreten.',
  '{1} entered: {2} still inside, {3} left. {4} reached the goal.':
    'Eingetreten: {1}; {2} noch darin, {3} sie verlassen. Ziel erreicht: {4}.',
  'Most left from step “{1}”{2}: {3}, {4} of those who came to it.':
    'Die meisten gingen bei Schritt „{1}“{2}: {3}, {4} derer, die dorthin kamen.',
  'People are parted by what the attribute is now, not by what it was when they entered; a journey may itself have changed it.':
    'Personen werden nach dem jetzigen Wert des Attributs aufgeteilt, nicht nach dem beim Eintritt; eine Journey kann ihn selbst geändert haben.',
  'People are parted by the segment as it is now; who reached the goal may have come into it or left it by that.':
    'Personen werden nach dem jetzigen Segment aufgeteilt; wer das Ziel erreicht hat, kann gerade dadurch hinein- oder hinausgekommen sein.',
  'The parts differ in more than the journey, so a difference between them is not caused by it.':
    'Die Teile unterscheiden sich in mehr als der Journey; ein Unterschied zwischen ihnen ist also nicht von ihr bewirkt.',
  'Runs that entered late in the stretch have had less time to go on or to reach the goal.':
    'Durchläufe, die spät im Zeitraum eintraten, hatten weniger Zeit, weiterzugehen oder das Ziel zu erreichen.',
  Period: 'Zeitraum',
  'Messages count in the period in which they were handed over; what came of them later still counts there.':
    'Nachrichten zählen in dem Zeitraum, in dem sie übergeben wurden; was später aus ihnen wurde, zählt auch dort.',
  'As of': 'Stand',
  'Facts reach reports a moment after they happen. One that comes late changes the past figure that it belongs to.':
    'Fakten erreichen Berichte einen Augenblick, nachdem sie geschehen sind. Ein später ändert die vergangene Zahl, zu der er gehört.',
  'Journey map': 'Journey-Karte',
  'Which ways do people take through the journey, how long does it take them, and where does it end?':
    'Welche Wege nehmen Personen durch die Journey, wie lange brauchen sie, und wo endet es?',
  Touch: 'Berührung',
  'One thing in a run’s life: that it entered, came to a step, was sent a message, read it, reached the goal, left. Of one message only the first opening and the first click by a person count.':
    'Ein Ereignis im Leben eines Durchlaufs: Eintritt, Ankunft an einem Schritt, eine Nachricht, ihr Lesen, das Ziel, der Ausstieg. Von einer Nachricht zählen nur die erste Öffnung und der erste Klick eines Menschen.',
  Came: 'Gekommen',
  'Times that the touch happened. Came = went on + nothing after it, for each touch.':
    'Wie oft die Berührung geschah. Gekommen = weitergegangen + nichts danach, für jede Berührung.',
  Then: 'Danach',
  'The touch that came next in the same run. The arrows into a touch are as many as it came, but for the first of each run.':
    'Die nächste Berührung im selben Durchlauf. Pfeile in eine Berührung gibt es so viele, wie sie vorkam, bis auf die erste jedes Durchlaufs.',
  'Time between': 'Zeit dazwischen',
  'From one touch to the next: a tenth of the times are shorter than the first number, half than the second, nine tenths than the third.':
    'Von einer Berührung zur nächsten: ein Zehntel der Zeiten ist kürzer als die erste Zahl, die Hälfte als die zweite, neun Zehntel als die dritte.',
  Order: 'Reihenfolge',
  'The touches of a run from the first to the last.': 'Die Berührungen eines Durchlaufs von der ersten bis zur letzten.',
  Touches: 'Berührungen',
  'What came after what': 'Was worauf folgte',
  'Most common orders': 'Häufigste Reihenfolgen',
  'The most common way is that of {1} of {2} ({3}): {4}.': 'Der häufigste Weg, {1} von {2} ({3}): {4}.',
  'After this most often nothing came any more: {1} ({2} of {3}).': 'Danach kam am häufigsten nichts mehr: {1} ({2} von {3}).',
  'The goal came most often after this: {1} (half of the times within {2}).':
    'Das Ziel kam am häufigsten danach: {1} (in der Hälfte der Fälle innerhalb von {2n}).',
  'What came before the goal did not by that bring it about: a hold-out tells what the journey causes.':
    'Was vor dem Ziel kam, hat es dadurch nicht bewirkt: was die Journey bewirkt, zeigt eine Kontrollgruppe.',
  'Runs that entered late in the stretch have had less time to go on.':
    'Durchläufe, die spät im Zeitraum eintraten, hatten weniger Zeit, weiterzugehen.',
  Pressure: 'Kontaktdruck',
  'How many messages do people get, what does that do to them, and what was held back?':
    'Wie viele Nachrichten bekommen Personen, was macht das mit ihnen, und was wurde zurückgehalten?',
  'Marketing messages that were handed over; what people need (receipts, passwords) is not counted.':
    'Übergebene Marketingnachrichten; was Personen brauchen (Belege, Passwörter), zählt nicht.',
  Week: 'Woche',
  'From Monday, in UTC. One person in one week is one person-week; whoever got nothing in a week is not in the table.':
    'Ab Montag, in UTC. Eine Person in einer Woche ist eine Personenwoche; wer in einer Woche nichts bekam, steht nicht in der Tabelle.',
  Before: 'Zuvor',
  'Other marketing messages that the same person got in the seven days up to this one; {1} stands for {2} and more.':
    'Andere Marketingnachrichten, die dieselbe Person in den sieben Tagen bis zu dieser bekam; {1} steht für {2} und mehr.',
  Gone: 'Gegangen',
  'Unsubscribed or complained by this message.': 'Durch diese Nachricht abgemeldet oder beschwert.',
  Held: 'Zurückgehalten',
  'Times that a message had to wait or could not go: caps, quiet hours, budgets, a better hour. One message can be held several times.':
    'Wie oft eine Nachricht warten musste oder nicht gehen konnte: Obergrenzen, Ruhezeiten, Budgets, eine bessere Stunde. Eine Nachricht kann mehrmals zurückgehalten werden.',
  Lot: 'Los',
  'What the pressure model drew for the person and the quarter: the contact policy alone (the control), each message weighed, or a weekly cap.':
    'Was das Druckmodell für die Person und das Quartal gezogen hat: die Kontaktregel allein (die Kontrolle), jede Nachricht abgewogen oder eine wöchentliche Obergrenze.',
  'Messages per person and week': 'Nachrichten je Person und Woche',
  'Response by what came before': 'Reaktion nach dem, was zuvor kam',
  'Held messages': 'Zurückgehaltene Nachrichten',
  'By lot of the pressure model': 'Nach Los des Druckmodells',
  'No marketing message was sent in this period.': 'In diesem Zeitraum wurde keine Marketingnachricht gesendet.',
  'In {1} of the weeks in which somebody got anything they got one marketing message, in {2} four or more.':
    'In {1n} der Wochen, in denen jemand etwas bekam, war es eine Marketingnachricht, in {2n} waren es vier oder mehr.',
  'There is no control beside the lots, so nothing can be said of what the pressure model changes.':
    'Neben den Losen gibt es keine Kontrolle; was das Druckmodell ändert, lässt sich deshalb nicht sagen.',
  'There are too few people with each lot to compare them.': 'Für einen Vergleich haben zu wenige Personen jedes Los.',
  'What model “{1}” learned from drawn caps': 'Was das Modell „{1}“ aus ausgelosten Obergrenzen gelernt hat',
  'Who gets many messages is not who gets few: response by what came before is no proof of what pressure does. Only lots (drawn caps) show that.':
    'Wer viele Nachrichten bekommt, ist ein anderer als wer wenige bekommt: die Reaktion nach dem Zuvor beweist nicht, was Druck bewirkt. Das zeigen nur Lose (ausgeloste Obergrenzen).',
  'A lot holds for a quarter. Who had different lots within the period counts once with each.':
    'Ein Los gilt ein Quartal. Wer im Zeitraum verschiedene Lose hatte, zählt bei jedem einmal.',
  'Send time': 'Sendezeit',
  'At which hours are messages read, and does choosing the hour help?':
    'Zu welchen Stunden werden Nachrichten gelesen, und hilft es, die Stunde zu wählen?',
  Hour: 'Stunde',
  'Of the week, by the clock of the person’s own time zone; where none is known, by the zone that the report is asked with.':
    'Der Woche, nach der Uhr der Zeitzone der Person; ist keine bekannt, nach der Zone, mit der der Bericht gefragt wird.',
  Read: 'Gelesen',
  'Opened or clicked by a person within the hours that the report is asked with; programs do not count.':
    'Von einem Menschen innerhalb der gefragten Stunden geöffnet oder geklickt; Programme zählen nicht.',
  'At once': 'Sofort',
  'A share of messages that is not put off, drawn by lot: what the chosen hours are measured against.':
    'Ein ausgeloster Anteil der Nachrichten, der nicht aufgeschoben wird: daran werden die gewählten Stunden gemessen.',
  'Chosen hour': 'Gewählte Stunde',
  'Messages that the model put off to the hour that it thought best.':
    'Nachrichten, die das Modell auf die Stunde verschoben hat, die es für die beste hielt.',
  'Drawn hour': 'Ausgeloste Stunde',
  'Messages whose hour was drawn by lot from the hours that were allowed: only of these hours can be compared with each other.':
    'Nachrichten, deren Stunde aus den erlaubten ausgelost wurde: nur diese Stunden lassen sich miteinander vergleichen.',
  'No model has chosen the hour of a message in this period.': 'In diesem Zeitraum hat kein Modell die Stunde einer Nachricht gewählt.',
  'The chosen hour beside at once': 'Die gewählte Stunde neben sofort',
  'Hours drawn by lot': 'Ausgeloste Stunden',
  'Hour of the week': 'Stunde der Woche',
  'Of hours drawn by lot, messages at {1} were read most: {2} of {3} (95 %: {4} to {5}). The best of several is partly luck.':
    'Von den ausgelosten Stunden wurden Nachrichten um {1} am meisten gelesen: {2} von {3n} (95 %: {4} bis {5}). Die beste von mehreren ist es zum Teil aus Glück.',
  'In the table of the week, other messages went to other people at other hours: what was read more there need not be due to the hour. Compare drawn hours, or the two groups.':
    'In der Wochentabelle gingen zu anderen Stunden andere Nachrichten an andere Personen: dass dort mehr gelesen wurde, muss nicht an der Stunde liegen. Vergleichen Sie ausgeloste Stunden oder die beiden Gruppen.',
  'Of {1} of the messages the zone of the person is not known.': 'Bei {1} der Nachrichten ist die Zeitzone der Person nicht bekannt.',
  'There is no such report.': 'Diesen Bericht gibt es nicht.',
  'There are: {1}.': 'Es gibt: {1}.',
  'It has: {1}.': 'Es gibt: {1}.',
  '{1} of those were clicked by people (95 %: {2} to {3}).': '{1} davon haben Menschen angeklickt (95 %: {2} bis {3}).',
  'Of {1} {2} sent and {3} not returned.{4}': 'Von {1n}: {2} gesendet, {3} nicht zurückgeschickt.{4}',
  '{1} is {2} because of {3}.': '{1} ist {2} wegen {3}.',
  'At {1} the complaint rate is {2}: {3}.': 'Bei {1} ist die Beschwerdequote {2}: {3}.',
  'Complaints are known only from providers that tell them{1}.': 'Beschwerden sind nur von Anbietern bekannt, die sie melden{1}.',
  'The list cannot be narrowed by that.': 'Danach lässt sich die Liste nicht eingrenzen.',
  'It can by: {1}.': 'Möglich ist: {1}.',
  'Nothing is known of such a journey': 'Von einer solchen Journey ist nichts bekannt',
  'Publish it, or look at the list of journeys for its id.':
    'Veröffentlichen Sie sie, oder suchen Sie ihre Kennung in der Liste der Journeys.',
  'Weighing each message brought {1} than the contact policy alone: {2} per person (95 %: {3} to {4}), and {5} percentage points of people gone (95 %: {6} to {7}), of {8} beside {9}.':
    'Jede Nachricht abzuwägen brachte {1} als die Kontaktregel allein: {2} je Person (95 %: {3} bis {4}), und {5} Prozentpunkte gegangener Personen (95 %: {6} bis {7}), von {8} neben {9}.',
}
