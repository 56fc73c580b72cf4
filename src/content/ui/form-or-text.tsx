import { useWords, words } from '#kit/words.ts'
import { Segments } from './fields.tsx'

const WORDS = words({ label: 'View', form: 'Form', text: 'As text' }, { de: { label: 'Ansicht', form: 'Formular', text: 'Als Text' } })

export type View = 'form' | 'text'

/** The same document as fields, or as it is written. */
export function FormOrText({ view, onView }: { view: View; onView: (view: View) => void }) {
  const say = useWords(WORDS)
  const choices = [
    { value: 'form', label: say.form },
    { value: 'text', label: say.text },
  ]
  return <Segments label={say.label} value={view} choices={choices} onChange={(value) => onView(value === 'text' ? 'text' : 'form')} />
}
