import { z } from 'zod'
import type { Problem } from '#lib/problem.ts'
import { FEATURES, featureNamed } from '../features/schema.ts'
import { type Graph, readOnnx } from './onnx-file.ts'
import { codeAt, lengthOf, nameCode, OTHER, type Sequence, STEP_FEATURES, timeAt, writeFeatures } from './sequence.ts'

/** Characters of the file in base64: half a mebibyte of a model. */
const LARGEST = 700_000

const BroughtInput = z.discriminatedUnion('kind', [
  /** `types` int64 [time, batch], `features` float [time, batch, 4], if declared `before` float [1, batch, units]: as our own export takes them. */
  z.strictObject({
    kind: z.literal('sequence'),
    /** Names by type index from 2; 1 is every other name, 0 the clock. */
    vocabulary: z.array(z.string().min(1).max(200)).min(1).max(2_000),
  }),
  /** `features` float [batch, n]: declared features of a person by name, in this order; `missing` stands for what is not known. */
  z.strictObject({
    kind: z.literal('features'),
    names: z.array(z.string().min(1).max(300)).min(1).max(500),
    missing: z.number().default(0),
  }),
])

/** An ONNX model of somebody's own. It scores people at night, beside sending; it tells no patterns. */
export const Brought = z.strictObject({
  file: z.base64().min(1).max(LARGEST, 'an ONNX file may have 512 KiB'),
  input: BroughtInput,
  /** Output with one probability for each person: float [batch] or [batch, 1]. */
  output: z.string().min(1).max(200).default('probability'),
})
export type Brought = z.output<typeof Brought>

export const fileOf = ({ file }: Brought): Uint8Array => Uint8Array.fromBase64(file)

const INT64 = 7
const FLOAT = 1
/** Versions of the operators that onnxruntime 1.30 runs and that we have seen run. */
const OPSETS = { from: 9, to: 23 } as const

const fault = (code: string, title: string, hint: string): Problem => ({ code: `onnx.${code}`, status: 422, title, hint, at: '/onnx' })

/** What is wrong with the file, without running it; each with how to mend it. */
export function broughtProblems(brought: Brought): Problem[] {
  const file = readOnnx(fileOf(brought))
  if (!file) return [fault('unreadable', 'This is no ONNX file.', 'Export the model as ONNX and encode the whole file as base64.')]
  const problems: Problem[] = []
  const { opset, domains, external, graph } = file
  if (opset < OPSETS.from || opset > OPSETS.to) {
    problems.push(fault('opset', `The model uses opset ${opset}.`, `Export it with an opset from ${OPSETS.from} to ${OPSETS.to}.`))
  }
  if (domains.length > 0) {
    problems.push(
      fault('domain', `The model uses operators of ${domains.join(', ')}.`, 'Only the standard operators and those of ai.onnx.ml are run.'),
    )
  }
  if (external)
    problems.push(fault('external', 'The weights lie outside of the file.', 'Save the model with its weights inside, as one file.'))
  return [...problems, ...featureProblems(brought), ...inputProblems(brought, graph), ...outputProblems(brought, graph)]
}

function featureProblems({ input }: Brought): Problem[] {
  const unknown = input.kind === 'features' ? input.names.filter((name) => !featureNamed(name)) : []
  const hint = `Features are called ${FEATURES.slice(0, 3)
    .map(({ name }) => name)
    .join(', ')} and so on; of an event "event.7d:Product Added".`
  return unknown.map((name) => fault('feature', `There is no feature "${name}".`, hint))
}

interface Wanted {
  readonly kind: number
  /** null: any size that changes from call to call. */
  readonly sides: readonly (number | null)[]
}

function wantedOf({ input }: Brought, graph: Graph): ReadonlyMap<string, Wanted> {
  if (input.kind === 'features') return new Map([['features', { kind: FLOAT, sides: [null, input.names.length] }]])
  const wanted = new Map<string, Wanted>([
    ['types', { kind: INT64, sides: [null, null] }],
    ['features', { kind: FLOAT, sides: [null, null, STEP_FEATURES] }],
  ])
  const before = graph.inputs.find(({ name }) => name === 'before')
  if (before) wanted.set('before', { kind: FLOAT, sides: [1, null, before.sides[2] || 1] })
  return wanted
}

