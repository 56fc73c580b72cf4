import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react'
import { Link } from './link.tsx'
import { useWords, words } from './words.ts'

const WORDS = words({ working: ', working' }, { de: { working: ', in Arbeit' } })

type Look = 'primary' | 'plain' | 'quiet' | 'bad'

const LOOKS: Record<Look, string> = {
  primary: 'bg-primary text-on-primary hover:opacity-90',
  plain: 'border border-line-strong bg-surface text-ink hover:bg-sunken',
  quiet: 'text-ink-2 hover:bg-sunken hover:text-ink',
  bad: 'border border-bad bg-surface text-bad hover:bg-bad-soft',
}
const SHAPE =
  'inline-flex h-9 shrink-0 items-center justify-center gap-2 rounded-button px-3 font-medium whitespace-nowrap transition-[background-color,opacity] duration-100 aria-disabled:opacity-60 pointer-coarse:h-11'

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly look?: Look
  /** While it works it stays in place, cannot be pressed again, and says so. */
  readonly busy?: boolean
}

export function Button({ look = 'plain', busy = false, className = '', onClick, children, ...rest }: ButtonProps) {
  const say = useWords(WORDS)
  return (
    <button
      type="button"
      aria-disabled={busy || undefined}
      className={`${SHAPE} ${LOOKS[look]} ${className}`}
      onClick={busy ? (event) => event.preventDefault() : onClick}
      {...rest}
    >
      {children}
      {busy && <span className="sr-only">{say.working}</span>}
    </button>
  )
}

interface ButtonLinkProps {
  readonly href: string
  readonly look?: Look
  /** Besides going there, such as closing the dialog that it stands in. */
  readonly onClick?: () => void
  readonly children: ReactNode
}

/** Looks like a button, is a link: it goes somewhere. */
export function ButtonLink({ href, look = 'plain', onClick, children }: ButtonLinkProps) {
  return (
    <Link plain href={href} onClick={onClick} className={`${SHAPE} ${LOOKS[look]}`}>
      {children}
    </Link>
  )
}

interface IconButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'children'> {
  readonly label: string
  readonly ref?: Ref<HTMLButtonElement>
  readonly children: ReactNode
}

export function IconButton({ label, className = '', children, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={`inline-flex size-8 shrink-0 items-center justify-center rounded-button text-ink-2 hover:bg-sunken hover:text-ink pointer-coarse:size-11 ${className}`}
      {...rest}
    >
      {children}
    </button>
  )
}
