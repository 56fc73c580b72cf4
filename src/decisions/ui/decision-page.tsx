import { CircleCheck, CircleHelp, TriangleAlert } from 'lucide-react'
import { useRead } from '#kit/api.ts'
import { Chip } from '#kit/chip.tsx'
import { Code, Copy } from '#kit/copy.tsx'
import { decimal, percent, signed } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card, Facts, Page } from '#kit/page.tsx'
import { MODELS, toJourney, toMessages, toModel, toPerson } from '#kit/paths.ts'
import { Loaded, NoPermission } from '#kit/states.tsx'
import { Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { useWords } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { GetProfile } from '#profiles/api.ts'
import { GetDecision } from '../record-api.ts'
import { ExplainDecision } from '../screen-api.ts'
import { OutcomeOf } from './decision-log.tsx'
import { DECISION_WORDS } from './decision-words.ts'
import { MODEL_WORDS } from './model-words.ts'

type One = OutputOf<typeof GetDecision>
type Explained = OutputOf<typeof ExplainDecision>

/** Why one decision was made as it was, what else could have been, and whether it comes out again. */
export function DecisionPage({ id }: { id: string }) {
  const say = useWords(DECISION_WORDS)
  const all = useWords(MODEL_WORDS)
  const may = useMay('people:read')
  const decision = useRead(GetDecision, { id }, { enabled: may })
  const model = decision.data?.model ?? ''
  return (
    <Page
      title={say.title}
      up={
        model === ''
          ? { label: all.decisions, href: MODELS }
          : { label: decision.data!.names.model, href: toModel(model, { tab: 'decisions' }) }
      }
      facts={decision.data && <Chip>{(all.by as Readonly<Record<string, string>>)[decision.data.by] ?? decision.data.by}</Chip>}
      lead={decision.data?.sentence}
    >
      {may ? (
        <Loaded query={decision} lines={8}>
          {(one) => <Whole one={one} />}
        </Loaded>
      ) : (
        <NoPermission needs="people:read" />
      )}
    </Page>
  )
}

function Whole({ one }: { one: One }) {
  const say = useWords(DECISION_WORDS)
  const explained = useRead(ExplainDecision, { id: one.id })
  return (
    <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_320px]">
      <div className="flex min-w-0 flex-col gap-6">
        <Candidates one={one} />
        <Loaded query={explained} lines={4}>
          {(found) => (
            <>
              <Features one={one} found={found} />
              {(one.by === 'model' || one.by === 'cold_start') && one.kind === 'choose' && <Would found={found} />}
            </>
          )}
        </Loaded>
      </div>
      <div className="flex min-w-0 flex-col gap-6">
        <About one={one} />
        <Loaded query={explained} lines={2}>
          {(found) => <Replay replay={found.replay} />}
        </Loaded>
        <Card title={say.lot}>
          <Lot one={one} />
        </Card>
      </div>
      <details className="min-w-0 lg:col-span-2">
        <summary className="w-fit cursor-pointer text-dense text-ink-2">{say.record}</summary>
        <div className="mt-2">
          <Code label={say.record} text={JSON.stringify(one.record, null, 2)} />
        </div>
      </details>
    </div>
  )
}

/** By name, where one is known. */
function Who({ profile }: { profile: string }) {
  const { data } = useRead(GetProfile, { id: profile })
  return <Link href={toPerson(profile)}>{data?.name || profile}</Link>
}

function About({ one }: { one: One }) {
  const say = useWords(DECISION_WORDS)
  return (
    <Card>
      <Facts
        rows={[
          [say.who, <Who key="who" profile={one.profile} />],
          [say.when, <Moment key="when" at={one.at} exact />],
          [
            say.journey,
            <Link key="journey" href={toJourney(one.journey, { version: one.version, step: one.step })}>
              {one.names.journey}
            </Link>,
          ],
          [say.step, one.names.step],
          ...(one.model === ''
            ? []
            : ([
                [say.model, <Link key="model" href={toModel(one.model)}>{`${one.names.model}, ${say.version(one.modelVersion)}`}</Link>],
              ] as const)),
          [say.chosen, `${one.chosen}, ${percent(one.propensity)}`],
          [say.came, <OutcomeOf key="came" of={one.outcome} />],
        ]}
      />
      <p className="mt-3 text-dense">
        <Link href={toMessages({ profile: one.profile, journey: one.journey })}>{say.messages}</Link>
      </p>
    </Card>
  )
}

