import { Moon, MoonStar } from 'lucide-react'
import { useRead } from '#kit/api.ts'
import { Chip } from '#kit/chip.tsx'
import { count, words } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { Card } from '#kit/page.tsx'
import { toJourney } from '#kit/paths.ts'
import { Loaded } from '#kit/states.tsx'
import { Moment } from '#kit/time.tsx'
import type { OutputOf } from '#lib/action.ts'
import { GetContactPressure } from '../api.ts'

type Pressure = OutputOf<typeof GetContactPressure>
type Cap = Pressure['caps'][number]

const FEW = 5
const CHANNELS: Readonly<Record<string, string>> = { email: 'E-mail', sms: 'SMS', webhook: 'Webhooks' }
const channelWord = (channel: string): string => CHANNELS[channel] ?? words(channel)

/** How much somebody has had, when there is room again, and why messages were held. Nothing while no policy is in force. */
export function ContactPressure({ profile }: { profile: string }) {
  const pressure = useRead(GetContactPressure, { id: profile }, { every: 5_000 })
  if (pressure.data?.policy === false) return null
  return (
    <Card title="Contact budget">
      <Loaded query={pressure} lines={3}>
        {(data) => (
          <div className="flex flex-col gap-3 text-dense">
            {data.caps.length > 0 && (
              <ul className="flex flex-col gap-2.5">
                {data.caps.map((cap) => (
                  <CapLine key={cap.id} cap={cap} />
                ))}
              </ul>
            )}
            <Quiet pressure={data} />
            <Waiting waiting={data.waiting} />
            <Held held={data.held} />
            <p className="text-meta text-ink-3">
              Clocks are read in {data.zone}
              {data.zoneKnown ? '.' : ', because their own time zone is not known.'}
            </p>
          </div>
        )}
      </Loaded>
    </Card>
  )
}

const scopeOf = ({ channel, topic }: Cap): string =>
  [channel === null ? 'All channels' : channelWord(channel), topic === null ? '' : words(topic)].filter(Boolean).join(', ')

const periodOf = ({ per }: Cap): string => (['day', 'week', 'month'].includes(per) ? `a ${per}` : `in ${per}`)

function CapLine({ cap }: { cap: Cap }) {
  const { max, used, freeAt } = cap
  const full = used >= max
  return (
    <li>
      <span className="flex items-baseline gap-2">
        <span className="min-w-0 flex-1">
          <span className="font-medium">{words(cap.id)}</span>
          <span className="block text-meta text-ink-3">
            {scopeOf(cap)}
            {cap.lane === 'marketing' ? '' : cap.lane === 'any' ? ', receipts too' : ', receipts only'}
          </span>
        </span>
        {max === 0 ? (
          <Chip tone="bad">Never</Chip>
        ) : (
          <span className="num text-right">
            {count(used)} of {count(max)} {periodOf(cap)}
          </span>
        )}
      </span>
      {max > 0 && <Bar share={used / max} full={full} />}
      {full && freeAt !== null && (
        <span className="mt-1 block text-meta text-warn">
          Full; room again <Moment at={freeAt} />
        </span>
      )}
    </li>
  )
}

/** The figure beside it says the same: it is only for the eye. */
function Bar({ share, full }: { share: number; full: boolean }) {
  return (
    <span aria-hidden="true" className="mt-1.5 block h-1.5 overflow-hidden rounded-pill bg-sunken">
      <span className={`block h-full rounded-pill ${full ? 'bg-warn' : 'bg-accent'}`} style={{ width: `${Math.min(1, share) * 100}%` }} />
    </span>
  )
}

function Quiet({ pressure: { quiet } }: { pressure: Pressure }) {
  if (quiet.length === 0) return null
  return (
    <ul className="flex flex-col gap-1.5">
      {quiet.map(({ channel, state, until, sentence }) => (
        <li key={channel ?? ''} className="flex gap-2">
          {state === 'open' ? (
            <Moon size={16} aria-hidden="true" className="mt-px shrink-0 text-ink-3" />
          ) : (
            <MoonStar size={16} aria-hidden="true" className="mt-px shrink-0 text-warn" />
          )}
          <span className="min-w-0">
            <span className="font-medium">{channel === null ? 'All channels' : channelWord(channel)}</span>{' '}
            {state === 'open' && 'may be used now'}
            {state === 'quiet' && until !== null && (
              <>
                is quiet, until <Moment at={until} />
              </>
            )}
            {state === 'refused' && <span className="text-ink-2">is closed. {sentence}</span>}
          </span>
        </li>
      ))}
    </ul>
  )
}

function Waiting({ waiting }: Pick<Pressure, 'waiting'>) {
  if (waiting.length === 0) return null
  return (
    <section aria-label="Waiting for room">
      <h3 className="font-medium">Waiting for room</h3>
      <ul>
        {waiting.map((run) => (
          <li key={`${run.journey} ${run.step} ${run.since}`} className="text-ink-2">
            <Link href={toJourney(run.journey, { step: run.step, version: run.version })}>{run.journeyName}</Link> · {run.stepName}, asks
            again <Moment at={run.due} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function Held({ held }: Pick<Pressure, 'held'>) {
  if (held.length === 0) return null
  return (
    <section aria-label="Held lately">
      <h3 className="font-medium">Held lately</h3>
      <ul className="flex flex-col gap-1.5">
        {held.slice(0, FEW).map((each, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: two lines can be alike in everything
          <li key={`${each.at} ${i}`}>
            <Moment at={each.at} /> · {channelWord(each.channel)} of {each.journeyName}
            <span className="block text-ink-2">{each.sentence}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
