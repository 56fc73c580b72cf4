import { getRouteApi } from '@tanstack/react-router'
import { Suspense } from 'react'
import { ListMessages } from '#channels/api.ts'
import { MessageTable } from '#channels/ui/message-list.tsx'
import { ContactPressure } from '#consent/ui/pressure.tsx'
import { PersonChoices, PersonScores } from '#decisions/ui/person-scores.tsx'
import { ListJourneys } from '#journeys/api.ts'
import { useRead } from '#kit/api.ts'
import { ButtonLink } from '#kit/button.tsx'
import { Chip, Dot } from '#kit/chip.tsx'
import { lazyPart } from '#kit/lazy-part.tsx'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card, Page, TabLinks } from '#kit/page.tsx'
import { PEOPLE, type PersonTab, toJourney, toMessages, toPerson } from '#kit/paths.ts'
import { Empty, Loaded, NoPermission, Skeleton } from '#kit/states.tsx'
import { Moment } from '#kit/time.tsx'
import { useWords } from '#kit/words.ts'
import { PersonWorth } from '#measurement/ui/person-worth.tsx'
import { Timeline } from '#measurement/ui/timeline.tsx'
import { Why } from '#measurement/ui/why.tsx'
import { GetProfile } from '#profiles/api.ts'
import { ActivityList, Attributes, Consent, Identifiers, type Profile } from '#profiles/ui/identity.tsx'
import { PERSON_WORDS } from './person-words.ts'

const PersonConsent = lazyPart(() => import('./person-consent.tsx'), 'PersonConsent')
const PersonData = lazyPart(() => import('./person-data.tsx'), 'PersonData')

const route = getRouteApi('/inside/people/$id')

export function PersonPage() {
  const { id } = route.useParams()
  const say = useWords(PERSON_WORDS)
  const profile = useRead(GetProfile, { id }, { every: 5_000 })
  return (
    <Loaded up={{ label: say.people, href: PEOPLE }} query={profile} lines={10}>
      {(data) => (data.mergedInto === null ? <Person key={data.id} profile={data} /> : <Merged into={data.mergedInto} />)}
    </Loaded>
  )
}

function Merged({ into }: { into: string }) {
  const say = useWords(PERSON_WORDS)
  const open = (
    <ButtonLink look="primary" href={toPerson(into)}>
      {say.openOther}
    </ButtonLink>
  )
  return (
    <Page title={say.other} up={{ label: say.people, href: PEOPLE }}>
      <Card>
        <Empty title={say.otherTitle} action={open}>
          {say.otherWhy(into)}
        </Empty>
      </Card>
    </Page>
  )
}

function Person({ profile }: { profile: Profile }) {
  const say = useWords(PERSON_WORDS)
  const { tab = 'life' } = route.useSearch()
  const TABS: readonly (readonly [PersonTab, string])[] = [
    ['life', say.life],
    ['about', say.about],
    ['consent', say.consent],
    ['messages', say.messages],
  ]
  return (
    <Page
      title={profile.name || say.unnamed}
      up={{ label: say.people, href: PEOPLE }}
      facts={<Reach profile={profile} />}
      lead={
        <>
          {say.seen.first} <Moment at={profile.firstSeen} />, {say.seen.last} <Moment at={profile.lastSeen} />
        </>
      }
      actions={
        <Suspense>
          <PersonData profile={profile} />
        </Suspense>
      }
    >
      <TabLinks
        label={say.tabs}
        className="mb-4"
        tabs={TABS.map(([value, label]) => ({ label, current: tab === value, href: toPerson(profile.id, { tab: value }) }))}
      />
      {tab === 'life' && <Life profile={profile} />}
      {tab === 'about' && (
        <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_380px]">
          <Attributes profile={profile} />
          <div className="flex min-w-0 flex-col gap-4">
            <Identifiers profile={profile} />
            <ActivityList profile={profile} />
            <PersonWorth profile={profile.id} />
          </div>
        </div>
      )}
      {tab === 'consent' && (
        <Suspense fallback={<Skeleton lines={8} />}>
          <PersonConsent profile={profile} />
        </Suspense>
      )}
      {tab === 'messages' && <Messages profile={profile.id} />}
    </Page>
  )
}

function Life({ profile }: { profile: Profile }) {
  const { why, kinds = '' } = route.useSearch()
  const navigate = route.useNavigate()
  const all = useRead(ListJourneys, {}).data?.journeys ?? []
  const asked = why || profile.journeys[0]?.journey || all[0]?.id || ''
  return (
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
      </div>
    </div>
  )
}

/** Can this person be written to by e-mail? */
function Reach({ profile }: { profile: Profile }) {
  const { reach } = useWords(PERSON_WORDS)
  const addresses = profile.ids.email ?? []
  const blocked = profile.consent.blocked.some((each) => addresses.includes(each.address))
  const withdrawn = profile.consent.permits.some(
    (permit) => permit.channel === 'email' && permit.topic === '' && permit.status === 'withdrawn',
  )
  if (addresses.length === 0) return <Chip>{reach.none}</Chip>
  if (blocked) return <Chip tone="bad">{reach.blocked}</Chip>
  if (withdrawn) return <Chip tone="warn">{reach.left}</Chip>
  return (
    <Chip tone="ok">
      <Dot />
      {reach.ok}
    </Chip>
  )
}

function Standing({ profile }: { profile: Profile }) {
  const say = useWords(PERSON_WORDS)
  return (
    <Card title={say.standing} flush aside={<span className="text-meta text-ink-3">{say.runs(profile.journeys.length)}</span>}>
      {profile.journeys.length === 0 ? (
        <p className="p-4 text-ink-2">{say.inNone}</p>
      ) : (
        <ul className="text-dense">
          {profile.journeys.map((run) => (
            <li key={run.enrollment} className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line px-4 py-2.5 last:border-0">
              <span className="min-w-0 flex-1 basis-56">
                <Link href={toJourney(run.journey, { step: run.step, version: run.version })} className="font-medium">
                  {run.journeyName}
                </Link>{' '}
                <span className="text-ink-3">{`v${run.version}`}</span>
                <span className="block truncate text-ink-2">
                  {say.at(run.stepName)}
                  {run.key && ` · ${run.key}`}
                </span>
              </span>
              <span className="text-meta text-ink-3 sm:text-right">
                {say.there} <Moment at={run.since} />
                <span className="block">
                  {run.due === null ? (
                    say.untilEvent
                  ) : (
                    <>
                      {say.wakes} <Moment at={run.due} />
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

function Messages({ profile }: { profile: string }) {
  const say = useWords(PERSON_WORDS)
  const may = useMay('messages:read')
  const messages = useRead(ListMessages, { profile }, { every: 5_000, enabled: may })
  if (!may) return <NoPermission needs="messages:read" />
  const all = (
    <Link href={toMessages({ profile })} className="text-dense">
      {say.allMessages}
    </Link>
  )
  return (
    <Card title={say.messages} flush aside={all}>
      <Loaded query={messages} lines={4}>
        {(data) =>
          data.messages.length === 0 ? <p className="p-4 text-ink-2">{say.noMessages}</p> : <MessageTable rows={data.messages} />
        }
      </Loaded>
    </Card>
  )
}
