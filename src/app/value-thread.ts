import { parentPort, workerData } from 'node:worker_threads'
import { learnValue } from '#measurement/value/fit.ts'
import type { ValueAnswer, ValueJob } from './values.ts'

const { data, settings } = workerData as ValueJob

function answer(): ValueAnswer {
  try {
    return { kind: 'learned', fit: learnValue(data, settings) }
  } catch (error) {
    return { kind: 'failed', error: error instanceof Error ? error.message : String(error) }
  }
}

parentPort!.postMessage(answer())
