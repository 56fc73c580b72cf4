/** A text and what is chosen in it (offsets). */
export interface Marked {
  readonly text: string
  readonly start: number
  readonly end: number
}

/** Puts a mark around what is chosen, or takes it off when it is there; what was chosen stays chosen. */
export function wrapped({ text, start, end }: Marked, { before, after }: { before: string; after: string }): Marked {
  const inner = text.slice(start, end)
  const outer = text.slice(Math.max(0, start - before.length), start)
  const isMarked = after !== '' && outer === before && text.slice(end, end + after.length) === after
  if (isMarked) {
    const cut = text.slice(0, start - before.length) + inner + text.slice(end + after.length)
    return { text: cut, start: start - before.length, end: end - before.length }
  }
  return { text: text.slice(0, start) + before + inner + after + text.slice(end), start: start + before.length, end: end + before.length }
}

const MARKS = { ul: /^[-*] +/, ol: /^\d{1,3}[.)] +/ } as const

/** Makes the chosen lines a list, or plain lines again when all of them are one. A list stands between empty lines. */
export function linesMarked({ text, start, end }: Marked, kind: 'ul' | 'ol'): Marked {
  const from = text.lastIndexOf('\n', start - 1) + 1
  const to = text.indexOf('\n', end) === -1 ? text.length : text.indexOf('\n', end)
  const lines = text.slice(from, to).split('\n')
  const isList = lines.every((line) => MARKS[kind].test(line))
  const plain = lines.map((line) => line.replace(MARKS.ul, '').replace(MARKS.ol, ''))
  const written = (isList ? plain : plain.map((line, i) => (kind === 'ul' ? `- ${line}` : `${i + 1}. ${line}`))).join('\n')
  const before = text.slice(0, from)
  const after = text.slice(to)
  const gap = isList || before === '' || before.endsWith('\n\n') ? '' : '\n'
  const foot = isList || after === '' || after.startsWith('\n\n') ? '' : '\n'
  const begin = from + gap.length
  return { text: before + gap + written + foot + after, start: begin, end: begin + written.length }
}