function inputProblems(brought: Brought, graph: Graph): Problem[] {
  const wanted = wantedOf(brought, graph)
  const given = new Map(graph.inputs.map((each) => [each.name, each]))
  const words = [...wanted].map(([name, { kind, sides }]) => `${name} (${shapeWords(kind, sides)})`).join(', ')
  const hint = `A model with the input "${brought.input.kind}" takes ${words}.`
  const problems: Problem[] = []
  for (const [name, { kind, sides }] of wanted) {
    const input = given.get(name)
    if (!input) problems.push(fault('input', `The model has no input "${name}".`, hint))
    else if (input.kind !== kind || !fits(input.sides, sides)) {
      problems.push(
        fault(
          'shape',
          `The input "${name}" is ${shapeWords(
            input.kind,
            input.sides.map((side) => side || null),
          )}.`,
          hint,
        ),
      )
    }
  }
  const more = graph.inputs.filter(({ name }) => !wanted.has(name)).map(({ name }) => name)
  if (more.length > 0) problems.push(fault('input', `The model asks for ${more.join(', ')}, which nobody can give it.`, hint))
  return problems
}

/** A side of 0 is open in the file, and takes whatever comes. */
const fits = (given: readonly number[], wanted: readonly (number | null)[]): boolean =>
  given.length === wanted.length && given.every((side, i) => (wanted[i] === null ? side === 0 : side === 0 || side === wanted[i]))

function shapeWords(kind: number, sides: readonly (number | null)[]): string {
  const name = kind === FLOAT ? 'float' : kind === INT64 ? 'int64' : `type ${kind}`
  return `${name} [${sides.map((side) => side ?? 'open').join(', ')}]`
}

function outputProblems({ output }: Brought, graph: Graph): Problem[] {
  const found = graph.outputs.find(({ name }) => name === output)
  const hint = 'Name the output that holds one probability for each person: float [batch] or [batch, 1].'
  if (!found)
    return [fault('output', `The model has no output "${output}"; it has ${graph.outputs.map(({ name }) => name).join(', ')}.`, hint)]
  const one = found.sides.length === 1 || (found.sides.length === 2 && found.sides[1]! <= 1)
  return found.kind === FLOAT && one ? [] : [fault('output', `The output "${output}" is ${shapeWords(found.kind, found.sides)}.`, hint)]
}

/** Tensors of a batch, as `openOnnx` takes them. */
export interface Input {
  readonly type: 'float32' | 'int64'
  readonly data: Float32Array | BigInt64Array
  readonly dims: readonly number[]
}

/** The inputs of people whose sequences are all as long; each is read to its end, and then the clock asks at `second`. */
export function sequenceInputs(
  people: readonly Sequence[],
  { vocabulary, second, units }: { readonly vocabulary: readonly string[]; readonly second: number; readonly units: number },
): Readonly<Record<string, Input>> {
  const typeByCode = new Map(vocabulary.map((name, i) => [nameCode(name), i + OTHER + 1]))
  const steps = lengthOf(people[0]) + 1
  const batch = people.length
  const types = new BigInt64Array(steps * batch)
  const features = new Float32Array(steps * batch * STEP_FEATURES)
  const x = new Float64Array(STEP_FEATURES)
  people.forEach((sequence, person) => {
    let last = sequence.first
    for (let t = 0; t < steps; t++) {
      const asks = t === steps - 1
      const at = asks ? Math.max(second, last) : timeAt(sequence, t)
      types[t * batch + person] = asks ? 0n : BigInt(typeByCode.get(codeAt(sequence, t)) ?? OTHER)
      writeFeatures(x, 0, { gap: t === 0 ? 0 : at - last, age: at - sequence.first, second: at })
      features.set(x, (t * batch + person) * STEP_FEATURES)
      last = at
    }
  })
  return {
    types: { type: 'int64', data: types, dims: [steps, batch] },
    features: { type: 'float32', data: features, dims: [steps, batch, STEP_FEATURES] },
    ...(units > 0 && { before: { type: 'float32', data: new Float32Array(batch * units), dims: [1, batch, units] } }),
  }
}

/** The inputs of people by their features. */
export function featureInputs(
  people: readonly Readonly<Record<string, number>>[],
  { names, missing }: { readonly names: readonly string[]; readonly missing: number },
): Readonly<Record<string, Input>> {
  const data = Float32Array.from(people.flatMap((features) => names.map((name) => features[name] ?? missing)))
  return { features: { type: 'float32', data, dims: [people.length, names.length] } }
}

/** Units of the state that the model begins with; 0: it takes none. */
export const unitsOf = (brought: Brought): number =>
  readOnnx(fileOf(brought))?.graph.inputs.find(({ name }) => name === 'before')?.sides[2] ?? 0
