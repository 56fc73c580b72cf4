import { TabLinks } from '#kit/page.tsx'
import { BUDGETS, MODELS, OFFERS } from '#kit/paths.ts'
import { useWords } from '#kit/words.ts'
import { MODEL_WORDS } from './model-words.ts'

const ADDRESSES = { models: MODELS, budgets: BUDGETS, offers: OFFERS } as const

/** The screens of decisions, side by side. */
export function Areas({ current }: { current: keyof typeof ADDRESSES }) {
  const say = useWords(MODEL_WORDS)
  return (
    <TabLinks
      label={say.decisions}
      className="mb-5"
      tabs={(['models', 'budgets', 'offers'] as const).map((area) => ({
        label: say.areas[area],
        href: ADDRESSES[area],
        current: area === current,
      }))}
    />
  )
}
