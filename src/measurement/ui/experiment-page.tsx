import { OctagonAlert } from 'lucide-react'
import { useRead } from '#kit/api.ts'
import { Chip } from '#kit/chip.tsx'
import { count } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { Card, Page } from '#kit/page.tsx'
import { EXPERIMENTS, toReport } from '#kit/paths.ts'
import { Scroll } from '#kit/scroll.tsx'
import { Loaded } from '#kit/states.tsx'
import { useLanguage, useWords } from '#kit/words.ts'
import { type ExperimentReport, ReadExperiment } from '../experiments/api.ts'
import type { Comparison, Readout } from '../inference/schema.ts'
import { chartsOf } from '../reports/experiment.ts'
import { type ArmRow, armRows, decidedBy, differenceText, meanText, verdictOf } from './arms.ts'
import type { Search } from './asking.ts'
import { Charts } from './chart.tsx'
import { toOf } from './drills.ts'
import { Cut } from './experiment-cut.tsx'
import { Lifecycle } from './experiment-life.tsx'
import { EXPERIMENT_WORDS } from './experiment-words.ts'
import { Interval } from './interval.tsx'
import { journeyOfKey, noted, usePublishes } from './publishes.ts'
import { Answer, Definitions, Doubts } from './told.tsx'

/** What each arm did against control: the answer, every arm side by side, how the interval narrowed, and what could be wrong. */
export function ExperimentPage({ id, search, onAsk }: { id: string; search: Search; onAsk: (search: Search) => void }) {
  const say = useWords(EXPERIMENT_WORDS)
  const report = useRead(ReadExperiment, { key: id })
  const shown = report.data
  return (
    <Page
      title={shown?.title ?? say.experiment}
      up={{ label: say.experiments, href: EXPERIMENTS }}
      lead={shown && say.kinds[shown.kind]}
      actions={
        shown && (
          <>
            <Link href={toReport('experiment', { key: id })}>{say.asReport}</Link>
            <Lifecycle report={shown} />
          </>
        )
      }
    >
      <Loaded query={report} lines={8}>
        {(data) => <Body report={data} search={search} onAsk={onAsk} />}
      </Loaded>
    </Page>
  )
}

const unique = <T extends { readonly code: string; readonly sentence: string }>(doubts: readonly T[]): T[] =>
  doubts.filter(({ sentence }, i) => doubts.findIndex((each) => each.sentence === sentence) === i)

