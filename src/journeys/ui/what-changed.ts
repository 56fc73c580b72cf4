import { useMemo } from 'react'
import { useWords } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import type { GetDocument } from '#workspaces/documents/api.ts'
import type { JourneyBody } from '../edit/body.ts'
import type { Journey } from '../schema.ts'
import type { StepChange } from '../step-changes.ts'
import { tally, versionDiff } from '../version-diff.ts'
import { nameIn } from './place-words.ts'
import { PUBLISH_WORDS as WORDS } from './publish-words.ts'

const CHANGES: readonly StepChange[] = ['added', 'changed', 'removed']

/** One line on how the draft differs from what is live, by the names of the steps; '' while nothing is known. */
export function useChanged(document: OutputOf<typeof GetDocument> | undefined): string {
  const say = useWords(WORDS)
  return useMemo(() => {
    const after = document?.draft?.body as unknown as JourneyBody | undefined
    if (!document || !after) return ''
    const before = document.live === null ? undefined : (document.shown?.body as unknown as JourneyBody | undefined)
    if (!before) return say.firstVersion
    const changes = versionDiff(before, after)
    const steps = changes.filter(({ step }) => step !== '@entry')
    const counts = tally(steps)
    const named = (change: StepChange) =>
      steps
        .filter((each) => each.change === change)
        .map(({ step }) => nameIn((change === 'removed' ? before : after) as unknown as Journey, step))
    const lines = CHANGES.filter((change) => counts[change] > 0).map((change) => say.changes[change](counts[change], named(change)))
    const rest = changes.find(({ step }) => step === '@entry')
    return [...lines, ...(rest ? [say.restChanged(rest.fields.map(({ name }) => name))] : [])].join(' ')
  }, [document, say])
}
