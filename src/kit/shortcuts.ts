import { useEffect } from 'react'

/** Keys in order → what they do; two keys are pressed one after the other within a second (`g j`). */
export type Shortcuts = Readonly<Record<string, () => void>>

/** The shortcut that the keys pressed so far mean: itself, the start of one, or none. */
export function meaning(pressed: string, shortcuts: Shortcuts): 'run' | 'wait' | 'none' {
  if (shortcuts[pressed]) return 'run'
  return Object.keys(shortcuts).some((keys) => keys.startsWith(`${pressed} `)) ? 'wait' : 'none'
}

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

/** Single letters work only outside of fields (WCAG 2.1.4), and can be turned off. */
export function useShortcuts(shortcuts: Shortcuts): void {
  useEffect(() => {
    let before = ''
    let since = 0
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || typing(event.target) || shortcutsAreOff()) return
      const pressed = before && event.timeStamp - since < 1_000 ? `${before} ${event.key}` : event.key
      const means = meaning(pressed, shortcuts)
      before = means === 'wait' ? pressed : ''
      since = event.timeStamp
      if (means !== 'run') return
      event.preventDefault()
      shortcuts[pressed]?.()
    }
    addEventListener('keydown', listen)
    return () => removeEventListener('keydown', listen)
  }, [shortcuts])
}

export const shortcutsAreOff = (): boolean => localStorage.getItem('shortcuts') === 'off'
export const setShortcuts = (on: boolean): void => (on ? localStorage.removeItem('shortcuts') : localStorage.setItem('shortcuts', 'off'))
