import { useSyncExternalStore } from 'react'
import { Button } from '#kit/button.tsx'
import { useWords, words } from '#kit/words.ts'
import { newVersionOffered, onOffer } from './upgrade.ts'

const WORDS = words(
  {
    told: 'The server has a new version of Cadenza, and this screen needs it. Save what you are writing, then load it.',
    load: 'Load the new version',
  },
  {
    de: {
      told: 'Der Server hat eine neue Version von Cadenza, und diese Ansicht braucht sie. Speichern Sie, was Sie gerade schreiben, und laden Sie sie dann.',
      load: 'Neue Version laden',
    },
  },
)

/** Stands above the screen once the tab is older than the server and may not be loaded anew by itself. */
export function NewVersion() {
  const say = useWords(WORDS)
  const offered = useSyncExternalStore(onOffer, newVersionOffered)
  return (
    <div role="status">
      {offered && (
        <p className="m-3 flex flex-wrap items-center gap-3 rounded-input bg-warn-soft px-3 py-2 text-dense text-warn">
          <span className="min-w-0 flex-1 basis-72">{say.told}</span>
          <Button onClick={() => location.reload()}>{say.load}</Button>
        </p>
      )}
    </div>
  )
}
