import type { GetModel } from '#decisions/api.ts'
import { Chip } from '#kit/chip.tsx'
import { decimal, stamp } from '#kit/format.ts'
import { Card } from '#kit/page.tsx'
import { Table } from '#kit/table.tsx'
import { useWords } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import type { ChartOf } from '#measurement/reports/chart.ts'
import { ChartView } from '#measurement/ui/chart.tsx'
import { Twin } from './pictures.tsx'
import { ALARM, driftLines, figureOverTime } from './shapes.ts'
import { PAGE_WORDS } from './words.ts'

type One = OutputOf<typeof GetModel>

/** Figures that tell how a type does from snapshot to snapshot. */
const FIGURES: Readonly<Record<string, readonly (readonly [name: 'auc' | 'error' | 'lift', path: readonly string[]])[]>> = {
  propensity: [
    ['auc', ['progressive', 'auc']],
    ['error', ['calibrated', 'ece']],
  ],
  choice: [
    ['error', ['calibration', 'error']],
    ['lift', ['lift', 'reward']],
  ],
  pattern: [['auc', ['network', 'auc']]],
}

const TONES = { calm: 'ok', moved: 'warn', shifted: 'bad' } as const

/** Whether people are still those that it learned from, and whether it does as well as before. */
export function DriftTab({ one }: { one: One }) {
  const say = useWords(PAGE_WORDS)
  const lines = driftLines(one.snapshots, say.score)
  const stateOf = (state: string): keyof typeof TONES => (state === 'shifted' || state === 'moved' ? state : 'calm')
  return (
    <div className="flex flex-col gap-6">
      {one.type === 'propensity' && (
        <Card title={say.drift}>
          <p className="mb-3 max-w-[80ch] text-dense text-pretty text-ink-2">{say.driftLead}</p>
          {lines.length === 0 ? (
            <p className="text-ink-2">{say.driftNone}</p>
          ) : (
            <>
              {lines.some(({ points }) => points.length > 1) ? (
                <ChartView chart={chartOf(lines, say)} />
              ) : (
                <p className="mb-3 text-dense text-ink-2">{say.onePointOfEach}</p>
              )}
              <Table
                label={say.drift}
                rows={lines}
                rowKey={({ name }) => name}
                columns={[
                  { name: say.option, hideName: true, cell: ({ name }) => <span className="wrap-anywhere">{name}</span> },
                  { name: say.index, width: 'w-24', right: true, cell: ({ points }) => decimal(points.at(-1)!.psi, 3) },
                  {
                    name: say.state,
                    width: 'w-44',
                    right: true,
                    cell: ({ points }) => {
                      const state = stateOf(points.at(-1)!.state)
                      return <Chip tone={TONES[state]}>{say.states[state]}</Chip>
                    },
                  },
                ]}
              />
            </>
          )}
        </Card>
      )}
      {(FIGURES[one.type] ?? []).map(([name, path]) => (
        <OverTime key={name} title={say.over[name]} points={figureOverTime(one.snapshots, path)} />
      ))}
    </div>
  )
}

function chartOf(lines: ReturnType<typeof driftLines>, say: { index: string; time: string; alarm: string }): ChartOf<'lines'> {
  return {
    kind: 'lines',
    title: say.index,
    format: 'number',
    x: 'time',
    xLabel: say.time,
    series: lines.map(({ name, points }) => ({ name, points: points.map(({ at, psi }) => ({ x: at, y: psi })) })),
    mark: { label: say.alarm, y: ALARM },
  }
}

function OverTime({ title, points }: { title: string; points: readonly { x: number; y: number }[] }) {
  const say = useWords(PAGE_WORDS)
  const [only] = points
  return (
    <Card title={title}>
      {only === undefined ? (
        <p className="text-ink-2">{say.noSnapshot}</p>
      ) : points.length === 1 ? (
        <p className="text-ink-2">{say.onePoint(decimal(only.y, 4), stamp(only.x))}</p>
      ) : (
        <>
          <ChartView
            chart={{
              kind: 'lines',
              title,
              format: 'number',
              x: 'time',
              xLabel: say.time,
              series: [{ name: title, points: [...points] }],
            }}
          />
          <Twin>
            <Table
              label={title}
              rows={points}
              rowKey={({ x }) => String(x)}
              columns={[
                { name: say.time, cell: ({ x }) => stamp(x) },
                { name: say.over.examples, right: true, cell: ({ y }) => decimal(y, 4) },
              ]}
            />
          </Twin>
        </>
      )}
    </Card>
  )
}
