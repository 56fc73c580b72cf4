import { getRouteApi, useRouter } from '@tanstack/react-router'
import { useRead } from '#kit/api.ts'
import { Select } from '#kit/field.tsx'
import { useMe } from '#kit/me.ts'
import { Page } from '#kit/page.tsx'
import { toHome } from '#kit/paths.ts'
import { Loaded } from '#kit/states.tsx'
import { useWords } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { GetHome } from '#workspaces/home-api.ts'
import { Checklist, useHidden } from './home/checklist.tsx'
import { Needs } from './home/needs.tsx'
import { Numbers } from './home/numbers.tsx'
import { orderOf, type Part, partOfDay } from './home/order.ts'
import { Changes, Running } from './home/running.tsx'
import { FirstRun, Samples } from './home/samples.tsx'
import { HOME_WORDS } from './home/words.ts'

const REFRESH = 5_000
const RANGES = [1, 7, 28, 90] as const
const route = getRouteApi('/inside/')

export function Home() {
  const say = useWords(HOME_WORDS)
  const { person } = useMe()
  const { days = 7 } = route.useSearch()
  const read = useRead(GetHome, { days }, { every: REFRESH, keep: true })
  const greeting = say.greeting[partOfDay(new Date().getHours())]
  return (
    <Page title={person ? greeting(person.name.split(' ')[0]!) : say.title} actions={<Range days={days} />}>
      <Loaded query={read} lines={8}>
        {(home) => <Parts home={home} />}
      </Loaded>
    </Page>
  )
}

function Range({ days }: { days: number }) {
  const say = useWords(HOME_WORDS)
  const router = useRouter()
  return (
    <Select
      label={say.range}
      value={String(days)}
      choices={RANGES.map((each) => ({ value: String(each), label: say.ranges[each] }))}
      onChange={(value) => router.history.push(toHome(Number(value)))}
    />
  )
}

function Parts({ home }: { home: OutputOf<typeof GetHome> }) {
  const { role } = useMe()
  const [hidden, hide] = useHidden()
  const part = (name: Part) => {
    switch (name) {
      case 'needs':
        return <Needs key={name} needs={home.needs} />
      case 'numbers':
        return <Numbers key={name} messages={home.messages} active={home.active} />
      case 'running':
        return home.journeys && <Running key={name} journeys={home.journeys} days={home.days} />
      case 'changes':
        return <Changes key={name} changes={home.changes} />
    }
  }
  const open = home.steps.some(({ done }) => !done) && !hidden
  if (home.fresh)
    return (
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_320px]">
        <FirstRun />
        <Checklist steps={home.steps} />
      </div>
    )
  return (
    <div className={`grid items-start gap-4 ${open ? 'lg:grid-cols-[minmax(0,1fr)_300px]' : ''}`}>
      <div className="flex min-w-0 flex-col gap-4">{orderOf(role).map(part)}</div>
      {open && <Checklist steps={home.steps} onHide={hide} />}
    </div>
  )
}

/** The first steps and the sample workspaces, whenever somebody wants them again. */
export function FirstSteps() {
  const say = useWords(HOME_WORDS)
  const read = useRead(GetHome, { days: 7 })
  return (
    <Page title={say.firstSteps} lead={say.firstStepsLead}>
      <div className="flex flex-col gap-6">
        <Loaded query={read} lines={8}>
          {({ steps }) => <Checklist steps={steps} />}
        </Loaded>
        <section aria-label={say.samples} className="flex flex-col gap-3">
          <h2 className="text-h2">{say.samples}</h2>
          <p className="max-w-[72ch] text-ink-2">{say.lookLead}</p>
          <Samples />
        </section>
      </div>
    </Page>
  )
}
