/** A mail of the programme itself: it stands in no outbox, no archive and no list of messages, because it holds a way in. */
export interface LetterTo {
  readonly workspace: string
  readonly to: string
  readonly subject: string
  readonly text: string
}
/** Hands a mail over at once; false when there is no way for it, or nobody took it. It never throws. */
export type Post = (letter: LetterTo) => Promise<boolean>

export type LetterLanguage = 'en' | 'de'
type Said = Pick<LetterTo, 'subject' | 'text'>

/** The language of whoever asks for the letter, of those that it is written in. */
export const letterLanguage = (accepted: unknown): LetterLanguage => (/^\s*de\b/i.test(String(accepted ?? '')) ? 'de' : 'en')

export const invitationLetter = ({ name, link }: { name: string; link: string }, language: LetterLanguage): Said =>
  language === 'de'
    ? {
        subject: `Einladung in den Arbeitsbereich ${name}`,
        text: `Sie sind in den Arbeitsbereich ${name} eingeladen. Mit diesem Link nehmen Sie die Einladung an; er gilt drei Tage und einmal:\n\n${link}\n\nWenn Sie die Einladung nicht erwartet haben, lassen Sie diese Nachricht unbeachtet.`,
      }
    : {
        subject: `Invitation to the workspace ${name}`,
        text: `You are invited to the workspace ${name}. Accept with this link; it works once, for three days:\n\n${link}\n\nIf you did not expect this, leave the message as it is.`,
      }

export const resetLetter = ({ link }: { link: string }, language: LetterLanguage): Said =>
  language === 'de'
    ? {
        subject: 'Link für ein neues Passwort',
        text: `Mit diesem Link wählen Sie ein neues Passwort; er gilt einen Tag und einmal:\n\n${link}\n\nIhr zweiter Faktor bleibt, wie er ist.`,
      }
    : {
        subject: 'Link for a new password',
        text: `Choose a new password with this link; it works once, for a day:\n\n${link}\n\nYour second factor stays as it is.`,
      }
