import type { Sayings } from '../telling.ts'

const STATES = [
  'Florida',
  'Oklahoma',
  'Maryland',
  'Texas',
  'Connecticut',
  'Alabama',
  'Louisiana',
  'Mississippi',
  'Rhode Island',
  'Kentucky',
]
const hours = [...STATES, 'New Jersey', 'Massachusetts', 'Washington'].flatMap((state) => [
  [`Texts that sell, in ${state}: only at these hours`, `Verkaufende Textnachrichten in ${state}: nur zu diesen Stunden`],
  [`Texts that sell, in ${state}: at most three within 24 hours`, `Verkaufende Textnachrichten in ${state}: höchstens drei in 24 Stunden`],
])

/** Names and notes of the rules of law that come with Cadenza. The law itself is cited, and stays in its language. */
export const GERMAN_PACKS: Sayings = {
  ...Object.fromEntries(hours),
  'CAN-SPAM': 'CAN-SPAM',
  'Commercial e-mail to the United States: a way out that works, a postal address, honest subject lines.':
    'Kommerzielle E-Mail in die Vereinigten Staaten: ein Abmeldeweg, der funktioniert, eine Postanschrift, ehrliche Betreffzeilen.',
  'Every commercial mail lets its reader unsubscribe': 'Aus jeder kommerziellen Mail kann man sich abmelden',
  'Every commercial mail holds the sender’s postal address': 'Jede kommerzielle Mail enthält die Postanschrift des Absenders',
  'Nobody who has opted out is mailed': 'Wer sich abgemeldet hat, bekommt keine Mail',
  'The law gives ten business days; here it holds at once.': 'Das Gesetz gibt zehn Werktage; hier gilt es sofort.',
  'A subject line does not pretend to be an answer or an official notice':
    'Eine Betreffzeile gibt sich nicht als Antwort oder amtliche Mitteilung aus',
  'TCPA and state telemarketing laws': 'TCPA und Telemarketing-Gesetze der Bundesstaaten',
  'Marketing texts to the United States: written consent, hours by every clock the person may live by, and the daily limits of the states.':
    'Werbliche Textnachrichten in die Vereinigten Staaten: schriftliche Einwilligung, Uhrzeiten nach jeder Uhr, nach der die Person leben könnte, und die Tagesgrenzen der Bundesstaaten.',
  'Marketing texts need prior express written consent':
    'Werbliche Textnachrichten brauchen eine vorherige ausdrückliche schriftliche Einwilligung',
  'Nobody who has said stop is texted': 'Wer STOP gesagt hat, bekommt keine Textnachricht',
  'The law gives ten business days; here it holds at once. “Revoke all” is put off to 2027-01-31 (DA 26-12).':
    'Das Gesetz gibt zehn Werktage; hier gilt es sofort. „Revoke all“ ist auf den 31.01.2027 verschoben (DA 26-12).',
  'Solicitations between 8:00 and 21:00 by the clock of whom they reach':
    'Werbung zwischen 8:00 und 21:00 nach der Uhr der erreichten Person',
  'Where no clock is known: 12:00 to 20:00 by every clock from Eastern to Pacific (a rule of prudence).':
    'Wo keine Uhr bekannt ist: 12:00 bis 20:00 nach jeder Uhr von Eastern bis Pacific (eine Vorsichtsregel).',
  'A marketing text says how to stop': 'Eine werbliche Textnachricht sagt, wie man sich abmeldet',
  'The statute counts those on the same subject; here all marketing texts count.':
    'Das Gesetz zählt solche zum selben Gegenstand; hier zählen alle werblichen Textnachrichten.',
  'Texts count as solicitations from 2025-09-01.': 'Textnachrichten gelten ab dem 01.09.2025 als Werbung.',
  'Needs counsel: taken from secondary tables, which disagree with each other.':
    'Braucht Rechtsrat: aus Sekundärtabellen übernommen, die einander widersprechen.',
  'US credit offers': 'US-Kreditangebote',
  'Prescreened firm offers (FCRA), equal credit opportunity (ECOA), trigger terms (Reg Z) and words that deceive (UDAAP).':
    'Vorausgewählte feste Angebote (FCRA), Gleichbehandlung bei Krediten (ECOA), auslösende Angaben (Reg Z) und täuschende Worte (UDAAP).',
  'Nobody who has opted out of prescreening is made a firm offer': 'Wer der Vorauswahl widersprochen hat, bekommt kein festes Angebot',
  'The attribute must be on file as false: what is not known is refused.':
    'Das Merkmal muss als false hinterlegt sein: was nicht bekannt ist, wird abgelehnt.',
  'A firm offer rests on criteria that were fixed before, and that the person met':
    'Ein festes Angebot beruht auf Kriterien, die vorher feststanden und die die Person erfüllte',
  'How old the check may be is yours to say: publish an own eligibility policy with its greatest age.':
    'Wie alt die Prüfung sein darf, bestimmen Sie: veröffentlichen Sie eine eigene Berechtigungsregel mit ihrem Höchstalter.',
  'The short prescreen notice stands on the first screen, in twelve points at least':
    'Der kurze Hinweis zur Vorauswahl steht auf dem ersten Bildschirm, in mindestens zwölf Punkt',
  'Larger than the principal text as well: a person has to look at that.': 'Auch größer als der Haupttext: das muss ein Mensch ansehen.',
  'The toll-free number stands beside the short notice': 'Die gebührenfreie Nummer steht beim kurzen Hinweis',
  'The long prescreen notice, under its heading, in eight points at least':
    'Der lange Hinweis zur Vorauswahl, unter seiner Überschrift, in mindestens acht Punkt',
  'The long notice says what the offer is based on': 'Der lange Hinweis sagt, worauf das Angebot beruht',
  'No prohibited basis decides who is offered credit': 'Kein verbotenes Merkmal entscheidet, wem Kredit angeboten wird',
  'Age of majority is a matter of contract: ask it of the application, not of the audience. The rule of 2026-07-21 dropped the effects test; keep disparate-impact reports, because state law and the FHA differ.':
    'Volljährigkeit ist Sache des Vertrags: fragen Sie danach im Antrag, nicht in der Zielgruppe. Die Regel vom 21.07.2026 gab den Wirkungstest auf; behalten Sie Berichte über ungleiche Wirkung, denn das Recht der Bundesstaaten und der FHA weichen ab.',
  'Closed-end trigger terms call for the annual percentage rate':
    'Auslösende Angaben bei Krediten mit fester Laufzeit verlangen den effektiven Jahreszins',
  'Closed-end trigger terms call for the terms of repayment':
    'Auslösende Angaben bei Krediten mit fester Laufzeit verlangen die Rückzahlungsbedingungen',
  'Open-end trigger terms call for the annual percentage rate':
    'Auslösende Angaben bei revolvierenden Krediten verlangen den effektiven Jahreszins',
  'A rate of interest is stated as an annual percentage rate': 'Ein Zinssatz wird als effektiver Jahreszins angegeben',
  'No words that promise what is not decided, or press without need':
    'Keine Worte, die versprechen, was nicht entschieden ist, oder unnötig drängen',
  CASL: 'CASL',
  'Commercial electronic messages to Canada: consent that the sender can prove, who sends, a way out.':
    'Kommerzielle elektronische Nachrichten nach Kanada: nachweisbare Einwilligung, Angabe des Absenders, ein Abmeldeweg.',
  'Express consent, or implied consent that has not run out':
    'Ausdrückliche Einwilligung, oder eine stillschweigende, die nicht abgelaufen ist',
  'Implied by a purchase or contract: two years; by an inquiry: six months. Such permits end by themselves.':
    'Stillschweigend durch Kauf oder Vertrag: zwei Jahre; durch eine Anfrage: sechs Monate. Solche Erlaubnisse enden von selbst.',
  'The mail says where the sender can be reached': 'Die Mail sagt, wo der Absender zu erreichen ist',
  'The mail lets its reader unsubscribe': 'Aus der Mail kann man sich abmelden',
  'The text message says how to stop': 'Die Textnachricht sagt, wie man sich abmeldet',
  'GDPR and ePrivacy': 'DSGVO und ePrivacy',
  'Direct marketing to people in the European Economic Area and the United Kingdom: opt-in or soft opt-in, and an objection that is absolute.':
    'Direktwerbung an Personen im Europäischen Wirtschaftsraum und im Vereinigten Königreich: Einwilligung oder Bestandskundenausnahme, und ein Widerspruch, der immer gilt.',
  'Electronic marketing needs consent, or the soft opt-in of an own customer':
    'Elektronische Werbung braucht eine Einwilligung oder die Ausnahme für eigene Bestandskunden',
  'Soft opt-in: address got with a sale, similar products of one’s own, opt-out offered then and in each message.':
    'Bestandskundenausnahme: Adresse beim Verkauf erhalten, eigene ähnliche Produkte, Abmeldung damals und in jeder Nachricht angeboten.',
  'An objection to direct marketing is absolute': 'Ein Widerspruch gegen Direktwerbung gilt immer',
  'Every marketing mail offers a way out': 'Jede werbliche Mail bietet einen Abmeldeweg',
  'Every marketing text offers a way out': 'Jede werbliche Textnachricht bietet einen Abmeldeweg',
  'Gmail and Yahoo bulk rules': 'Regeln von Gmail und Yahoo für Massenmails',
  'What the large mailbox providers ask of marketing mail, whoever it goes to.':
    'Was die großen Postfachanbieter von werblichen Mails verlangen, wohin sie auch gehen.',
  'Marketing mail unsubscribes with one click': 'Von werblicher Mail meldet man sich mit einem Klick ab',
  'Marketing mail shows an unsubscribe link in its body': 'Werbliche Mail zeigt im Inhalt einen Abmeldelink',
}
