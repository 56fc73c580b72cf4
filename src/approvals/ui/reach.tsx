import { channelWord } from '#channels/words.ts'
import type { ChannelName } from '#events/reaction.ts'
import { amount, count } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { Facts } from '#kit/page.tsx'
import { toJourney } from '#kit/paths.ts'
import { useLanguage, useWords, words } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import type { GetApproval } from '../api.ts'
import { COMMON } from './words.ts'

const WORDS = words(
  {
    reach: 'Reach',
    nobody: 'Nothing that is sent changes, so nobody is reached.',
    journey: 'Journey',
    people: 'People',
    counted: 'counted',
    atMost: 'at most: anybody could trigger it',
    channels: 'by channel',
    looked: (n: number, of: number) =>
      n >= of ? 'Everybody was looked at.' : `${count(n)} of ${count(of)} were looked at, and their shares scaled.`,
    byChannel:
      'Of a channel: who has an address there, whose permission is not missing and who is not suppressed. Caps, quiet hours and rules of law are asked only when it goes out.',
    cost: 'Cost at most',
    messages: 'Messages',
    providers: 'Providers’ price',
    incentives: 'Incentives',
    total: 'Together',
    unpriced: (channels: string) => `Nobody has said what these cost: ${channels}.`,
    places: 'Places',
    everywhere: 'Nothing restricts it to a place.',
    discount: 'Largest discount',
    first: 'Used for the first time',
    actors: 'Had a hand in it',
    voice: 'Words',
    voiceScore: (score: number) => `${score} of 100 for risk`,
    models: 'Models',
    budgets: 'Budgets',
    more: 'What else was found',
    stage: (from: string, to: string) => `${from} → ${to}`,
    isNew: 'new',
    gone: 'gone',
    max: 'It is never less than it can be: every branch counts, and everybody who could be reached.',
  },
  {
    de: {
      reach: 'Reichweite',
      nobody: 'Nichts, was gesendet wird, ändert sich; niemand wird erreicht.',
      journey: 'Journey',
      people: 'Personen',
      counted: 'gezählt',
      atMost: 'höchstens: Jede Person könnte sie auslösen',
      channels: 'je Kanal',
      looked: (n, of) =>
        n >= of ? 'Alle wurden angesehen.' : `${count(n)} von ${count(of)} wurden angesehen, ihre Anteile hochgerechnet.`,
      byChannel:
        'Je Kanal: wer dort eine Adresse hat, wessen Einwilligung nicht fehlt und wer nicht gesperrt ist. Nach Obergrenzen, Ruhezeiten und Rechtsregeln wird erst beim Versand gefragt.',
      cost: 'Höchste Kosten',
      messages: 'Nachrichten',
      providers: 'Preis der Anbieter',
      incentives: 'Anreize',
      total: 'Zusammen',
      unpriced: (channels) => `Nicht hinterlegt ist, was dies kostet: ${channels}.`,
      places: 'Orte',
      everywhere: 'Nichts beschränkt es auf einen Ort.',
      discount: 'Größter Rabatt',
      first: 'Erstmals genutzt',
      actors: 'Beteiligt',
      voice: 'Wortwahl',
      voiceScore: (score) => `${score} von 100 Risikopunkten`,
      models: 'Modelle',
      budgets: 'Budgets',
      more: 'Was sonst gefunden wurde',
      stage: (from, to) => `${from} → ${to}`,
      isNew: 'neu',
      gone: 'entfällt',
      max: 'Nie weniger, als es sein kann: Jeder Zweig zählt, und alle, die erreicht werden könnten.',
    },
  },
)

type Shown = OutputOf<typeof GetApproval>

