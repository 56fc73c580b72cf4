import type { Sayings } from '../telling.ts'

/** What the door of the API and the shelf of documents refuse, where names or numbers are filled in. */
export const GERMAN_HTTP: Sayings = {
  'It needs the permission {1}.': 'Nötig ist das Recht {1}.',
  '{1} is not one of {2}.': '{1} gehört nicht zu {2}.',
  '"{1}" is given twice with different values.': '„{1}“ ist zweimal mit verschiedenen Werten angegeben.',
  'The body is nested deeper than {1} levels.': 'Der Inhalt ist tiefer als {1} Ebenen verschachtelt.',
  '{1} "{2}" is given more than once.': '{1} „{2}“ ist mehr als einmal angegeben.',
  'The document says {1} "{2}", but it is given as "{3}".': 'Im Dokument steht {1} „{2}“, angegeben ist es aber als „{3}“.',
  '1 thing is wrong; nothing was changed.': '1 Sache stimmt nicht; nichts wurde geändert.',
  '{1} things are wrong; nothing was changed.': '{1} Dinge stimmen nicht; nichts wurde geändert.',
  'Give each document once.': 'Geben Sie jedes Dokument einmal an.',
  'Give it once: in the path, the query or the body.': 'Geben Sie es einmal an: im Pfad, in der Abfrage oder im Inhalt.',
  'reports.run says which tables and charts it has.': 'reports.run sagt, welche Tabellen und Diagramme er hat.',
  'reports.list says what it can be asked with.': 'reports.list sagt, womit er gefragt werden kann.',
  'Sign in, or send a secret key as `Authorization: Bearer sk_…`.':
    'Melden Sie sich an, oder senden Sie einen geheimen Schlüssel als `Authorization: Bearer sk_…`.',
  'Send `Authorization: Bearer …`.': 'Senden Sie `Authorization: Bearer …`.',
}
