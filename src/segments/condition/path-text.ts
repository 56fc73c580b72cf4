import { isRefusal } from '#lib/problem.ts'
import { parse } from './parse.ts'

const PLAIN = /^[\p{L}_$][\p{L}\p{N}\p{M}_$]*$/u

/** A path as people write it: `address.city`; a name that is more than a word stands as it is, or in brackets behind others. */
export function pathText(path: readonly string[]): string {
  const [first, ...rest] = path
  if (first === undefined) return ''
  const alone = rest.length === 0 && !/[.[\]]/.test(first) && first.trim() === first
  const head = PLAIN.test(first) || alone ? first : `[${JSON.stringify(first)}]`
  return head + rest.map((name) => (PLAIN.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`)).join('')
}

/** What was written, as a path; what is no path of the language is one name. */
export function readPath(text: string): string[] {
  if (text === '') return []
  if (!/[.[\]]/.test(text)) return [text]
  const tree = parse(text.startsWith('[') ? `profile${text}` : `profile.${text}`)
  if (!isRefusal(tree) && tree.kind === 'attribute') return tree.path
  if (!isRefusal(tree) && tree.kind === 'known') return ['id']
  return [text]
}
