import { useRouter } from '@tanstack/react-router'
import { ScrollText } from 'lucide-react'
import { channelNamed } from '#channels/words.ts'
import { ReadVerdicts } from '#consent/policies/api.ts'
import { useRead } from '#kit/api.ts'
import { Chip, type Tone } from '#kit/chip.tsx'
import { SearchField, Select } from '#kit/field.tsx'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card } from '#kit/page.tsx'
import { POLICIES, toJourney, toMessage, toPerson } from '#kit/paths.ts'
import { Empty, Loaded, NoPermission, NoResults } from '#kit/states.tsx'
import { Moment } from '#kit/time.tsx'
import { useLanguage, useWords } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { POLICY_WORDS } from './policies-words.ts'
import { useQueryText, withView } from './use-view.ts'

type Verdict = OutputOf<typeof ReadVerdicts>['verdicts'][number]
const OUTCOMES = ['refuse', 'defer', 'pass'] as const
const TONES: Readonly<Record<Verdict['outcome'], Tone>> = { refuse: 'bad', defer: 'warn', pass: 'ok' }

/** What the rules have said, with the evidence and where it is written; each leads to the person and the message. */
export function Verdicts() {
  const say = useWords(POLICY_WORDS)
  const router = useRouter()
  const may = useMay('messages:read')
  const { outcome, policy, journey, person } = useQueryText()
  const chosen = OUTCOMES.find((each) => each === outcome)
  const asked = { outcome: chosen, policy, journey, profile: person }
  const verdicts = useRead(ReadVerdicts, { ...asked, limit: 200 }, { every: 10_000, keep: true, enabled: may })
  const to = (change: Readonly<Record<string, string | undefined>>) =>
    router.history.push(withView(POLICIES, { view: 'verdicts', outcome, policy, journey, person, ...change }))
  if (!may) return <NoPermission needs="messages:read" />
  const isFiltered = [chosen, policy, journey, person].some((each) => each !== undefined)
  return (
    <div className="flex flex-col gap-4">
      <div className="flex flex-wrap items-center gap-3">
        <Select
          label={say.outcome}
          value={chosen ?? ''}
          choices={[{ value: '', label: say.any }, ...OUTCOMES.map((value) => ({ value, label: say.outcomes[value] ?? value }))]}
          onChange={(value) => to({ outcome: value || undefined })}
        />
        <SearchField label={say.policy} value={policy ?? ''} onSearch={(value) => to({ policy: value || undefined })} />
        <SearchField label={say.journey} value={journey ?? ''} onSearch={(value) => to({ journey: value || undefined })} />
        <SearchField label={say.person} value={person ?? ''} onSearch={(value) => to({ person: value || undefined })} />
      </div>
      <Card flush>
        <Loaded query={verdicts} lines={6}>
          {(data) =>
            data.verdicts.length > 0 ? (
              <ul className="divide-y divide-line">
                {data.verdicts.map((verdict, i) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: two rules can say the same of one message at one moment
                  <Line key={`${verdict.at} ${verdict.profile} ${verdict.policy} ${i}`} verdict={verdict} />
                ))}
              </ul>
            ) : isFiltered ? (
              <NoResults
                of={say.filter}
                clear={() => to({ outcome: undefined, policy: undefined, journey: undefined, person: undefined })}
              />
            ) : (
              <Empty icon={<ScrollText size={20} aria-hidden="true" />} title={say.noVerdicts}>
                {say.noVerdictsMore}
              </Empty>
            )
          }
        </Loaded>
      </Card>
    </div>
  )
}

function Line({ verdict }: { verdict: Verdict }) {
  const say = useWords(POLICY_WORDS)
  const language = useLanguage()
  const { at, outcome, stage, profile, message, journey, step, channel, policy, citation, jurisdiction, reason, evidence } = verdict
  const facts = Object.entries(evidence)
  return (
    <li className="flex flex-col gap-1 px-4 py-3 text-dense">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Chip tone={TONES[outcome]}>{say.outcomes[outcome]}</Chip>
        <Moment at={at} /> <span className="text-ink-3">{say.stages[stage]}</span>
        <Link href={toPerson(profile)}>{profile}</Link>
        <Link href={toJourney(journey, { step })}>{journey}</Link>
        {message !== '' && <Link href={toMessage(message)}>{channelNamed(channel, language)}</Link>}
      </p>
      {reason !== '' && <p className="wrap-anywhere">{reason}</p>}
      {policy !== '' && (
        <p className="text-meta text-ink-3 wrap-anywhere">
          <code>{policy}</code> · {citation} · {jurisdiction}
        </p>
      )}
      {facts.length > 0 && (
        <details className="text-meta">
          <summary className="hit w-fit cursor-pointer text-accent">{say.evidence}</summary>
          <ul>
            {facts.map(([name, value]) => (
              <li key={name} className="wrap-anywhere">
                {name}: {typeof value === 'string' ? value : JSON.stringify(value)}
              </li>
            ))}
          </ul>
        </details>
      )}
    </li>
  )
}
