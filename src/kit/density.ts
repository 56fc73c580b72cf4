import { useSyncExternalStore } from 'react'

export type Density = 'comfortable' | 'compact'

const read = (): Density => (localStorage.getItem('density') === 'compact' ? 'compact' : 'comfortable')

/** How close things stand; `public/theme.js` shows it before the first paint. */
export const useDensity = (): Density =>
  useSyncExternalStore((changed) => {
    addEventListener('density', changed)
    addEventListener('storage', changed)
    return () => {
      removeEventListener('density', changed)
      removeEventListener('storage', changed)
    }
  }, read)

export function setDensity(to: Density): void {
  localStorage.setItem('density', to)
  dispatchEvent(new Event('density'))
}
