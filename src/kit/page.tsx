import { ChevronLeft } from 'lucide-react'
import { type ReactNode, useEffect } from 'react'
import { Link } from './link.tsx'

interface PageProps {
  readonly title: string
  /** Where it belongs: the list that it came from. */
  readonly up?: { readonly label: string; readonly href: string }
  /** Chips and short facts beside the title. */
  readonly facts?: ReactNode
  readonly actions?: ReactNode
  /** One sentence below the title. */
  readonly lead?: ReactNode
  /** Fills the window's height (studio) instead of growing. */
  readonly full?: boolean
  readonly children: ReactNode
}

/** The frame of a screen: a document title, one h1, its actions, its content. */
export function Page({ title, up, facts, actions, lead, full = false, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Cadenza`
  }, [title])
  return (
    <div className={full ? 'flex min-h-0 flex-1 flex-col' : 'mx-auto w-full max-w-[1200px] px-4 pt-6 pb-16 sm:px-6 lg:px-8'}>
      <header className={`flex flex-wrap items-start gap-x-4 gap-y-3 ${full ? 'px-4 pt-5 sm:px-6 lg:px-8' : 'mb-6'}`}>
        <div className="min-w-0 flex-1 basis-72">
          {up && (
            <Link
              plain
              href={up.href}
              className="mb-0.5 inline-flex items-center gap-1 text-dense text-ink-3 hover:text-ink hover:underline"
            >
              <ChevronLeft size={14} aria-hidden="true" className="-ml-1" />
              {up.label}
            </Link>
          )}
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <h1 className="min-w-0 text-h1 wrap-anywhere">{title}</h1>
            {facts}
          </div>
          {lead && <p className="mt-1 max-w-[72ch] text-ink-2">{lead}</p>}
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  )
}

/** A bordered part of a page with its own heading. */
export function Card({
  title,
  aside,
  children,
  flush = false,
  className = '',
}: {
  title?: string
  aside?: ReactNode
  children: ReactNode
  flush?: boolean
  className?: string
}) {
  return (
    <section aria-label={title} className={`min-w-0 rounded-card border border-line bg-surface ${className}`}>
      {title && (
        <div
          className={`flex min-h-12 flex-wrap items-center justify-between gap-x-4 gap-y-1 px-4 py-2.5 ${flush ? 'border-b border-line' : ''}`}
        >
          <h2 className="text-h3">{title}</h2>
          {aside}
        </div>
      )}
      <div className={flush ? '' : `px-4 pb-4 ${title ? '' : 'pt-4'}`}>{children}</div>
    </section>
  )
}

export interface TabLink {
  readonly label: string
  readonly href: string
  readonly current: boolean
  readonly badge?: string
}

/** Tabs that are addresses: links, so that the back button and sharing work. */
export function TabLinks({ label, tabs, className = '' }: { label: string; tabs: readonly TabLink[]; className?: string }) {
  return (
    <nav aria-label={label} className={`flex gap-1 overflow-x-auto border-b border-line ${className}`}>
      {tabs.map((tab) => (
        <Link
          key={tab.href}
          plain
          href={tab.href}
          aria-current={tab.current ? 'page' : undefined}
          className="-mb-px flex h-10 items-center gap-1.5 border-b-2 border-transparent px-3 font-medium whitespace-nowrap text-ink-2 -outline-offset-2 hover:text-ink aria-[current]:border-ink aria-[current]:text-ink"
        >
          {tab.label}
          {tab.badge && <span className="rounded-pill bg-sunken px-1.5 text-meta text-ink-2 num">{tab.badge}</span>}
        </Link>
      ))}
    </nav>
  )
}

/** Pairs of a name and its value. */
export function Facts({ rows }: { rows: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <dl className="grid grid-cols-[minmax(96px,max-content)_minmax(0,1fr)] gap-x-4 gap-y-2 text-dense">
      {rows.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-ink-3">{name}</dt>
          <dd className="min-w-0 wrap-anywhere">{value}</dd>
        </div>
      ))}
    </dl>
  )
}
