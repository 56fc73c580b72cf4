import { useEffect, useState } from 'react'
import { parseDocument, stringify } from 'yaml'
import { useWords } from '../words.ts'
import { FORM_WORDS } from './form-words.ts'
import { AREA, Frame } from './frame.tsx'
import { type Spot, useForm } from './spot.ts'

const yamlOf = (value: unknown): string => (value === undefined ? '' : stringify(value, { lineWidth: 100 }))

/** A part without fields of its own, as YAML; what cannot be read is not taken over, and is told with its line. */
export function YamlField({ spot }: { spot: Spot }) {
  const say = useWords(FORM_WORDS)
  const { readOnly } = useForm()
  const [text, setText] = useState(() => yamlOf(spot.value))
  const [wrong, setWrong] = useState<string>()
  const [taken, setTaken] = useState(spot.value)
  useEffect(() => {
    if (JSON.stringify(taken) === JSON.stringify(spot.value)) return
    setTaken(spot.value)
    setText(yamlOf(spot.value))
    setWrong(undefined)
  }, [spot.value, taken])
  const write = (next: string) => {
    setText(next)
    const read = parseDocument(next)
    const fault = read.errors[0]
    setWrong(fault?.message)
    if (fault) return
    const value: unknown = next.trim() === '' ? undefined : read.toJS()
    setTaken(value)
    spot.onChange(value)
  }
  return (
    <Frame spot={{ ...spot, label: say.yaml(spot.label), hint: spot.hint ?? say.yamlHint }}>
      {(ids) => (
        <>
          <textarea
            {...ids}
            readOnly={readOnly}
            spellCheck={false}
            rows={Math.min(16, Math.max(3, text.split('\n').length))}
            value={text}
            onChange={(event) => write(event.target.value)}
            className={`${AREA} font-mono text-dense`}
          />
          {wrong && <p className="text-dense wrap-anywhere whitespace-pre-wrap text-bad">{wrong}</p>}
        </>
      )}
    </Frame>
  )
}
