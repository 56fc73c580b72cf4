import { parentPort, workerData } from 'node:worker_threads'
import { evaluateChoice } from '#decisions/evaluation/choice.ts'
import type { DecisionRecord } from '#decisions/record.ts'
import type { PolicyAnswer, PolicyJob } from './policy-backtest.ts'

const { question, cases } = workerData as PolicyJob

function answer(): PolicyAnswer {
  try {
    return {
      kind: 'told',
      told: evaluateChoice(
        cases.map((each) => ({ ...each, record: JSON.parse(each.record) as DecisionRecord })),
        question,
      ),
    }
  } catch (error) {
    return { kind: 'failed', error: error instanceof Error ? error.message : String(error) }
  }
}

parentPort!.postMessage(answer())
