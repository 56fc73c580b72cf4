import { useState } from 'react'
import { Code } from '#kit/copy.tsx'
import { useWords, words } from '#kit/words.ts'
import { snippets } from './snippets.ts'

const WORDS = words(
  { client: 'Client', of: (name: string) => `the snippet for ${name}` },
  { de: { client: 'Client', of: (name) => `den Schnipsel für ${name}` } },
)

/** Snippets of each client with this server's address; without a key its place is marked. */
export function SnippetTabs({ writeKey }: { writeKey?: string }) {
  const say = useWords(WORDS)
  const [chosen, setChosen] = useState('sdk')
  const all = snippets(location.origin, writeKey)
  const shown = all.find(({ id }) => id === chosen) ?? all[0]!
  return (
    <>
      <fieldset className="mb-2 flex flex-wrap gap-1">
        <legend className="sr-only">{say.client}</legend>
        {all.map(({ id, name }) => (
          <button
            key={id}
            type="button"
            aria-pressed={shown.id === id}
            onClick={() => setChosen(id)}
            className="h-7 rounded-button px-2.5 text-dense font-medium text-ink-2 hover:bg-sunken aria-pressed:bg-sunken aria-pressed:text-ink pointer-coarse:h-11"
          >
            {name}
          </button>
        ))}
      </fieldset>
      <Code label={say.of(shown.name)} text={shown.text} />
    </>
  )
}
