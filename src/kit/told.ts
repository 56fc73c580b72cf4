import { useEffect, useMemo, useSyncExternalStore } from 'react'
import type { Problem } from '#lib/problem.ts'
import type { problemHere } from '#lib/said-here-german.ts'
import { useLanguage } from './words.ts'

let telling: typeof problemHere | undefined
const waiting = new Set<() => void>()
const listen = (changed: () => void): (() => void) => {
  waiting.add(changed)
  return () => waiting.delete(changed)
}

/** Problems that were found in this window, in the reader's language. Sentences of other languages are loaded when somebody reads them. */
export function useTold<P extends Problem>(problems: readonly P[]): readonly P[] {
  const language = useLanguage()
  const tell = useSyncExternalStore(listen, () => telling)
  const isNeeded = language !== 'en' && problems.length > 0 && !tell
  useEffect(() => {
    if (!isNeeded) return
    void import('#lib/said-here-german.ts').then((module) => {
      telling = module.problemHere
      for (const changed of waiting) changed()
    })
  }, [isNeeded])
  return useMemo(() => (language === 'en' || !tell ? problems : problems.map((each) => tell(each))), [problems, tell, language])
}
