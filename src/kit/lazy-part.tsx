import { type ComponentType, createElement, type FunctionComponent, use, useState } from 'react'
import { PartMissing } from './part-missing.tsx'

interface Preloaded {
  /** Fetches it before it is shown; a failure is told where it is shown. */
  readonly preload: () => Promise<void>
}

/**
 * A component of a file that is fetched when it is first shown or asked for. What is there already is drawn at once: `React.lazy`
 * and the router's own wait once more, and React then keeps the fallback for 300 ms. What cannot be fetched says so in its own
 * place, with a way to try again, and leaves the rest of the screen as it is.
 */
export function lazyPart<M, K extends keyof M & string>(load: () => Promise<M>, name: K): M[K] & Preloaded {
  let found: ComponentType<object> | undefined
  let fetching: Promise<void> | undefined
  let failure: unknown
  const preload = (): Promise<void> =>
    (fetching ??= load().then(
      (file) => {
        found = file[name] as ComponentType<object>
      },
      (error: unknown) => {
        failure = error
      },
    ))
  const Part: FunctionComponent<object> = (props) => {
    const [, again] = useState(0)
    if (!found && failure === undefined) use(preload())
    if (found) return createElement(found, props)
    const retry = () => {
      fetching = undefined
      failure = undefined
      void preload().then(() => again((count) => count + 1))
    }
    return <PartMissing error={failure} retry={retry} />
  }
  Part.displayName = `lazy(${name})`
  return Object.assign(Part, { preload }) as unknown as M[K] & Preloaded
}
