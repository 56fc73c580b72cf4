import { parentPort, workerData } from 'node:worker_threads'
import { fitted } from './fit.ts'
import type { Learners } from './learners.ts'
import type { FitAnswer, FitJob, TrainingThreadData } from './thread-messages.ts'

const { learners } = workerData as TrainingThreadData
const { LEARNERS } = (await import(learners)) as { readonly LEARNERS: Learners }

parentPort!.on('message', (job: FitJob) => parentPort!.postMessage(fitted(job, LEARNERS)))
parentPort!.postMessage({ id: 0, kind: 'ready' } satisfies FitAnswer)
