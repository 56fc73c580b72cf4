/** What a key means on the canvas and in the outline. */
export type StudioKey =
  | 'down'
  | 'up'
  | 'left'
  | 'right'
  | 'first'
  | 'last'
  | 'open'
  | 'back'
  | 'menu'
  | 'add'
  | 'move'
  | 'delete'
  | 'rename'
  | 'duplicate'
  | 'copy'
  | 'cut'
  | 'paste'
  | 'undo'
  | 'redo'
  | 'all'
  | 'extendDown'
  | 'extendUp'
  | 'wrap'
  | 'stage'
  | 'fold'
  | 'note'
  | 'comment'
  | 'test'
  | 'problems'
  | 'find'
  | 'outline'
  | 'zoomIn'
  | 'zoomOut'
  | 'fit'
  | 'toSelection'

export interface Pressed {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly shiftKey: boolean
  readonly altKey: boolean
}

const PLAIN: Readonly<Record<string, StudioKey>> = {
  ArrowDown: 'down',
  ArrowUp: 'up',
  ArrowLeft: 'left',
  ArrowRight: 'right',
  Home: 'first',
  End: 'last',
  Enter: 'open',
  Escape: 'back',
  ContextMenu: 'menu',
  Delete: 'delete',
  Backspace: 'delete',
  F2: 'rename',
  '/': 'add',
  '+': 'zoomIn',
  '-': 'zoomOut',
  '−': 'zoomOut',
  '0': 'fit',
}
/** Single letters: they work only while the canvas or the tree has the focus, and can be turned off (WCAG 2.1.4). */
const LETTERS: Readonly<Record<string, StudioKey>> = {
  n: 'add',
  m: 'move',
  c: 'comment',
  t: 'test',
  p: 'problems',
  o: 'outline',
  f: 'fold',
  w: 'wrap',
  e: 'note',
}
const CONTROL: Readonly<Record<string, StudioKey>> = {
  c: 'copy',
  x: 'cut',
  v: 'paste',
  d: 'duplicate',
  a: 'all',
  z: 'undo',
  y: 'redo',
  f: 'find',
  g: 'stage',
}
const SHIFT: Readonly<Record<string, StudioKey>> = {
  ArrowDown: 'extendDown',
  ArrowUp: 'extendUp',
  F10: 'menu',
  Digit1: 'fit',
  Digit2: 'toSelection',
}

/** `code` tells the place of a digit whatever it writes with Shift on this keyboard. */
export function studioKey(
  { key, code, ctrlKey, metaKey, shiftKey, altKey }: Pressed & { readonly code: string },
  letters: boolean,
): StudioKey | undefined {
  if (altKey) return undefined
  if (ctrlKey || metaKey) {
    const means = CONTROL[key.toLowerCase()]
    return means === 'undo' && shiftKey ? 'redo' : means
  }
  if (shiftKey) return SHIFT[code] ?? SHIFT[key] ?? (key === '+' || key === '/' ? PLAIN[key] : undefined)
  return PLAIN[key] ?? (letters ? LETTERS[key] : undefined)
}
