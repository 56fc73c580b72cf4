import { useRead } from '#kit/api.ts'
import { Chip } from '#kit/chip.tsx'
import { Select } from '#kit/field.tsx'
import { Card } from '#kit/page.tsx'
import { Loaded } from '#kit/states.tsx'
import { useWords } from '#kit/words.ts'
import { ListSegments } from '#segments/api.ts'
import { type ExperimentReport, ReadExperimentCut } from '../experiments/api.ts'
import type { Table } from '../reports/told.ts'
import { decidedBy } from './arms.ts'
import type { Search } from './asking.ts'
import { EXPERIMENT_WORDS } from './experiment-words.ts'
import { sortingIn, sortingOut } from './sorting.ts'
import { Doubts, ReportTable } from './told.tsx'

interface CutProps {
  readonly report: ExperimentReport
  readonly search: Search
  readonly onAsk: (search: Search) => void
}

/** The deciding metric for parts of the people: to find questions, not answers. */
export function Cut({ report, search, onAsk }: CutProps) {
  const say = useWords(EXPERIMENT_WORDS)
  const segments = useRead(ListSegments, {})
  const { segment = '' } = search
  if (!decidedBy(report) || (segments.data?.segments.length ?? 0) === 0) return null
  return (
    <Card title={say.cutTitle} aside={<Chip dashed>{say.exploratory}</Chip>}>
      <p className="mb-3 max-w-[80ch] text-pretty text-ink-2">{say.cutWhy}</p>
      <Select
        label={say.cutBy}
        value={segment}
        choices={[
          { value: '', label: say.noCut },
          ...(segments.data?.segments ?? []).map(({ id, name }) => ({ value: id, label: name || id })),
        ]}
        onChange={(value) => onAsk({ ...search, segment: value })}
      />
      {segment !== '' && <Parts report={report} segment={segment} search={search} onAsk={onAsk} />}
    </Card>
  )
}

function Parts({ report, segment, search, onAsk }: CutProps & { segment: string }) {
  const say = useWords(EXPERIMENT_WORDS)
  const cut = useRead(ReadExperimentCut, { key: report.key, segment })
  const unit = decidedBy(report)?.unit
  const type = unit === 'share' ? 'points' : (unit ?? 'number')
  return (
    <Loaded query={cut} lines={3}>
      {({ lines, doubts }) => {
        const table: Table = {
          id: 'cut',
          title: say.cutTitle,
          cut: false,
          columns: [
            { id: 'value', title: say.part, type: 'text' },
            { id: 'arm', title: say.arm, type: 'text' },
            { id: 'people', title: say.people, type: 'count' },
            { id: 'difference', title: say.difference, type },
            { id: 'low', title: '≥', type },
            { id: 'high', title: '≤', type },
            { id: 'p', title: say.adjusted, type: 'number' },
            { id: 'sentence', title: say.inWords, type: 'text' },
          ],
          rows: lines.map(({ value, arm, people, estimate, interval, p, sentence }) => ({
            value,
            arm: report.arms.find(({ id }) => id === arm)?.name ?? arm,
            people,
            difference: estimate,
            low: interval?.low ?? null,
            high: interval?.high ?? null,
            p,
            sentence,
          })),
        }
        return (
          <div className="mt-4 flex flex-col gap-4">
            <ReportTable
              table={table}
              sorting={sortingIn(search['sort'])}
              onSort={(sorting) => onAsk({ ...search, sort: sorting ? sortingOut(sorting) : '' })}
            />
            <Doubts doubts={doubts} />
          </div>
        )
      }}
    </Loaded>
  )
}
