import type { Json } from '#lib/json.ts'
import { put } from '#lib/record.ts'
import type { Scope } from '#segments/condition/scope.ts'
import { expression } from '../conditions.ts'
import type { Prepare } from '../node.ts'
import type { UpdateStep } from '../steps.ts'

type Value = (scope: Scope) => Json | undefined

export const update: Prepare<UpdateStep> = (step, { next }) => {
  const values = Object.entries(step.set).map(([name, value]) => ({ name, value: valueOf(value) }))
  return {
    step,
    next,
    arrive(at) {
      const scope = at.scope()
      const set: Record<string, Json> = {}
      for (const { name, value } of values) {
        const result = value(scope)
        // An expression over something missing has no value: the attribute stays as it is.
        if (result !== undefined) put(set, name, result)
      }
      return { kind: 'go', to: next, reason: 'updated', set }
    },
  }
}

function valueOf(value: Json): Value {
  return typeof value === 'string' && value.startsWith('=') ? expression(value.slice(1)) : () => value
}
