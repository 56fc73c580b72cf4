import { styleText } from 'node:util'

export type Style = 'red' | 'green' | 'yellow' | 'cyan' | 'dim' | 'bold'
/** The text in a style; without control characters, which could come from documents that others wrote. */
export type Paint = (style: Style, text: string) => string

/** Keeps line ends and tabs; a terminal would obey anything else. */
export const visible = (text: string): string => text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd')

export const painter = (colour: boolean): Paint =>
  colour ? (style, text) => styleText(style, visible(text), { validateStream: false }) : (_style, text) => visible(text)

/** https://no-color.org and https://force-color.org. */
export function wantsColour(env: Readonly<Record<string, string | undefined>>, terminal: boolean): boolean {
  if (env['NO_COLOR']) return false
  if (env['FORCE_COLOR']) return env['FORCE_COLOR'] !== '0'
  return terminal && env['TERM'] !== 'dumb'
}

export const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`
