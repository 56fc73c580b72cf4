import { Braces } from 'lucide-react'
import { useState } from 'react'
import type { NameGroup, NameOption } from '#content/liquid-names.ts'
import { IconButton } from '#kit/button.tsx'
import { Dialog } from '#kit/dialog.tsx'
import { SearchField } from '#kit/field.tsx'
import { percent } from '#kit/format.ts'
import { useWords } from '#kit/words.ts'
import { STUDIO_WORDS } from './studio-words.ts'

const GROUPS: readonly NameGroup[] = ['person', 'event', 'live', 'snippet', 'message']
/** So many of a group are shown before one searches. */
const SHOWN = 12

/** Chooses something that a text can print, from what this workspace knows. */
export function InsertName({ names, onInsert }: { names: readonly NameOption[]; onInsert: (text: string) => void }) {
  const say = useWords(STUDIO_WORDS)
  const [open, setOpen] = useState(false)
  const [q, setQ] = useState('')
  const found = names.filter(({ name, of }) => `${name} ${of.join(' ')}`.toLowerCase().includes(q.toLowerCase()))
  return (
    <>
      <IconButton label={say.insert} onClick={() => setOpen(true)}>
        <Braces size={16} aria-hidden="true" />
      </IconButton>
      <Dialog title={say.insertTitle} open={open} onClose={() => setOpen(false)} wide>
        <div className="flex flex-col gap-4">
          <SearchField label={say.insertSearch} value={q} onSearch={setQ} />
          {found.length === 0 && <p className="text-ink-2">{say.insertNone}</p>}
          <div className="flex max-h-[50vh] flex-col gap-4 overflow-y-auto">
            {GROUPS.map((group) => {
              const options = found.filter((each) => each.group === group).slice(0, q === '' ? SHOWN : 40)
              return options.length === 0 ? null : (
                <section key={group} aria-label={say.groups[group]}>
                  <h3 className="mb-1 text-meta font-medium text-ink-3">{say.groups[group]}</h3>
                  <ul className="flex flex-col">
                    {options.map((option) => (
                      <li key={option.name}>
                        <button
                          type="button"
                          onClick={() => {
                            setOpen(false)
                            onInsert(option.insert)
                          }}
                          className="flex min-h-9 w-full flex-wrap items-center justify-between gap-x-4 rounded-input px-2 text-left hover:bg-sunken"
                        >
                          <code className="text-dense wrap-anywhere">{option.name}</code>
                          <span className="text-meta text-ink-3">
                            {option.share !== undefined ? say.shareHave(percent(option.share, 0)) : option.of.slice(0, 3).join(', ')}
                          </span>
                        </button>
                      </li>
                    ))}
                  </ul>
                </section>
              )
            })}
          </div>
        </div>
      </Dialog>
    </>
  )
}
