import type { Json } from '#lib/json.ts'
import type { StepBody } from '../edit/body.ts'

/** Where a copy stands that the browser would not give to its clipboard. */
const KEPT = 'copied-steps'
type Yaml = typeof import('yaml')
let yaml: Yaml | undefined

/** Reads the part of the program that knows YAML, so that copying is done at once. */
export const readyToCopy = async (): Promise<Yaml> => (yaml ??= await import('yaml'))

/** Steps as text that can be pasted here, into a file, or into a chat. */
export async function copyText(steps: readonly StepBody[]): Promise<void> {
  const text = (await readyToCopy()).stringify(steps, { lineWidth: 0 })
  try {
    await navigator.clipboard.writeText(text)
    localStorage.removeItem(KEPT)
  } catch {
    // Browsers keep the clipboard from pages that are not served safely, and from windows in the background: it is copied for this browser alone.
    localStorage.setItem(KEPT, text)
  }
}

/** What was copied last; '' when the browser does not tell. */
export async function copiedText(): Promise<string> {
  const kept = localStorage.getItem(KEPT)
  if (kept !== null) return kept
  try {
    return await navigator.clipboard.readText()
  } catch {
    return ''
  }
}

/** The steps in a text: a list of steps, or the steps of a journey. Undefined: it holds none. */
export async function stepsOf(text: string): Promise<readonly StepBody[] | undefined> {
  const { parseDocument } = await readyToCopy()
  const document = parseDocument(text)
  if (document.errors.length > 0) return undefined
  const value = document.toJS() as Json
  const list = Array.isArray(value) ? value : value !== null && typeof value === 'object' ? (value as { steps?: Json }).steps : undefined
  return Array.isArray(list) && list.length > 0 && list.every(isStep) ? (list as unknown as readonly StepBody[]) : undefined
}

const isStep = (value: Json): boolean =>
  value !== null && typeof value === 'object' && !Array.isArray(value) && typeof (value as { kind?: Json }).kind === 'string'
