import type { FieldWords } from '#kit/form/labels.ts'
import type { Words } from '#kit/words.ts'

const goods = async () => (await import('#content/ui/goods-field-words.ts')).GOODS_FIELD_WORDS
const channel = async () => (await import('./settings/channel-form-words.ts')).CHANNEL_FORM
const value = async () => (await import('#measurement/ui/value-field-words.ts')).VALUE_FIELD_WORDS
const plan = async () => (await import('#events/ui/event-words.ts')).PLAN_FORM
const few = async () => (await import('./kind-field-words.ts')).KIND_FIELD_WORDS

/** Labels of the form of each kind of document that has no screen of its own, fetched with the form. */
export const KIND_FORMS: Readonly<Record<string, () => Promise<Words<FieldWords>>>> = {
  'approval-policy': async () => (await import('./rules/policy-form-words.ts')).APPROVAL_FORM,
  budget: async () => (await import('#decisions/ui/budget-field-words.ts')).BUDGET_FIELD_WORDS,
  calendar: few,
  'contact-policy': async () => (await import('./rules/caps-words.ts')).CAPS_FORM,
  'cost-rate': async () => (await import('#measurement/ui/cost-field-words.ts')).COST_FIELD_WORDS,
  'coupon-pool': goods,
  event: plan,
  'lifetime-value': value,
  list: few,
  metric: async () => (await import('#measurement/ui/metric-field-words.ts')).METRIC_FIELD_WORDS,
  model: async () => (await import('#decisions/ui/model-field-words.ts')).MODEL_FIELD_WORDS,
  pipeline: value,
  policy: async () => (await import('./rules/policy-form-words.ts')).POLICY_FORM,
  'policy-pack': few,
  'product-feed': goods,
  provider: channel,
  retention: async () => (await import('./settings/retention-words.ts')).RETENTION_FORM,
  sender: channel,
  topic: async () => (await import('./rules/topics-words.ts')).TOPIC_FORM,
  touchpoints: async () => (await import('#measurement/ui/touch-field-words.ts')).TOUCH_FIELD_WORDS,
  'tracking-plan': plan,
  wording: few,
}
