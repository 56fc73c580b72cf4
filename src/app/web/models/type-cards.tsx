import { count, decimal, percent } from '#kit/format.ts'
import { Card } from '#kit/page.tsx'
import { Table } from '#kit/table.tsx'
import { useWords } from '#kit/words.ts'
import { ChartView } from '#measurement/ui/chart.tsx'
import { TemplateResults } from '../template-results.tsx'
import { Twin } from './pictures.tsx'
import { inReport, numberIn, textsIn } from './shapes.ts'
import { PAGE_WORDS } from './words.ts'

/** What only one type of model has to tell. */
export function TypeCards({ type, report }: { type: string; report: unknown }) {
  switch (type) {
    case 'pressure':
      return <ByCap report={report} />
    case 'pattern':
      return <Against report={report} />
    case 'recommendation':
      return <Found report={report} />
    case 'propensity':
      return <Survival report={report} />
    case 'send-time':
      return <Hours report={report} />
    case 'content':
      return <Templates report={report} />
    default:
      return null
  }
}

const listIn = (report: unknown, ...path: readonly string[]): readonly unknown[] => {
  const found = inReport(report, path)
  return Array.isArray(found) ? found : []
}

function ByCap({ report }: { report: unknown }) {
  const say = useWords(PAGE_WORDS)
  const rows = listIn(report, 'by_cap').map((each) => {
    const [cap = 0, messages = 0, people = 0, responded = 0, left = 0] = ['cap', 'messages', 'people', 'responded', 'left'].map(
      (name) => numberIn(each, name) ?? 0,
    )
    return { cap, messages, people, responded, left }
  })
  if (rows.length === 0) return null
  const share = (part: number, all: number): number => (all > 0 ? part / all : 0)
  return (
    <Card title={say.byCap}>
      <ChartView
        chart={{
          kind: 'bars',
          title: say.responded,
          format: 'share',
          bars: rows.map(({ cap, responded, messages }) => ({ label: String(cap), value: share(responded, messages) })),
        }}
      />
      <Table
        label={say.byCap}
        rows={rows}
        rowKey={({ cap }) => String(cap)}
        columns={[
          { name: say.cap, cell: ({ cap }) => count(cap) },
          { name: say.people, right: true, cell: ({ people }) => count(people) },
          { name: say.messages, right: true, cell: ({ messages }) => count(messages) },
          { name: say.responded, right: true, cell: ({ responded, messages }) => percent(share(responded, messages)) },
          { name: say.left, right: true, cell: ({ left, messages }) => percent(share(left, messages), 2) },
        ]}
      />
    </Card>
  )
}

function Against({ report }: { report: unknown }) {
  const say = useWords(PAGE_WORDS)
  const rows = (['network', 'baseline'] as const).filter((way) => numberIn(report, way, 'auc') !== null)
  if (rows.length === 0) return null
  const serves = textsIn(report, 'serves')[0]
  return (
    <Card title={say.against} flush>
      <Table
        label={say.against}
        rows={rows}
        rowKey={(way) => way}
        columns={[
          { name: say.way, cell: (way) => <span className={way === serves ? 'font-medium' : ''}>{say[way]}</span> },
          { name: say.figures.auc, right: true, cell: (way) => decimal(numberIn(report, way, 'auc') ?? 0, 3) },
          {
            name: say.figures.logLoss,
            right: true,
            cell: (way) => {
              const loss = numberIn(report, way, 'logLoss')
              return loss === null ? '–' : decimal(loss, 4)
            },
          },
        ]}
      />
    </Card>
  )
}

function Found({ report }: { report: unknown }) {
  const say = useWords(PAGE_WORDS)
  const rows = (['related', 'next', 'popular'] as const).flatMap((way) => {
    const rate = numberIn(report, way, 'hitRate')
    return rate === null ? [] : [{ way, rate, cases: numberIn(report, way, 'cases') ?? 0 }]
  })
  if (rows.length === 0) return null
  return (
    <Card title={say.quality}>
      <ChartView
        chart={{
          kind: 'bars',
          title: say.found,
          format: 'share',
          bars: rows.map(({ way, rate }) => ({ label: say.ways[way], value: rate })),
        }}
      />
      <Twin>
        <Table
          label={say.found}
          rows={rows}
          rowKey={({ way }) => way}
          columns={[
            { name: say.way, cell: ({ way }) => say.ways[way] },
            { name: say.found, right: true, cell: ({ rate }) => percent(rate) },
            { name: say.cases, right: true, cell: ({ cases }) => count(cases) },
          ]}
        />
      </Twin>
    </Card>
  )
}

function Survival({ report }: { report: unknown }) {
  const say = useWords(PAGE_WORDS)
  const points = listIn(report, 'survival', 'curve').flatMap((each) => {
    const [days, share, error] = ['days', 'share', 'error'].map((name) => numberIn(each, name))
    return days == null || share == null
      ? []
      : [{ x: days, y: share, low: Math.max(0, share - 1.96 * (error ?? 0)), high: Math.min(1, share + 1.96 * (error ?? 0)) }]
  })
  if (points.length < 2) return null
  return (
    <Card title={say.survival.title}>
      <ChartView
        chart={{
          kind: 'lines',
          title: say.survival.title,
          format: 'share',
          x: 'number',
          xLabel: say.survival.days,
          series: [{ name: say.survival.share, points }],
        }}
      />
      <Twin>
        <Table
          label={say.survival.title}
          rows={points}
          rowKey={({ x }) => String(x)}
          columns={[
            { name: say.survival.days, cell: ({ x }) => count(x) },
            { name: say.survival.share, right: true, cell: ({ y }) => percent(y) },
            { name: say.interval, right: true, cell: ({ low, high }) => say.compared(percent(low), percent(high)) },
          ]}
        />
      </Twin>
    </Card>
  )
}

/** Both groups as they are counted; what is known of each differs by what was learned, so every figure is shown by its name. */
function Hours({ report }: { report: unknown }) {
  const say = useWords(PAGE_WORDS)
  const groups = (['best', 'control'] as const).map((group) => ({ group, told: inReport(report, ['lift', group]) }))
  const names = [...new Set(groups.flatMap(({ told }) => (told !== null && typeof told === 'object' ? Object.keys(told) : [])))]
  if (names.length === 0) return null
  return (
    <Card title={say.hours} flush>
      <Table
        label={say.hours}
        rows={groups}
        rowKey={({ group }) => group}
        columns={[
          { name: say.group, cell: ({ group }) => (group === 'best' ? say.best : say.control) },
          ...names.map((name) => ({
            name: say.counted[name] ?? name,
            right: true,
            cell: ({ told }: (typeof groups)[number]) => {
              const value = numberIn(told, name)
              return value === null ? '–' : Number.isInteger(value) ? count(value) : decimal(value, 3)
            },
          })),
        ]}
      />
    </Card>
  )
}

function Templates({ report }: { report: unknown }) {
  const say = useWords(PAGE_WORDS)
  const ids = listIn(report, 'templates').flatMap((each) => textsIn(each, 'template'))
  return ids.map((id) => (
    <Card key={id} title={say.template(id)}>
      <TemplateResults id={id} />
    </Card>
  ))
}
