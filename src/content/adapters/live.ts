import { isRefusal, type Outcome, refuse } from '#lib/problem.ts'
import { compileCondition } from '#segments/catalogue.ts'
import { checkNames } from '../check.ts'
import { type AddressPattern, addressPattern } from '../connected.ts'
import { type LivePlan, livePlan } from '../live.ts'
import type { TemplateProblem } from '../schema.ts'
import { fieldsOf, type Slots, unfilledPlaces } from '../slots.ts'
import { variables } from './liquid.ts'
import { type Pieces, parsePieces } from './pieces.ts'

/** What is live in a template version, parsed once. */
export interface CompiledLive {
  readonly plan: LivePlan
  /** The texts of what slots can show, by `/slots/<slot>/<variant>` and then by the field's name. */
  readonly fields: Readonly<Record<string, Pieces>>
  /** By the name of the data: its address, and the outputs in it (`/0`, `/1`, …). */
  readonly addresses: Readonly<Record<string, { readonly pattern: AddressPattern; readonly outputs: Pieces }>>
  readonly problems: readonly TemplateProblem[]
}

/** Undefined when nothing in it is live. */
export function compileLive(
  template: LivePlan & { readonly mjml?: string | undefined; readonly html?: string | undefined },
): Outcome<CompiledLive | undefined> {
  const plan = livePlan(template)
  const unfilled = unfilledPlaces(template.mjml ?? template.html ?? '', template.slots)
  if (!plan && unfilled.length === 0) return undefined
  const fields: Record<string, Pieces> = {}
  for (const [variant, texts] of Object.entries(fieldsOf(plan?.slots))) {
    const parsed = parsePieces(Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, { text, escaping: 'text' as const }])))
    if (isRefusal(parsed)) return refuse({ ...parsed.refused, at: `${variant}/${parsed.refused.at}` })
    fields[variant] = parsed
  }
  const addresses: Record<string, CompiledLive['addresses'][string]> = {}
  for (const { as, url } of plan?.connected ?? []) {
    const pattern = addressPattern(url)
    if (isRefusal(pattern)) return pattern
    const texts = pattern.parts.flatMap((part) => ('output' in part ? [`{{ ${part.output} }}`] : []))
    const outputs = parsePieces(Object.fromEntries(texts.map((text, i) => [`/${i}`, { text, escaping: 'text' as const }])))
    if (isRefusal(outputs)) return outputs
    addresses[as] = { pattern, outputs }
  }
  const named = Object.entries(fields).flatMap(([variant, { parsed }]) =>
    Object.entries(parsed).flatMap(([name, each]) => checkNames(variables(each), `${variant}/${name}`)),
  )
  const problems = [...named, ...checkSlots(plan?.slots), ...unfilled.map(noSlot)]
  return { plan: plan ?? {}, fields, addresses, problems }
}

const noSlot = (name: string): TemplateProblem => ({
  severity: 'error',
  code: 'template.slot.unknown',
  title: `No slot is called “${name}”`,
  hint: 'Describe it under slots, or take <slot> out of the body.',
  at: '/slots',
})

/** Conditions that cannot be read, and variants that nobody can get because one before them is for everybody. */
function checkSlots(slots: Slots = {}): TemplateProblem[] {
  return Object.entries(slots).flatMap(([name, slot]) => {
    if (slot.by === 'recommendation') return []
    const at = (i: number): string => `/slots/${name}/variants/${i}/when`
    const faults = slot.variants.flatMap(({ when }, i): TemplateProblem[] => {
      const condition = when === undefined ? undefined : compileCondition(when)
      if (!condition || !isRefusal(condition)) return []
      const { code, title, hint } = condition.refused
      return [{ severity: 'error', code, title, at: at(i), ...(hint === undefined ? {} : { hint }) }]
    })
    const open = slot.by === 'conditions' ? slot.variants.findIndex(({ when }) => when === undefined) : -1
    const hidden = open >= 0 ? slot.variants.slice(open + 1) : []
    const twice = slot.variants.filter(({ id }, i) => slot.variants.findIndex((other) => other.id === id) < i)
    return [
      ...faults,
      ...hidden.map(
        ({ id }): TemplateProblem =>
          warning(
            `Nobody gets the variant “${id}”`,
            'One before it is for everybody: give that one a condition, or put it last.',
            `/slots/${name}`,
          ),
      ),
      ...twice.map(
        ({ id }): TemplateProblem => ({
          ...warning(`Two variants are called “${id}”`, 'Give each an id of its own.', `/slots/${name}`),
          severity: 'error',
        }),
      ),
    ]
  })
}

const warning = (title: string, hint: string, at: string): TemplateProblem => ({
  severity: 'warning',
  code: 'template.slot',
  title,
  hint,
  at,
})
