/** Name and description of the journeys to begin with, by their id. */
export const GERMAN_GALLERY: Readonly<Record<string, readonly [name: string, description: string]>> = {
  'document-reminder': [
    'Fehlende Unterlagen',
    'Erinnert an Unterlagen, die ein Antrag noch braucht, bis sie da sind oder der Antrag endet; benachrichtigt dann jemanden aus dem Team.',
  ],
  'eligible-offer': [
    'Angebot an Berechtigte',
    'Bietet Berechtigten ein Sparkonto an, mit Bedingungen und den vorgeschriebenen Hinweisen; über große Guthaben entscheidet die Beratung.',
  ],
  'renewal-notice': [
    'Hinweis auf die Verlängerung',
    'Kündigt eine Verlängerung zwei Wochen vorher an, nach der Uhr jeder Person; keine Obergrenze hält sie zurück, und wer nicht erreichbar ist, wird von Hand angeschrieben.',
  ],
  activation: [
    'Aktivierung',
    'Zeigt Personen, die angefangen und aufgehört haben, den nächsten nützlichen Schritt; höchstens dreimal, und nur solange er neu für sie ist.',
  ],
  'quiet-customers': [
    'Abwanderungsgefahr',
    'Bemerkt zahlende Kundschaft, die still geworden ist, bietet Hilfe an und lässt jemanden aus dem Team über einen Anruf entscheiden.',
  ],
  'colleagues-on-pricing': [
    'Interesse an den Preisen',
    'Jemand, der mit anderen arbeitet, hat in einer Woche dreimal die Preise angesehen; benachrichtigt die Kundenbetreuung. Wer hinsieht, wird je Person gezählt, das Unternehmen sagt das Ereignis.',
  ],
  expansion: ['Ausbau', 'Benachrichtigt die Kundenbetreuung, dann die Kundschaft, wenn ein Team der Grenze seines Tarifs nahe ist.'],
  'invite-team': ['Das Team einladen', 'Fragt höchstens dreimal im Abstand einer Woche und hört auf, sobald jemand dazugekommen ist.'],
  'trial-onboarding': ['Einstieg in die Testphase', 'Führt zum ersten Projekt und bittet drei Tage vor dem Ende der Testphase zu bleiben.'],
  'cart-rescue': [
    'Verlassener Warenkorb',
    'Erinnert an einen verlassenen Warenkorb; ein zweites Mal nur, wenn es sich lohnt und nicht hingesehen wurde.',
  ],
  'back-in-stock': [
    'Wieder vorrätig',
    'Sagt denen, die darum gebeten haben, dass ein Produkt wieder da ist, per Push, wo vorhanden, sonst per E-Mail.',
  ],
  'browse-abandonment': [
    'Angesehen, nicht gekauft',
    'Schreibt Personen, die dasselbe mehrmals angesehen und nichts in den Warenkorb gelegt haben.',
  ],
  'post-purchase': ['Nach dem Kauf', 'Dankt für die Bestellung, hilft beim Gebrauch und bittet Zufriedene um eine Bewertung.'],
  'welcome-series': [
    'Willkommen',
    'Begrüßt neu Angemeldete, zeigt, was andere mögen, und fragt nach einer Woche noch einmal, wenn sie nicht gekauft haben.',
  ],
  'win-back-90': [
    'Rückgewinnung',
    'Schreibt Kundschaft, die früher gekauft hat und seit neunzig Tagen fort ist; prüft, ob ein Angebot seinen Preis wert ist.',
  ],
}
