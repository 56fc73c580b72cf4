import { parentPort, workerData } from 'node:worker_threads'
import { isRefusal, type Outcome } from '#lib/problem.ts'
import { type Pieces, parsePieces, renderPieces } from './pieces.ts'
import type { RenderAnswers, RenderBatch, RenderJob, RenderThreadData } from './worker-messages.ts'

/** Milliseconds after which what is ready is sent, though more of the batch is to come. */
const TELL_MS = 5

const { at, ms } = workerData as RenderThreadData
const known = new Map<number, Outcome<Pieces>>()

parentPort!.on('message', ({ pieces, forget, jobs }: RenderBatch) => {
  if (forget) known.clear()
  for (const [key, sources] of pieces) known.set(key, parsePieces(sources))
  let ready: RenderAnswers['rendered'][number][] = []
  let told = performance.now()
  for (const job of jobs) {
    Atomics.store(at, 0, job.id)
    ready.push([job.id, rendered(job)])
    if (performance.now() - told < TELL_MS) continue
    parentPort!.postMessage({ rendered: ready } satisfies RenderAnswers)
    ready = []
    told = performance.now()
  }
  Atomics.store(at, 0, 0)
  if (ready.length > 0) parentPort!.postMessage({ rendered: ready } satisfies RenderAnswers)
})

function rendered({ key, scope }: RenderJob): RenderAnswers['rendered'][number][1] {
  const pieces = known.get(key)
  if (!pieces) throw new Error(`the pieces ${key} were never sent`)
  return isRefusal(pieces) ? pieces : renderPieces(pieces, scope as object, ms)
}
