import { Wallet } from 'lucide-react'
import { channelNamed } from '#channels/words.ts'
import { useRead } from '#kit/api.ts'
import { ButtonLink } from '#kit/button.tsx'
import { Chip, type Tone } from '#kit/chip.tsx'
import { amount, count, decimal, percent } from '#kit/format.ts'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card, Facts, Page } from '#kit/page.tsx'
import { toDocument, toDocuments, toJourney } from '#kit/paths.ts'
import { Empty, Loaded, NoPermission } from '#kit/states.tsx'
import { Moment } from '#kit/time.tsx'
import { useLanguage, useWords, words } from '#kit/words.ts'
import { type BudgetStanding, ListBudgets } from '../budgets/api.ts'
import { Areas } from './areas.tsx'
import { MODEL_WORDS } from './model-words.ts'

const WORDS = words(
  {
    lead: 'Money that marketing may take, how fast it goes, and what is chosen when it becomes scarce. Transactional messages never wait for money.',
    none: 'No budgets yet',
    noneLead:
      'A budget limits what messages and incentives may take in a week, a month, a quarter or a campaign. Choices weigh its price; when it is spent, messages under it are skipped with the reason.',
    add: 'Write a budget',
    all: 'All budget documents',
    per: { week: 'a week', month: 'a month', quarter: 'a quarter', campaign: 'for the campaign' },
    spent: 'Spent',
    reserved: 'Reserved',
    left: 'Left',
    pace: 'Pace',
    paceOf: (times: string) => `${times} × the time gone by`,
    noPace: 'the period has just begun',
    price: 'Price of its money',
    priceOf: (price: string) => `one unit must bring ${price} beyond itself`,
    reckoned: 'Price reckoned',
    forecast: 'At the end',
    empty: 'Empty',
    closed: 'Closed now',
    lasts: 'Lasts',
    runsOut: 'Runs out early',
    messages: 'Messages',
    costs: 'Cost of a message',
    covers: 'Covers',
    coversCosts: 'costs of messages',
    coversIncentives: 'incentives',
    channels: 'channels',
    everything: 'every channel and journey',
    ends: 'When it is spent',
    endsHow: 'Messages under it are skipped with the reason that the budget is spent, until the next period begins.',
    edit: 'Edit',
    elapsed: (share: string) => `${share} of the time is over`,
  },
  {
    de: {
      lead: 'Geld, das Marketing ausgeben darf, wie schnell es geht und was gewählt wird, wenn es knapp wird. Transaktionsnachrichten warten nie auf Geld.',
      none: 'Noch keine Budgets',
      noneLead:
        'Ein Budget begrenzt, was Nachrichten und Anreize in einer Woche, einem Monat, einem Quartal oder einer Kampagne kosten dürfen. Entscheidungen wägen seinen Preis; ist es verbraucht, werden Nachrichten darunter mit dem Grund ausgelassen.',
      add: 'Budget anlegen',
      all: 'Alle Budget-Dokumente',
      per: { week: 'pro Woche', month: 'pro Monat', quarter: 'pro Quartal', campaign: 'für die Kampagne' },
      spent: 'Ausgegeben',
      reserved: 'Zurückgelegt',
      left: 'Übrig',
      pace: 'Tempo',
      paceOf: (times) => `${times} × die vergangene Zeit`,
      noPace: 'der Zeitraum hat gerade begonnen',
      price: 'Preis seines Geldes',
      priceOf: (price) => `eine Einheit muss ${price} über sich hinaus bringen`,
      reckoned: 'Preis berechnet',
      forecast: 'Am Ende',
      empty: 'Leer',
      closed: 'Jetzt geschlossen',
      lasts: 'Reicht',
      runsOut: 'Vorzeitig leer',
      messages: 'Nachrichten',
      costs: 'Kosten einer Nachricht',
      covers: 'Umfasst',
      coversCosts: 'Kosten von Nachrichten',
      coversIncentives: 'Anreize',
      channels: 'Kanäle',
      everything: 'jeden Kanal und jede Journey',
      ends: 'Wenn es verbraucht ist',
      endsHow: 'Nachrichten darunter werden mit dem Grund ausgelassen, dass das Budget verbraucht ist, bis der nächste Zeitraum beginnt.',
      edit: 'Bearbeiten',
      elapsed: (share) => `${share} der Zeit sind vergangen`,
    },
  },
)

