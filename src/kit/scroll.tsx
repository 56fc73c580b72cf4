import type { ReactNode } from 'react'

/** A region that scrolls by itself: named, and reachable by keyboard (WCAG 2.1.1). `relative`: words for screen readers only scroll along. */
export function Scroll({ label, className, children }: { label: string; className: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without a stop here the keyboard cannot scroll it
    <section aria-label={label} tabIndex={0} className={`relative -outline-offset-2 ${className}`}>
      {children}
    </section>
  )
}
