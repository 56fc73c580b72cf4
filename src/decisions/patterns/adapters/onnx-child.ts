// A process of its own: a model that brings the runtime down, or never ends, takes nothing else with it.
import { isRefusal } from '#lib/problem.ts'
import { type OnnxSession, openOnnx, type Tensor } from './onnx-runtime.ts'

export type ChildTask = { readonly file: Uint8Array } | { readonly inputs: Readonly<Record<string, Tensor>> }
export type ChildAnswer =
  | { readonly kind: 'open' }
  | { readonly kind: 'scored'; readonly outputs: Readonly<Record<string, Tensor>> }
  | { readonly kind: 'refused'; readonly code: string; readonly title: string; readonly detail: string; readonly hint: string }

let session: OnnxSession | undefined

async function answer(task: ChildTask): Promise<ChildAnswer> {
  try {
    if ('file' in task) {
      const opened = await openOnnx(task.file)
      if (isRefusal(opened)) {
        const { code, title, detail = '', hint = '' } = opened.refused
        return { kind: 'refused', code, title, detail, hint }
      }
      session = opened
      return { kind: 'open' }
    }
    const outputs = await session!.run(task.inputs)
    return {
      kind: 'scored',
      outputs: Object.fromEntries(Object.entries(outputs).map(([name, { type, data, dims }]) => [name, { type, data, dims }])),
    }
  } catch (error) {
    const detail = error instanceof Error ? error.message.slice(0, 500) : String(error)
    return {
      kind: 'refused',
      code: 'onnx.run',
      title: 'The ONNX model could not be run.',
      detail,
      hint: 'Try it with onnxruntime on the same inputs.',
    }
  }
}

process.on('message', (task: ChildTask) => void answer(task).then((said) => process.send!(said)))
process.on('disconnect', () => process.exit(0))
