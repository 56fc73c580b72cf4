import { useState } from 'react'
import { Dialog } from '#kit/dialog.tsx'
import { Link } from '#kit/link.tsx'
import { useMe } from '#kit/me.ts'
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
    shown: 'Show all; show what is selected',
    add: 'Add a step',
    move: 'Move it; arrow keys choose the place',
    remove: 'Delete it',
    rename: 'Rename it',
    copy: 'Copy, cut, paste, duplicate',
    undo: 'Undo; with Shift: redo',
    wrap: 'Wrap it in a branch',
    fold: 'Fold its branches',
    stage: 'Put steps under a stage',
    note: 'Note; comment',
    test: 'Try it from this step on',
    problems: 'Problems',
    find: 'Find a step',
    several: 'Select several; all',
    menu: 'Menu of the step',
    inApprovals: 'In approvals',
    walkList: 'Walk the requests',
    decide: 'Approve; ask for a change; reject',
    inMessage: 'In a message of blocks',
    walkBlocks: 'Walk the blocks',
    openBlock: 'Open the block',
    moveBlock: 'Move it, also into and out of columns',
    duplicate: 'Duplicate it',
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
      shown: 'Alles zeigen; die Auswahl zeigen',
      add: 'Einen Schritt hinzufügen',
      move: 'Ihn verschieben; Pfeiltasten wählen die Stelle',
      remove: 'Löschen',
      rename: 'Umbenennen',
      copy: 'Kopieren, ausschneiden, einfügen, duplizieren',
      undo: 'Rückgängig; mit Umschalt: wiederholen',
      wrap: 'In eine Verzweigung stellen',
      fold: 'Seine Zweige zuklappen',
      stage: 'Schritte unter einen Abschnitt stellen',
      note: 'Notiz; Kommentar',
      test: 'Ab diesem Schritt ausprobieren',
      problems: 'Probleme',
      find: 'Einen Schritt suchen',
      several: 'Mehrere auswählen; alle',
      menu: 'Menü des Schritts',
      inApprovals: 'In Freigaben',
      walkList: 'Durch die Anfragen gehen',
      decide: 'Freigeben; um eine Änderung bitten; ablehnen',
      inMessage: 'In einer Nachricht aus Blöcken',
      walkBlocks: 'Durch die Blöcke gehen',
      openBlock: 'Den Block öffnen',
      moveBlock: 'Ihn verschieben, auch in Spalten und heraus',
      duplicate: 'Duplizieren',
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
  const { permissions } = useMe()
  return [
    [
      say.anywhere,
      [
        ['Ctrl K', say.palette],
        ['/', say.palette],
        ['?', say.help],
        ...PLACES.flat()
          .filter(({ needs }) => needs === undefined || permissions.includes(needs))
          .map(({ keys, name }) => [keys, say.goTo(places[name])] as const),
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
        ['n', say.add],
        ['m', say.move],
        ['Del', say.remove],
        ['F2', say.rename],
        ['Ctrl C X V D', say.copy],
        ['Ctrl Z', say.undo],
        ['Shift ↓ Ctrl A', say.several],
        ['w', say.wrap],
        ['f', say.fold],
        ['Ctrl G', say.stage],
        ['e c', say.note],
        ['t', say.test],
        ['p', say.problems],
        ['Ctrl F', say.find],
        ['Shift F10', say.menu],
        ['+ − 0', say.zoom],
        ['Shift 1 2', say.shown],
      ],
    ],
    [
      say.inMessage,
      [
        ['↑ ↓', say.walkBlocks],
        ['Enter', say.openBlock],
        ['Alt ↑ ↓', say.moveBlock],
        ['Del', say.remove],
        ['Ctrl D', say.duplicate],
      ],
    ],
    [
      say.inApprovals,
      [
        ['j k', say.walkList],
        ['a e r', say.decide],
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
      <div className="gap-6 sm:columns-2">
        {groups.map(([name, lines]) => (
          <section key={name} aria-label={name} className="mb-6 break-inside-avoid">
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
      <div className="flex flex-wrap items-center justify-between gap-3 border-t border-line pt-4 text-dense">
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
