import { useRead } from '#kit/api.ts'
import { decimal } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { Card } from '#kit/page.tsx'
import { toDecision, toModel } from '#kit/paths.ts'
import { Loaded } from '#kit/states.tsx'
import { Moment } from '#kit/time.tsx'
import { useWords, words } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { PersonDecisions } from '../record-api.ts'
import { GetScores } from '../scores-api.ts'

const WORDS = words(
  { scores: 'Scores', chose: 'What models chose', each: 'Each option', why: 'Explain this decision' },
  { de: { scores: 'Scores', chose: 'Was Modelle wählten', each: 'Jede Möglichkeit', why: 'Diese Entscheidung erklären' } },
)

type Decisions = OutputOf<typeof PersonDecisions>['decisions']

const REFRESH = 5_000
const FEW = 5
const MANY = 50

/** How often somebody may be written to is decided for every message: that stands on the message. */
const chosenIn = (all: Decisions): Decisions => all.filter(({ kind }) => kind !== 'frequency').slice(0, FEW)

/** How high each score of a person is, and what it rests on. Nothing while there is no model and no score. */
export function PersonScores({ profile }: { profile: string }) {
  const say = useWords(WORDS)
  const scores = useRead(GetScores, { id: profile }, { every: REFRESH })
  if (scores.data && scores.data.models.length + scores.data.others.length === 0) return null
  return (
    <Card title={say.scores} flush>
      <Loaded query={scores} lines={3}>
        {(data) => (
          <ul className="text-dense">
            {data.models.map((each) => (
              <li key={each.model} className="border-b border-line px-4 py-2.5 last:border-0">
                <p className="flex items-baseline gap-2">
                  <span className="min-w-0 flex-1 font-medium wrap-anywhere">{each.name || each.model}</span>
                  <span className="num">{each.score === null ? '–' : decimal(each.score, 2)}</span>
                </p>
                <p className="text-ink-2">{each.sentence}</p>
                {each.top.length > 0 && (
                  <ul className="mt-1 text-meta text-ink-3">
                    {each.top.slice(0, FEW).map((one) => (
                      <li key={one.name}>{one.says}</li>
                    ))}
                  </ul>
                )}
              </li>
            ))}
            {data.others.map((each) => (
              <li key={each.name} className="flex items-baseline gap-2 border-b border-line px-4 py-2.5 last:border-0">
                <span className="min-w-0 flex-1 wrap-anywhere">{each.name}</span>
                <span className="num">{Number(each.score.toPrecision(3))}</span>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Card>
  )
}

/** What models have chosen for a person, why this and why not that. Nothing while none has. */
export function PersonChoices({ profile }: { profile: string }) {
  const say = useWords(WORDS)
  const decisions = useRead(PersonDecisions, { id: profile, limit: MANY }, { every: REFRESH })
  if (decisions.data && chosenIn(decisions.data.decisions).length === 0) return null
  return (
    <Card title={say.chose} flush>
      <Loaded query={decisions} lines={3}>
        {(data) => (
          <ul className="text-dense">
            {chosenIn(data.decisions).map((each) => (
              <li key={each.id} className="border-b border-line px-4 py-2.5 last:border-0">
                <p className="text-pretty">{each.sentence}</p>
                <p className="text-meta text-ink-3">
                  <Link href={toModel(each.model)}>{each.model}</Link>, <Moment at={each.at} /> ·{' '}
                  <Link href={toDecision(each.id)}>{say.why}</Link>
                </p>
                {each.candidates.length > 1 && each.kind === 'choose' && (
                  <details className="mt-1">
                    <summary className="cursor-pointer text-ink-2">{say.each}</summary>
                    <ul className="mt-1 flex flex-col gap-1 text-ink-2">
                      {each.candidates.map((one) => (
                        <li key={one.arm}>
                          <span className="font-medium">{one.arm}</span>: {one.sentence}
                        </li>
                      ))}
                    </ul>
                  </details>
                )}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Card>
  )
}
