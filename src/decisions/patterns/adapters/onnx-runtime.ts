import { type Outcome, refuse } from '#lib/problem.ts'

/** A tensor as onnxruntime takes and gives it. */
export interface Tensor {
  readonly type: 'float32' | 'int64'
  readonly data: Float32Array | BigInt64Array
  readonly dims: readonly number[]
}

/** An ONNX model that is loaded; one call scores a batch. */
export interface OnnxSession {
  run(inputs: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>
  close(): Promise<void>
}

/** The parts of onnxruntime-web that are used; the package is not installed in production by default (ADR 0030). */
interface Runtime {
  readonly env: { wasm: { numThreads?: number }; logLevel?: string }
  readonly InferenceSession: {
    create(file: Uint8Array, options: object): Promise<{ run(feeds: object): Promise<Record<string, Tensor>>; release(): Promise<void> }>
  }
  readonly Tensor: new (type: string, data: unknown, dims: readonly number[]) => Tensor
}

const PACKAGE = 'onnxruntime-web'

/** The runtime; null: it is not installed here. */
export async function onnxRuntime(): Promise<Runtime | null> {
  try {
    const loaded = (await import(PACKAGE)) as Runtime & { default?: Runtime }
    return loaded.default ?? loaded
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return null
    throw error
  }
}

/** Loads a model, on one thread: beside sending there is no core to spare. Refusals: the runtime is not here, the model cannot be loaded. */
export async function openOnnx(file: Uint8Array): Promise<Outcome<OnnxSession>> {
  const runtime = await onnxRuntime()
  if (!runtime) {
    const title = 'This server has no runtime for ONNX models.'
    return refuse({
      code: 'onnx.runtime',
      status: 422,
      title,
      hint: 'Install it: npm i onnxruntime-web@1.30.0',
    })
  }
  const { InferenceSession, Tensor: OrtTensor, env } = runtime
  env.wasm.numThreads = 1
  env.logLevel = 'error'
  try {
    const session = await InferenceSession.create(file, {
      executionProviders: ['wasm'],
      logSeverityLevel: 3,
    })
    return {
      run: (inputs) =>
        session.run(
          Object.fromEntries(Object.entries(inputs).map(([name, { type, data, dims }]) => [name, new OrtTensor(type, data, dims)])),
        ),
      close: () => session.release(),
    }
  } catch (error) {
    return refuse({
      code: 'onnx.model',
      status: 422,
      title: 'The ONNX model cannot be loaded.',
      detail: (error as Error).message.slice(0, 500),
    })
  }
}
