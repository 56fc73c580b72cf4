import { type Asked, type ContentFacts, type Finding, type Gate, PASS } from './facts.ts'
import { type Pattern, pattern } from './pattern.ts'
import type { RuleOf } from './schema.ts'
import { runAt, type Seen } from './visible.ts'

/** Characters that are seen without scrolling: about 900 in a mail on a phone, two segments of a text message. */
const FIRST = 900
const FIRST_OF_SMS = 320
const POINT = 4 / 3

type Disclosure = RuleOf<'disclosure'>
const PARTS = {
  unsubscribe: 'a way to unsubscribe',
  'one-click': 'one-click unsubscription (List-Unsubscribe-Post, RFC 8058)',
  'postal-address': 'the sender’s postal address',
} as const

export function disclosureGate(rule: Disclosure): Gate {
  const says = (rule.says ?? []).map(pattern)
  const triggers = rule.if?.map(pattern)
  const near = (rule.near ?? []).map(pattern)
  return ({ content, message }: Asked): Finding => {
    if (!content) return PASS
    const trigger = triggers && triggered(content, triggers)
    if (trigger === null) return PASS
    const because = trigger ? ` because it says “${trigger.phrase}”` : ''
    if (rule.part && !content.has[rule.part]) return missing(`It must hold ${PARTS[rule.part]}, and does not`, { part: rule.part })
    if (says.length === 0) return PASS
    for (const [view, seen] of content.shown.entries()) {
      const found = placesOf(seen, says)
      const evidence = { wanted: says.map(({ phrase }) => phrase), where: rule.where, ...(trigger && { trigger: trigger.text }) }
      if (found.length === 0) return missing(`It must say “${says[0]!.phrase}”${because}, and does not`, evidence)
      const first = message.channel === 'sms' ? FIRST_OF_SMS : FIRST
      const placed = found.filter((span) => isPlaced(rule, { seen, span, near, first }))
      if (placed.length === 0)
        return missing(`It says “${says[0]!.phrase}”, but not ${WHERE[rule.where](rule)}`, evidence, { view, seen, at: found[0]![0] })
      const large = placed.some((span) => isLarge(seen, span, rule.points))
      if (!large)
        return missing(`“${says[0]!.phrase}” must be set in ${rule.points} points at least`, evidence, { view, seen, at: placed[0]![0] })
    }
    return PASS
  }
}

const WHERE: Readonly<Record<Disclosure['where'], (rule: Disclosure) => string>> = {
  anywhere: () => 'where it can be seen',
  'first-screen': () => 'on the first screen',
  near: ({ near = [], distance }) => `within ${distance} characters of “${near[0] ?? ''}”`,
}

interface Placing {
  readonly seen: Seen
  readonly span: readonly [number, number]
  readonly near: readonly Pattern[]
  readonly first: number
}

function isPlaced({ where, distance }: Disclosure, { seen, span: [begin, end], near, first }: Placing): boolean {
  if (where === 'anywhere') return true
  if (where === 'first-screen') return end <= first
  const window = seen.text.slice(Math.max(0, begin - distance), end + distance)
  return near.some((each) => each.find(window) !== null)
}

/** A source that does not say a size (plain text) is read in the size that the reader has chosen. */
function isLarge(seen: Seen, [begin, end]: readonly [number, number], points: number | undefined): boolean {
  if (points === undefined) return true
  const runs = seen.runs.filter(({ start }, i) => start < end && (seen.runs[i + 1]?.start ?? Infinity) > begin)
  return runs.every(({ px }) => Number.isNaN(px) || px + 0.01 >= points * POINT)
}

function placesOf({ text }: Seen, says: readonly Pattern[]): (readonly [number, number])[] {
  const found: (readonly [number, number])[] = []
  for (const each of says) {
    for (let span = each.find(text); span && found.length < 50; span = each.find(text, Math.max(span[1], span[0] + 1))) found.push(span)
  }
  return found
}

/** The first trigger term that stands in the message; null: there is none. */
function triggered(content: ContentFacts, triggers: readonly Pattern[]): { phrase: string; text: string } | null {
  for (const { text } of [content.subject, ...content.all]) {
    for (const each of triggers) {
      const span = each.find(text)
      if (span) return { phrase: each.phrase, text: text.slice(...span) }
    }
  }
  return null
}

interface Spot {
  readonly view: number | 'subject'
  readonly seen: Seen
  readonly at: number
}

function missing(reason: string, evidence: Readonly<Record<string, string | readonly string[]>>, spot?: Spot): Finding {
  return { kind: 'refuse', reason, evidence, hint: 'Put it there in words that everybody sees', ...(spot && { place: placeOf(spot) }) }
}

const placeOf = ({ view, seen, at }: Spot): { view: number | 'subject'; offset: number } => {
  const run = runAt(seen, at)
  return { view, offset: run ? run.source + (at - run.start) : 0 }
}

export function wordingGate({ forbid = [], require = [], unless = [], language, in: where }: RuleOf<'wording'>): Gate {
  const forbidden = forbid.map(pattern)
  const required = require.map(pattern)
  const exceptions = unless.map(pattern)
  return ({ content, message }: Asked): Finding => {
    if (!content) return PASS
    if (language && message.language && message.language.split('-')[0] !== language.split('-')[0]) return PASS
    const views: [number | 'subject', Seen][] = [['subject', content.subject]]
    if (where === 'message') views.push(...content.all.entries())
    for (const [view, seen] of views) {
      const hit = firstOf(seen.text, forbidden, exceptions)
      if (!hit) continue
      const { phrase, span } = hit
      const evidence = {
        found: seen.text.slice(span[0], span[1]),
        phrase,
        around: seen.text.slice(Math.max(0, span[0] - 40), span[1] + 40),
      }
      const hint = 'Say it in other words, or leave it out'
      return { kind: 'refuse', reason: `It says “${evidence.found}”`, evidence, hint, place: placeOf({ view, seen, at: span[0] }) }
    }
    const lacking = required.find((each) => !views.some(([, seen]) => each.find(seen.text)))
    return lacking ? missing(`It must say “${lacking.phrase}”, and does not`, { wanted: [lacking.phrase] }) : PASS
  }
}

function firstOf(text: string, forbidden: readonly Pattern[], exceptions: readonly Pattern[]) {
  for (const each of forbidden) {
    for (let span = each.find(text); span; span = each.find(text, span[0] + 1))
      if (!isExcepted(text, span, exceptions)) return { phrase: each.phrase, span }
  }
  return null
}

/** Whether a match lies inside of an exception. */
function isExcepted(text: string, [begin, end]: readonly [number, number], exceptions: readonly Pattern[]): boolean {
  return exceptions.some((each) => {
    for (let span = each.find(text, Math.max(0, begin - 400)); span && span[0] <= begin; span = each.find(text, span[0] + 1))
      if (span[1] >= end) return true
    return false
  })
}
