import { milliseconds } from '#lib/duration.ts'
import { isRefusal, type Problem } from '#lib/problem.ts'
import { isZone } from '#lib/zone.ts'
import { read } from '#segments/condition/read.ts'
import { ASKABLE } from './gates-people.ts'
import type { PolicyLibrary } from './lint.ts'
import type { GateRule, Policy } from './schema.ts'

const fault = (code: string, at: string, told: { readonly title: string; readonly hint: string }): Problem => ({
  code: `policy.${code}`,
  status: 422,
  ...told,
  at,
})

/** What is unsound in a rule: a gate that can never decide would refuse everybody. */
export function checkRule({ rule, effective, applies }: Policy, library: PolicyLibrary): readonly Problem[] {
  const { from, until } = effective
  const never = until !== undefined && until <= from
  return [
    ...(never ? [fault('dates', '/effective/until', { title: 'It ends before it begins', hint: 'Give a later day' })] : []),
    ...(applies.segments ?? []).flatMap((id, i) =>
      library.ids('segment').includes(id)
        ? []
        : [
            fault('segment', `/applies/segments/${i}`, {
              title: `There is no segment “${id}”`,
              hint: 'Publish it in the same step, or before',
            }),
          ],
    ),
    ...ruleFaults(rule),
  ]
}

function ruleFaults(rule: GateRule): readonly Problem[] {
  switch (rule.kind) {
    case 'eligibility': {
      if (rule.evidence.length === 0 && rule.when === undefined)
        return [fault('empty', '/rule', { title: 'The rule asks nothing', hint: 'Give evidence, when, or both' })]
      const tree = rule.when === undefined ? null : read(rule.when, ASKABLE)
      if (tree === null || !isRefusal(tree)) return []
      return [fault('when', '/rule/when', { title: tree.refused.title, hint: tree.refused.hint ?? 'See the condition language' })]
    }
    case 'hours':
      return (rule.unknown?.zones ?? []).flatMap((zone, i) =>
        isZone(zone)
          ? []
          : [fault('zone', `/rule/unknown/zones/${i}`, { title: `“${zone}” is no time zone`, hint: 'Write one such as America/Chicago' })],
      )
    case 'frequency':
      return milliseconds(rule.within)! > 0
        ? []
        : [fault('within', '/rule/within', { title: 'It counts over no time at all', hint: 'Write a duration such as 24h' })]
    case 'disclosure': {
      if (rule.says === undefined && rule.part === undefined)
        return [fault('empty', '/rule', { title: 'The rule wants nothing said', hint: 'Give says or part' })]
      return rule.where === 'near' && rule.near === undefined
        ? [fault('near', '/rule/near', { title: 'It does not say what it must be near to', hint: 'Give the phrases in near' })]
        : []
    }
    case 'wording':
      return rule.forbid === undefined && rule.require === undefined
        ? [fault('empty', '/rule', { title: 'The rule forbids nothing and wants nothing', hint: 'Give forbid, require, or both' })]
        : []
    case 'consent':
    case 'review':
    case 'factors':
      return []
  }
}
