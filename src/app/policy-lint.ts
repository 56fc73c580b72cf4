import { checkRule } from '#consent/policies/check.ts'
import { type Draft, gatesOf, lintDraft, lintFactors, type PolicyLibrary } from '#consent/policies/lint.ts'
import { GENERAL, type Policy } from '#consent/policies/schema.ts'
import type { Template } from '#content/schema.ts'
import { inOneLanguage } from '#content/template-locales.ts'
import { placed } from '#journeys/check-walk.ts'
import { attributesAsked } from '#journeys/decided-by.ts'
import type { Journey } from '#journeys/schema.ts'
import { waysOf } from '#journeys/sends.ts'
import type { Json } from '#lib/json.ts'
import type { Problem } from '#lib/problem.ts'
import { systemClock } from '#platform/clock.ts'
import type { Segment } from '#segments/schema.ts'

type Said = Pick<Draft, 'lane' | 'category'>

/** What the rules of law would refuse of a template, in each of its languages. Rules count that hold today. */
export function lintTemplate(template: Template, library: PolicyLibrary): readonly Problem[] {
  return lintSaid(template, { lane: template.purpose, category: template.category }, library)
}

function lintSaid(template: Template, said: Said, library: PolicyLibrary): readonly Problem[] {
  const gates = gatesOf(library)
  if (!gates.exists) return []
  const now = systemClock().now()
  const own = lintDraft(draftOf(template, said), gates, now)
  const others = Object.keys(template.locales ?? {}).flatMap((locale) =>
    lintDraft(draftOf(inOneLanguage(template, locale), said), gates, now).map((problem) => ({
      ...problem,
      at: `/locales/${locale}${problem.at ?? ''}`,
    })),
  )
  return [...own, ...others]
}

/** What blocks cannot leave out: their footer holds both, and the compiled mail is checked for it. */
const FOOTER = '<p>{{ sender.postal_address }} {{ unsubscribe_url }}</p>'

/** What is written in a template, as itself says what it is. */
export const templateDraft = (template: Template): Draft => draftOf(template, { lane: template.purpose, category: template.category })

function draftOf(template: Template, { lane, category }: Said): Draft {
  const about = {
    channel: template.channel,
    lane,
    topic: template.topic ?? '',
    category,
    review: template.review,
    language: template.locale,
    sample: template.sample,
  }
  const field = (at: string, source: string | undefined) => (source === undefined ? undefined : { at, source })
  switch (template.channel) {
    case 'email': {
      const { subject, preheader = '', mjml, html, blocks, text } = template
      const body = field('/mjml', mjml) ?? field('/html', html) ?? { at: '/blocks', source: `${textsIn(blocks as Json)}${FOOTER}` }
      const inbox = { at: '/subject', source: preheader === '' ? subject : `${subject} \n ${preheader}` }
      return { ...about, subject: inbox, html: body, text: field('/text', text) }
    }
    case 'sms':
    case 'slack':
      return { ...about, subject: NO_SUBJECT, text: { at: '/text', source: template.text } }
    case 'push':
    case 'inapp':
      return { ...about, subject: NO_SUBJECT, text: { at: '/body', source: `${template.body}\n${template.title}` } }
    case 'whatsapp':
      return {
        ...about,
        subject: NO_SUBJECT,
        text: field('/text', template.text) ?? { at: '/approved', source: (template.approved?.parameters ?? []).join('\n') },
      }
  }
}

const NO_SUBJECT = { at: '', source: '' }

/** Every text of a list of blocks, each as a paragraph. */
function textsIn(value: Json | undefined): string {
  if (typeof value === 'string') return `<p>${value}</p>`
  if (Array.isArray(value)) return value.map((each) => textsIn(each as Json)).join('')
  if (value === null || typeof value !== 'object') return ''
  return Object.entries(value)
    .map(([name, each]) => (name === 'kind' || name === 'if' ? '' : textsIn(each)))
    .join('')
}

/** What the rules would refuse of a journey: what decides who gets a message, and templates that its steps send as something else than they are. */
export function lintJourney(journey: Journey, library: PolicyLibrary): readonly Problem[] {
  const gates = gatesOf(library)
  if (!gates.exists) return []
  const now = systemClock().now()
  const when = (id: string): string[] => {
    const segment = library.get?.('segment', id) as Segment | undefined
    return segment ? [segment.when] : []
  }
  const decidedBy = attributesAsked(journey as unknown as Json, when)
  return placed(journey.steps, '/steps').flatMap(({ step, at }) =>
    waysOf(step).flatMap((each) => {
      if (each.channel === 'webhook') return []
      const { way, channel } = each
      const template = library.get?.('template', way.template) as Template | undefined
      const category = way.category ?? template?.category ?? GENERAL
      const message = { channel, lane: way.lane, topic: '', category, decidedBy }
      const sentAs = template && (category !== (template.category ?? GENERAL) || way.lane !== template.purpose)
      const of = sentAs ? lintSaid(template, { lane: way.lane, category }, library) : []
      return [
        ...lintFactors(message, gates, { at, now }),
        ...of.map((problem) => ({ ...problem, at, detail: `template ${way.template}${problem.at ?? ''} · ${problem.detail ?? ''}` })),
      ]
    }),
  )
}

export const lintPolicy = (policy: Policy, library: PolicyLibrary): readonly Problem[] => checkRule(policy, library)