function Body({ report, search, onAsk }: { report: ExperimentReport; search: Search; onAsk: (search: Search) => void }) {
  const say = useWords(EXPERIMENT_WORDS)
  const language = useLanguage()
  const publishes = usePublishes(journeyOfKey(report.key))
  const { readouts, doubts, definitions, excluded } = report
  const blocked = readouts[0]?.readout.blocked ?? null
  const stops = readouts.flatMap(({ readout }) => readout.stop)
  const comparisons = readouts.flatMap(({ readout }) => readout.comparisons)
  const all = unique([...doubts, ...readouts.flatMap(({ readout }) => readout.doubts), ...comparisons.flatMap((each) => each.doubts)])
  const words = [...readouts.flatMap(({ readout }) => readout.definitions), ...definitions]
  return (
    <div className="flex flex-col gap-4">
      {blocked ? (
        <Blocked blocked={blocked} readout={readouts[0]!.readout} />
      ) : (
        <Answer asOf={report.asOf} sentences={[report.sentence, ...second(report), readouts[0]?.readout.sampleRatio.sentence ?? '']} />
      )}
      {stops.length > 0 && (
        <div role="alert" className="flex gap-3 rounded-card border border-bad bg-bad-soft p-4">
          <OctagonAlert size={20} aria-hidden="true" className="mt-0.5 shrink-0 text-bad" />
          <ul className="flex flex-col gap-1">
            {stops.map(({ sentence }) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </div>
      )}
      <Arms report={report} />
      <Charts charts={chartsOf(report, language).map((chart) => noted(chart, publishes))} />
      <Others comparisons={comparisons.filter(({ role }) => role !== 'primary')} report={report} />
      {!blocked && <Cut report={report} search={search} onAsk={onAsk} />}
      <Doubts doubts={all} />
      {excluded.length > 0 && (
        <Card title={say.excluded}>
          <ul className="flex max-w-[90ch] flex-col gap-2">
            {excluded.map(({ code, sentence, people, drill }) => (
              <li key={code}>
                {sentence} <Link href={toOf(drill) ?? ''}>{say.see(people)}</Link>
              </li>
            ))}
          </ul>
        </Card>
      )}
      <Definitions definitions={words.filter(({ term }, i) => words.findIndex((each) => each.term === term) === i)} />
    </div>
  )
}

/** What the other baselines say of the same metric. */
const second = ({ readouts }: ExperimentReport): string[] =>
  readouts.slice(1).flatMap(({ readout }) => readout.comparisons.filter(({ role }) => role === 'primary').map(({ sentence }) => sentence))

/** No figures: said as such, with the numbers that show why. */
function Blocked({ blocked, readout }: { blocked: NonNullable<Readout['blocked']>; readout: Readout }) {
  const say = useWords(EXPERIMENT_WORDS)
  return (
    <section aria-label={say.blockedTitle} className="rounded-card border border-bad bg-bad-soft p-4">
      <div className="flex gap-3">
        <OctagonAlert size={20} aria-hidden="true" className="mt-0.5 shrink-0 text-bad" />
        <div className="min-w-0">
          <h2 className="text-h3 text-bad">{blocked.code === 'sample_ratio' ? say.sampleRatio : say.noControl}</h2>
          <p className="mt-1 max-w-[80ch] text-pretty">{blocked.sentence}</p>
          {blocked.code === 'sample_ratio' && (
            <ul className="mt-3 flex flex-col gap-1 num">
              {readout.arms.map(({ arm, name, people, wanted, seen }) => (
                <li key={arm}>{say.split(name, people, { seen, wanted })}</li>
              ))}
            </ul>
          )}
        </div>
      </div>
    </section>
  )
}

function Arms({ report }: { report: ExperimentReport }) {
  const say = useWords(EXPERIMENT_WORDS)
  const rows = armRows(report)
  const metric = decidedBy(report)
  const baselines = metric ? report.readouts.filter(({ readout }) => readout.comparisons.length > 0) : []
  const name = metric?.name ?? ''
  return (
    <Card
      title={metric ? say.armsBy(name) : say.arms}
      flush
      aside={metric && <span className="text-meta text-ink-3">{say.intervals(metric.level)}</span>}
    >
      <Scroll label={say.armsTable} className="overflow-x-auto">
        <table aria-label={say.arms} className="w-full border-collapse text-dense">
          <thead>
            <tr className="border-b border-line text-meta text-ink-3">
              <th scope="col" className="h-9 pl-4 text-left font-medium">
                {say.arm}
              </th>
              <th scope="col" className="px-3 text-right font-medium">
                {say.people}
              </th>
              {metric && (
                <th scope="col" className="px-3 text-right font-medium">
                  {name}
                </th>
              )}
              {baselines.map((each) => (
                <th key={each.against} scope="col" className="min-w-52 px-3 text-left font-medium last:pr-4">
                  {say.less(each.name)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Arm key={row.id} row={row} unit={metric?.unit} columns={baselines.length} />
            ))}
          </tbody>
        </table>
      </Scroll>
    </Card>
  )
}

function Arm({ row, unit, columns }: { row: ArmRow; unit: Comparison['unit'] | undefined; columns: number }) {
  const say = useWords(EXPERIMENT_WORDS)
  const { name, control, people, mean, drill, converted, against } = row
  const href = toOf(converted)
  return (
    <tr className="border-b border-line last:border-0">
      <th scope="row" className="h-11 py-2 pl-4 text-left font-medium">
        <span className="mr-2">{name}</span>
        {control && <Chip>{say.control}</Chip>}
      </th>
      <td className="px-3 text-right whitespace-nowrap num">
        <Link href={toOf(drill) ?? ''} className="inline-flex min-h-6 items-center">
          {count(people)}
        </Link>
      </td>
      {unit && (
        <td className="px-3 text-right whitespace-nowrap num">
          {href && mean !== null ? (
            <Link href={href} className="inline-flex min-h-6 items-center">
              {meanText(mean, unit)}
            </Link>
          ) : (
            meanText(mean, unit)
          )}
        </td>
      )}
      {Array.from({ length: columns }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: one column for each baseline, in their order
        <td key={i} className="px-3 py-2 align-top last:pr-4">
          <Difference of={against[i] ?? null} />
        </td>
      ))}
    </tr>
  )
}

/** A difference with its interval; while it is too early, only that. */
function Difference({ of }: { of: Comparison | null }) {
  const say = useWords(EXPERIMENT_WORDS)
  if (!of) return <span className="text-ink-3">–</span>
  const { absolute, verdict, unit, name, bayes } = of
  const { word, tone } = verdictOf(verdict)
  const always = absolute?.always
  if (!absolute || !always) return <Chip tone={tone}>{word}</Chip>
  const text = (value: number): string => differenceText(value, unit)
  const range = say.range(text(always.low), text(always.high))
  const good = verdict === 'better' || verdict === 'no_harm'
  return (
    <div className="min-w-48">
      <p className="flex flex-wrap items-center gap-x-2 num">
        <strong className="font-semibold whitespace-nowrap">{text(absolute.estimate)}</strong>
        <Chip tone={tone}>{word}</Chip>
      </p>
      <p className="text-meta whitespace-nowrap text-ink-2 num">{range}</p>
      <Interval
        of={{ difference: absolute.estimate, low: always.low, high: always.high }}
        decided={verdict !== 'open' && verdict !== 'no_harm'}
        good={good}
        label={say.interval(name, text(absolute.estimate), range)}
      />
      {bayes && <p className="text-meta text-ink-3 num">{say.chance(bayes.chanceBetter)}</p>}
    </div>
  )
}

function Others({ comparisons, report }: { comparisons: readonly Comparison[]; report: ExperimentReport }) {
  const say = useWords(EXPERIMENT_WORDS)
  if (comparisons.length === 0) return null
  const nameOf = (arm: string): string => report.arms.find(({ id }) => id === arm)?.name ?? arm
  return (
    <Card title={say.others} flush>
      <ul>
        {comparisons.map((each) => {
          const { word, tone } = verdictOf(each.verdict)
          return (
            <li
              key={`${each.metric}${each.treated.arm}${each.control.arm}`}
              className="grid gap-x-4 gap-y-1 border-b border-line px-4 py-3 last:border-0 sm:grid-cols-[minmax(0,1fr)_auto]"
            >
              <div className="min-w-0">
                <p className="font-medium">
                  {each.name} <span className="font-normal text-ink-3">· {say.roles[each.role]}</span>
                </p>
                <p className="text-meta text-ink-3">{say.against(nameOf(each.treated.arm), nameOf(each.control.arm))}</p>
                <p className="mt-1 max-w-[90ch] text-pretty text-ink-2">{each.sentence}</p>
              </div>
              <div>
                <Chip tone={tone}>{word}</Chip>
              </div>
            </li>
          )
        })}
      </ul>
    </Card>
  )
}
