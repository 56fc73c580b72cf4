import { useSyncExternalStore } from 'react'

let chosen: string | undefined

/** IANA name of the zone in which the reader wants all times; '' for the browser's own. */
export function zone(): string {
  if (typeof localStorage === 'undefined') return chosen ?? ''
  chosen ??= localStorage.getItem('zone') ?? ''
  return chosen
}

export function setZone(to: string): void {
  chosen = to
  if (to === '') localStorage.removeItem('zone')
  else localStorage.setItem('zone', to)
  dispatchEvent(new Event('zone'))
}

export const useZone = (): string =>
  useSyncExternalStore((changed) => {
    addEventListener('zone', changed)
    return () => removeEventListener('zone', changed)
  }, zone)

/** The zone by name, also where it is the browser's own. */
export const zoneInUse = (): string => zone() || Intl.DateTimeFormat().resolvedOptions().timeZone
