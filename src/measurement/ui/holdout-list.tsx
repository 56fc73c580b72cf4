import { UserMinus } from 'lucide-react'
import { Holdout } from '#decisions/experiments/schema.ts'
import { useRead } from '#kit/api.ts'
import { Chip } from '#kit/chip.tsx'
import { Link } from '#kit/link.tsx'
import { useMay } from '#kit/me.ts'
import { Card, Facts, Page } from '#kit/page.tsx'
import { EXPERIMENTS, toExperiment, toHoldoutSettings } from '#kit/paths.ts'
import { Empty, Loaded } from '#kit/states.tsx'
import { useWords } from '#kit/words.ts'
import { ExportDocuments, ListDocuments } from '#workspaces/documents/api.ts'
import { type HoldoutLine, ListHoldouts } from '../experiments/api.ts'
import { differenceText } from './arms.ts'
import { Begin } from './begin.tsx'
import { EXPERIMENT_WORDS } from './experiment-words.ts'
import { Definitions } from './told.tsx'

/** Hold-outs from all marketing: whom they keep back, what they showed by period, and what that cost. */
export function HoldoutList() {
  const say = useWords(EXPERIMENT_WORDS)
  const may = useMay('documents:read')
  const written = useRead(ExportDocuments, { kind: 'holdout' }, { enabled: may })
  const documents = useRead(ListDocuments, { kind: 'holdout' }, { enabled: may })
  const drafts = documents.data?.documents.filter(({ live }) => live === null) ?? []
  const holdouts = useRead(ListHoldouts, {})
  const authored = written.data?.documents.map(({ body }) => Holdout.parse(body)) ?? []
  return (
    <Page
      title={say.holdouts}
      up={{ label: say.experiments, href: EXPERIMENTS }}
      lead={say.holdoutsLead}
      actions={<Begin kind="holdout" label={say.freshHoldout} to={toHoldoutSettings} />}
    >
      <Loaded query={holdouts} lines={5}>
        {({ holdouts: periods, definitions }) => {
          const ids = [...new Set([...authored.map(({ id }) => id), ...periods.map(({ id }) => id)])]
          return (
            <div className="flex flex-col gap-4">
              {ids.length === 0 && drafts.length === 0 && (
                <Card>
                  <Empty icon={<UserMinus size={20} aria-hidden="true" />} title={say.noHoldouts}>
                    {say.noHoldoutsWhy}
                  </Empty>
                </Card>
              )}
              {ids.map((id) => (
                <One
                  key={id}
                  id={id}
                  holdout={authored.find((each) => each.id === id)}
                  periods={periods.filter((each) => each.id === id)}
                />
              ))}
              {drafts.map(({ id, name }) => (
                <Card key={id}>
                  <p className="flex items-center justify-between gap-3">
                    <Link href={toHoldoutSettings(id)}>{name || id}</Link>
                    <Chip dashed>{say.draft}</Chip>
                  </p>
                </Card>
              ))}
              {ids.length > 0 && <Definitions definitions={definitions} />}
            </div>
          )
        }}
      </Loaded>
    </Page>
  )
}

function One({ id, holdout, periods }: { id: string; holdout: Holdout | undefined; periods: readonly HoldoutLine[] }) {
  const say = useWords(EXPERIMENT_WORDS)
  const { channels = [], topics = [] } = holdout?.covers ?? {}
  return (
    <Card title={holdout?.name ?? periods[0]?.name ?? id} flush aside={holdout && <Link href={toHoldoutSettings(id)}>{say.settings}</Link>}>
      {holdout && (
        <p className="border-b border-line px-4 py-3 text-ink-2">
          {[say.shareOf(holdout.share), say.rotation[holdout.rotate], say.covers(channels.join(', '), topics.join(', '))].join(' · ')}
        </p>
      )}
      {periods.length === 0 && <p className="p-4 text-ink-2">{say.noPeriod}</p>}
      <ul>
        {periods.map((line) => (
          <Period key={line.period} line={line} />
        ))}
      </ul>
    </Card>
  )
}

function Period({ line: { period, key, share, people, sentence, value } }: { line: HoldoutLine }) {
  const say = useWords(EXPERIMENT_WORDS)
  const told = (of: { readonly estimate: number; readonly low: number; readonly high: number }, currency: string): string =>
    `${`${differenceText(of.estimate, 'number')} ${currency}`.trim()} (${say.range(differenceText(of.low, 'number'), differenceText(of.high, 'number'))})`
  return (
    <li className="border-b border-line px-4 py-3 last:border-0">
      <p className="flex flex-wrap items-baseline gap-x-3">
        <Link href={toExperiment(key)} className="font-medium">
          {period || say.experiment}
        </Link>
        <span className="text-meta text-ink-3 num">{say.heldOutLine(share, people.heldOut, people.treated)}</span>
      </p>
      <p className="mt-1 mb-2 max-w-[90ch] text-pretty text-ink-2">{value?.[0]?.sentence ?? sentence}</p>
      {value?.map((each) => (
        <div key={each.metric} className="mt-3">
          <p className="mb-1 text-dense font-medium">{each.name}</p>
          <Facts
            rows={[
              [say.perPerson, told(each.perPerson, each.currency)],
              [say.brought, told(each.programme, each.currency)],
              [say.forgone, told(each.forgone, each.currency)],
            ]}
          />
        </div>
      ))}
    </li>
  )
}
