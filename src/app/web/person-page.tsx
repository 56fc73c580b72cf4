import { getRouteApi } from '@tanstack/react-router'
import { ListMessages } from '#channels/api.ts'
import { MessageTable } from '#channels/ui/message-list.tsx'
import { ContactPressure } from '#consent/ui/pressure.tsx'
import { PersonChoices, PersonScores } from '#decisions/ui/person-scores.tsx'
import { ListJourneys } from '#journeys/api.ts'
import { useRead } from '#kit/api.ts'
import { ButtonLink } from '#kit/button.tsx'
import { Chip, Dot } from '#kit/chip.tsx'
import { plural } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { Card, Page } from '#kit/page.tsx'
import { PEOPLE, toJourney, toMessages, toPerson } from '#kit/paths.ts'
import { Empty, Loaded } from '#kit/states.tsx'
import { Moment } from '#kit/time.tsx'
import { Timeline } from '#measurement/ui/timeline.tsx'
import { Why } from '#measurement/ui/why.tsx'
import { GetProfile } from '#profiles/api.ts'
import { ActivityList, Attributes, Consent, Identifiers, type Profile } from '#profiles/ui/identity.tsx'

const route = getRouteApi('/inside/people/$id')

export function PersonPage() {
  const { id } = route.useParams()
  const profile = useRead(GetProfile, { id }, { every: 5_000 })
  return (
    <Loaded query={profile} lines={10}>
      {(data) => (data.mergedInto === null ? <Person key={data.id} profile={data} /> : <Merged into={data.mergedInto} />)}
    </Loaded>
  )
}

function Merged({ into }: { into: string }) {
  return (
    <Page title="This profile is another one" up={{ label: 'People', href: PEOPLE }}>
      <Card>
        <Empty
          title="Two profiles turned out to be one person"
          action={
            <ButtonLink look="primary" href={toPerson(into)}>
              Open that profile
            </ButtonLink>
          }
        >
          Everything this profile had, its journeys included, moved to <code>{into}</code>.
        </Empty>
      </Card>
    </Page>
  )
}

function Person({ profile }: { profile: Profile }) {
  const { why, kinds = '' } = route.useSearch()
  const navigate = route.useNavigate()
  const journeys = useRead(ListJourneys, {})
  const all = journeys.data?.journeys ?? []
  const asked = why || profile.journeys[0]?.journey || all[0]?.id || ''
  return (
    <Page
      title={profile.name || 'Not named yet'}
      up={{ label: 'People', href: PEOPLE }}
      facts={<Reach profile={profile} />}
      lead={
        <>
          First seen <Moment at={profile.firstSeen} />, last seen <Moment at={profile.lastSeen} />
        </>
      }
    >
      <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_380px]">
        <div className="flex min-w-0 flex-col gap-4">
          <Standing profile={profile} />
          <Timeline
            profile={profile.id}
            kind={kinds}
            onKind={(kind) => void navigate({ search: (now) => ({ ...now, kinds: kind || undefined }), replace: true })}
          />
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          {all.length > 0 && (
            <Why
              profile={profile.id}
              journeys={all}
              journey={asked}
              onJourney={(journey) => void navigate({ search: (now) => ({ ...now, why: journey }), replace: true })}
            />
          )}
          <PersonScores profile={profile.id} />
          <PersonChoices profile={profile.id} />
          <Consent profile={profile} />
          <ContactPressure profile={profile.id} />
          <LatestMessages profile={profile.id} />
          <Attributes profile={profile} />
          <Identifiers profile={profile} />
          <ActivityList profile={profile} />
        </div>
      </div>
    </Page>
  )
}

/** Can this person be written to by e-mail? */
function Reach({ profile }: { profile: Profile }) {
  const addresses = profile.ids.email ?? []
  const blocked = profile.consent.blocked.some((each) => addresses.includes(each.address))
  const withdrawn = profile.consent.permits.some(
    (permit) => permit.channel === 'email' && permit.topic === '' && permit.status === 'withdrawn',
  )
  if (addresses.length === 0) return <Chip>No e-mail address</Chip>
  if (blocked) return <Chip tone="bad">E-mail blocked</Chip>
  if (withdrawn) return <Chip tone="warn">Unsubscribed</Chip>
  return (
    <Chip tone="ok">
      <Dot />
      Reachable by e-mail
    </Chip>
  )
}

function Standing({ profile }: { profile: Profile }) {
  return (
    <Card title="In journeys now" flush aside={<span className="text-meta text-ink-3">{plural(profile.journeys.length, 'run')}</span>}>
      {profile.journeys.length === 0 ? (
        <p className="p-4 text-ink-2">In none at this moment. The timeline shows which ones they went through.</p>
      ) : (
        <ul className="text-dense">
          {profile.journeys.map((run) => (
            <li key={run.enrollment} className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line px-4 py-2.5 last:border-0">
              <span className="min-w-0 flex-1 basis-56">
                <Link href={toJourney(run.journey, { step: run.step, version: run.version })} className="font-medium">
                  {run.journeyName}
                </Link>{' '}
                <span className="text-ink-3">v{run.version}</span>
                <span className="block truncate text-ink-2">
                  at “{run.stepName}”{run.key && ` · ${run.key}`}
                </span>
              </span>
              <span className="text-meta text-ink-3 sm:text-right">
                there <Moment at={run.since} />
                <span className="block">
                  {run.due === null ? (
                    'until an event or a receipt comes'
                  ) : (
                    <>
                      wakes <Moment at={run.due} />
                    </>
                  )}
                </span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}

const FEW = 3

function LatestMessages({ profile }: { profile: string }) {
  const messages = useRead(ListMessages, { profile }, { every: 5_000 })
  return (
    <Card
      title="Messages"
      flush
      aside={
        <Link href={toMessages({ profile })} className="text-dense">
          All messages
        </Link>
      }
    >
      <Loaded query={messages} lines={2}>
        {(data) =>
          data.messages.length === 0 ? (
            <p className="p-4 text-ink-2">None was decided for this person.</p>
          ) : (
            <MessageTable rows={data.messages.slice(0, FEW)} />
          )
        }
      </Loaded>
    </Card>
  )
}
