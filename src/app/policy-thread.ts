import { parentPort, workerData } from 'node:worker_threads'
import type { ResponseReport } from '#decisions/evaluation/api.ts'
import { type ChoiceCase, evaluateChoice } from '#decisions/evaluation/choice.ts'
import type { DecisionRecord } from '#decisions/record.ts'
import { offersOf } from '#decisions/uplift/offers.ts'
import { fitResponse, type OfferResponse, responsesOf } from '#decisions/uplift/response.ts'
import { isRefusal } from '#lib/problem.ts'
import type { PolicyAnswer, PolicyJob, Responded } from './policy-backtest.ts'

const job = workerData as PolicyJob

function answer(): PolicyAnswer {
  try {
    const cases = job.cases.map((each) => ({ ...each, record: JSON.parse(each.record) as DecisionRecord }))
    switch (job.kind) {
      case 'evaluate':
        return { kind: 'told', told: evaluateChoice(cases, job.question) }
      case 'respond':
        return { kind: 'responded', responded: respondedIn(cases, job.rule) }
    }
  } catch (error) {
    return { kind: 'failed', error: error instanceof Error ? error.message : String(error) }
  }
}

function respondedIn(cases: readonly ChoiceCase[], rule: Extract<PolicyJob, { kind: 'respond' }>['rule']): Responded {
  const { log, names } = offersOf(cases, rule)
  const model = fitResponse(log, names)
  if (isRefusal(model)) {
    const { code, title, detail = '', hint = '' } = model.refused
    return { report: { refused: { code, title, detail, hint }, offers: [] }, scores: [] }
  }
  const found = responsesOf(model, log)
  const scores = Object.keys(model.offers).map((offer) => ({
    offer,
    people: [...found].flatMap(([id, responses]) =>
      responses.filter(({ score }) => score === `response:${offer}`).map(({ mean, sd }): [string, number, number] => [id, mean, sd]),
    ),
  }))
  return { report: { refused: null, offers: Object.values(model.offers).map(toldOf) }, scores }
}

const Z = 1.959963984540054
const toldOf = ({ offer, decisions, people, effect, effectSe, differs, sentence }: OfferResponse): ResponseReport['offers'][number] => ({
  offer,
  decisions,
  people,
  effect,
  low: effect - Z * effectSe,
  high: effect + Z * effectSe,
  differs: differs > Z,
  sentence,
})

parentPort!.postMessage(answer())
