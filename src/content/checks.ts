import type { Brand } from './brand.ts'
import { htmlFacts } from './checks-html.ts'
import { error, type Finding, warning } from './finding.ts'
import { LIMITS } from './language.ts'
import type { Rendered } from './schema.ts'
import { checkManners } from './spam-traits.ts'

/** What inboxes show of a subject on a phone, and at most. */
const SUBJECT = { phone: 40, most: 70 } as const
const PREHEADER = 130

export interface Mail extends Pick<Rendered, 'subject' | 'html' | 'text'> {
  readonly preheader: string | undefined
  readonly purpose: 'marketing' | 'transactional'
  /** What the way out was rendered as. */
  readonly unsubscribeUrl: string
  readonly postalAddress: string
  readonly brand: Brand | undefined
}

/** Everything that can be seen of a rendered mail without asking anybody; what it links to comes with it. */
export function checkMail(mail: Mail): { findings: Finding[]; links: string[] } {
  const { findings, links, words, images } = htmlFacts(mail.html)
  return {
    findings: [
      ...checkSubject(mail),
      ...checkSize(mail.html),
      ...checkWayOut(mail),
      ...checkTextPart(mail, { words, images }),
      ...checkManners(`${mail.subject}\n${mail.text}`, mail.subject),
      ...checkVoice(`${mail.subject}\n${mail.preheader ?? ''}\n${mail.text}`, mail.brand),
      ...findings,
    ],
    links,
  }
}

function checkSubject({ subject, preheader }: Mail): Finding[] {
  const length = [...subject].length
  const found: Finding[] = []
  if (length === 0)
    found.push(
      error({ code: 'subject.empty', title: 'The subject is empty', hint: 'Give a default to what it is made of.', at: '/subject' }),
    )
  if (length > SUBJECT.most)
    found.push(
      warning({
        code: 'subject.long',
        title: `The subject has ${length} characters`,
        hint: `Phones show about ${SUBJECT.phone}, others at most ${SUBJECT.most}: say the point first.`,
        at: '/subject',
      }),
    )
  if (preheader === undefined)
    found.push(
      warning({
        code: 'preheader.missing',
        title: 'There is no preheader',
        hint: 'Inboxes show the first words of the mail behind the subject instead.',
        at: '/preheader',
      }),
    )
  else if ([...preheader].length > PREHEADER)
    found.push(
      warning({
        code: 'preheader.long',
        title: 'The preheader is longer than inboxes show',
        hint: `Keep it under ${PREHEADER} characters.`,
        at: '/preheader',
      }),
    )
  return found
}

function checkSize(html: string): Finding[] {
  const bytes = new TextEncoder().encode(html).length
  if (bytes <= LIMITS.clip) return []
  return [
    warning({
      code: 'size.clip',
      title: `The mail has ${Math.round(bytes / 1_000)} KB`,
      hint: 'Gmail cuts it off above 102 KB, and with it the way out: take something out.',
    }),
  ]
}

/** A way out that a condition hides is none: what counts is what the reader sees. */
function checkWayOut({ purpose, html, text, unsubscribeUrl, postalAddress }: Mail): Finding[] {
  if (purpose === 'transactional') return []
  const found: Finding[] = []
  if (!html.includes(unsubscribeUrl))
    found.push(
      error({
        code: 'template.unsubscribe.missing',
        title: 'This reader sees no way out',
        hint: 'Take {{ unsubscribe_url }} out of the condition.',
      }),
    )
  if (!text.includes(unsubscribeUrl))
    found.push(
      warning({ code: 'text.unsubscribe', title: 'The text part has no way out', hint: 'Add {{ unsubscribe_url }} to it.', at: '/text' }),
    )
  if (postalAddress !== '' && !html.includes(postalAddress.slice(0, 10)))
    found.push(
      error({
        code: 'template.postal_address.missing',
        title: 'This reader sees no postal address',
        hint: 'Take {{ sender.postal_address }} out of the condition.',
      }),
    )
  return found
}

function checkTextPart({ text }: Mail, { words, images }: { words: number; images: number }): Finding[] {
  const found: Finding[] = []
  if (text.trim().split(/\s+/).length < 3)
    found.push(
      warning({
        code: 'text.empty',
        title: 'The text part says next to nothing',
        hint: 'Write text: it is what watches, screen readers and filters read.',
        at: '/text',
      }),
    )
  if (images > 0 && words < 20)
    found.push(
      warning({
        code: 'spam.image-only',
        title: 'The mail is nearly all pictures',
        hint: 'Write what they say as text: filters distrust it, and many readers see none of it.',
      }),
    )
  return found
}

/** Words that the brand does not say. */
export function checkVoice(text: string, brand: Brand | undefined): Finding[] {
  const { banned = [], preferred = {} } = brand?.voice ?? {}
  const says = (word: string): boolean =>
    new RegExp(`(?<![\\p{L}\\p{N}])${word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\p{L}\\p{N}])`, 'iu').test(text)
  return [
    ...banned
      .filter(says)
      .map((word) => warning({ code: 'voice.banned', title: `Your brand does not say “${word}”`, hint: 'Say it in another way.' })),
    ...Object.entries(preferred)
      .filter(([word]) => says(word))
      .map(([word, instead]) =>
        warning({ code: 'voice.preferred', title: `Your brand says “${instead}”, not “${word}”`, hint: `Write “${instead}”.` }),
      ),
  ]
}
