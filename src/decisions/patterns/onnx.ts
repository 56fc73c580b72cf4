import { HORIZON_NAMES } from './heads.ts'
import { bytes, int, joined, type Part } from './protobuf.ts'
import { STEP_FEATURES } from './sequence.ts'
import type { PatternBody } from './snapshot.ts'

/** Version of the operators that the export uses. */
export const OPSET = 14
const IR_VERSION = 8
const FLOAT = 1
const INT64 = 7

/**
 * The network as an ONNX file: `types` [time, batch] and `features` [time, batch, 4] (see `writeFeatures`), and the state before
 * (`before` [1, batch, units], zeros to begin with) → `hidden` [1, batch, units] and `probability` [batch, 1] of the served horizon, calibrated.
 */
export function onnxOf({ net, horizon, calibration, vocabulary, target }: PatternBody): Uint8Array {
  const { shape, layout, theta } = net
  const { units, embedding } = shape
  const width = embedding + STEP_FEATURES
  const row = layout.target + HORIZON_NAMES.indexOf(horizon) * (units + 1)
  const head = theta.subarray(row, row + units).map((weight) => weight * (1 + calibration.stretch))
  const intercept = theta[row + units]! * (1 + calibration.stretch) + calibration.add
  const bias = new Float64Array(6 * units)
  bias.set(theta.subarray(layout.bias, layout.target))
  const graph = [
    node('Gather', ['embedding', 'types'], ['named'], []),
    node('Concat', ['named', 'features'], ['steps'], [whole('axis', 2)]),
    node(
      'GRU',
      ['steps', 'input', 'recurrent', 'bias', '', 'before'],
      ['', 'hidden'],
      [whole('hidden_size', units), whole('linear_before_reset', 0)],
    ),
    node('Squeeze', ['hidden', 'first_axis'], ['last'], []),
    node('Gemm', ['last', 'head', 'intercept'], ['logit'], [whole('transB', 1)]),
    node('Sigmoid', ['logit'], ['probability'], []),
    bytes(2, 'cadenza-pattern'),
    floats('embedding', [shape.types, embedding], theta.subarray(0, layout.input)),
    floats('input', [1, 3 * units, width], theta.subarray(layout.input, layout.recurrent)),
    floats('recurrent', [1, 3 * units, units], theta.subarray(layout.recurrent, layout.bias)),
    floats('bias', [1, 6 * units], bias),
    floats('head', [1, units], head),
    floats('intercept', [1], [intercept]),
    bytes(5, [int(1, 1), int(2, INT64), bytes(8, 'first_axis'), bytes(9, new Uint8Array(8))]),
    value(11, 'types', { kind: INT64, sides: ['time', 'batch'] }),
    value(11, 'features', { kind: FLOAT, sides: ['time', 'batch', STEP_FEATURES] }),
    value(11, 'before', { kind: FLOAT, sides: [1, 'batch', units] }),
    value(12, 'hidden', { kind: FLOAT, sides: [1, 'batch', units] }),
    value(12, 'probability', { kind: FLOAT, sides: ['batch', 1] }),
  ]
  return joined([
    int(1, IR_VERSION),
    bytes(2, 'cadenza'),
    bytes(7, graph),
    bytes(8, [bytes(1, ''), int(2, OPSET)]),
    note('vocabulary', JSON.stringify(vocabulary)),
    note('target', vocabulary[target]!),
    note('within', horizon),
  ])
}

/** Messages of onnx.proto (ModelProto, GraphProto, NodeProto, AttributeProto, TensorProto, ValueInfoProto) by their field numbers. */
const note = (key: string, value: string): Part => bytes(14, [bytes(1, key), bytes(2, value)])
const whole = (name: string, value: number): Part => bytes(5, [bytes(1, name), int(3, value), int(20, 2)])

function node(operator: string, inputs: readonly string[], ...[outputs, attributes]: [readonly string[], readonly Part[]]): Part {
  return bytes(1, [...inputs.map((name) => bytes(1, name)), ...outputs.map((name) => bytes(2, name)), bytes(4, operator), ...attributes])
}

function floats(name: string, sides: readonly number[], values: ArrayLike<number>): Part {
  const view = new DataView(new ArrayBuffer(values.length * 4))
  for (let i = 0; i < values.length; i++) view.setFloat32(i * 4, values[i]!, true)
  return bytes(5, [...sides.map((side) => int(1, side)), int(2, FLOAT), bytes(8, name), bytes(9, new Uint8Array(view.buffer))])
}

function value(
  field: number,
  name: string,
  { kind, sides }: { readonly kind: number; readonly sides: readonly (number | string)[] },
): Part {
  const shape = sides.map((side) => bytes(1, [typeof side === 'number' ? int(1, side) : bytes(2, side)]))
  return bytes(field, [bytes(1, name), bytes(2, [bytes(1, [int(1, kind), bytes(2, shape)])])])
}
