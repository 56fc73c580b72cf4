import { type ChildProcess, fork } from 'node:child_process'
import { isRefusal, type Outcome, type Problem, refuse } from '#lib/problem.ts'
import { type Brought, broughtProblems, featureInputs, fileOf, sequenceInputs, unitsOf } from '../brought.ts'
import { extended } from '../sequence.ts'
import type { ChildAnswer, ChildTask } from './onnx-child.ts'
import type { Tensor } from './onnx-runtime.ts'

/** A model in a process of its own, for the time of one job. */
export interface Scorer {
  /** One probability for each person of the batch. A refusal ends the process. */
  score(inputs: Readonly<Record<string, Tensor>>): Promise<Outcome<readonly number[]>>
  close(): void
}

/** Real ms for which a batch, or loading, may take. */
const LONGEST_MS = 30_000
/** The heap of the process, without what the runtime itself takes (MB). */
const MEGABYTES = 256

/** Starts the process and loads the model. */
export async function openScorer(brought: Brought, longest = LONGEST_MS): Promise<Outcome<Scorer>> {
  const child = fork(new URL('./onnx-child.ts', import.meta.url), [], {
    env: {},
    execArgv: [`--max-old-space-size=${MEGABYTES}`],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  const opened = await asked(child, { file: fileOf(brought) }, longest)
  if (isRefusal(opened)) return opened
  return {
    async score(inputs) {
      const said = await asked(child, { inputs }, longest)
      if (isRefusal(said)) return said
      const output = said.kind === 'scored' ? said.outputs[brought.output] : undefined
      const values = output ? Array.from(output.data, Number) : []
      const batch = inputs['features']!.dims.at(brought.input.kind === 'sequence' ? 1 : 0)
      return values.length === batch ? values : refuse(wrongCount(values.length, batch!))
    },
    close: () => void child.kill('SIGKILL'),
  }
}

const wrongCount = (given: number, wanted: number): Problem => ({
  code: 'onnx.output',
  status: 422,
  title: `The model gave ${given} numbers for ${wanted} people.`,
  hint: 'Its output has to hold one probability for each person.',
})

/** One task and its answer; the process ends with whatever is no answer. */
function asked(child: ChildProcess, task: ChildTask, longest: number): Promise<Outcome<Exclude<ChildAnswer, { kind: 'refused' }>>> {
  const { promise, resolve } = Promise.withResolvers<Outcome<Exclude<ChildAnswer, { kind: 'refused' }>>>()
  const ended = (title: string): void => {
    child.kill('SIGKILL')
    resolve(refuse({ code: 'onnx.run', status: 422, title, hint: 'Bring a smaller model, and try it with onnxruntime first.' }))
  }
  const onExit = (): void => ended('The ONNX model brought its process down.')
  const onMessage = (said: ChildAnswer): void => {
    if (said.kind !== 'refused') {
      resolve(said)
      return
    }
    const { code, title, detail, hint } = said
    child.kill('SIGKILL')
    resolve(refuse({ code, status: 422, title, detail, hint }))
  }
  const timer = setTimeout(() => ended(`The ONNX model took longer than ${longest / 1_000} s.`), longest)
  child.once('exit', onExit)
  child.once('message', onMessage)
  child.send(task)
  return promise.finally(() => {
    clearTimeout(timer)
    child.off('exit', onExit)
    child.off('message', onMessage)
  })
}

/** What is wrong with a model: what can be read from the file, then what it says of two made-up people. */
export async function examineOnnx(brought: Brought): Promise<readonly Problem[]> {
  const problems = broughtProblems(brought)
  if (problems.length > 0) return problems
  const scorer = await openScorer(brought)
  if (isRefusal(scorer)) return [{ ...scorer.refused, at: '/onnx' }]
  const scores = await scorer.score(madeUp(brought))
  scorer.close()
  if (isRefusal(scores)) return [{ ...scores.refused, at: '/onnx' }]
  const odd = scores.find((score) => !(score >= 0 && score <= 1))
  const title = `The model says ${odd}, which is no probability.`
  return odd === undefined ? [] : [{ code: 'onnx.output', status: 422, title, hint: 'End it with a sigmoid or a softmax.', at: '/onnx' }]
}

function madeUp(brought: Brought): Readonly<Record<string, Tensor>> {
  const { input } = brought
  if (input.kind === 'features') return featureInputs([{}, {}], input)
  const second = 1_750_000_000
  const sequence = [0, 1, 2].reduce<ReturnType<typeof extended> | undefined>(
    (before, i) => extended(before, input.vocabulary[i % input.vocabulary.length]!, (second + i * 3_600) * 1_000),
    undefined,
  )!
  return sequenceInputs([sequence, sequence], { vocabulary: input.vocabulary, second: second + 86_400, units: unitsOf(brought) })
}
