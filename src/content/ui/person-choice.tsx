import { UserRound, X } from 'lucide-react'
import { useState } from 'react'
import { useRead } from '#kit/api.ts'
import { Button, IconButton } from '#kit/button.tsx'
import { Dialog } from '#kit/dialog.tsx'
import { SearchField } from '#kit/field.tsx'
import { useMay } from '#kit/me.ts'
import { Loaded } from '#kit/states.tsx'
import { useWords } from '#kit/words.ts'
import { SearchProfiles } from '#profiles/api.ts'
import { PREVIEW_WORDS } from './preview-words.ts'

export interface Chosen {
  readonly id: string
  readonly name: string
}

/** As whom one looks: a person of the workspace, or the sample. */
export function PersonChoice({ person, onChoose }: { person: Chosen | undefined; onChoose: (person: Chosen | undefined) => void }) {
  const say = useWords(PREVIEW_WORDS)
  const mayRead = useMay('people:read')
  const [open, setOpen] = useState(false)
  if (!mayRead) return <p className="text-dense text-ink-3">{say.noPeople}</p>
  return (
    <div className="flex min-w-0 items-center gap-1">
      <Button onClick={() => setOpen(true)} className="min-w-0 shrink">
        <UserRound size={16} className="shrink-0" aria-hidden="true" />
        <span className="truncate">
          {say.as}: {person?.name ?? say.sample}
        </span>
      </Button>
      {person && (
        <IconButton label={say.sample} onClick={() => onChoose(undefined)}>
          <X size={16} aria-hidden="true" />
        </IconButton>
      )}
      <Dialog title={say.choose} open={open} onClose={() => setOpen(false)}>
        {open && (
          <People
            onChoose={(chosen) => {
              setOpen(false)
              onChoose(chosen)
            }}
          />
        )}
      </Dialog>
    </div>
  )
}

function People({ onChoose }: { onChoose: (person: Chosen) => void }) {
  const say = useWords(PREVIEW_WORDS)
  const [q, setQ] = useState('')
  const found = useRead(SearchProfiles, { q }, { keep: true })
  return (
    <div className="flex flex-col gap-3">
      <SearchField label={say.findPerson} value={q} onSearch={setQ} />
      <Loaded query={found}>
        {({ people }) =>
          people.length === 0 ? (
            <p className="text-ink-2">{say.noPerson}</p>
          ) : (
            <ul className="flex max-h-[50vh] flex-col overflow-y-auto">
              {people.slice(0, 20).map((each) => (
                <li key={each.id}>
                  <button
                    type="button"
                    onClick={() => onChoose({ id: each.id, name: each.name || each.email || each.id })}
                    className="flex min-h-10 w-full min-w-0 flex-wrap items-center justify-between gap-x-4 rounded-input px-2 text-left hover:bg-sunken"
                  >
                    <span className="font-medium wrap-anywhere">{each.name || each.id}</span>
                    <span className="text-dense text-ink-3 wrap-anywhere">{each.email}</span>
                  </button>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </div>
  )
}