/** What each budget has spent and reserved, how fast, and when it will be empty. */
export function BudgetList() {
  const say = useWords(WORDS)
  const all = useWords(MODEL_WORDS)
  const may = useMay('reports:read')
  const budgets = useRead(ListBudgets, {}, { every: 15_000, enabled: may })
  return (
    <Page title={all.areas.budgets} lead={say.lead} actions={<ButtonLink href={toDocuments('budget')}>{say.all}</ButtonLink>}>
      <Areas current="budgets" />
      {may ? (
        <Loaded query={budgets} lines={5}>
          {(data) =>
            data.budgets.length === 0 ? (
              <Card>
                <Empty
                  icon={<Wallet size={20} aria-hidden="true" />}
                  title={say.none}
                  action={
                    <ButtonLink look="primary" href={toDocuments('budget')}>
                      {say.add}
                    </ButtonLink>
                  }
                >
                  {say.noneLead}
                </Empty>
              </Card>
            ) : (
              <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 lg:grid-cols-2">
                {data.budgets.map((each) => (
                  <OneBudget key={each.budget.id} standing={each} />
                ))}
              </div>
            )
          }
        </Loaded>
      ) : (
        <NoPermission needs="reports:read" />
      )}
    </Page>
  )
}

function toneOf({ period, left, forecast }: BudgetStanding): readonly [Tone, 'closed' | 'empty' | 'runsOut' | 'lasts'] {
  if (!period.open) return ['neutral', 'closed']
  if (left <= 0) return ['bad', 'empty']
  return forecast.emptyAt === null ? ['ok', 'lasts'] : ['warn', 'runsOut']
}

function OneBudget({ standing }: { standing: BudgetStanding }) {
  const say = useWords(WORDS)
  const language = useLanguage()
  const { budget, period, spent, reserved, left, pace, price, reckoned, forecast, messages, costs } = standing
  const money = (value: number): string => `${amount(value)} ${budget.currency}`
  const [tone, word] = toneOf(standing)
  const share = (value: number): number => Math.min(100, Math.max(0, (value / budget.amount) * 100))
  const covers = [budget.covers.costs ? say.coversCosts : '', budget.covers.incentives ? say.coversIncentives : '']
    .filter(Boolean)
    .join(', ')
  const channels = budget.covers.channels?.join(', ')
  return (
    <Card title={budget.name ?? budget.id} aside={<Chip tone={tone}>{say[word]}</Chip>}>
      <p className="text-display num">
        {amount(left)} <span className="text-dense font-normal text-ink-3">{`${budget.currency} · ${say.left}`}</span>
      </p>
      <p className="mb-3 text-pretty text-ink-2">{standing.sentence}</p>
      <div aria-hidden="true" className="relative mb-1 flex h-3 overflow-hidden rounded-pill bg-sunken">
        <span className="h-full bg-accent" style={{ width: `${share(spent)}%` }} />
        <span className="h-full bg-warn" style={{ width: `${Math.min(share(reserved), 100 - share(spent))}%` }} />
        <span className="absolute top-0 h-full w-0.5 bg-ink" style={{ left: `${period.elapsed * 100}%` }} />
      </div>
      <p className="mb-4 text-meta text-ink-3">{say.elapsed(percent(period.elapsed, 0))}</p>
      <Facts
        rows={[
          [say.spent, `${money(spent)} / ${money(budget.amount)} ${say.per[budget.per]}`],
          [say.reserved, money(reserved)],
          [say.pace, pace === null ? say.noPace : say.paceOf(decimal(pace, 2))],
          [say.forecast, money(forecast.spent)],
          ...(forecast.emptyAt === null ? [] : ([[say.empty, <Moment key="empty" at={forecast.emptyAt} exact />]] as const)),
          [say.price, say.priceOf(decimal(price, 2))],
          ...(reckoned === null ? [] : ([[say.reckoned, <Moment key="at" at={reckoned.at} />]] as const)),
          [say.messages, count(messages)],
          ...Object.entries(costs).map(
            ([channel, cost]) => [`${say.costs}, ${channelNamed(channel, language)}`, `${decimal(cost, 4)} ${budget.currency}`] as const,
          ),
          [say.covers, `${covers}; ${channels ?? ''}${budget.covers.journeys ? ' ' : channels ? '' : say.everything}`],
          ...(budget.covers.journeys
            ? ([
                [
                  '',
                  <span key="journeys" className="flex flex-wrap gap-x-2">
                    {budget.covers.journeys.map((id) => (
                      <Link key={id} href={toJourney(id)}>
                        {id}
                      </Link>
                    ))}
                  </span>,
                ],
              ] as const)
            : []),
          [say.ends, say.endsHow],
        ]}
      />
      <p className="mt-3 text-dense">
        <Link href={toDocument('budget', budget.id)}>{say.edit}</Link>
      </p>
    </Card>
  )
}
