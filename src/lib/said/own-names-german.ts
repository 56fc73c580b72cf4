/** Names that Cadenza gives by itself to arms, metrics and models, also where they stand in quotes. */
const OWN: Readonly<Record<string, string>> = {
  'Went through the journey': 'Durch die Journey gegangen',
  'Held out': 'Zurückgehalten',
  'Best hour': 'Beste Stunde',
  'An hour by chance': 'Eine zufällige Stunde',
  'At once': 'Sofort',
  'The model chose': 'Das Modell hat gewählt',
  'The fallback, as for everybody': 'Der Rückfall, wie für alle',
  'Could be reached by marketing': 'Vom Marketing erreichbar',
  'Held out of marketing': 'Von Marketing zurückgehalten',
  Unsubscribed: 'Abgemeldet',
  Complained: 'Beschwert',
  Bounced: 'Zurückgekommen',
  Clicked: 'Geklickt',
  'Software by subscription': 'Software im Abonnement',
  'Applies within a month': 'Stellt binnen eines Monats einen Antrag',
  'Closes the account': 'Löst das Konto auf',
  'Next best offer': 'Nächstbestes Angebot',
  'How much is too much': 'Wie viel zu viel ist',
  'Subscribes within two weeks': 'Schließt binnen zwei Wochen ab',
  'Cancels within a month': 'Kündigt binnen eines Monats',
  'Ready to subscribe': 'Bereit zum Abschluss',
  'Help in the trial': 'Hilfe in der Testphase',
  'Best words and pictures': 'Beste Worte und Bilder',
  'Buys within a week': 'Kauft binnen einer Woche',
  'Does not come back': 'Kommt nicht wieder',
  'Cart recovery': 'Warenkorb-Rückgewinnung',
  'What goes with what': 'Was zueinander passt',
  'First touch': 'Erste Berührung',
  'Last touch': 'Letzte Berührung',
  'Last touch that was not direct': 'Letzte Berührung, die nicht direkt war',
  'Equal shares': 'Gleiche Anteile',
  'Shares by position': 'Anteile nach Position',
  'Shares that fade with time': 'Mit der Zeit abklingende Anteile',
  'Markov chain': 'Markow-Kette',
  'E-mail': 'E-Mail',
  'In-app': 'In-App',
  Advertisements: 'Anzeigen',
  Calls: 'Anrufe',
  Shops: 'Läden',
  'Direct visits': 'Direkte Besuche',
  'Paid search': 'Bezahlte Suche',
  'Paid social media': 'Bezahlte soziale Medien',
  'Other paid visits': 'Andere bezahlte Besuche',
  Banners: 'Banner',
  Affiliates: 'Partnerprogramme',
  'Social media': 'Soziale Medien',
  'Search, unpaid': 'Unbezahlte Suche',
  'Links of others': 'Links anderer',
  'Other campaigns': 'Andere Kampagnen',
  'AI assistants': 'KI-Assistenten',
}

/** Such a name; undefined: one that people gave. */
export function ownNameInGerman(name: string): string | undefined {
  if (Object.hasOwn(OWN, name)) return OWN[name]
  if (name.startsWith('Goal of ')) return `Ziel von ${name.slice('Goal of '.length)}`
  if (!name.startsWith('Value: ')) return undefined
  const rest = name.slice('Value: '.length)
  return `Wert: ${ownNameInGerman(rest) ?? rest}`
}
