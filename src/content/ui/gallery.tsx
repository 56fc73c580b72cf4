import { Bell, Inbox, Mail, MessageSquare } from 'lucide-react'
import { useState } from 'react'
import type { Block } from '#content/blocks.ts'
import { type Starter, startersIn } from '#content/gallery.ts'
import { Button } from '#kit/button.tsx'
import { Dialog } from '#kit/dialog.tsx'
import { language, useWords } from '#kit/words.ts'
import { Line } from './fields.tsx'
import { LIST_WORDS } from './list-words.ts'
import { useNewDocument } from './new-document.tsx'
import { Problems } from './problems.tsx'

interface GalleryProps {
  readonly taken: ReadonlySet<string>
  readonly onMade: (id: string) => void
  readonly onClose: () => void
}

/** Starting points, drawn by their layout; a name, and one writes. */
export function Gallery({ taken, onMade, onClose }: GalleryProps) {
  const say = useWords(LIST_WORDS)
  const [starters] = useState(() => startersIn(language()))
  const [chosen, setChosen] = useState<Starter>(starters[0]!)
  const [name, setName] = useState('')
  const { busy, failure, create } = useNewDocument('template')
  const titles = say.starters as Readonly<Record<string, { readonly name: string; readonly does: string }>>
  const titleOf = (starter: Starter): string => titles[starter.id]?.name ?? starter.id
  const make = async () => {
    const id = await create(name.trim() || titleOf(chosen), chosen.body, taken)
    if (id !== undefined) onMade(id)
  }
  return (
    <Dialog title={say.newTemplate} open onClose={onClose} wide>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (!busy) void make()
        }}
      >
        <fieldset>
          <legend className="font-medium">{say.gallery}</legend>
          <p className="mb-2 text-dense text-ink-3">{say.galleryLead}</p>
          <div className="grid max-h-[46vh] grid-cols-2 gap-2 overflow-y-auto p-0.5 sm:grid-cols-3">
            {starters.map((starter) => (
              <label
                key={starter.id}
                className="flex cursor-pointer flex-col gap-2 rounded-card border border-line p-2 hover:bg-sunken has-checked:border-ink has-checked:outline has-checked:outline-ink has-focus-visible:outline-2 has-focus-visible:outline-focus"
              >
                <input type="radio" name="starter" className="sr-only" checked={chosen === starter} onChange={() => setChosen(starter)} />
                <Drawing starter={starter} />
                <span>
                  <span className="block font-medium">{titleOf(starter)}</span>
                  <span className="block text-meta text-ink-3">{titles[starter.id]?.does}</span>
                </span>
              </label>
            ))}
          </div>
        </fieldset>
        <Line label={say.nameLabel} value={name} hint={say.nameHint} onChange={setName} />
        {failure && <Problems problems={[failure]} />}
        <div className="flex gap-2 border-t border-line pt-4">
          <Button look="primary" type="submit" busy={busy}>
            {say.create}
          </Button>
          <Button onClick={onClose}>{say.cancel}</Button>
        </div>
      </form>
    </Dialog>
  )
}

const ICONS = { email: Mail, sms: MessageSquare, push: Bell, inapp: Inbox }

/** The layout of a starting point in lines. */
function Drawing({ starter }: { starter: Starter }) {
  const Icon = ICONS[starter.channel]
  const blocks = (starter.body['blocks'] ?? []) as unknown as readonly Block[]
  return (
    <span aria-hidden="true" className="flex h-24 flex-col gap-1 overflow-hidden rounded-input bg-canvas p-2">
      {blocks.length === 0 ? (
        <span className="flex flex-1 items-center justify-center text-ink-3">
          <Icon size={24} />
        </span>
      ) : (
        blocks.map((block, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: drawn once from a list that does not change
          <Sketch key={i} block={block} />
        ))
      )}
    </span>
  )
}

function Sketch({ block }: { block: Block }) {
  switch (block.kind) {
    case 'heading':
      return <span className="h-2 w-3/4 shrink-0 rounded-input bg-ink" />
    case 'button':
      return <span className="my-0.5 h-3 w-14 shrink-0 rounded-input bg-accent" />
    case 'divider':
      return <span className="my-0.5 shrink-0 border-t border-line-strong" />
    case 'coupon':
      return <span className="h-5 shrink-0 rounded-input border border-dashed border-line-strong" />
    case 'columns':
      return (
        <span className="flex shrink-0 gap-2">
          {block.columns.map((column, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: drawn once from a list that does not change
            <span key={i} className="flex flex-1 flex-col gap-1">
              {column.blocks.map((inner) => (
                <Sketch key={inner.kind} block={inner} />
              ))}
            </span>
          ))}
        </span>
      )
    case 'products':
      return (
        <span className="flex shrink-0 gap-2">
          <span className="size-5 bg-line-strong" />
          <span className="flex flex-1 flex-col gap-1">
            <span className="h-1.5 w-2/3 bg-line-strong" />
            <span className="h-1.5 w-1/3 bg-line-strong" />
          </span>
        </span>
      )
    default:
      return (
        <span className="flex shrink-0 flex-col gap-1">
          <span className="h-1.5 w-full bg-line-strong" />
          <span className="h-1.5 w-5/6 bg-line-strong" />
        </span>
      )
  }
}
