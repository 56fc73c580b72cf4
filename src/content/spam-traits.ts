import { type Finding, warning } from './finding.ts'

/** Phrases that filters of long standing give points for (the families of SpamAssassin's rules); a sign, never a verdict. */
const PHRASES: readonly (readonly [RegExp, string])[] = [
  [/\b(?:100% free|absolutely free|free money|free gift)\b/i, 'promises something free'],
  [/\b(?:act now|urgent response|last chance!!|don't delete)\b/i, 'presses for time'],
  [/\b(?:click here|click below)\b/i, 'says “click here” instead of where the link leads'],
  [/\b(?:make money|extra income|earn \$|double your|work from home)\b/i, 'promises earnings'],
  [/\b(?:you(?:'ve| have) (?:won|been selected)|winner|congratulations you)\b/i, 'tells of a prize'],
  [/\b(?:risk[- ]free|no catch|guaranteed|miracle)\b/i, 'promises too much'],
  [/\b(?:no credit check|consolidate (?:your )?debt|lowest rates?)\b/i, 'sounds like a loan from a stranger'],
  [/\b(?:dear (?:friend|sir|madam|customer))\b/i, 'does not know who it writes to'],
]

/** How a message shouts, presses or pretends; each finding says which and why. */
export function checkManners(text: string, subject: string): Finding[] {
  const found: Finding[] = []
  const say = (code: string, title: string, hint: string): void => void found.push(warning({ code, title, hint }))
  const letters = subject.replace(/[^\p{L}]/gu, '')
  if (letters.length >= 8 && letters.replace(/[^\p{Lu}]/gu, '').length / letters.length > 0.6)
    say('spam.capitals', 'The subject is written in capitals', 'Write it as a sentence: filters and readers take it for shouting.')
  if (/!{2,}|\?{3,}/.test(text)) say('spam.exclamation', 'There is more than one exclamation mark in a row', 'One is enough.')
  if (/[$€£]{2,}/.test(text)) say('spam.currency', 'Currency signs are repeated', 'Write the amount.')
  if (/^\s*(?:re|fwd?|aw|wg)\s*:/i.test(subject))
    say('spam.pretends', 'The subject pretends to be an answer', 'Misleading subjects are forbidden (CAN-SPAM, 15 U.S.C. §7704(a)(2)).')
  for (const [pattern, title] of PHRASES) {
    const match = pattern.exec(text)
    if (match)
      found.push(
        warning({
          code: 'spam.phrase',
          title: `It ${title}`,
          detail: `“${match[0]}”`,
          hint: 'Say it plainly; filters give points for this phrase.',
        }),
      )
  }
  return found
}
