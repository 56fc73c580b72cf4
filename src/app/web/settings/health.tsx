import { useRead } from '#kit/api.ts'
import { Chip } from '#kit/chip.tsx'
import { amount, count } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card, Facts } from '#kit/page.tsx'
import { toMessages } from '#kit/paths.ts'
import { Loaded } from '#kit/states.tsx'
import { Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { useWords } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { GetHealth } from '#workspaces/health-api.ts'
import { CHANNEL_WORDS } from './channel-words.ts'
import { RECORD_WORDS } from './record-words.ts'

type State = OutputOf<typeof GetHealth>
const EVERY = 5_000
const TARGET_MS = 1_000
const TONES = { ok: 'ok', slow: 'warn', failed: 'bad' } as const
const spanOf = (ms: number): string =>
  ms < 1_000 ? `${amount(Math.max(0.1, Math.round(ms * 10) / 10))} ms` : `${amount(Math.round(ms / 10) / 100)} s`

/** How the server is just now; read every five seconds. */
export function Health() {
  const say = useWords(RECORD_WORDS)
  const health = useRead(GetHealth, {}, { every: EVERY })
  return (
    <Loaded query={health} lines={8}>
      {(state) => (
        <div className="flex min-w-0 flex-col gap-5">
          <div className="grid gap-5 md:grid-cols-2">
            <Card title={say.parts}>
              <Facts
                rows={state.parts.map(({ part, state: is }) => [
                  say.partNames[part] ?? part,
                  <Chip key={part} tone={TONES[is]}>
                    {say.partStates[is]}
                  </Chip>,
                ])}
              />
            </Card>
            <Card title={say.processes}>
              <Facts rows={state.processes.map(({ role, count: living }) => [say.roles[role] ?? role, count(living)])} />
            </Card>
          </div>
          <Decisions state={state} />
          <Queues state={state} />
          <Builds state={state} />
          <p className="text-meta text-ink-3">
            {say.asOf} <Moment at={state.at} exact /> · {say.version} {state.version}
          </p>
        </div>
      )}
    </Loaded>
  )
}

function Decisions({ state: { decisions, backlog } }: { state: State }) {
  const say = useWords(RECORD_WORDS)
  return (
    <Card title={say.decisions}>
      {decisions === null ? (
        <p className="text-ink-2">{say.notMeasured}</p>
      ) : (
        <p className="flex flex-wrap items-center gap-x-4 gap-y-1">
          <span className="num">{say.half(spanOf(decisions.p50))}</span>
          <span className="num">{say.most(spanOf(decisions.p99))}</span>
          <Chip tone={decisions.p99 <= TARGET_MS ? 'ok' : 'warn'}>{say.target}</Chip>
          <span className="text-dense text-ink-3">{say.measured(decisions.count)}</span>
        </p>
      )}
      <p className="mt-2 text-dense text-ink-2">
        {say.backlog}: <span className="num">{count(backlog)}</span>
      </p>
    </Card>
  )
}

function Queues({ state: { queues } }: { state: State }) {
  const say = useWords(RECORD_WORDS)
  const { channels } = useWords(CHANNEL_WORDS)
  const may = useMay('messages:read')
  const shown = queues.filter(({ waiting, dead }) => waiting > 0 || dead > 0)
  return (
    <Card title={say.queues} flush={shown.length > 0}>
      {shown.length === 0 ? (
        <p className="text-ink-2">{say.noQueue}</p>
      ) : (
        <Table
          label={say.queues}
          rows={shown}
          rowKey={({ channel }) => channel}
          columns={[
            { name: say.line, hideName: true, cell: ({ channel }) => channels[channel] ?? channel },
            { name: say.waiting, right: true, width: 'w-24', cell: ({ waiting }) => count(waiting) },
            {
              name: say.oldest,
              right: true,
              width: 'w-32',
              from: 'sm',
              cell: ({ oldest }) => (oldest === null ? '–' : <Moment at={oldest} />),
            },
            {
              name: say.dead,
              right: true,
              width: 'w-28',
              cell: ({ dead }) => (dead > 0 && may ? <Link href={toMessages({ status: 'dead' })}>{count(dead)}</Link> : count(dead)),
            },
          ]}
        />
      )}
    </Card>
  )
}

function Builds({ state: { builds } }: { state: State }) {
  const say = useWords(RECORD_WORDS)
  return (
    <Card title={say.builds}>
      {builds.length === 0 ? (
        <p className="text-ink-2">{say.noBuild}</p>
      ) : (
        <ul className="flex flex-col gap-2">
          {builds.map(({ beganAt, status, error }) => (
            <li key={beganAt} className="flex flex-wrap items-center gap-2 text-dense">
              <Chip tone={error === '' ? 'ok' : 'bad'}>{say.build[status] ?? status}</Chip>
              {say.began} <Moment at={beganAt} />
              {error !== '' && <span className="text-bad wrap-anywhere">{error}</span>}
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}
