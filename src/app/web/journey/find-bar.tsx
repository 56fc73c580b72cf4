import { ChevronDown, ChevronUp, X } from 'lucide-react'
import { type KeyboardEvent, useState } from 'react'
import { useStudioWords } from '#journeys/ui/studio-words.ts'
import { IconButton } from '#kit/button.tsx'

interface FindBarProps {
  readonly find: (text: string) => readonly string[]
  /** Shows a step that was found. */
  readonly onGo: (id: string) => void
  readonly onOpen: (id: string) => void
  readonly onClose: () => void
}

/** Finds steps by name, template, segment, event; Enter goes to the next, Ctrl+Enter opens it. */
export function FindBar({ find, onGo, onOpen, onClose }: FindBarProps) {
  const say = useStudioWords()
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const found = find(text)
  const go = (next: number, of = found) => {
    if (of.length === 0) return
    const to = (next + of.length) % of.length
    setAt(to)
    onGo(of[to]!)
  }
  const type = (next: string) => {
    setText(next)
    go(0, find(next))
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onClose()
    else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) found[at] && onOpen(found[at])
    else if (event.key === 'Enter') go(event.shiftKey ? at - 1 : at + 1)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <search className="flex items-center gap-1 rounded-card border border-line bg-surface py-1 pr-1 pl-3 shadow-float">
      <input
        type="search"
        aria-label={say.find}
        placeholder={say.findHint}
        // biome-ignore lint/a11y/noAutofocus: it was asked for to type into it
        autoFocus
        value={text}
        onChange={(event) => type(event.target.value)}
        onKeyDown={onKeyDown}
        className="h-8 w-52 bg-surface placeholder:text-ink-3 [&::-webkit-search-cancel-button]:hidden"
      />
      <span role="status" className="min-w-14 text-right text-meta text-ink-3 num">
        {text === '' ? '' : found.length === 0 ? say.foundNone : say.found(at + 1, found.length)}
      </span>
      <IconButton label={say.findBack} onClick={() => go(at - 1)}>
        <ChevronUp size={16} aria-hidden="true" />
      </IconButton>
      <IconButton label={say.findNext} onClick={() => go(at + 1)}>
        <ChevronDown size={16} aria-hidden="true" />
      </IconButton>
      <IconButton label={say.close} onClick={onClose}>
        <X size={16} aria-hidden="true" />
      </IconButton>
    </search>
  )
}
