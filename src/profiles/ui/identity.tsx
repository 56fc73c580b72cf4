import { Ban, Check, X } from 'lucide-react'
import type { z } from 'zod'
import { useRead } from '#kit/api.ts'
import { Mono } from '#kit/copy.tsx'
import { count, words } from '#kit/format.ts'
import { Card } from '#kit/page.tsx'
import { Moment } from '#kit/time.tsx'
import { useWords } from '#kit/words.ts'
import { AttributeSources, type GetProfile } from '../api.ts'
import { PROFILE_WORDS } from './profile-words.ts'

export type Profile = z.output<typeof GetProfile.output>

const named = (names: Readonly<Record<string, string>>, name: string): string => names[name] ?? words(name)

export function Identifiers({ profile }: { profile: Profile }) {
  const say = useWords(PROFILE_WORDS)
  const sources = useRead(AttributeSources, { id: profile.id })
  const merges = sources.data?.merges ?? []
  return (
    <Card title={say.identifiers}>
      <dl className="flex flex-col gap-3 text-dense">
        {Object.entries(profile.ids).map(([kind, values]) => (
          <div key={kind}>
            <dt className="text-ink-3">{named(say.kinds, kind)}</dt>
            {values.map((value) => (
              <dd key={value} className="min-w-0">
                <Mono>{value}</Mono>
              </dd>
            ))}
          </div>
        ))}
        <div>
          <dt className="text-ink-3">{say.profileId}</dt>
          <dd className="min-w-0">
            <Mono>{profile.id}</Mono>
          </dd>
        </div>
        {merges.length > 0 && (
          <div>
            <dt className="text-ink-3">{say.merged}</dt>
            {merges.map((each) => (
              <dd key={each.from} className="flex min-w-0 flex-wrap items-baseline gap-x-2">
                <code className="truncate">{each.from}</code>
                <Moment at={each.at} className="text-meta text-ink-3" />
              </dd>
            ))}
            <dd className="mt-1 text-meta text-ink-3">{say.mergedWhy}</dd>
          </div>
        )}
      </dl>
    </Card>
  )
}

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** Each attribute with its value, when it was said, and by which source. */
export function Attributes({ profile }: { profile: Profile }) {
  const say = useWords(PROFILE_WORDS)
  const sources = useRead(AttributeSources, { id: profile.id })
  const said = new Map(sources.data?.attributes.map((each) => [each.name, each]))
  return (
    <Card title={say.attributes} flush aside={<span className="text-meta text-ink-3">{say.newestWins}</span>}>
      {profile.attributes.length === 0 ? (
        <p className="p-4 text-ink-2">{say.noAttributes}</p>
      ) : (
        <dl className="text-dense">
          {profile.attributes.map((attribute) => {
            const from = said.get(attribute.name)
            return (
              <div key={attribute.name} className="flex items-baseline gap-3 border-b border-line px-4 py-2 last:border-0">
                <dt className="w-2/5 min-w-0 shrink-0 wrap-anywhere text-ink-3">{attribute.name}</dt>
                <dd className="min-w-0 flex-1 wrap-anywhere">{shown(attribute.value)}</dd>
                <dd className="shrink-0 text-right text-meta text-ink-3">
                  <Moment at={attribute.at} />
                  {from && <span className="block">{from.source ? say.fromSource(from.source) : say.saidTimes(from.times)}</span>}
                </dd>
              </div>
            )
          })}
        </dl>
      )}
    </Card>
  )
}

/** What was allowed and withdrawn, in short; the page of consent has it with its proof. */
export function Consent({ profile }: { profile: Profile }) {
  const say = useWords(PROFILE_WORDS)
  const { permits, blocked } = profile.consent
  return (
    <Card title={say.consent}>
      {permits.length === 0 && blocked.length === 0 && <p className="text-ink-2">{say.noConsent}</p>}
      <ul className="flex flex-col gap-2.5 text-dense">
        {permits.map((permit) => {
          const granted = permit.status === 'granted'
          const Icon = granted ? Check : X
          return (
            <li key={`${permit.channel}:${permit.topic}`} className="flex gap-2">
              <Icon size={16} aria-hidden="true" className={`mt-px shrink-0 ${granted ? 'text-ok' : 'text-bad'}`} />
              <span className="min-w-0">
                <span className="font-medium">
                  {named(say.kinds, permit.channel)}, {permit.topic ? words(permit.topic) : say.allMarketing}
                </span>{' '}
                {say.statuses[permit.status]}
                <span className="block text-meta text-ink-3">
                  <Moment at={permit.at} exact /> · {say.by(words(permit.source))}
                </span>
              </span>
            </li>
          )
        })}
        {blocked.map((each) => (
          <li key={each.address} className="flex gap-2">
            <Ban size={16} aria-hidden="true" className="mt-px shrink-0 text-bad" />
            <span className="min-w-0">
              <span className="font-medium wrap-anywhere">{each.address}</span> {say.blocked}
              <span className="block text-meta text-ink-3">{say.blockedWhy[each.reason]}</span>
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}

export function ActivityList({ profile }: { profile: Profile }) {
  const say = useWords(PROFILE_WORDS)
  return (
    <Card title={say.events} flush aside={<span className="text-meta text-ink-3">{say.allTime}</span>}>
      {profile.activity.length === 0 && <p className="p-4 text-ink-2">{say.noEvents}</p>}
      <ul className="text-dense">
        {profile.activity.map((each) => (
          <li key={each.name} className="flex items-baseline gap-3 border-b border-line px-4 py-2 last:border-0">
            <span className="min-w-0 flex-1 truncate">{each.name}</span>
            <span className="num">{count(each.count)}</span>
            <span className="w-24 shrink-0 text-right text-meta text-ink-3">
              <Moment at={each.last} />
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}
