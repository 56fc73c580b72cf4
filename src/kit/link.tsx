import { useRouter } from '@tanstack/react-router'
import type { AnchorHTMLAttributes, MouseEvent } from 'react'

const STYLE = 'text-accent underline decoration-transparent underline-offset-2 hover:decoration-current'

interface LinkProps extends AnchorHTMLAttributes<HTMLAnchorElement> {
  readonly href: string
  /** Takes no look of its own: the caller styles it. */
  readonly plain?: boolean
}

/** A link inside the app: a real `a`, so that it opens in a tab, copies and reads as a link; without reloading the page. */
export function Link({ href, plain = false, className = '', onClick, ...rest }: LinkProps) {
  const router = useRouter()
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event)
    const elsewhere = event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey
    // The reference under /api is a page of its own.
    if (event.defaultPrevented || elsewhere || rest.target || href.startsWith('/api/')) return
    event.preventDefault()
    router.history.push(href)
  }
  return <a href={href} onClick={follow} className={plain ? className : `${STYLE} ${className}`} {...rest} />
}
