import type { ReactNode } from 'react'
import type { z } from 'zod'
import { channelNamed } from '#channels/words.ts'
import { useRead } from '#kit/api.ts'
import { Chip } from '#kit/chip.tsx'
import { useDeliveryWord } from '#kit/delivery-words.ts'
import { Select } from '#kit/field.tsx'
import { amount, count, percent, points, signed } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { Card } from '#kit/page.tsx'
import { toPeopleBehind } from '#kit/paths.ts'
import { Empty, Loaded } from '#kit/states.tsx'
import { Moment } from '#kit/time.tsx'
import { useLanguage, useWords } from '#kit/words.ts'
import { ListOutcomes } from '../goals/api.ts'
import { type ArmResult, type JourneyFigures, type PeopleBehind, ReadJourneyReport } from '../schema.ts'
import { FIGURES_WORDS } from './figures-words.ts'
import { Interval } from './interval.tsx'

interface Behind {
  readonly of: z.output<typeof PeopleBehind>
  readonly step?: string
  readonly reason?: string
  readonly arm?: string
  readonly status?: string
  readonly channel?: string
}
type ToPeople = (behind: Behind) => string

interface ReportProps {
  readonly journey: string
  readonly version: number | undefined
  readonly onVersion: (version: number | undefined) => void
  /** Name of a step on screens. */
  readonly stepName: (id: string) => string
}

/** What a journey did, in absolute numbers; every number opens the people behind it. */
export function Report({ journey, version, onVersion, stepName }: ReportProps) {
  const say = useWords(FIGURES_WORDS)
  const report = useRead(ReadJourneyReport, { id: journey }, { every: 5_000 })
  return (
    <Loaded query={report} lines={8}>
      {({ total, versions, asOf }) => {
        const shown =
          versions.find((each) => each.version === version) ??
          (version === undefined && versions.length === 1 ? versions[0] : undefined) ??
          total
        const to: ToPeople = (behind) => toPeopleBehind(journey, { ...behind, version: shown.version ?? undefined })
        if (total.entered.all === 0 && total.refused.all === 0) {
          return (
            <Card>
              <Empty title={say.nothing}>{say.nothingWhy}</Empty>
            </Card>
          )
        }
        return (
          <div className="flex flex-col gap-4">
            <div className="flex flex-wrap items-center justify-between gap-3">
              <Select
                label={say.version}
                value={shown.version === null ? '' : String(shown.version)}
                onChange={(value) => onVersion(value ? Number(value) : undefined)}
                choices={[
                  ...(versions.length > 1 ? [{ value: '', label: say.allVersions }] : []),
                  ...versions.map((each) => ({ value: String(each.version), label: say.versionNo(each.version ?? 0) })),
                ]}
              />
              <span className="text-meta text-ink-3">
                {say.asOf} <Moment at={asOf} exact />
              </span>
            </div>
            <Result journey={journey} figures={shown} to={to} />
            <div className="grid gap-4 lg:grid-cols-2">
              <Flow figures={shown} to={to} stepName={stepName} />
              <Left figures={shown} to={to} />
              <Messages figures={shown} to={to} />
              <Refused figures={shown} to={to} />
            </div>
          </div>
        )
      }}
    </Loaded>
  )
}

const Number_ = ({ value, href }: { value: string; href: string }) => (
  <Link href={href} className="inline-flex min-h-6 items-center num">
    {value}
  </Link>
)

