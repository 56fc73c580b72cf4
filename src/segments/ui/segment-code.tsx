import { useRead } from '#kit/api.ts'
import { Code } from '#kit/copy.tsx'
import { Card } from '#kit/page.tsx'
import { Loaded } from '#kit/states.tsx'
import { useWords } from '#kit/words.ts'
import { isRefusal } from '#lib/problem.ts'
import { GetDocument } from '#workspaces/documents/api.ts'
import { parse } from '../condition/parse.ts'
import { sql } from '../condition/sql.ts'
import { SEGMENT_WORDS } from './segment-words.ts'

/** The condition as analysts and engineers read it. */
export function CodeCard({ id, when }: { id: string; when: string }) {
  const say = useWords(SEGMENT_WORDS)
  const document = useRead(GetDocument, { kind: 'segment', id })
  const tree = parse(when)
  const asked = isRefusal(tree)
    ? ''
    : sql(tree, {
        profileId: 'profile_id',
        attributes: 'attributes',
        permits: 'permits',
        lists: 'lists',
        scores: 'scores',
        now: '{now:Float64}',
        window: (name) => `window(${name})`,
        segment: (name) => `in_segment('${name.replaceAll("'", "''")}')`,
      })
  return (
    <div className="flex flex-col gap-4">
      <Card title={say.yaml}>
        <Loaded query={document} lines={3}>
          {({ shown, draft }) => <Code label={say.yaml} text={shown?.yaml ?? draft?.yaml ?? ''} />}
        </Loaded>
      </Card>
      {asked !== '' && (
        <Card title={say.sql}>
          <p className="mb-2 text-dense text-ink-2">{say.sqlHint}</p>
          <Code label={say.sql} text={asked} />
        </Card>
      )}
    </div>
  )
}
