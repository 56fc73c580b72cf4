import { words } from '#kit/words.ts'

/** What kinds without a list of their own are good for, while there is none. */
export const KIND_LEADS = words(
  {
    'product-feed': 'A feed fetches the file of your products again and again, so that messages show prices and stock as they are.',
    'coupon-pool': 'A pool holds codes of which each is given to one person only.',
    calendar: 'A calendar names days on which journeys do not go on: public holidays, a closing-down sale, the summer break.',
    'cost-rate': 'A rate says what a message or an hour of work costs, so that reports can tell what a journey earns after its costs.',
    pipeline: 'A pipeline names the stages of a deal, and how likely each of them becomes a customer.',
    'lifetime-value': 'It says how the worth of a customer over their lifetime is reckoned.',
    touchpoints: 'They say which events count as contacts when success is attributed.',
    sender: 'A sender is whom mail comes from: a name, an address, and the postal address that the law wants.',
    wording: 'A wording keeps the very words that people agreed to, with every version.',
    list: 'A list holds people who were brought in by a file, or picked by hand.',
  },
  {
    de: {
      'product-feed': 'Ein Feed holt die Datei Ihrer Produkte immer wieder, damit Nachrichten Preis und Bestand zeigen, wie sie sind.',
      'coupon-pool': 'Ein Vorrat enthält Codes, von denen jeder nur eine Person erreicht.',
      calendar: 'Ein Kalender nennt Tage, an denen Journeys ruhen: Feiertage, Ausverkauf, Sommerpause.',
      'cost-rate':
        'Ein Kostensatz sagt, was eine Nachricht oder eine Arbeitsstunde kostet, damit Berichte zeigen, was eine Journey nach Kosten bringt.',
      pipeline: 'Eine Pipeline nennt die Stufen eines Geschäfts und wie wahrscheinlich aus jeder ein Kunde wird.',
      'lifetime-value': 'Es sagt, wie der Wert eines Kunden über seine Lebenszeit berechnet wird.',
      touchpoints: 'Sie sagen, welche Ereignisse als Kontakte zählen, wenn Erfolg zugeordnet wird.',
      sender: 'Ein Absender ist, von wem E-Mails kommen: Name, Adresse und die Postanschrift, die das Gesetz verlangt.',
      wording: 'Ein Wortlaut bewahrt genau die Worte, denen Personen zugestimmt haben, mit jeder Version.',
      list: 'Eine Liste enthält Personen, die eine Datei gebracht hat oder die von Hand gewählt wurden.',
    },
  },
)
