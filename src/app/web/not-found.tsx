import { useEffect } from 'react'
import { ButtonLink } from '#kit/button.tsx'
import { Page } from '#kit/page.tsx'
import { HOME } from '#kit/paths.ts'
import { useWords, words } from '#kit/words.ts'

const WORDS = words(
  { title: 'There is no such page', why: 'The address may be mistyped, or what it showed is gone.', home: 'Go to Home' },
  {
    de: {
      title: 'Diese Seite gibt es nicht',
      why: 'Vielleicht ist die Adresse vertippt, oder was sie zeigte, ist nicht mehr da.',
      home: 'Zum Start',
    },
  },
)

export function NotFound() {
  const say = useWords(WORDS)
  useEffect(() => {
    document.title = `${say.title} · Cadenza`
  }, [say.title])
  return (
    <main className="flex flex-col items-center gap-3 px-4 py-[16vh] text-center">
      <h1 className="text-h1">{say.title}</h1>
      <p className="mb-2 text-ink-2">{say.why}</p>
      <ButtonLink href={HOME}>{say.home}</ButtonLink>
    </main>
  )
}

/** The same within the frame of the app: a part of an area that has no such part. */
export function NoSuchPart({ up }: { up: { readonly label: string; readonly href: string } }) {
  const say = useWords(WORDS)
  return (
    <Page title={say.title} up={up}>
      <p className="text-ink-2">{say.why}</p>
    </Page>
  )
}
