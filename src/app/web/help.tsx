import { useState } from 'react'
import { Dialog } from '#kit/dialog.tsx'
import { Link } from '#kit/link.tsx'
import { REFERENCE } from '#kit/paths.ts'
import { setShortcuts, shortcutsAreOff } from '#kit/shortcuts.ts'
import { PLACES } from './shell.tsx'

const GROUPS: readonly (readonly [string, readonly (readonly [keys: string, does: string])[]])[] = [
  [
    'Anywhere',
    [
      ['Ctrl K', 'Search and commands'],
      ['/', 'Search and commands'],
      ['?', 'This help'],
      ...PLACES.map((place) => [place.keys, `Go to ${place.label}`] as const),
    ],
  ],
  [
    'In a journey',
    [
      ['c', 'Canvas'],
      ['o', 'Outline'],
      ['r', 'Report'],
      ['y', 'Code'],
    ],
  ],
  [
    'On the canvas and in the outline',
    [
      ['↑ ↓', 'Walk the steps'],
      ['← →', 'To the lane beside; fold and unfold'],
      ['Enter', 'Open the step'],
      ['Esc', 'Close it'],
      ['+ − 0', 'Zoom; show all'],
    ],
  ],
]

export function Help({ onClose }: { onClose: () => void }) {
  const [on, setOn] = useState(!shortcutsAreOff())
  return (
    <Dialog title="Help and shortcuts" open onClose={onClose} wide>
      <div className="grid gap-6 sm:grid-cols-2">
        {GROUPS.map(([name, lines]) => (
          <section key={name} aria-label={name}>
            <h3 className="mb-2 font-semibold">{name}</h3>
            <dl className="flex flex-col gap-1.5 text-dense">
              {lines.map(([keys, does]) => (
                <div key={keys} className="flex items-center justify-between gap-4">
                  <dt className="text-ink-2">{does}</dt>
                  <dd className="flex gap-1">
                    {keys.split(' ').map((key) => (
                      <kbd key={key} className="min-w-6 rounded-input border border-line bg-sunken px-1.5 py-0.5 text-center text-meta">
                        {key}
                      </kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <div className="mt-6 flex flex-wrap items-center justify-between gap-3 border-t border-line pt-4 text-dense">
        <label className="flex items-center gap-2">
          <input
            type="checkbox"
            checked={on}
            onChange={(event) => {
              setShortcuts(event.target.checked)
              setOn(event.target.checked)
            }}
            className="size-4 accent-(--accent)"
          />
          Shortcuts of single letters
        </label>
        <Link href={REFERENCE} target="_blank" rel="noreferrer">
          API reference
        </Link>
      </div>
    </Dialog>
  )
}
