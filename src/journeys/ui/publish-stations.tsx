import type { ReactNode } from 'react'
import type { z } from 'zod'
import type { Assessment } from '#approvals/api.ts'
import { nameOf } from '#approvals/ui/who.ts'
import { channelWord } from '#channels/words.ts'
import type { ChannelName } from '#events/reaction.ts'
import { count } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { toApproval, toJourney } from '#kit/paths.ts'
import { Moment } from '#kit/time.tsx'
import { useLanguage, useWords } from '#kit/words.ts'
import type { Deed, Station } from '../road.ts'
import type { Impact } from './publish-impact.tsx'
import { PUBLISH_WORDS as WORDS } from './publish-words.ts'
import { triedAt } from './tried.ts'

interface StationsOptions {
  readonly id: string
  readonly hash: string
  readonly live: number | null
  readonly changed: string
  readonly told: z.output<typeof Assessment>
  readonly shown: Impact
  readonly many: boolean
  readonly along: boolean
  readonly state: 'open' | 'approved' | undefined
  readonly deed: Deed
  /** People cannot be taken along as it was chosen. */
  readonly impossible: boolean
  readonly onClose: () => void
}

/** What stands at each station of the road. */
export function useStations(options: StationsOptions): { readonly texts: Readonly<Record<Station, ReactNode>>; readonly tried: boolean } {
  const { id, hash, live, changed, told, shown, many, along, deed, impossible, onClose } = options
  const say = useWords(WORDS)
  const language = useLanguage()
  const at = triedAt(hash)
  const [reach] = told.evidence.reach.filter(({ journey }) => journey === id)
  const link = (tab: 'test' | 'versions', text: string) => (
    <Link href={toJourney(id, { tab, view: 'draft' })} onClick={onClose}>
      {text}
    </Link>
  )
  const inside =
    shown.people === 0 ? say.nobody : `${say.people(shown.people)}: ${impossible ? say.noPlace : along ? say.goAlong : say.finish}.`
  return {
    tried: at !== undefined,
    texts: {
      draft: (
        <>
          {changed} {live !== null && link('versions', say.compare)}
        </>
      ),
      test: (
        <>
          {at === undefined ? (
            say.notTried
          ) : (
            <>
              {say.tried} <Moment at={at} exact />.
            </>
          )}{' '}
          {link('test', at === undefined ? say.test : say.testAgain)}
        </>
      ),
      impact: (
        <>
          {inside} {reach && (reach.exact ? say.reachExact(reach.people) : say.reach(reach.people))}
          {reach?.byChannel && reach.byChannel.channels.length > 0 && (
            <>
              {' '}
              {say.byChannel(
                reach.byChannel.channels
                  .map(({ channel, people }) => `${channelWord(channel as ChannelName, language)} ${count(people)}`)
                  .join(', '),
              )}{' '}
              {reach.byChannel.looked < reach.byChannel.of && say.looked(reach.byChannel.looked, reach.byChannel.of)}
            </>
          )}
        </>
      ),
      approve: <Approve {...options} />,
      publish: impossible
        ? say.placesFirst
        : deed === 'publish'
          ? many
            ? say.youSend
            : say.you
          : deed === 'tell'
            ? say.notYou(many)
            : say.afterwards,
    },
  }
}

function Approve({ told, state }: Pick<StationsOptions, 'told' | 'state'>) {
  const say = useWords(WORDS)
  if (!told.needed) return <>{say.noApproval}</>
  if (told.waiting !== null)
    return (
      <>
        {state === 'approved' ? say.approved : say.waits} <Link href={toApproval(told.waiting)}>{say.openRequest}</Link>
      </>
    )
  return (
    <ul>
      {told.needs.map((need, i) => {
        const names = (told.deciders[i] ?? []).map((person) => nameOf(told.names, person))
        return (
          <li key={need.policy}>
            {names.length < need.quorum
              ? say.nobodyCan(need.name)
              : names.length === need.quorum
                ? say.allAgree(need.name, names)
                : say.agrees(need.name, need.quorum, names)}
          </li>
        )
      })}
    </ul>
  )
}
