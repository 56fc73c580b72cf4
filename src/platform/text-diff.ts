type Line = readonly [mark: ' ' | '-' | '+', text: string]

/** Lines around a change that are shown with it. */
const CONTEXT = 3
/** Above this many cells of the comparison table the middle is shown as wholly replaced. */
const LIMIT = 4_000_000

/** What changed between two texts, as the hunks of a unified diff; '' when nothing did. */
export function textDiff(before: string, after: string): string {
  if (before === after) return ''
  const lines = compare(linesOf(before), linesOf(after))
  const near = lines.map((_, i) => lines.slice(Math.max(0, i - CONTEXT), i + CONTEXT + 1).some(([mark]) => mark !== ' '))
  let text = ''
  let [old, now] = [1, 1]
  for (let i = 0; i < lines.length; i++) {
    if (near[i] && !near[i - 1]) text += header(lines, { near, from: i, old, now })
    const [mark, line] = lines[i]!
    if (near[i]) text += `${mark}${line}\n`
    if (mark !== '+') old++
    if (mark !== '-') now++
  }
  return text
}

const linesOf = (text: string): string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))

function header(
  lines: readonly Line[],
  { near, from, old, now }: { near: readonly boolean[]; from: number; old: number; now: number },
): string {
  let end = from
  while (near[end]) end++
  const hunk = lines.slice(from, end)
  const olds = hunk.filter(([mark]) => mark !== '+').length
  const news = hunk.filter(([mark]) => mark !== '-').length
  return `@@ -${olds === 0 ? old - 1 : old},${olds} +${news === 0 ? now - 1 : now},${news} @@\n`
}

/** Longest common subsequence of lines (dynamic programming), after the common head and tail are taken off. */
function compare(a: readonly string[], b: readonly string[]): Line[] {
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head++
  let tail = 0
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++
  const same = (line: string): Line => [' ', line]
  return [
    ...a.slice(0, head).map(same),
    ...middle(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...a.slice(a.length - tail).map(same),
  ]
}

function middle(a: readonly string[], b: readonly string[]): Line[] {
  if (a.length * b.length > LIMIT) return [...a.map((line): Line => ['-', line]), ...b.map((line): Line => ['+', line])]
  const width = b.length + 1
  const common = new Uint32Array((a.length + 1) * width)
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i * width + j] =
        a[i] === b[j] ? common[(i + 1) * width + j + 1]! + 1 : Math.max(common[(i + 1) * width + j]!, common[i * width + j + 1]!)
    }
  }
  const lines: Line[] = []
  let [i, j] = [0, 0]
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push([' ', a[i++]!])
      j++
    } else if (i < a.length && (j === b.length || common[(i + 1) * width + j]! >= common[i * width + j + 1]!)) lines.push(['-', a[i++]!])
    else lines.push(['+', b[j++]!])
  }
  return lines
}
