import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { type ReactNode, useId, useState } from 'react'
import { ListJourneys } from '#journeys/api.ts'
import { blankJourney } from '#journeys/edit/starters.ts'
import { DuplicateButton } from '#journeys/ui/modes.tsx'
import { call, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Field, Select } from '#kit/field.tsx'
import { Card } from '#kit/page.tsx'
import { toJourney } from '#kit/paths.ts'
import { ErrorView } from '#kit/states.tsx'
import { SaveDraft } from '#workspaces/documents/api.ts'
import { useGalleryWords } from './words.ts'

/** Beginnings beside the templates: blank, a text, a copy. */
export function StartOtherwise() {
  const router = useRouter()
  const journeys = useRead(ListJourneys, {}).data?.journeys ?? []
  const taken = journeys.map(({ id }) => id)
  const go = (href: string) => router.history.push(href)
  return (
    <div className="grid gap-4 lg:grid-cols-3">
      <Blank taken={taken} go={go} />
      <Import taken={taken} go={go} />
      <Copy journeys={journeys} go={go} />
    </div>
  )
}

interface Way {
  readonly taken: readonly string[]
  readonly go: (href: string) => void
}

function Blank({ taken, go }: Way) {
  const say = useGalleryWords()
  const [name, setName] = useState('')
  return (
    <Card title={say.blank}>
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          go(toJourney(blankJourney(name, [...taken, 'new']).id, { fresh: name }))
        }}
      >
        <p className="text-dense text-ink-2">{say.blankText}</p>
        <Field label={say.name} value={name} required maxLength={200} onChange={(event) => setName(event.target.value)} />
        <Footer>
          <Button type="submit">{say.begin}</Button>
        </Footer>
      </form>
    </Card>
  )
}

interface Fault {
  readonly line: number
  readonly text: string
}

function Import({ taken, go }: Way) {
  const say = useGalleryWords()
  const client = useQueryClient()
  const id = useId()
  const [text, setText] = useState('')
  const [faults, setFaults] = useState<readonly Fault[]>([])
  const take = useMutation({
    mutationFn: async () => {
      const { readTyped } = await import('#journeys/ui/typed-yaml.ts')
      const { body, problems } = await readTyped(text)
      setFaults(problems.map(({ from, text: what }) => ({ line: text.slice(0, from).split('\n').length, text: what })))
      if (!body) return undefined
      const own = String(body.id)
      if (taken.includes(own)) {
        setFaults([{ line: 1, text: say.taken(own) }])
        return undefined
      }
      await call(SaveDraft, { kind: 'journey', id: own, body: body as never, source: text })
      return own
    },
    onSuccess: async (made) => {
      if (made === undefined) return
      await client.invalidateQueries()
      go(toJourney(made))
    },
  })
  return (
    <Card title={say.importTitle}>
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          take.mutate()
        }}
      >
        {take.isError && <ErrorView error={take.error} />}
        <label htmlFor={id} className="text-dense text-ink-2">
          {say.importText}
        </label>
        <textarea
          id={id}
          aria-label={say.yaml}
          aria-invalid={faults.length > 0 || undefined}
          aria-describedby={faults.length > 0 ? `${id}-faults` : undefined}
          value={text}
          required
          rows={4}
          spellCheck={false}
          onChange={(event) => setText(event.target.value)}
          className="w-full rounded-input border border-line-strong bg-surface px-3 py-2 font-mono text-dense aria-invalid:border-bad"
        />
        {faults.length > 0 && (
          <ul id={`${id}-faults`} role="alert" className="flex flex-col gap-1 text-dense text-bad">
            {faults.slice(0, 8).map((each) => (
              <li key={`${each.line} ${each.text}`}>{say.atLine(each.line, each.text)}</li>
            ))}
          </ul>
        )}
        <Footer>
          <input
            type="file"
            accept=".yaml,.yml"
            aria-label={say.file}
            onChange={(event) => void event.target.files?.[0]?.text().then(setText)}
            className="min-w-0 flex-1 text-dense text-ink-2 file:mr-2 file:h-9 file:rounded-button file:border file:border-line-strong file:bg-surface file:px-3 file:text-ink"
          />
          <Button type="submit" busy={take.isPending}>
            {say.importDo}
          </Button>
        </Footer>
      </form>
    </Card>
  )
}

function Copy({ journeys, go }: { journeys: readonly { id: string; name: string }[]; go: (href: string) => void }) {
  const say = useGalleryWords()
  const [of, setOf] = useState('')
  if (journeys.length === 0) return null
  return (
    <Card title={say.copy}>
      <div className="flex flex-col gap-3">
        <p className="text-dense text-ink-2">{say.copyText}</p>
        <Select
          label={say.copyOf}
          value={of}
          onChange={setOf}
          choices={[{ value: '', label: say.choose }, ...journeys.map(({ id, name }) => ({ value: id, label: name }))]}
        />
        {of !== '' && (
          <Footer>
            <DuplicateButton key={of} id={of} onMade={(made) => go(toJourney(made))} />
          </Footer>
        )}
      </div>
    </Card>
  )
}

const Footer = ({ children }: { children: ReactNode }) => <div className="flex flex-wrap items-center justify-end gap-2">{children}</div>
