import { ReadModelArms } from '#decisions/screen-api.ts'
import { useRead } from '#kit/api.ts'
import { Chip } from '#kit/chip.tsx'
import { Select } from '#kit/field.tsx'
import { count, percent, shortDay } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { Card } from '#kit/page.tsx'
import { toModel } from '#kit/paths.ts'
import { Loaded } from '#kit/states.tsx'
import { Table } from '#kit/table.tsx'
import { useWords } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { AllocationChart, BeliefChart, Legend, signedSmall, small, Twin } from './pictures.tsx'
import { bandsOf, surenessOf } from './shapes.ts'
import { PAGE_WORDS } from './words.ts'

type Arms = OutputOf<typeof ReadModelArms>
export const RANGES = ['7', '30', '90', '365'] as const

/** Below so many decisions a belief's shape would be made up. */
const LEAST_BELIEF = 30

/** How a model divides people among its options, what each brings, and how sure that is. */
export function ArmsTab({ id, days, onDays }: { id: string; days: number; onDays: (days: number) => void }) {
  const say = useWords(PAGE_WORDS)
  const arms = useRead(ReadModelArms, { id, days }, { every: 60_000, keep: true })
  return (
    <div className="flex flex-col gap-6">
      <Select
        label={say.range}
        value={String(days)}
        onChange={(next) => onDays(Number(next))}
        choices={RANGES.map((range) => ({ value: range, label: say.days(Number(range)) }))}
      />
      <Loaded query={arms} lines={8}>
        {(data) => (
          <>
            <Allocation data={data} />
            {data.arms.length > 0 && <Standings id={id} data={data} />}
            {data.arms.length > 0 && <Beliefs data={data} />}
          </>
        )}
      </Loaded>
    </div>
  )
}

function Allocation({ data }: { data: Arms }) {
  const say = useWords(PAGE_WORDS)
  if (data.days.length === 0)
    return (
      <Card title={say.allocation}>
        <p className="text-ink-2">{say.allocationNone}</p>
      </Card>
    )
  return (
    <Card title={say.allocation}>
      <AllocationChart label={say.allocation} names={data.names} bands={bandsOf(data.days, data.names.length)} floor={data.floor} />
      <Legend names={data.names} />
      {data.floor !== null && <p className="mt-2 text-dense text-ink-2">{say.floorLine(percent(data.floor))}</p>}
      <Twin>
        <Table
          label={say.allocation}
          rows={data.days}
          rowKey={({ day }) => String(day)}
          columns={[
            { name: say.day, width: 'w-24', cell: ({ day }) => shortDay(day) },
            ...data.names.map((name, i) => ({
              name,
              right: true,
              cell: ({ counts }: Arms['days'][number]) => {
                const all = counts.reduce((sum, each) => sum + each, 0)
                return `${count(counts[i] ?? 0)} (${percent((counts[i] ?? 0) / Math.max(1, all), 0)})`
              },
            })),
          ]}
        />
      </Twin>
    </Card>
  )
}

function Standings({ id, data }: { id: string; data: Arms }) {
  const say = useWords(PAGE_WORDS)
  if (data.read === 0)
    return (
      <Card title={say.standings}>
        <p className="text-ink-2">{say.standingsNone}</p>
      </Card>
    )
  return (
    <Card title={say.standings} flush>
      <p className="max-w-[80ch] px-4 pt-3 pb-2 text-dense text-pretty text-ink-2">
        {say.standingsLead(count(data.read), count(data.matured))} {say.inUnit(data.unit)} {say.tooFewWhy}
      </p>
      <Table
        label={say.standings}
        rows={data.arms}
        rowKey={({ arm }) => arm}
        columns={[
          {
            name: say.option,
            cell: (row) => (
              <>
                <span className="block font-medium wrap-anywhere">{row.arm}</span>
                {row.best !== null && <span className="block text-meta text-ink-3">{say.sureness[surenessOf(row.best)]}</span>}
              </>
            ),
          },
          {
            name: say.exposed,
            width: 'w-24',
            right: true,
            cell: (row) => (
              <>
                <Link href={toModel(id, { tab: 'decisions', chosen: row.arm })}>{count(row.exposed)}</Link>
                <span className="block text-meta text-ink-3">/ {count(row.possible)}</span>
              </>
            ),
          },
          { name: say.conversions, width: 'w-28', right: true, from: 'sm', cell: (row) => count(row.conversions) },
          { name: say.brings, width: 'w-32', right: true, from: 'sm', cell: (row) => (row.reward ? small(row.reward.mean) : '–') },
          {
            name: say.control,
            width: 'w-36',
            right: true,
            from: 'md',
            cell: (row) =>
              row.control === null ? (
                '–'
              ) : (
                <>
                  {small(row.control.mean)}
                  <Link className="block text-meta" href={toModel(id, { tab: 'decisions', by: 'control' })}>
                    {count(row.control.n)}
                  </Link>
                </>
              ),
          },
          {
            name: `${say.lift}, ${say.interval}`,
            width: 'w-32 sm:w-40',
            right: true,
            cell: (row) =>
              row.possible === 0 ? (
                <span className="text-meta text-ink-3">{say.never}</span>
              ) : row.lift === null ? (
                <Chip tone="warn">{say.tooFew}</Chip>
              ) : (
                <>
                  <span className={row.lift.low > 0 ? 'text-ok' : row.lift.high < 0 ? 'text-bad' : ''}>
                    {signedSmall(row.lift.estimate)}
                  </span>
                  <span className="block text-meta text-ink-3">{say.compared(signedSmall(row.lift.low), signedSmall(row.lift.high))}</span>
                </>
              ),
          },
        ]}
      />
    </Card>
  )
}

function Beliefs({ data }: { data: Arms }) {
  const say = useWords(PAGE_WORDS)
  const known = data.arms.flatMap(({ arm, reward, best }) =>
    reward && reward.n >= LEAST_BELIEF && reward.error > 0 ? [{ name: arm, mean: reward.mean, error: reward.error, best }] : [],
  )
  return (
    <Card title={say.beliefs}>
      {known.length === 0 ? (
        <p className="text-ink-2">{say.noBeliefs}</p>
      ) : (
        <>
          <p className="mb-3 max-w-[80ch] text-dense text-pretty text-ink-2">
            {say.beliefsLead} {say.inUnit(data.unit)}
          </p>
          <BeliefChart label={say.beliefs} beliefs={known} />
          <ul className="mt-2 flex flex-col gap-1">
            {known.map(({ name, best }) => (
              <li key={name}>
                <span className="font-medium">{name}</span>
                {best !== null && <span className="text-ink-2">{`: ${say.sureness[surenessOf(best)]} (${percent(best, 0)})`}</span>}
              </li>
            ))}
          </ul>
          <Twin>
            <Table
              label={say.beliefs}
              rows={known}
              rowKey={({ name }) => name}
              columns={[
                { name: say.option, cell: ({ name }) => name },
                { name: say.brings, right: true, cell: ({ mean }) => small(mean) },
                {
                  name: say.interval,
                  right: true,
                  cell: ({ mean, error }) => say.compared(small(mean - 1.96 * error), small(mean + 1.96 * error)),
                },
                { name: say.chance, right: true, cell: ({ best }) => (best === null ? '–' : percent(best)) },
              ]}
            />
          </Twin>
        </>
      )}
    </Card>
  )
}