/** A share as a bar; its number stands beside it. */
function Bar({ share }: { share: number }) {
  return (
    <span aria-hidden="true" className="block h-1.5 w-full overflow-hidden rounded-pill bg-sunken">
      <span className="block h-full rounded-pill bg-accent" style={{ width: `${share * 100}%` }} />
    </span>
  )
}

function Candidates({ one }: { one: One }) {
  const say = useWords(DECISION_WORDS)
  const valued = one.candidates.some(({ predicted }) => predicted !== undefined)
  const money = (value: number | undefined): string =>
    value === undefined ? '–' : Math.abs(value) >= 0.1 ? decimal(value, 2) : String(Number(value.toPrecision(2)))
  return (
    <Card title={say.candidates} flush>
      <Table
        label={say.candidates}
        rows={one.candidates}
        rowKey={(row) => row.arm}
        columns={[
          {
            name: say.candidate,
            width: 'w-36 sm:w-44',
            cell: (row) => (
              <span className="flex flex-col items-start gap-1">
                <span className="font-medium wrap-anywhere">{row.arm}</span>
                {row.arm === one.chosen ? (
                  <Chip tone="ok">{say.chosen}</Chip>
                ) : (
                  row.excluded !== '' && <Chip tone="warn">{say.excluded}</Chip>
                )}
              </span>
            ),
          },
          {
            name: say.why,
            cell: (row) => (
              <>
                <span className="block text-pretty">{row.sentence}</span>
                {row.excluded !== '' && <code className="text-meta text-ink-3">{row.excluded}</code>}
              </>
            ),
          },
          ...(valued
            ? [
                {
                  name: say.predicted,
                  width: 'w-24',
                  right: true,
                  from: 'sm' as const,
                  cell: (row: One['candidates'][number]) => money(row.predicted),
                },
              ]
            : []),
          {
            name: say.chance,
            width: 'w-24',
            right: true,
            cell: (row) => (
              <>
                <span className="num">{percent(row.propensity)}</span>
                <Bar share={row.propensity} />
              </>
            ),
          },
        ]}
      />
    </Card>
  )
}

/** A contribution around zero: to the right it speaks for, to the left against. */
function Push({ value, most }: { value: number; most: number }) {
  const wide = most > 0 ? (Math.abs(value) / most) * 50 : 0
  return (
    <span aria-hidden="true" className="relative block h-1.5 w-full rounded-pill bg-sunken">
      <span
        className={`absolute top-0 h-full rounded-pill ${value < 0 ? 'bg-warn' : 'bg-accent'}`}
        style={{ width: `${wide}%`, left: value < 0 ? `${50 - wide}%` : '50%' }}
      />
      <span className="absolute top-[-2px] left-1/2 h-[10px] w-px bg-ink-3" />
    </span>
  )
}

function Features({ one, found }: { one: One; found: Explained }) {
  const say = useWords(DECISION_WORDS)
  if (found.features.length === 0) return <Given told={one.told} />
  const most = Math.max(...found.features.flatMap(({ adds, favours }) => [Math.abs(adds), Math.abs(favours)]))
  const cell = (value: number) => (
    <>
      <span className="num" title={value < 0 ? say.lowers : say.raises}>
        {signed(value)}
      </span>
      <Push value={value} most={most} />
    </>
  )
  return (
    <Card title={say.features} flush>
      <p className="px-4 pt-3 pb-2 text-dense text-ink-2">{say.featuresLead(found.rival)}</p>
      <Table
        label={say.features}
        rows={found.features}
        rowKey={(row) => row.name}
        columns={[
          {
            name: say.feature,
            cell: (row) => (
              <>
                <span className="block">{row.says}</span>
                <code className="text-meta wrap-anywhere text-ink-3">{row.name}</code>
              </>
            ),
          },
          { name: say.adds, width: 'w-24 sm:w-32', right: true, cell: (row) => cell(row.adds) },
          ...(found.rival === ''
            ? []
            : [
                {
                  name: say.favours,
                  width: 'w-24 sm:w-36',
                  right: true,
                  from: 'sm' as const,
                  cell: (row: Explained['features'][number]) => cell(row.favours),
                },
              ]),
        ]}
      />
    </Card>
  )
}

