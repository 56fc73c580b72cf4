import { useSyncExternalStore } from 'react'

export type Theme = 'system' | 'light' | 'dark'

const read = (): Theme => (localStorage.getItem('theme') as Theme | null) ?? 'system'

/** The reader's choice; `public/theme.js` shows it. */
export const useTheme = (): Theme =>
  useSyncExternalStore((changed) => {
    addEventListener('theme', changed)
    addEventListener('storage', changed)
    return () => {
      removeEventListener('theme', changed)
      removeEventListener('storage', changed)
    }
  }, read)

export function setTheme(theme: Theme): void {
  if (theme === 'system') localStorage.removeItem('theme')
  else localStorage.setItem('theme', theme)
  dispatchEvent(new Event('theme'))
}

export const nextTheme = (theme: Theme): Theme => (theme === 'system' ? 'light' : theme === 'light' ? 'dark' : 'system')
