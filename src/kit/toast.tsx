import { X } from 'lucide-react'
import { useSyncExternalStore } from 'react'
import { IconButton } from './button.tsx'
import { useWords, words } from './words.ts'

const WORDS = words({ region: 'Notices', close: 'Close the notice' }, { de: { region: 'Hinweise', close: 'Hinweis schließen' } })

interface Notice {
  readonly id: number
  readonly text: string
  /** Something to do about it, such as Undo. */
  readonly action?: { readonly label: string; readonly run: () => void }
}

const STAYS_MS = 8_000
let notices: readonly Notice[] = []
let serial = 0
const listeners = new Set<() => void>()
const set = (next: readonly Notice[]) => {
  notices = next
  for (const each of listeners) each()
}
const close = (id: number) => set(notices.filter((each) => each.id !== id))

/** Says that something was done, for some seconds; what must not be missed stands on the page instead. */
export function notify(text: string, action?: Notice['action']): void {
  const id = ++serial
  set([...notices.slice(-2), { id, text, ...(action && { action }) }])
  setTimeout(() => close(id), STAYS_MS)
}

/** Stands once in the shell. */
export function Notices() {
  const say = useWords(WORDS)
  const shown = useSyncExternalStore(
    (changed) => {
      listeners.add(changed)
      return () => listeners.delete(changed)
    },
    () => notices,
  )
  return (
    <section
      aria-label={say.region}
      className="pointer-events-none fixed right-4 bottom-4 left-4 z-50 flex flex-col items-end gap-2"
      aria-live="polite"
    >
      {shown.map(({ id, text, action }) => (
        <div
          key={id}
          className="pointer-events-auto flex max-w-full items-center gap-3 rise rounded-card border border-line bg-surface py-1.5 pr-1.5 pl-4 shadow-float"
        >
          <span className="min-w-0 wrap-anywhere">{text}</span>
          {action && (
            <button
              type="button"
              className="hit font-medium text-accent hover:underline"
              onClick={() => {
                close(id)
                action.run()
              }}
            >
              {action.label}
            </button>
          )}
          <IconButton label={say.close} onClick={() => close(id)}>
            <X size={16} aria-hidden="true" />
          </IconButton>
        </div>
      ))}
    </section>
  )
}
