import { Check, Circle, CircleDot, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { useWords } from '#kit/words.ts'
import { STATIONS, type Standing, type Station } from '../road.ts'
import { PUBLISH_WORDS as WORDS } from './publish-words.ts'

const LOOKS: Readonly<Record<Standing, string>> = {
  done: 'bg-ok-soft text-ok',
  now: 'bg-accent-soft text-accent',
  wrong: 'bg-bad-soft text-bad',
  open: 'bg-sunken text-ink-3',
  ahead: 'bg-sunken text-ink-3',
}
const ICONS: Readonly<Record<Standing, typeof Check>> = { done: Check, now: CircleDot, wrong: TriangleAlert, open: Circle, ahead: Circle }

interface RoadProps {
  readonly standings: Readonly<Record<Station, Standing>>
  readonly texts: Readonly<Record<Station, ReactNode>>
}

/** Draft, test, impact, approve, publish: what is done, what is next, what is missing. */
export function Road({ standings, texts }: RoadProps) {
  const say = useWords(WORDS)
  return (
    <ol aria-label={say.road} className="flex flex-col">
      {STATIONS.map((station, i) => {
        const standing = standings[station]
        const Icon = ICONS[standing]
        return (
          <li key={station} aria-current={standing === 'now' ? 'step' : undefined} className="flex gap-3">
            <span aria-hidden="true" className="flex flex-col items-center">
              <span className={`flex size-6 shrink-0 items-center justify-center rounded-pill ${LOOKS[standing]}`}>
                <Icon size={14} />
              </span>
              {i < STATIONS.length - 1 && <span className="w-px flex-1 bg-line-strong" />}
            </span>
            <div className={`min-w-0 flex-1 sm:flex sm:gap-3 ${i < STATIONS.length - 1 ? 'pb-3' : ''}`}>
              <p className="w-32 shrink-0 leading-6 font-medium">
                {say.stations[station]}
                <span className="sr-only">: {say.standings[standing]}</span>
              </p>
              <div className="min-w-0 flex-1 text-dense leading-6 wrap-anywhere text-ink-2">{texts[station]}</div>
            </div>
          </li>
        )
      })}
    </ol>
  )
}
