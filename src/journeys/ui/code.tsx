import { Code } from '#kit/copy.tsx'
import { useWords, words } from '#kit/words.ts'

const APPLY = 'npx cadenza apply'
const WORDS = words(
  {
    before: 'This is the whole journey. Keep it in your repository and publish changes with',
    after: '; applying the same text twice changes nothing.',
  },
  {
    de: {
      before: 'Dies ist die ganze Journey. Bewahren Sie sie in Ihrem Repository auf und veröffentlichen Sie Änderungen mit',
      after: '; denselben Text zweimal anzuwenden, ändert nichts.',
    },
  },
)

/** The journey as it is written: what the command line applies and exports. */
export function CodeView({ id, yaml }: { id: string; yaml: string }) {
  const say = useWords(WORDS)
  return (
    <div className="flex flex-col gap-3">
      <p className="max-w-[72ch] text-ink-2">
        {say.before} <code className="text-dense">{APPLY}</code>
        {say.after}
      </p>
      <Code label={`${id}.yaml`} text={yaml} numbered />
    </div>
  )
}
