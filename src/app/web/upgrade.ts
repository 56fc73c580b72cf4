import { writesUnderWay } from '#kit/api.ts'
import { serverPage } from '#kit/server-page.ts'
import { soon } from '#kit/soon.ts'

/** Under this name the tab remembers for which build it was loaded anew: once for each, never in a circle. */
const NAME = 'loaded-for'
const LOOK_MS = 200
/** Drafts save themselves within a second of the last change. */
const WAITS_MS = 5_000
const ENTRY = /<script type="module"[^>]* src="([^"]+)"/

let offered = false
let looking = false
/** Whether something was typed on the screen that is shown. */
let typed = false
const listeners = new Set<() => void>()

/** Whether a newer program is there, and loading it is left to the reader. */
export const newVersionOffered = (): boolean => offered
export const onOffer = (listener: () => void): (() => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/**
 * After an upgrade the server no longer has the files that this tab would still fetch. Where its program is another one, the tab
 * is loaded anew, once, as soon as everything is saved; what is not saved is left to the reader. A file that only did not arrive
 * is told and fetched again where it should stand (`lazyPart`).
 */
export function followUpgrades(onNewScreen: (run: () => void) => void): void {
  addEventListener('vite:preloadError', () => soon(look()))
  addEventListener('input', () => (typed = true), true)
  onNewScreen(() => (typed = false))
}

async function look(): Promise<void> {
  if (looking || offered) return
  looking = true
  try {
    const theirs = await entryOfServer()
    if (theirs === undefined || theirs === entryHere()) return
    if (sessionStorage.getItem(NAME) !== theirs && !typed && (await everythingSaved())) {
      sessionStorage.setItem(NAME, theirs)
      location.reload()
      return
    }
    offered = true
    for (const each of listeners) each()
  } finally {
    looking = false
  }
}

const entryHere = (): string | undefined => document.querySelector('script[type=module][src]')?.getAttribute('src') ?? undefined

/** The first script of the page as the server gives it now; undefined while it gives none. */
const entryOfServer = async (): Promise<string | undefined> => ENTRY.exec(await serverPage())?.[1]

/** What holds a tab back from closing holds it back from being loaded anew. */
const unsaved = (): boolean => writesUnderWay() > 0 || !dispatchEvent(new Event('beforeunload', { cancelable: true }))

async function everythingSaved(): Promise<boolean> {
  for (let waited = 0; unsaved(); waited += LOOK_MS) {
    if (waited >= WAITS_MS) return false
    await new Promise((done) => setTimeout(done, LOOK_MS))
  }
  return true
}
