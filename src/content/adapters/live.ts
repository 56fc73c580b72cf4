import { at, type JsonObject } from '#lib/json.ts'
import { isRefusal, type Outcome, refuse } from '#lib/problem.ts'
import { compileCondition } from '#segments/catalogue.ts'
import { checkNames } from '../check.ts'
import { type AddressPattern, addressPattern } from '../connected.ts'
import { type LivePlan, livePlan } from '../live.ts'
import type { Scope, TemplateProblem } from '../schema.ts'
import { fieldsOf, PRODUCTS, type Slots, unfilledPlaces } from '../slots.ts'
import { variables } from './liquid.ts'
import { type Pieces, parsePieces, renderPieces } from './pieces.ts'

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
  const problems = [...named, ...checkSlots(plan?.slots), ...checkClaims(plan), ...unfilled.map(noSlot)]
  return { plan: plan ?? {}, fields, addresses, problems }
}

/** What a preview shows where nothing was chosen yet: the first variant, or the one that the data name; a code that is none; data that are given. */
export function exampleOf(
  { plan, fields }: CompiledLive,
  scope: Scope,
  given: JsonObject,
): Outcome<Pick<Scope, 'slots' | 'products' | 'coupons' | 'connected'>> {
  const named = (name: string): JsonObject => (at(given, [name]) ?? {}) as JsonObject
  const products = { ...Object.fromEntries((plan.products ?? []).map(({ as }) => [as, []])), ...named('products') }
  const coupons = Object.fromEntries(Object.keys(plan.coupons ?? {}).map((name) => [name, { code: 'SAMPLE-CODE' }]))
  const empty = (plan.connected ?? []).map(({ as, otherwise }) => [as, otherwise === 'skip' ? {} : otherwise.value] as const)
  const around = { products, coupons, connected: { ...Object.fromEntries(empty), ...named('connected') } }
  const slots: Record<string, JsonObject> = {}
  for (const [name, slot] of Object.entries(plan.slots ?? {})) {
    const own = (at(named('slots'), [name]) ?? {}) as JsonObject
    const first = slot.by === 'recommendation' ? PRODUCTS : slot.variants[0]!.id
    const variant = typeof own['variant'] === 'string' ? own['variant'] : first
    const texts = fields[`/slots/${name}/${variant}`]
    const rendered = texts ? renderPieces(texts, { ...scope, ...around, slots: { [name]: own } }) : {}
    if (isRefusal(rendered)) return rendered
    slots[name] = { items: [], ...rendered, ...own, variant }
  }
  return { slots, ...around }
}

const noSlot = (name: string): TemplateProblem => ({
  severity: 'error',
  code: 'template.slot.unknown',
  title: `No slot is called “${name}”`,
  hint: 'Describe it under slots, or take <slot> out of the body.',
  at: '/slots',
})

/** Conditions that cannot be read, and variants that nobody can get because one before them is for everybody. */
/** What a claim is about has to be fetched with the message. */
function checkClaims({ slots = {}, products = [] }: LivePlan = {}): TemplateProblem[] {
  const known = new Set(products.map(({ as }) => as))
  return Object.entries(slots).flatMap(([name, slot]) =>
    slot.by === 'recommendation'
      ? []
      : slot.variants.flatMap(({ id, claim }, i): TemplateProblem[] =>
          claim === undefined || known.has(claim.lowStock)
            ? []
            : [
                {
                  severity: 'error',
                  code: 'template.claim',
                  title: `“${id}” says that products “${claim.lowStock}” are low in stock, and the template has none of that name`,
                  hint: `Add products: [{ as: ${claim.lowStock}, from: … }], so that it can be asked when the message leaves.`,
                  at: `/slots/${name}/variants/${i}/claim/lowStock`,
                },
              ],
        ),
  )
}

function checkSlots(slots: Slots = {}): TemplateProblem[] {
  return Object.entries(slots).flatMap(([name, slot]) => {
    if (slot.by === 'recommendation') return []
    const place = (i: number): string => `/slots/${name}/variants/${i}/when`
    const faults = slot.variants.flatMap(({ when }, i): TemplateProblem[] => {
      const condition = when === undefined ? undefined : compileCondition(when)
      if (!condition || !isRefusal(condition)) return []
      const { code, title, hint } = condition.refused
      return [{ severity: 'error', code, title, at: place(i), ...(hint === undefined ? {} : { hint }) }]
    })
    const open = slot.by === 'conditions' ? slot.variants.findIndex(({ when, claim }) => when === undefined && claim === undefined) : -1
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
