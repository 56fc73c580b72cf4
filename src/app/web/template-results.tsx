import { OUTCOMES, ReadTemplateReached } from '#content/reached-api.ts'
import { ReadTemplateResults } from '#decisions/content/api.ts'
import { Refused, useRead } from '#kit/api.ts'
import { Chip, type Tone } from '#kit/chip.tsx'
import { count, percent, points } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Facts } from '#kit/page.tsx'
import { toTemplateMessages } from '#kit/paths.ts'
import { Empty, Loaded } from '#kit/states.tsx'
import { Table } from '#kit/table.tsx'
import { useWords, words } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { OUTCOME_WORDS } from './outcome-words.ts'

interface Difference {
  readonly estimate: string
  readonly low: string
  readonly high: string
  readonly against: string
}

const WORDS = words(
  {
    none: 'No slot of this template is filled by a model',
    noneLead: 'Add a slot with variants under Live. What each of them brings is then counted here, with how sure it is.',
    notLive: 'There are no results before it is live.',
    notAllowed: 'You may not look at models. An administrator can give you the right to read them.',
    state: {
      waiting: 'Too few messages',
      open: 'Not decided',
      settled: 'Nothing worth looking for is left',
      confirmed: 'The leader is better',
    },
    option: 'Variant',
    shown: 'Shown evenly',
    rate: 'Rate, 95 %',
    share: 'Share now',
    difference: ({ estimate, low, high, against }: Difference) => `Leader less ${against}: ${estimate}, between ${low} and ${high}`,
    more: (n: string) => `About ${n} messages more to be sure.`,
    slot: (name: string) => `Slot ${name}`,
    reached: 'What became of its messages',
    days: 'The last 90 days. What a machine opened or clicked does not count.',
    ofSent: (share: string) => `${share} of those sent`,
  },
  {
    de: {
      none: 'Kein Platz dieser Vorlage wird von einem Modell gefüllt',
      noneLead: 'Unter Live lässt sich ein Platz mit Varianten anlegen. Was jede bringt, wird dann hier gezählt, mit der Sicherheit dazu.',
      notLive: 'Vor der Veröffentlichung gibt es keine Ergebnisse.',
      notAllowed: 'Sie dürfen Modelle nicht ansehen. Das Recht dazu vergibt die Administration.',
      state: {
        waiting: 'Zu wenige Nachrichten',
        open: 'Nicht entschieden',
        settled: 'Weiteres Suchen lohnt nicht',
        confirmed: 'Die führende ist besser',
      },
      option: 'Variante',
      shown: 'Gleich oft gezeigt',
      rate: 'Quote, 95 %',
      share: 'Anteil jetzt',
      difference: ({ estimate, low, high, against }) => `Führende gegen ${against}: ${estimate}, zwischen ${low} und ${high}`,
      more: (n) => `Noch etwa ${n} Nachrichten bis zur Sicherheit.`,
      slot: (name) => `Platz ${name}`,
      reached: 'Was aus ihren Nachrichten wurde',
      days: 'Die letzten 90 Tage. Was eine Maschine geöffnet oder geklickt hat, zählt nicht.',
      ofSent: (share) => `${share} der gesendeten`,
    },
  },
)

type Slot = OutputOf<typeof ReadTemplateResults>['models'][number]['slots'][number]
const TONES: Readonly<Record<Slot['state'], Tone>> = { waiting: 'neutral', open: 'warn', settled: 'neutral', confirmed: 'ok' }

/** What became of the messages of a template, and how the variants in its slots do. */
export const TemplateResults = ({ id }: { id: string }) => (
  <div className="flex flex-col gap-6">
    <Reached id={id} />
    <Variants id={id} />
  </div>
)

function Reached({ id }: { id: string }) {
  const say = useWords(WORDS)
  const outcomes = useWords(OUTCOME_WORDS)
  const may = useMay('messages:read')
  const query = useRead(ReadTemplateReached, { id })
  return (
    <section aria-label={say.reached} className="flex flex-col gap-2">
      <h2 className="text-body font-semibold">{say.reached}</h2>
      <Loaded query={query}>
        {({ outcomes: counts }) => (
          <Facts
            rows={OUTCOMES.map((each) => [
              outcomes[each],
              <span key={each} className="flex flex-wrap gap-x-3">
                {may ? <Link href={toTemplateMessages(id, each)}>{count(counts[each])}</Link> : count(counts[each])}
                {each !== 'sent' && counts.sent > 0 && (
                  <span className="text-ink-3">{say.ofSent(percent(counts[each] / counts.sent))}</span>
                )}
              </span>,
            ])}
          />
        )}
      </Loaded>
      <p className="text-meta text-ink-3">{say.days}</p>
    </section>
  )
}

/** How the variants in the slots of a template do, with what is not known yet. */
function Variants({ id }: { id: string }) {
  const say = useWords(WORDS)
  const may = useMay('models:read')
  const query = useRead(ReadTemplateResults, { id }, { enabled: may })
  if (!may) return <p className="text-ink-2">{say.notAllowed}</p>
  if (query.error instanceof Refused && query.error.failure.code === 'template.unknown') return <p className="text-ink-2">{say.notLive}</p>
  return (
    <Loaded query={query}>
      {({ models }) =>
        models.length === 0 ? (
          <Empty title={say.none}>{say.noneLead}</Empty>
        ) : (
          <div className="flex flex-col gap-6">
            {models.map((model) => (
              <div key={model.model} className="flex flex-col gap-4">
                {model.sentences.map((sentence) => (
                  <p key={sentence} className="text-ink-2">
                    {sentence}
                  </p>
                ))}
                {model.slots.map((slot) => (
                  <OneSlot key={slot.slot} slot={slot} />
                ))}
              </div>
            ))}
          </div>
        )
      }
    </Loaded>
  )
}

function OneSlot({ slot }: { slot: Slot }) {
  const say = useWords(WORDS)
  const { difference } = slot
  return (
    <section aria-label={say.slot(slot.slot)} className="flex flex-col gap-2">
      <h2 className="text-body flex flex-wrap items-center gap-2 font-semibold">
        {say.slot(slot.slot)} <Chip tone={TONES[slot.state]}>{say.state[slot.state]}</Chip>
      </h2>
      <p>{slot.sentence}</p>
      <Table
        label={say.slot(slot.slot)}
        rows={slot.options}
        rowKey={({ option }) => option}
        columns={[
          { name: say.option, cell: ({ option }) => <span className="font-medium wrap-anywhere">{option}</span> },
          { name: say.shown, right: true, cell: ({ even }) => count(even.shown) },
          {
            name: say.rate,
            right: true,
            cell: ({ even }) => (even.rate ? `${percent(even.rate.rate)} (${percent(even.rate.low)} – ${percent(even.rate.high)})` : '–'),
          },
          { name: say.share, right: true, cell: ({ share }) => percent(share, 0) },
        ]}
      />
      {difference && (
        <p className="text-dense text-ink-2">
          {say.difference({
            estimate: points(difference.estimate),
            low: points(difference.low),
            high: points(difference.high),
            against: difference.against,
          })}
        </p>
      )}
      {slot.more !== null && <p className="text-dense text-ink-3">{say.more(count(slot.more))}</p>}
    </section>
  )
}
