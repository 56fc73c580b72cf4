import { Check, Copy as CopyIcon } from 'lucide-react'
import { useState } from 'react'
import { Scroll } from './scroll.tsx'
import { useWords, words } from './words.ts'

const WORDS = words(
  { copy: 'Copy', copied: 'Copied', copyOf: (what: string) => `Copy ${what}`, textOf: (what: string) => `${what}, text` },
  { de: { copy: 'Kopieren', copied: 'Kopiert', copyOf: (what) => `${what} kopieren`, textOf: (what) => `${what}, Text` } },
)

/** Copies a text, and says that it did. */
export function Copy({ text, label: given }: { text: string; label?: string }) {
  const say = useWords(WORDS)
  const label = given ?? say.copy
  const [done, setDone] = useState(false)
  const copy = async () => {
    await navigator.clipboard.writeText(text)
    setDone(true)
    setTimeout(() => setDone(false), 1_500)
  }
  return (
    <button
      type="button"
      onClick={() => void copy()}
      aria-label={label}
      title={label}
      className="inline-flex size-[24px] items-center justify-center rounded-input align-middle text-ink-3 hover:bg-sunken hover:text-ink"
    >
      {done ? <Check size={14} className="text-ok" aria-hidden="true" /> : <CopyIcon size={14} aria-hidden="true" />}
      <span role="status" className="sr-only">
        {done ? say.copied : ''}
      </span>
    </button>
  )
}

/** An id or another text that is read by machines, with a way to copy it. */
export function Mono({ children, copy = true }: { children: string; copy?: boolean }) {
  const say = useWords(WORDS)
  return (
    <span className="inline-flex max-w-full items-center gap-1 align-bottom">
      <code className="truncate text-dense" title={children}>
        {children}
      </code>
      {copy && <Copy text={children} label={say.copyOf(children)} />}
    </span>
  )
}

/** A block of code that scrolls by itself and can be reached by keyboard. */
export function Code({ text, label, numbered = false }: { text: string; label: string; numbered?: boolean }) {
  const say = useWords(WORDS)
  const lines = text.replace(/\n$/, '').split('\n')
  return (
    <div className="relative rounded-card border border-line bg-sunken">
      <div className="absolute top-2 right-2 rounded-input bg-sunken">
        <Copy text={text} label={say.copyOf(label)} />
      </div>
      <Scroll label={say.textOf(label)} className="overflow-x-auto p-3 pr-10 text-dense">
        {numbered ? (
          <table className="border-collapse">
            <tbody>
              {lines.map((line, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a line is known by its number
                <tr key={i}>
                  <td className="pr-4 text-right text-ink-3 select-none">{i + 1}</td>
                  <td>
                    <code className="whitespace-pre">{line || ' '}</code>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        ) : (
          <pre>
            <code>{text}</code>
          </pre>
        )}
      </Scroll>
    </div>
  )
}
