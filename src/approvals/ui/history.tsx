import { CircleCheck, CircleX, MessageSquareText, PackageCheck, Send } from 'lucide-react'
import type { ReactNode } from 'react'
import { Chip } from '#kit/chip.tsx'
import { Link } from '#kit/link.tsx'
import { toApproval } from '#kit/paths.ts'
import { Moment } from '#kit/time.tsx'
import { useWords, words } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import type { GetApproval } from '../api.ts'
import type { Verdict, Vote } from '../schema.ts'
import { Changes } from './changes.tsx'
import { nameOf } from './who.ts'
import { COMMON } from './words.ts'

const WORDS = words(
  {
    since: 'What is different from the request before',
    sinceNone: 'It asks for the same as the request before.',
    first: 'This is the first request about it.',
    log: 'What happened',
    asked: (name: string) => `${name} asked for approval`,
    askedAgain: (name: string) => `${name} asked again`,
    verdicts: {
      approve: (name: string) => `${name} approved`,
      reject: (name: string) => `${name} rejected it`,
      change: (name: string) => `${name} asked for a change`,
    } as Record<Verdict, (name: string) => string>,
    ended: 'It ended',
    thisOne: 'this request',
    earlier: 'an earlier request',
    revision: (n: number) => `Carried out as revision ${n}`,
  },
  {
    de: {
      since: 'Was gegenüber der vorigen Anfrage anders ist',
      sinceNone: 'Sie fragt nach demselben wie die vorige.',
      first: 'Dies ist die erste Anfrage dazu.',
      log: 'Was geschah',
      asked: (name) => `${name} hat um Freigabe gebeten`,
      askedAgain: (name) => `${name} hat erneut gefragt`,
      verdicts: {
        approve: (name) => `${name} hat freigegeben`,
        reject: (name) => `${name} hat abgelehnt`,
        change: (name) => `${name} hat um eine Änderung gebeten`,
      },
      ended: 'Sie endete',
      thisOne: 'diese Anfrage',
      earlier: 'eine frühere Anfrage',
      revision: (n) => `Ausgeführt als Revision ${n}`,
    },
  },
)

type Shown = OutputOf<typeof GetApproval>

const ICONS = { approve: CircleCheck, reject: CircleX, change: MessageSquareText }
const TONES = { approve: 'text-ok', reject: 'text-bad', change: 'text-warn' }

/** Everything that was asked and said about the same, and what is different since the last time. */
export function History({ request }: { request: Shown }) {
  const say = useWords(WORDS)
  const { since, earlier } = request
  const rounds = [request, ...earlier]
  return (
    <div className="flex flex-col gap-6">
      <section aria-label={say.since} className="flex flex-col gap-2">
        <h3 className="font-semibold">{say.since}</h3>
        {since === null ? (
          <p className="text-ink-2">{say.first}</p>
        ) : since.diffs.length === 0 ? (
          <p className="text-ink-2">{say.sinceNone}</p>
        ) : (
          <Changes diffs={since.diffs} />
        )}
      </section>
      <section aria-label={say.log} className="flex flex-col gap-3">
        <h3 className="font-semibold">{say.log}</h3>
        {rounds.map((round, i) => (
          <Round key={round.id} round={round} request={request} isFirst={i === rounds.length - 1} />
        ))}
      </section>
    </div>
  )
}

interface RoundProps {
  readonly round: Pick<Shown, 'id' | 'state' | 'requestedBy' | 'requestedAt' | 'note' | 'reason' | 'closedAt' | 'votes'>
  readonly request: Shown
  readonly isFirst: boolean
}

function Round({ round, request, isFirst }: RoundProps) {
  const say = useWords(WORDS)
  const common = useWords(COMMON)
  const { id, state, requestedBy, requestedAt, note, reason, closedAt, votes } = round
  const { names, revision } = request
  const isThis = id === request.id
  const who = nameOf(names, requestedBy)
  const spoken = votes.some(({ comment }) => comment === reason)
  return (
    <div className={`rounded-card border p-3 ${isThis ? 'border-line-strong' : 'border-line'}`}>
      <p className="mb-2 flex flex-wrap items-center gap-2 text-meta text-ink-3">
        {isThis ? say.thisOne : <Link href={toApproval(id, 'history')}>{say.earlier}</Link>}
        <Chip>{common.states[state]}</Chip>
      </p>
      <ol className="flex flex-col gap-2.5 text-dense">
        <Line icon={<Send size={16} className="text-ink-3" aria-hidden="true" />} at={requestedAt} text={note}>
          {isFirst ? say.asked(who) : say.askedAgain(who)}
        </Line>
        {votes.map((vote) => (
          <VoteLine key={`${vote.person} ${vote.at}`} vote={vote} name={nameOf(names, vote.person || vote.actor)} />
        ))}
        {closedAt !== null && reason !== '' && !spoken && (
          <Line icon={<CircleX size={16} className="text-ink-3" aria-hidden="true" />} at={closedAt} text={reason}>
            {say.ended}: {common.states[state]}
          </Line>
        )}
        {isThis && revision !== null && closedAt !== null && (
          <Line icon={<PackageCheck size={16} className="text-ok" aria-hidden="true" />} at={closedAt} text="">
            {say.revision(revision)}
          </Line>
        )}
      </ol>
    </div>
  )
}

function VoteLine({ vote, name }: { vote: Vote; name: string }) {
  const say = useWords(WORDS)
  const Icon = ICONS[vote.verdict]
  return (
    <Line icon={<Icon size={16} className={TONES[vote.verdict]} aria-hidden="true" />} at={vote.at} text={vote.comment}>
      {say.verdicts[vote.verdict](name)}
    </Line>
  )
}

function Line({ icon, at, text, children }: { icon: ReactNode; at: number; text: string; children: ReactNode }) {
  return (
    <li className="flex gap-2.5">
      <span className="mt-px shrink-0">{icon}</span>
      <span className="min-w-0 flex-1">
        <span className="font-medium">{children}</span> <Moment at={at} className="text-meta text-ink-3" />
        {text !== '' && <span className="block whitespace-pre-wrap wrap-anywhere text-ink-2">{text}</span>}
      </span>
    </li>
  )
}
