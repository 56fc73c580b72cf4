import type { Brand } from './brand.ts'
import { checkVoice } from './checks.ts'
import { type Finding, warning } from './finding.ts'
import type { EmailTemplate, Template } from './schema.ts'
import { checkManners } from './spam-traits.ts'

/** How a text message travels; `smsLength` of the channel. */
export interface Measured {
  readonly encoding: 'gsm-7' | 'ucs-2'
  readonly units: number
  readonly segments: number
}
type TextTemplate = Exclude<Template, EmailTemplate>
export type Measure = (text: string) => Measured

/** What phones show of a notification that is not opened. */
const SHOWN = { title: 50, body: 150 } as const
const LEAVING =
  /\b(?:stop|unsubscribe|opt[- ]?out|abmelden|abbestellen|désinscrire|desuscribir|baja|annulla|uitschrijven|afmelden|wypisz)\b/i

/** What can be seen of a rendered message of any channel but e-mail; `pieces` by JSON pointer. */
export function checkTexts(
  { channel, purpose }: Pick<TextTemplate, 'channel' | 'purpose'>,
  pieces: Readonly<Record<string, string>>,
  { measure, brand }: { measure: Measure; brand: Brand | undefined },
): Finding[] {
  const all = Object.values(pieces).join('\n')
  const said = [...checkVoice(all, brand), ...checkManners(all, pieces['/title'] ?? '').filter(({ code }) => code !== 'spam.capitals')]
  switch (channel) {
    case 'sms':
      return [...checkSms(pieces['/text'] ?? '', purpose, measure), ...said]
    case 'push':
      return [...checkNotice(pieces), ...said]
    case 'inapp':
    case 'whatsapp':
    case 'slack':
      return said
  }
}

function checkSms(text: string, purpose: TextTemplate['purpose'], measure: Measure): Finding[] {
  const { encoding, segments, units } = measure(text)
  const found: Finding[] = []
  if (segments > 1)
    found.push(
      warning({
        code: 'sms.segments',
        title: `It is charged as ${segments} messages`,
        detail: `${units} ${encoding === 'gsm-7' ? 'characters' : 'units of UCS-2'}`,
        hint: 'One holds 160 characters, or 70 with signs that are not in GSM-7.',
        at: '/text',
      }),
    )
  if (encoding === 'ucs-2') {
    const odd = [...new Set(text)].filter((sign) => measure(sign).encoding === 'ucs-2')
    found.push(
      warning({
        code: 'sms.unicode',
        title: 'Some signs make every segment less than half as long',
        detail: odd.slice(0, 20).join(' '),
        hint: 'Write them in another way, such as " for “.',
        at: '/text',
      }),
    )
  }
  if (purpose === 'marketing' && !LEAVING.test(text))
    found.push(
      warning({
        code: 'sms.opt-out',
        title: 'It does not say how to leave',
        hint: 'Add such as “Reply STOP to end” (CTIA Messaging Principles §5.1; 47 CFR 64.1200(a)(10)).',
        at: '/text',
      }),
    )
  if (/https?:\/\/(?:bit\.ly|tinyurl\.com|t\.co|goo\.gl)\//i.test(text))
    found.push(
      warning({
        code: 'link.shortener',
        title: 'A link hides where it leads',
        hint: 'Carriers block public shorteners (CTIA Messaging Principles §5.3.4): use your own domain.',
        at: '/text',
      }),
    )
  return found
}

function checkNotice(pieces: Readonly<Record<string, string>>): Finding[] {
  return (['title', 'body'] as const).flatMap((field) => {
    const length = [...(pieces[`/${field}`] ?? '')].length
    if (length <= SHOWN[field]) return []
    return [
      warning({
        code: `push.${field}.long`,
        title: `The ${field} has ${length} characters`,
        hint: `Phones show about ${SHOWN[field]}: say the point first.`,
        at: `/${field}`,
      }),
    ]
  })
}
