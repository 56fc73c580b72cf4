import { contentsOf, type Field, fieldsOf, intOf, textOf } from './protobuf.ts'

/** An input or output that a graph declares. */
export interface Port {
  readonly name: string
  /** Element type: 1 float, 7 int64, … */
  readonly kind: number
  /** 0: open. */
  readonly sides: readonly number[]
}

export interface Graph {
  /** Without those that the file itself gives a value. */
  readonly inputs: readonly Port[]
  readonly outputs: readonly Port[]
}

export interface OnnxFile {
  /** Of the standard operators. */
  readonly opset: number
  /** Domains of operators beside the standard ones. */
  readonly domains: readonly string[]
  /** Some weights lie in another file. */
  readonly external: boolean
  readonly graph: Graph
}

/** Standard operators, and the trees and linear models of classical learners. */
const KNOWN = new Set(['', 'ai.onnx', 'ai.onnx.ml'])
const DEEPEST = 8

/** What an ONNX file declares (ModelProto of onnx.proto, by field numbers); null: it is none. */
export function readOnnx(file: Uint8Array): OnnxFile | null {
  try {
    return read(fieldsOf(file))
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

function read(model: readonly Field[]): OnnxFile | null {
  const graph = contentsOf(model, 7)[0]
  const opsets = contentsOf(model, 8).map((opset) => fieldsOf(opset))
  if (!graph || opsets.length === 0) return null
  const standard = opsets.find((opset) => ['', 'ai.onnx'].includes(textOf(opset, 1)))
  const fields = fieldsOf(graph)
  const given = new Set(contentsOf(fields, 5).map((tensor) => textOf(fieldsOf(tensor), 8)))
  return {
    opset: standard ? intOf(standard, 2) : 0,
    domains: opsets.map((opset) => textOf(opset, 1)).filter((domain) => !KNOWN.has(domain)),
    external: isExternal(fields, 0),
    graph: {
      inputs: contentsOf(fields, 11)
        .map(portOf)
        .filter(({ name }) => !given.has(name)),
      outputs: contentsOf(fields, 12).map(portOf),
    },
  }
}

function portOf(info: Uint8Array): Port {
  const fields = fieldsOf(info)
  const type = fieldsOf(contentsOf(fields, 2)[0] ?? new Uint8Array())
  const tensor = fieldsOf(contentsOf(type, 1)[0] ?? new Uint8Array())
  const shape = fieldsOf(contentsOf(tensor, 2)[0] ?? new Uint8Array())
  return { name: textOf(fields, 1), kind: intOf(tensor, 1), sides: contentsOf(shape, 1).map((side) => intOf(fieldsOf(side), 1)) }
}

/** Whether a tensor of the graph, of an attribute or of a graph within lies elsewhere: the runtime would read files of this machine. */
function isExternal(graph: readonly Field[], depth: number): boolean {
  if (depth > DEEPEST) throw new RangeError('graphs within graphs without end')
  const elsewhere = (tensor: Uint8Array): boolean => {
    const fields = fieldsOf(tensor)
    return intOf(fields, 14) !== 0 || contentsOf(fields, 13).length > 0
  }
  return (
    contentsOf(graph, 5).some(elsewhere) ||
    contentsOf(graph, 15).some((sparse) => contentsOf(fieldsOf(sparse), 1).some(elsewhere)) ||
    contentsOf(graph, 1)
      .flatMap((node) => contentsOf(fieldsOf(node), 5))
      .map((attribute) => fieldsOf(attribute))
      .some(
        (attribute) =>
          [...contentsOf(attribute, 5), ...contentsOf(attribute, 10)].some(elsewhere) ||
          [...contentsOf(attribute, 6), ...contentsOf(attribute, 11)].some((inner) => isExternal(fieldsOf(inner), depth + 1)),
      )
  )
}
