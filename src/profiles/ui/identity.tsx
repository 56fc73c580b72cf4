import { Ban, Check, X } from 'lucide-react'
import type { z } from 'zod'
import { Mono } from '#kit/copy.tsx'
import { count, words } from '#kit/format.ts'
import { Card } from '#kit/page.tsx'
import { Moment } from '#kit/time.tsx'
import type { GetProfile } from '../api.ts'

export type Profile = z.output<typeof GetProfile.output>

const KIND_WORDS: Readonly<Record<string, string>> = { user_id: 'User id', email: 'E-mail', phone: 'Phone', anonymous_id: 'Anonymous id' }

export function Identifiers({ profile }: { profile: Profile }) {
  return (
    <Card title="Identifiers">
      <dl className="flex flex-col gap-3 text-dense">
        {Object.entries(profile.ids).map(([kind, values]) => (
          <div key={kind}>
            <dt className="text-ink-3">{KIND_WORDS[kind] ?? words(kind)}</dt>
            {values.map((value) => (
              <dd key={value} className="min-w-0">
                <Mono>{value}</Mono>
              </dd>
            ))}
          </div>
        ))}
        <div>
          <dt className="text-ink-3">Profile id</dt>
          <dd className="min-w-0">
            <Mono>{profile.id}</Mono>
          </dd>
        </div>
      </dl>
    </Card>
  )
}

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

export function Attributes({ profile }: { profile: Profile }) {
  return (
    <Card title="Attributes" flush aside={<span className="text-meta text-ink-3">newest value wins</span>}>
      {profile.attributes.length === 0 ? (
        <p className="p-4 text-ink-2">None yet. Attributes come with identify calls and from “update profile” steps.</p>
      ) : (
        <dl className="text-dense">
          {profile.attributes.map((attribute) => (
            <div key={attribute.name} className="flex items-baseline gap-3 border-b border-line px-4 py-2 last:border-0">
              <dt className="w-2/5 min-w-0 shrink-0 wrap-anywhere text-ink-3">{attribute.name}</dt>
              <dd className="min-w-0 flex-1 wrap-anywhere">{shown(attribute.value)}</dd>
              <dd className="shrink-0 text-meta text-ink-3">
                <Moment at={attribute.at} />
              </dd>
            </div>
          ))}
        </dl>
      )}
    </Card>
  )
}

export function Consent({ profile }: { profile: Profile }) {
  const { permits, blocked } = profile.consent
  return (
    <Card title="Consent">
      {permits.length === 0 && blocked.length === 0 && (
        <p className="text-ink-2">Nothing recorded: no consent was given, and none withdrawn.</p>
      )}
      <ul className="flex flex-col gap-2.5 text-dense">
        {permits.map((permit) => {
          const granted = permit.status === 'granted'
          const Icon = granted ? Check : X
          return (
            <li key={`${permit.channel}:${permit.topic}`} className="flex gap-2">
              <Icon size={16} aria-hidden="true" className={`mt-px shrink-0 ${granted ? 'text-ok' : 'text-bad'}`} />
              <span className="min-w-0">
                <span className="font-medium">
                  {permit.channel === 'email' ? 'E-mail' : permit.channel}
                  {permit.topic ? `, ${words(permit.topic)}` : ', all marketing'}
                </span>{' '}
                {granted ? 'allowed' : 'withdrawn'}
                <span className="block text-meta text-ink-3">
                  <Moment at={permit.at} exact /> · by {words(permit.source)}
                </span>
              </span>
            </li>
          )
        })}
        {blocked.map((each) => (
          <li key={each.address} className="flex gap-2">
            <Ban size={16} aria-hidden="true" className="mt-px shrink-0 text-bad" />
            <span className="min-w-0">
              <span className="font-medium wrap-anywhere">{each.address}</span> is not written to any more
              <span className="block text-meta text-ink-3">
                {each.reason === 'bounced' ? 'The mailbox does not exist (bounced).' : 'The person reported a message as spam.'}
              </span>
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}

export function ActivityList({ profile }: { profile: Profile }) {
  if (profile.activity.length === 0) return null
  return (
    <Card title="Events" flush aside={<span className="text-meta text-ink-3">all time</span>}>
      <ul className="text-dense">
        {profile.activity.map((each) => (
          <li key={each.name} className="flex items-baseline gap-3 border-b border-line px-4 py-2 last:border-0">
            <span className="min-w-0 flex-1 truncate">{each.name}</span>
            <span className="num">{count(each.count)}</span>
            <span className="w-20 shrink-0 text-right text-meta text-ink-3">
              <Moment at={each.last} />
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}
