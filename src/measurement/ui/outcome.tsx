import { useRead } from '#kit/api.ts'
import { Chip, type Tone } from '#kit/chip.tsx'
import { Link } from '#kit/link.tsx'
import { Card } from '#kit/page.tsx'
import { toGoal } from '#kit/paths.ts'
import { Loaded } from '#kit/states.tsx'
import { useLanguage, useWords } from '#kit/words.ts'
import { ListOutcomes, type OutcomeLine } from '../goals/api.ts'
import { codeWord } from '../reports/cells.ts'
import { differenceText } from './arms.ts'
import { toOf } from './drills.ts'
import { FIGURES_WORDS } from './figures-words.ts'
import { Interval } from './interval.tsx'

const TONES: Readonly<Record<OutcomeLine['measured'], Tone>> = { measured: 'ok', early: 'warn', blocked: 'bad', not: 'warn' }

/** What a journey is for, and whether anybody knows that it works. */
export function Outcome({ journey }: { journey: string }) {
  const outcomes = useRead(ListOutcomes, { journey }, { every: 60_000 })
  return (
    <Loaded query={outcomes} lines={2}>
      {({ outcomes: all }) => {
        const line = all.find((each) => each.journey === journey)
        return line ? <One line={line} /> : null
      }}
    </Loaded>
  )
}

function One({ line }: { line: OutcomeLine }) {
  const say = useWords(FIGURES_WORDS)
  const { difference, perPerson, guardrails, serves, drill, measured } = line
  const href = measured === 'not' ? undefined : toOf(drill)
  const range = difference && say.range(differenceText(difference.low, 'share'), differenceText(difference.high, 'share'))
  return (
    <Card title={say.works} className="mb-4" aside={<Chip tone={TONES[measured]}>{codeWord('measured', measured, useLanguage())}</Chip>}>
      <div className="grid gap-x-8 gap-y-3 md:grid-cols-[minmax(0,1fr)_minmax(0,280px)]">
        <div className="min-w-0">
          <p className="max-w-[72ch] text-h3 text-pretty">{line.sentence}</p>
          <p className="mt-2 max-w-[72ch] text-pretty text-ink-2">
            {say.isFor(line.outcome)}
            {serves.length > 0 && ` ${say.serves} `}
            {serves.map(({ id, name }, i) => (
              <span key={id}>
                {i > 0 && ', '}
                <Link href={toGoal(id)}>{name}</Link>
              </span>
            ))}
            {serves.length > 0 && '.'}
          </p>
          {guardrails.length > 0 && (
            <ul className="mt-1 list-disc pl-5 text-dense text-ink-2">
              {guardrails.map(({ metric, sentence }) => (
                <li key={metric}>{sentence}</li>
              ))}
            </ul>
          )}
          {measured === 'not' && (
            <p className="mt-3 max-w-[72ch] rounded-input bg-sunken px-3 py-2 text-pretty">
              {say.holdOutBefore} <code>holdout: 10%</code> {say.holdOutAfter}
            </p>
          )}
          {href && (
            <p className="mt-3">
              <Link href={href}>{say.whole}</Link>
            </p>
          )}
        </div>
        {difference && range && (
          <div>
            <p className="flex flex-wrap items-baseline gap-x-2 num">
              <strong className="text-h2">{differenceText(difference.estimate, 'share')}</strong>
              <span className="text-dense text-ink-2">{range}</span>
            </p>
            <Interval
              of={{ difference: difference.estimate, low: difference.low, high: difference.high }}
              decided={difference.low > 0 || difference.high < 0}
              label={say.difference(differenceText(difference.estimate, 'share'), range)}
            />
            <p className="text-meta text-ink-3 num">{say.both(difference.treated, difference.heldOut)}</p>
            {perPerson && (
              <p className="mt-1 text-dense text-ink-2 num">
                {say.each(
                  differenceText(perPerson.estimate, 'money'),
                  say.range(differenceText(perPerson.low, 'money'), differenceText(perPerson.high, 'money')),
                )}
              </p>
            )}
          </div>
        )}
      </div>
    </Card>
  )
}
