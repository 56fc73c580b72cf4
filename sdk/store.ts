/** Something of ours in the browser's own memory; without it (private windows, full) things live as long as the page. */
const fallback = new Map<string, string>()

export function read(name: string): string | null {
  try {
    return localStorage.getItem(`cadenza.${name}`) ?? fallback.get(name) ?? null
  } catch {
    return fallback.get(name) ?? null
  }
}

/** 128 random bits; `randomUUID` is there on https pages only. */
export const unique = (): string =>
  crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')

export function write(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`cadenza.${name}`)
    else localStorage.setItem(`cadenza.${name}`, value)
    fallback.delete(name)
  } catch {
    if (value === null) fallback.delete(name)
    else fallback.set(name, value)
  }
}
