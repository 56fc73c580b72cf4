/** The workspace in which this tab works. A tab keeps its own; a new one begins where the reader was last; a link may say it. */
const NAME = 'workspace'

let chosen: string | undefined

function begin(): string {
  const asked = new URLSearchParams(location.search).get(NAME)
  const known = asked ?? sessionStorage.getItem(NAME) ?? localStorage.getItem(NAME) ?? ''
  if (known !== '') sessionStorage.setItem(NAME, known)
  return known
}

/** Its id; '' while none was chosen. */
export function workspaceInUse(): string {
  if (typeof sessionStorage === 'undefined') return ''
  chosen ??= begin()
  return chosen
}

/** From now on this tab works there; '' forgets it. */
export function workIn(id: string): void {
  chosen = id
  if (id === '') {
    sessionStorage.removeItem(NAME)
    localStorage.removeItem(NAME)
    return
  }
  sessionStorage.setItem(NAME, id)
  localStorage.setItem(NAME, id)
}

/** What says it in a request. */
export const workspaceHeaders = (): Readonly<Record<string, string>> => {
  const id = workspaceInUse()
  return id === '' ? {} : { 'cadenza-workspace': id }
}

/** The same in the address, for streams, frames and pictures: they carry no header of ours. */
export function withWorkspace(url: string): string {
  const id = workspaceInUse()
  if (id === '') return url
  return `${url}${url.includes('?') ? '&' : '?'}cadenza-workspace=${encodeURIComponent(id)}`
}
