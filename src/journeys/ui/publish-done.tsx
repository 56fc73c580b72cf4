import { CircleCheck } from 'lucide-react'
import { Button, ButtonLink } from '#kit/button.tsx'
import { Link } from '#kit/link.tsx'
import { toJourney } from '#kit/paths.ts'
import { useWords } from '#kit/words.ts'
import { PUBLISH_WORDS as WORDS } from './publish-words.ts'

/** What was made live, as it was previewed. */
export interface Done {
  readonly version: number
  readonly people: number
  readonly along: boolean
  readonly many: boolean
}

/** After the publish: what happens next, and where it can be seen. */
export function Published({ id, done: { version, people, along, many }, onClose }: { id: string; done: Done; onClose: () => void }) {
  const say = useWords(WORDS)
  return (
    <div className="flex flex-col gap-4">
      <p role="status" className="flex items-center gap-2 text-h3">
        <CircleCheck size={20} aria-hidden="true" className="text-ok" />
        {say.isLive(version)}
      </p>
      <ul className="flex list-disc flex-col gap-1 pl-5 text-ink-2">
        <li>{many ? say.nextMany : say.nextNew}</li>
        {people > 0 && (
          <li>
            {along ? say.nextAlong(people) : say.nextPinned(people)}{' '}
            <Link href={toJourney(id, { tab: 'runs' })} onClick={onClose}>
              {say.seePeople}
            </Link>
          </li>
        )}
        <li>{say.nextReport}</li>
      </ul>
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onClose}>{say.close}</Button>
        <ButtonLink look="primary" href={toJourney(id, { tab: 'report' })} onClick={onClose}>
          {say.toReport}
        </ButtonLink>
      </div>
    </div>
  )
}