function Given({ told }: { told: One['told'] }) {
  const say = useWords(DECISION_WORDS)
  if (told.length === 0)
    return (
      <Card title={say.told}>
        <p className="text-ink-2">{say.noFeatures}</p>
      </Card>
    )
  return (
    <Card title={say.told} flush>
      <Table
        label={say.told}
        rows={told}
        rowKey={({ name }) => name}
        columns={[
          {
            name: say.feature,
            cell: ({ name, says }) => (
              <>
                <span className="block">{says}</span>
                <code className="text-meta wrap-anywhere text-ink-3">{name}</code>
              </>
            ),
          },
          { name: say.value, width: 'w-32', right: true, cell: ({ value }) => <span className="num">{Number(value.toPrecision(4))}</span> },
        ]}
      />
    </Card>
  )
}

function Would({ found }: { found: Explained }) {
  const say = useWords(DECISION_WORDS)
  return (
    <Card title={say.would}>
      {found.would.length === 0 ? (
        <p className="text-ink-2">{say.wouldNone}</p>
      ) : (
        <ul className="flex flex-col gap-3">
          {found.would.map((each) => (
            <li key={`${each.kind} ${each.name}`}>
              <span className="block font-medium">
                {each.kind === 'feature' ? say.wouldFeature(each.was, each.had) : say.wouldPossible(each.name)}
              </span>
              <span className="block text-ink-2">
                {say.wouldThen({ arm: each.likeliest, chance: percent(each.chance), before: percent(each.before), drawn: each.drawn })}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}

function Replay({ replay: { state, detail } }: { replay: Explained['replay'] }) {
  const say = useWords(DECISION_WORDS)
  const bad = state === 'differs' || state === 'broken' || state === 'failed'
  const Icon = state === 'same' ? CircleCheck : bad ? TriangleAlert : CircleHelp
  return (
    <Card title={say.replay}>
      <p className="flex gap-2">
        <Icon
          size={18}
          aria-hidden="true"
          className={`mt-0.5 shrink-0 ${state === 'same' ? 'text-ok' : bad ? 'text-bad' : 'text-ink-3'}`}
        />
        <span>
          {say.replays[state]}
          {bad && <code className="text-meta">{detail}</code>}
        </span>
      </p>
    </Card>
  )
}

function Lot({ one }: { one: One }) {
  const say = useWords(DECISION_WORDS)
  const all = useWords(MODEL_WORDS)
  const { seed, rule, shadow } = one.record as {
    seed?: string
    rule?: { policy: string; floor: number }
    shadow?: { model: string; chosen: string }
  }
  return (
    <>
      <Facts
        rows={[
          [say.how, (all.by as Readonly<Record<string, string>>)[one.by] ?? one.by],
          ...(one.silent ? ([[say.silence, one.silent.sentence]] as const) : []),
          [say.model, one.snapshot === 0 ? say.noSnapshot : `${rule?.policy ?? ''} ${say.snapshot(one.snapshot)}`.trim()],
          ...(rule ? ([[say.floor, percent(rule.floor)]] as const) : []),
          [
            say.seed,
            <span key="seed" className="flex items-start gap-1">
              <code className="min-w-0 text-meta wrap-anywhere">{seed ?? ''}</code> <Copy text={seed ?? ''} label={say.seed} />
            </span>,
          ],
        ]}
      />
      {shadow && <p className="mt-3 text-dense text-ink-2">{say.shadow(shadow.model, shadow.chosen)}</p>}
    </>
  )
}
