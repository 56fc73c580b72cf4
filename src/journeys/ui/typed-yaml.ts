import { isRefusal } from '#lib/problem.ts'
import type { JourneyBody } from '../edit/body.ts'
import { readBody } from '../edit/parse.ts'
import { readyToCopy } from './clipboard.ts'

/** What a typed text says: a journey, or what is wrong and where, as offsets into the text. */
export interface Typed {
  readonly body?: JourneyBody
  readonly problems: readonly { readonly from: number; readonly to: number; readonly text: string }[]
}

/** Reads a typed text; what YAML or the schema does not take is told at its place. */
export async function readTyped(source: string): Promise<Typed> {
  const { parseDocument, isNode } = await readyToCopy()
  const document = parseDocument(source)
  if (document.errors.length > 0)
    return { problems: document.errors.map(({ pos: [from, to], message }) => ({ from, to, text: message.split('\n')[0] ?? message })) }
  const body = readBody(document.toJS())
  if (!isRefusal(body)) return { body, problems: [] }
  const all = body.refused.problems ?? [body.refused]
  return {
    problems: all.map(({ at = '', title, hint }) => {
      const [from, to] = rangeOf(at)
      return { from, to, text: [title, hint].filter(Boolean).join('. ') }
    }),
  }

  /** Where a JSON pointer stands in the text; of what is not written, the nearest that is around it. */
  function rangeOf(pointer: string): readonly [number, number] {
    const names = pointer
      .split('/')
      .slice(1)
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    for (let n = names.length; n >= 0; n--) {
      const node =
        n === 0
          ? document.contents
          : document.getIn(
              names.slice(0, n).map((part) => (/^\d+$/.test(part) ? Number(part) : part)),
              true,
            )
      if (isNode(node) && node.range) return [node.range[0], node.range[1]]
    }
    return [0, 0]
  }
}
