import { useSearch } from '@tanstack/react-router'

/** What the address says beside its path: settings keep their views and filters there. */
export function useQueryText(): Readonly<Record<string, string>> {
  const search = useSearch({ strict: false }) as Readonly<Record<string, unknown>>
  return Object.fromEntries(
    Object.entries(search).flatMap(([name, value]) => (typeof value === 'string' && value !== '' ? [[name, value]] : [])),
  )
}

/** An address of a part of the settings with these things in it. */
export function withView(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).filter((each): each is [string, string] => each[1] !== undefined && each[1] !== '')
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`
}
