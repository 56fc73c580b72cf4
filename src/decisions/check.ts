import { isRefusal, type Problem } from '#lib/problem.ts'
import { PLACES } from '#segments/condition/available.ts'
import { read } from '#segments/condition/read.ts'
import { type Model, shareOf } from './schema.ts'

/** What is wrong with a model's settings although each of them may be written so. */
export function checkModel(model: Model): readonly Problem[] {
  switch (model.type) {
    case 'propensity':
      return model.outcome.kind === 'converted' && model.outcome.where !== undefined ? badCondition(model.outcome.where) : []
    case 'send-time':
      return tooMuch(model.explore, model.control)
    case 'choice':
    case 'content':
    case 'pattern':
    case 'pressure':
    case 'recommendation':
    case 'sentiment':
      return []
  }
}

/** It sees the event alone: what a person was then is not known any more. */
function badCondition(where: string): readonly Problem[] {
  const tree = read(where, PLACES.window)
  if (!isRefusal(tree)) return []
  const { problems, ...first } = tree.refused
  return (problems ?? [first]).map(({ at, ...problem }) => ({
    ...problem,
    at: '/outcome/where',
    detail: `At ${at ?? '1:1'} of the condition`,
  }))
}

function tooMuch(explore: string, control: string): readonly Problem[] {
  if (shareOf(explore) + shareOf(control) < 1) return []
  return [
    {
      code: 'model.shares',
      status: 422,
      title: `Nobody is left for the best hour: ${explore} go at an hour by chance and ${control} at once.`,
      at: '/explore',
      hint: 'Let explore and control come to less than 100%; 10% each is usual.',
    },
  ]
}
