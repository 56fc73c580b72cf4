const text = new TextEncoder()
const words = new TextDecoder()

/** One field of a Protocol Buffers message, ready to be put beside others. */
export type Part = readonly number[] | Uint8Array

function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128)
  bytes.push(rest)
  return bytes
}

/** A whole number of at least 0 (wire type 0). */
export const int = (field: number, value: number): Part => [...varint(field * 8), ...varint(value)]

export function joined(parts: readonly Part[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/** Bytes, a text or a message of its own (wire type 2). */
export function bytes(field: number, value: string | Uint8Array | readonly Part[]): Part {
  const content = typeof value === 'string' ? text.encode(value) : value instanceof Uint8Array ? value : joined(value)
  return joined([[...varint(field * 8 + 2), ...varint(content.length)], content])
}

export interface Field {
  readonly field: number
  /** Of wire type 0; 0 for others. */
  readonly value: number
  /** Of wire type 2; empty for others. */
  readonly content: Uint8Array
}

/** The fields of a message in their order; throws a RangeError where it is none. */
export function fieldsOf(message: Uint8Array): Field[] {
  const fields: Field[] = []
  const reader = { message, at: 0 }
  while (reader.at < message.length) {
    const tag = readVarint(reader)
    const field = Math.floor(tag / 8)
    const wire = tag % 8
    if (wire === 0) fields.push({ field, value: readVarint(reader), content: message.subarray(0, 0) })
    else if (wire === 2) fields.push({ field, value: 0, content: take(reader, readVarint(reader)) })
    else if (wire === 1 || wire === 5) fields.push({ field, value: 0, content: take(reader, wire === 1 ? 8 : 4) })
    else throw new RangeError(`a field of wire type ${wire}`)
  }
  return fields
}

interface Reader {
  readonly message: Uint8Array
  at: number
}

function readVarint(reader: Reader): number {
  let value = 0
  for (let factor = 1, i = 0; i < 10; i++, factor *= 128) {
    const byte = reader.message[reader.at++]
    if (byte === undefined) throw new RangeError('the message ends within a number')
    value += (byte & 127) * factor
    if (byte < 128) return value
  }
  throw new RangeError('a number of more than ten bytes')
}

function take(reader: Reader, length: number): Uint8Array {
  if (reader.at + length > reader.message.length) throw new RangeError('the message ends within a field')
  reader.at += length
  return reader.message.subarray(reader.at - length, reader.at)
}

/** The messages, or texts, of one field. */
export const contentsOf = (fields: readonly Field[], field: number): Uint8Array[] =>
  fields.filter((each) => each.field === field).map(({ content }) => content)
export const textOf = (fields: readonly Field[], field: number): string => words.decode(contentsOf(fields, field)[0] ?? new Uint8Array())
export const intOf = (fields: readonly Field[], field: number): number => fields.find((each) => each.field === field)?.value ?? 0
