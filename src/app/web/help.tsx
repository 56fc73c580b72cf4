import { useState } from 'react'
import { Dialog } from '#kit/dialog.tsx'
import { Link } from '#kit/link.tsx'
import { FIRST_STEPS, REFERENCE } from '#kit/paths.ts'
import { setShortcuts, shortcutsAreOff } from '#kit/shortcuts.ts'
import { useWords, words } from '#kit/words.ts'
import { PLACE_WORDS, PLACES } from './places.ts'

const WORDS = words(
  {
    title: 'Help and shortcuts',
    goTo: (screen: string) => `Go to ${screen}`,
    anywhere: 'Anywhere',
    palette: 'Search and commands',
    help: 'This help',
    inJourney: 'In a journey',
    canvas: 'Canvas',
    outline: 'Outline',
    report: 'Report',
    code: 'Code',
    onCanvas: 'On the canvas and in the outline',
    walk: 'Walk the steps',
    beside: 'To the lane beside; fold and unfold',
    open: 'Open the step',
    close: 'Close it',
    zoom: 'Zoom; show all',
    letters: 'Shortcuts of single letters',
    reference: 'API reference',
    firstSteps: 'First steps and samples',
  },
  {
    de: {
      title: 'Hilfe und Tastenkürzel',
      goTo: (screen) => `Gehe zu ${screen}`,
      anywhere: 'Überall',
      palette: 'Suche und Befehle',
      help: 'Diese Hilfe',
      inJourney: 'In einer Journey',
      canvas: 'Zeichnung',
      outline: 'Gliederung',
      report: 'Bericht',
      code: 'Code',
      onCanvas: 'In Zeichnung und Gliederung',
      walk: 'Durch die Schritte gehen',
      beside: 'Zum Zweig daneben; ein- und ausklappen',
      open: 'Den Schritt öffnen',
      close: 'Ihn schließen',
      zoom: 'Größe ändern; alles zeigen',
      letters: 'Tastenkürzel aus einzelnen Buchstaben',
      reference: 'API-Referenz',
      firstSteps: 'Erste Schritte und Beispiele',
    },
  },
)

/** Keys and what they do, by where they work. */
function useGroups(): readonly (readonly [name: string, keys: readonly (readonly [keys: string, does: string])[]])[] {
  const say = useWords(WORDS)
  const places = useWords(PLACE_WORDS)
  return [
    [
      say.anywhere,
      [
        ['Ctrl K', say.palette],
        ['/', say.palette],
        ['?', say.help],
        ...PLACES.flat().map(({ keys, name }) => [keys, say.goTo(places[name])] as const),
      ],
    ],
    [
      say.inJourney,
      [
        ['c', say.canvas],
        ['o', say.outline],
        ['r', say.report],
        ['y', say.code],
      ],
    ],
    [
      say.onCanvas,
      [
        ['↑ ↓', say.walk],
        ['← →', say.beside],
        ['Enter', say.open],
        ['Esc', say.close],
        ['+ − 0', say.zoom],
      ],
    ],
  ]
}

export function Help({ onClose }: { onClose: () => void }) {
  const say = useWords(WORDS)
  const groups = useGroups()
  const [on, setOn] = useState(!shortcutsAreOff())
  return (
    <Dialog title={say.title} open onClose={onClose} wide>
      <div className="grid gap-6 sm:grid-cols-2">
        {groups.map(([name, lines]) => (
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
          {say.letters}
        </label>
        <Link href={FIRST_STEPS}>{say.firstSteps}</Link>
        <Link href={REFERENCE} target="_blank" rel="noreferrer">
          {say.reference}
        </Link>
      </div>
    </Dialog>
  )
}
