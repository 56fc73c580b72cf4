import { Refused } from './api.ts'
import { ErrorView } from './states.tsx'
import { useWords, words } from './words.ts'

const WORDS = words(
  {
    title: 'A part of this screen could not be fetched.',
    hint: 'Check that the server runs and that you are connected, then try again. What you have written here stays.',
  },
  {
    de: {
      title: 'Ein Teil dieser Ansicht konnte nicht geladen werden.',
      hint: 'Prüfen Sie, ob der Server läuft und ob Sie verbunden sind, und versuchen Sie es dann noch einmal. Was Sie hier geschrieben haben, bleibt.',
    },
  },
)

/** Stands where a part of the program should stand that could not be fetched. Another fault stays what it is. */
export function PartMissing({ error, retry }: { error: unknown; retry: () => void }) {
  const say = useWords(WORDS)
  if (!notFetched(error)) throw error
  return <ErrorView error={new Refused({ code: 'network.part', status: 0, title: say.title, hint: say.hint })} retry={retry} />
}

/** A script that cannot be fetched is a TypeError (HTML, "import()"), a style has words of Vite's; anything else went wrong inside of it. */
const notFetched = (error: unknown): boolean =>
  error instanceof TypeError || (error instanceof Error && error.message.startsWith('Unable to preload CSS'))
