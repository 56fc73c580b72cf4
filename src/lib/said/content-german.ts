import type { Sayings } from '../telling.ts'

/** Templates, brands, pages and what answer engines read of them. */
export const GERMAN_CONTENT: Sayings = {
  'Look at it 600 and 360 pixels wide: columns stand one below the other under 480.':
    'Sehen Sie es in 600 und 360 Pixeln Breite an: unter 480 stehen Spalten untereinander.',
  'Programs in dark mode may turn colours round: use pictures with a background of their own or an outline, above all the logo.':
    'Programme im dunklen Modus können Farben umkehren: nehmen Sie Bilder mit eigenem Hintergrund oder Umriss, vor allem für das Logo.',
  'Give id (and version), or draft.': 'Geben Sie id (und version) oder draft an.',
  'A block of MJML is not valid': 'Ein MJML-Block ist ungültig',
  'At the top level it holds sections; inside columns it holds elements such as <mj-text>.':
    'Auf der obersten Ebene enthält er Abschnitte, in Spalten Elemente wie <mj-text>.',
  'The blocks have problems': 'Die Blöcke haben Fehler',
  'A tag has to end in the paragraph or list item in which it begins; use a conditional block for more.':
    'Ein Tag muss in dem Absatz oder Listenpunkt enden, in dem es beginnt; für mehr nehmen Sie einen bedingten Block.',
  'The template has several problems': 'Die Vorlage hat mehrere Fehler',
  '{1} version {2}': '{1}, Version {2}',
  'Repeat less.': 'Wiederholen Sie weniger.',
  '{1} characters of HTML, {2} of text': '{1} Zeichen HTML, {2} Zeichen Text',
  'Keep the HTML under {1} characters; Gmail clips above {2}.': 'Halten Sie das HTML unter {1} Zeichen; Gmail schneidet ab {2} ab.',
  'Begin with one of {1}{2}.': 'Beginnen Sie mit einem von {1}{2}.',
  'Mend the tag or filter at this place; the reference page lists those that exist.':
    'Berichtigen Sie das Tag oder den Filter an dieser Stelle; die Referenzseite nennt alle, die es gibt.',
  '“{1}” says that products “{2}” are low in stock, and the template has none of that name':
    '„{1}“ sagt, dass von den Produkten „{2}“ wenig vorrätig ist, und die Vorlage hat keine dieses Namens',
  'Add products: [{ as: {1}, from: … }], so that it can be asked when the message leaves.':
    'Ergänzen Sie products: [{ as: {1}, from: … }], damit es beim Versand abgefragt werden kann.',
  'One before it is for everybody: give that one a condition, or put it last.':
    'Eine davor gilt für alle: geben Sie dieser eine Bedingung, oder setzen Sie sie ans Ende.',
  'Give each an id of its own.': 'Geben Sie jeder eine eigene Kennung.',
  'The template cannot be read': 'Die Vorlage ist nicht lesbar',
  'The message needs too much memory to render': 'Die Nachricht braucht zu viel Speicher, um dargestellt zu werden',
  'Do not put texts or lists together in loops.': 'Setzen Sie Texte oder Listen nicht in Schleifen zusammen.',
  '{1} on {2} has a contrast of {3}:1': '{1} auf {2} hat einen Kontrast von {3}:1',
  'Text needs {1}:1 to be read by people with weak sight (WCAG 2.2, 1.4.3).':
    'Text braucht {1}:1, damit Menschen mit schwacher Sicht ihn lesen können (WCAG 2.2, 1.4.3).',
  'Add a link such as <a href="{{ unsubscribe_url }}">Unsubscribe</a>, or set purpose: transactional if it answers what the person did.':
    'Ergänzen Sie einen Link wie <a href="{{ unsubscribe_url }}">Abmelden</a>, oder setzen Sie purpose: transactional, wenn die Nachricht beantwortet, was die Person tat.',
  'Nobody has it: check how it is called, or give a default: {{ {1} | default: "…" }}.':
    'Niemand hat es: prüfen Sie den Namen, oder geben Sie einen Ersatz an: {{ {1} | default: "…" }}.',
  'They would read a gap. Give a default: {{ {1} | default: "…" }}.':
    'Sie würden eine Lücke lesen. Geben Sie einen Ersatz an: {{ {1} | default: "…" }}.',
  '{1} of {2} people read “{3}” and would get {4}': '{1} von {2} Personen lesen „{3}“ und bekämen {4}',
  'The answer that stands first has {1} words': 'Die Antwort am Anfang hat {1} Wörter',
  'Answer the question in 40 to 60 words; explain below.': 'Beantworten Sie die Frage in 40 bis 60 Wörtern; Erklärungen folgen darunter.',
  'Under “{1}” stands no text first': 'Unter „{1}“ steht nicht zuerst Text',
  'Answer the heading before you show anything else.': 'Beantworten Sie die Überschrift, bevor Sie etwas anderes zeigen.',
  'The first paragraph under “{1}” has {2} words': 'Der erste Absatz unter „{1}“ hat {2} Wörter',
  'Begin with the answer in 40 to 60 words.': 'Beginnen Sie mit der Antwort in 40 bis 60 Wörtern.',
  'Nothing says which question the page answers': 'Nirgends steht, welche Frage die Seite beantwortet',
  'Give question, in the words of those who ask it.': 'Geben Sie question an, in den Worten derer, die fragen.',
  '{1} of {2} headings are questions': '{1} von {2} Überschriften sind Fragen',
  'Ask in the heading what the section answers.': 'Fragen Sie in der Überschrift, was der Abschnitt beantwortet.',
  'There is no list, table or FAQ': 'Es gibt keine Liste, keine Tabelle und keine Fragen mit Antworten',
  'Lists and tables are taken over more often than running text.': 'Listen und Tabellen werden häufiger übernommen als fortlaufender Text.',
  'A number has no source': 'Eine Zahl hat keine Quelle',
  'Link to where it comes from: numbers with sources are quoted, numbers without are not believed.':
    'Verlinken Sie, woher sie stammt: Zahlen mit Quelle werden zitiert, Zahlen ohne nicht geglaubt.',
  'The page cites nobody': 'Die Seite zitiert niemanden',
  'Link to the sources that you rely on.': 'Verlinken Sie die Quellen, auf die Sie sich stützen.',
  'Nothing says elsewhere who the author is': 'Nirgends sonst steht, wer die Seite verfasst hat',
  'Give author.sameAs: a profile page that is known to be theirs.':
    'Geben Sie author.sameAs an: eine Profilseite, die nachweislich dieser Person gehört.',
  'Nothing says elsewhere who publishes': 'Nirgends sonst steht, wer die Seite herausgibt',
  'Give publisher.sameAs: register, Wikipedia, social profiles.':
    'Geben Sie publisher.sameAs an: Register, Wikipedia, Profile in sozialen Netzwerken.',
  'An object has no @type': 'Ein Objekt hat kein @type',
  'We know no type {1}': 'Ein Typ {1} ist nicht bekannt',
  'One of {1}.': 'Möglich sind {1}.',
  'A {1} cannot stand here': 'Hier darf kein Objekt der Art {1} stehen',
  '{1} needs {2}': '{1} braucht {2}',
  'Without it the object is passed over.': 'Ohne diese Angabe wird das Objekt übergangen.',
  '{1} has no property {2}': '{1} hat keine Eigenschaft {2}',
  'Did you mean {1}?': 'Meinten Sie {1}?',
  'Take it out.': 'Nehmen Sie sie heraus.',
  'Here stands {1}': 'Hierher gehört {1}',
  'Here stands an object: {1}': 'Hierher gehört ein Objekt: {1}',
  'Write an object with @type.': 'Schreiben Sie ein Objekt mit @type.',
  'This is no address that a page can lead to': 'Zu dieser Adresse kann eine Seite nicht führen',
  'Begin with https://.': 'Beginnen Sie mit https://.',
}
