import type { Sayings } from '../telling.ts'

/** The pages of a proof pack. */
export const GERMAN_PROOF: Sayings = {
  'What was sent': 'Was gesendet wurde',
  'Each message that was handed over to a provider, as it was kept at that moment. “Exact” says whether the bytes in the pack have the hash that was noted at the hand-over.':
    'Jede Nachricht, die einem Anbieter übergeben wurde, so wie sie in diesem Moment verwahrt wurde. „Genau“ sagt, ob die Bytes im Paket den Hash haben, der bei der Übergabe notiert wurde.',
  'What was not sent, and why': 'Was nicht gesendet wurde, und warum',
  'Messages that were wanted by a journey and stopped, with the rule that stopped them and where that rule comes from.':
    'Nachrichten, die eine Journey senden wollte und die aufgehalten wurden, mit der Regel, die sie aufhielt, und deren Herkunft.',
  'The way through the journeys': 'Der Weg durch die Journeys',
  'Every move of a person from step to step, with its reason: why a message was wanted, or why it was not.':
    'Jede Bewegung einer Person von Schritt zu Schritt mit ihrem Grund: warum eine Nachricht gewollt war oder nicht.',
  'Verdicts of the rules of law': 'Urteile der Rechtsregeln',
  'What each rule said of each message, with the citation, the version of the rule and the evidence that it looked at.':
    'Was jede Regel zu jeder Nachricht sagte, mit Fundstelle, Version der Regel und den Belegen, die sie betrachtete.',
  Consent: 'Einwilligung',
  'Every word of the person on what they want to get, oldest first, with the wording that they saw and how it reached us.':
    'Jede Äußerung der Person dazu, was sie bekommen möchte, die älteste zuerst, mit dem Wortlaut, den sie sah, und dem Weg, auf dem sie uns erreichte.',
  Approvals: 'Freigaben',
  'What had to be decided by people before it could happen, who decided, and the hash of exactly what they decided on.':
    'Was Menschen entscheiden mussten, bevor es geschehen konnte, wer entschied, und der Hash genau dessen, worüber entschieden wurde.',
  'Audit log': 'Audit-Protokoll',
  'Who did what in Cadenza that this rests on. Each line stands at its place in a chain of hashes; audit/check.json says whether the whole chain holds.':
    'Wer in Cadenza was getan hat, worauf dies beruht. Jede Zeile hat ihren Platz in einer Kette von Hashes; audit/check.json sagt, ob die ganze Kette unversehrt ist.',
}