/** Whom it reaches, what it costs at most, and what else was found. */
export function Reach({ request: { evidence, names } }: { request: Pick<Shown, 'evidence' | 'names'> }) {
  const say = useWords(WORDS)
  const common = useWords(COMMON)
  const { reach, messages, cost, discount, jurisdictions, voice, firstSends, actors } = evidence
  const money = (value: number): string => `${amount(value)} ${cost.currency}`
  return (
    <div className="flex flex-col gap-6">
      <section aria-label={say.reach} className="flex flex-col gap-2">
        <h3 className="font-semibold">{say.reach}</h3>
        {reach.length === 0 ? (
          <p className="text-ink-2">{say.nobody}</p>
        ) : (
          <>
            <table className="w-full max-w-[640px] border-collapse text-dense">
              <thead>
                <tr className="border-b border-line text-left text-meta text-ink-3">
                  <th scope="col" className="h-8 pr-3 font-medium">
                    {say.journey}
                  </th>
                  <th scope="col" className="text-right font-medium">
                    {say.people}
                  </th>
                </tr>
              </thead>
              <tbody>
                {reach.map(({ journey, people, exact, byChannel }) => (
                  <tr key={journey} className="border-b border-line align-top last:border-0">
                    <th scope="row" className="py-2 pr-3 text-left font-normal">
                      <Link href={toJourney(journey)}>{journey}</Link>
                      <span className="block text-meta text-ink-3">{exact ? say.counted : say.atMost}</span>
                      {byChannel && <ByChannel journey={journey} of={byChannel} />}
                    </th>
                    <td className="py-2 text-right num">{count(people)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
            <p className="text-meta text-ink-3">{say.max}</p>
            {reach.some(({ byChannel }) => byChannel) && <p className="max-w-[640px] text-meta text-ink-3">{say.byChannel}</p>}
          </>
        )}
      </section>
      {(messages > 0 || cost.total > 0) && (
        <section aria-label={say.cost} className="flex flex-col gap-2">
          <h3 className="font-semibold">{say.cost}</h3>
          <Facts
            rows={[
              [
                say.messages,
                <span key="m" className="num">
                  {count(messages)}
                </span>,
              ],
              [say.providers, money(cost.messages)],
              [say.incentives, money(cost.incentives)],
              [
                say.total,
                <strong key="t" className="font-semibold">
                  {money(cost.total)}
                </strong>,
              ],
            ]}
          />
          {cost.unpriced.length > 0 && <p className="text-dense text-warn">{say.unpriced(common.and(cost.unpriced))}</p>}
        </section>
      )}
      <section aria-label={say.more} className="flex flex-col gap-2">
        <h3 className="font-semibold">{say.more}</h3>
        <Facts
          rows={[
            ...(reach.length > 0 ? ([[say.places, jurisdictions.length === 0 ? say.everywhere : common.and(jurisdictions)]] as const) : []),
            ...(discount.percent > 0 || discount.amount > 0
              ? ([
                  [say.discount, `${discount.percent > 0 ? `${amount(discount.percent)} %` : money(discount.amount)} (${discount.at})`],
                ] as const)
              : []),
            ...(firstSends.length > 0
              ? ([[say.first, common.and(firstSends.map(({ kind, id }) => `${common.kinds[kind] ?? kind} ${id}`))]] as const)
              : []),
            [say.actors, common.and(actors.map((actor) => names[actor] ?? actor))],
            [say.voice, <Voice key="voice" voice={voice} />],
          ]}
        />
      </section>
      <Models evidence={evidence} />
    </div>
  )
}

/** Whom each channel would find of those who may come in. */
function ByChannel({
  journey,
  of: { looked, of, channels },
}: {
  journey: string
  of: NonNullable<Shown['evidence']['reach'][number]['byChannel']>
}) {
  const say = useWords(WORDS)
  const language = useLanguage()
  if (channels.length === 0) return null
  return (
    <>
      <ul aria-label={`${journey}, ${say.channels}`} className="mt-1 flex flex-wrap gap-x-4">
        {channels.map(({ channel, people }) => (
          <li key={channel}>
            {channelWord(channel as ChannelName, language)} <span className="num">{count(people)}</span>
          </li>
        ))}
      </ul>
      <span className="block text-meta text-ink-3">{say.looked(looked, of)}</span>
    </>
  )
}

function Voice({ voice: { score, findings } }: { voice: Shown['evidence']['voice'] }) {
  const say = useWords(WORDS)
  return (
    <>
      {say.voiceScore(score)}
      {findings.length > 0 && (
        <ul className="mt-1 text-ink-2">
          {findings.slice(0, 10).map(({ at, says, code }) => (
            <li key={`${at} ${code}`} className="wrap-anywhere">
              {says} <code className="text-meta text-ink-3">{at}</code>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

function Models({ evidence: { models = [], budgets = [] } }: { evidence: Shown['evidence'] }) {
  const say = useWords(WORDS)
  if (models.length === 0 && budgets.length === 0) return null
  return (
    <>
      {models.length > 0 && (
        <section aria-label={say.models} className="flex flex-col gap-2">
          <h3 className="font-semibold">{say.models}</h3>
          <ul className="flex flex-col gap-2 text-dense">
            {models.map(({ model, from, to, share, readOut, warnings, force }) => (
              <li key={model} className="rounded-card border border-line p-3">
                <span className="font-medium">{model}</span>{' '}
                <span className="text-ink-3">
                  {say.stage(from ?? say.isNew, to)} {share}
                </span>
                {[readOut, force, ...warnings].filter(Boolean).map((text) => (
                  <span key={text} className="block text-ink-2">
                    {text}
                  </span>
                ))}
              </li>
            ))}
          </ul>
        </section>
      )}
      {budgets.length > 0 && (
        <section aria-label={say.budgets} className="flex flex-col gap-2">
          <h3 className="font-semibold">{say.budgets}</h3>
          <ul className="text-dense">
            {budgets.map(({ budget, currency, per, from, to }) => (
              <li key={budget} className="num">
                {budget}: {from === null ? say.isNew : `${amount(from)} ${currency}`} →{' '}
                {to === null ? say.gone : `${amount(to)} ${currency} / ${per}`}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  )
}