/** Treated against held out: absolute numbers first, then what can be said about the difference. */
function Result({ figures, journey, to }: { figures: JourneyFigures; journey: string; to: ToPeople }) {
  const say = useWords(FIGURES_WORDS)
  const { treated, heldOut } = figures
  const rows: readonly (readonly [string, (arm: ArmResult, name: 'treated' | 'held_out') => ReactNode])[] = [
    [say.people, (arm, name) => <Number_ key={name} value={count(arm.people)} href={to({ of: 'in_arm', arm: name })} />],
    [say.reached, (arm, name) => <Number_ key={name} value={count(arm.converted)} href={to({ of: 'converted', arm: name })} />],
    [say.rate, (arm) => (arm.people === 0 ? '–' : percent(arm.rate, 2))],
    [say.value, (arm) => amount(arm.value)],
    [say.perPerson, (arm) => (arm.people === 0 ? '–' : amount(arm.valuePerPerson))],
  ]
  return (
    <Card title={say.what} flush aside={figures.lift?.tooEarly && <Chip tone="warn">{say.early}</Chip>}>
      <div className="grid lg:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
        <table className="w-full border-collapse max-lg:border-b max-lg:border-line">
          <thead>
            <tr className="border-b border-line text-meta text-ink-3">
              <th scope="col" className="h-9 pl-4 text-left font-medium">
                {say.within}
              </th>
              <th scope="col" className="w-24 px-2 text-right font-medium">
                {say.treated}
              </th>
              <th scope="col" className="w-24 pr-4 pl-2 text-right font-medium">
                {say.heldOut}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([name, cell]) => (
              <tr key={name} className="border-b border-line last:border-0">
                <th scope="row" className="h-10 pl-4 text-left font-normal text-ink-2">
                  {name}
                </th>
                <td className="px-2 text-right">{cell(treated, 'treated')}</td>
                <td className="pr-4 pl-2 text-right text-ink-2">
                  {heldOut.people === 0 && name !== say.people ? '–' : cell(heldOut, 'held_out')}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        <div className="flex flex-col justify-center gap-5 p-4 lg:border-l lg:border-line">
          <Verdict figures={figures} journey={journey} />
        </div>
      </div>
    </Card>
  )
}

function Verdict({ figures, journey }: { figures: JourneyFigures; journey: string }) {
  const say = useWords(FIGURES_WORDS)
  const outcomes = useRead(ListOutcomes, { journey }, { every: 60_000 })
  const { lift, noLiftBecause } = figures
  // An experiment compares whoever holds out nobody: what it found stands above.
  const isCompared = outcomes.data?.outcomes.some((each) => each.journey === journey && each.measured !== 'not') === true
  if (!lift) {
    return (
      <p className="max-w-[52ch] text-ink-2">
        {noLiftBecause === 'several_versions' ? say.several : isCompared ? say.compared : say.noHoldout}
      </p>
    )
  }
  return (
    <>
      <Difference name={say.liftOfRate} of={lift.conversion} show={points} early={lift.tooEarly} />
      {lift.valuePerPerson && <Difference name={say.liftOfValue} of={lift.valuePerPerson} show={signed} early={lift.tooEarly} />}
      <p className="text-meta text-ink-3">
        {lift.sentence} {say.liftMeans}
      </p>
    </>
  )
}

interface DifferenceProps {
  readonly name: string
  readonly of: { readonly difference: number; readonly low: number; readonly high: number }
  readonly show: (value: number) => string
  readonly early: boolean
}

function Difference({ name, of, show, early }: DifferenceProps) {
  const say = useWords(FIGURES_WORDS)
  const decided = !early && (of.low > 0 || of.high < 0)
  const range = say.range(show(of.low), show(of.high))
  return (
    <div>
      <div className="flex flex-wrap items-baseline gap-x-3">
        <span className="text-dense text-ink-2">{name}</span>
        <span className={`text-h2 font-semibold num ${decided ? (of.difference > 0 ? 'text-ok' : 'text-bad') : ''}`}>
          {show(of.difference)}
        </span>
        <span className="text-dense text-ink-2 num">{range}</span>
      </div>
      <Interval of={of} decided={decided} label={say.interval(name, show(of.difference), range)} />
      <p className="text-meta text-ink-3">{early ? say.tooFew : decided ? say.excludes : say.includes}</p>
    </div>
  )
}

/** Rows of a name, a number that opens people, and its share drawn as a bar. */
function Bars({
  rows,
  of,
}: {
  rows: readonly { readonly key: string; readonly name: ReactNode; readonly note?: string; readonly value: number; readonly href: string }[]
  of: number
}) {
  return (
    <ul className="text-dense">
      {rows.map((row) => (
        <li key={row.key} className="relative flex items-center gap-3 border-b border-line px-4 py-2 last:border-0">
          <span
            aria-hidden="true"
            className="absolute bottom-0 left-0 h-[3px] bg-line-strong opacity-60"
            style={{ width: `${of === 0 ? 0 : Math.max(0.5, (row.value / of) * 100)}%` }}
          />
          <span className="relative min-w-0 flex-1">
            <span className="block wrap-anywhere">{row.name}</span>
            {row.note && <code className="block truncate text-meta text-ink-2">{row.note}</code>}
          </span>
          <span className="relative">
            <Number_ value={count(row.value)} href={row.href} />
          </span>
          <span className="relative w-14 text-right text-meta whitespace-nowrap text-ink-2 num">
            {of === 0 ? '' : percent(row.value / of)}
          </span>
        </li>
      ))}
    </ul>
  )
}

function Flow({ figures, to, stepName }: { figures: JourneyFigures; to: ToPeople; stepName: (id: string) => string }) {
  const say = useWords(FIGURES_WORDS)
  const { entered, waiting, left } = figures
  return (
    <Card title={say.runs} flush aside={<span className="text-meta text-ink-3">{say.runsSum}</span>}>
      <dl className="grid grid-cols-3 border-b border-line">
        {(
          [
            [say.entered, entered.all, 'entered'],
            [say.waiting, waiting.all, 'waiting'],
            [say.left, left.all, 'left'],
          ] as const
        ).map(([name, value, of]) => (
          <div key={of} className="border-r border-line px-4 py-3 last:border-0">
            <dt className="text-meta text-ink-3">{name}</dt>
            <dd className="text-h2 font-semibold">
              <Number_ value={count(value)} href={to({ of })} />
            </dd>
          </div>
        ))}
      </dl>
      {waiting.steps.length === 0 ? (
        <p className="p-4 text-ink-2">{say.nobodyWaits}</p>
      ) : (
        <Bars
          of={waiting.all}
          rows={waiting.steps.map((each) => ({
            key: each.step,
            name: stepName(each.step),
            value: each.runs,
            href: to({ of: 'waiting', step: each.step }),
          }))}
        />
      )}
    </Card>
  )
}

function Left({ figures, to }: { figures: JourneyFigures; to: ToPeople }) {
  const say = useWords(FIGURES_WORDS)
  return (
    <Card title={say.whyLeft} flush>
      {figures.left.reasons.length === 0 ? (
        <p className="p-4 text-ink-2">{say.nobodyLeft}</p>
      ) : (
        <Bars
          of={figures.left.all}
          rows={figures.left.reasons.map((each) => ({
            key: each.reason,
            name: each.sentence || each.reason,
            note: each.reason,
            value: each.runs,
            href: to({ of: 'left', reason: each.reason }),
          }))}
        />
      )}
    </Card>
  )
}

function Refused({ figures, to }: { figures: JourneyFigures; to: ToPeople }) {
  const say = useWords(FIGURES_WORDS)
  return (
    <Card title={say.whyRefused} flush aside={<span className="text-meta text-ink-3">{say.times(figures.refused.all)}</span>}>
      {figures.refused.reasons.length === 0 ? (
        <p className="p-4 text-ink-2">{say.nobodyRefused}</p>
      ) : (
        <Bars
          of={figures.refused.all}
          rows={figures.refused.reasons.map((each) => ({
            key: each.reason,
            name: each.sentence || each.reason,
            note: each.reason,
            value: each.times,
            href: to({ of: 'refused', reason: each.reason }),
          }))}
        />
      )}
    </Card>
  )
}

function Messages({ figures, to }: { figures: JourneyFigures; to: ToPeople }) {
  const say = useWords(FIGURES_WORDS)
  const word = useDeliveryWord()
  const language = useLanguage()
  const decided = figures.messages.filter((each) => each.status === 'queued').reduce((sum, each) => sum + each.messages, 0)
  const most = Math.max(decided, ...figures.messages.map((each) => each.messages), 0)
  return (
    <Card title={say.messages} flush aside={<span className="text-meta text-ink-3">{say.onceEach}</span>}>
      {figures.messages.length === 0 ? (
        <p className="p-4 text-ink-2">{say.noMessages}</p>
      ) : (
        <Bars
          of={most}
          rows={figures.messages.map((each) => ({
            key: `${each.channel}${each.status}${each.reason}`,
            name: `${channelNamed(each.channel, language)} ${word(each.status)}${each.sentence && each.reason ? `: ${each.sentence}` : ''}`,
            note: each.reason || undefined,
            value: each.messages,
            href: to({ of: 'message', status: each.status, channel: each.channel, reason: each.reason || undefined }),
          }))}
        />
      )}
    </Card>
  )
}
