import { useState } from 'react'
import { Button } from '#kit/button.tsx'
import { Dialog } from '#kit/dialog.tsx'
import { Select } from '#kit/field.tsx'
import { useWords } from '#kit/words.ts'
import { Locale } from '../locales.ts'
import { Line } from './fields.tsx'
import { FRAME_WORDS } from './frame-words.ts'

interface LanguagesProps {
  /** Of the default; '' where it does not say. */
  readonly own: string
  readonly others: readonly string[]
  readonly value: string | undefined
  readonly mayEdit: boolean
  readonly onChoose: (locale: string | undefined) => void
  readonly onAdd: (locale: string) => void
  readonly onRemove: (locale: string) => void
}
const NEW = '+'

/** In which language one writes; another can be added, and one that is not the default be taken away. */
export function Languages({ own, others, value, mayEdit, onChoose, onAdd, onRemove }: LanguagesProps) {
  const say = useWords(FRAME_WORDS)
  const [adding, setAdding] = useState(false)
  const [text, setText] = useState('')
  const fault =
    text === ''
      ? undefined
      : !Locale.safeParse(text).success
        ? say.languageBad
        : text === own || others.includes(text)
          ? say.languageThere
          : undefined
  const add = () => {
    if (text === '' || fault) return
    setAdding(false)
    setText('')
    onAdd(text)
  }
  return (
    <>
      <Select
        label={say.language}
        value={value ?? ''}
        choices={[
          { value: '', label: say.ownLanguage(own) },
          ...others.map((each) => ({ value: each, label: each })),
          ...(mayEdit ? [{ value: NEW, label: say.addLanguage }] : []),
        ]}
        onChange={(chosen) => (chosen === NEW ? setAdding(true) : onChoose(chosen || undefined))}
      />
      {value !== undefined && mayEdit && (
        <Button look="quiet" onClick={() => onRemove(value)}>
          {say.removeLanguage}
        </Button>
      )}
      <Dialog title={say.addLanguage.replace('…', '')} open={adding} onClose={() => setAdding(false)}>
        <form
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault()
            add()
          }}
        >
          <Line label={say.languageName} value={text} hint={say.languageHint} error={fault} onChange={setText} />
          <div className="flex gap-2">
            <Button look="primary" type="submit">
              {say.add}
            </Button>
            <Button onClick={() => setAdding(false)}>{say.cancel}</Button>
          </div>
        </form>
      </Dialog>
    </>
  )
}
