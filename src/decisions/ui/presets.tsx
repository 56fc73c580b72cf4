import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Sparkles } from 'lucide-react'
import { useState } from 'react'
import { call, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Chip } from '#kit/chip.tsx'
import { Select } from '#kit/field.tsx'
import { plural } from '#kit/format.ts'
import { useMay } from '#kit/me.ts'
import { Card } from '#kit/page.tsx'
import { Empty, ErrorView, Loaded } from '#kit/states.tsx'
import { useWords, words } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { PublishDraft } from '#workspaces/documents/api.ts'
import { DraftPreset, ListPresets } from '../presets/api.ts'
import { ModelKind } from './model-state.tsx'

const WORDS = words(
  {
    begin: 'Models to begin with',
    none: 'No models yet',
    noneLead:
      'A model learns from your events: who is about to buy or to leave, which message helps whom, at which hour people read. Until it knows something, journeys go on as they do without it. Begin with those of your industry.',
    industry: 'Industry',
    until: 'Until then:',
    there: 'There already',
    all: 'All of them are there.',
    publish: (n: number) => `Publish ${plural(n, 'model')}`,
  },
  {
    de: {
      begin: 'Modelle für den Anfang',
      none: 'Noch keine Modelle',
      noneLead:
        'Ein Modell lernt aus Ihren Ereignissen: wer bald kauft oder geht, welche Nachricht wem hilft, zu welcher Stunde gelesen wird. Bis es etwas weiß, laufen Journeys wie ohne es. Beginnen Sie mit denen Ihrer Branche.',
      industry: 'Branche',
      until: 'Bis dahin:',
      there: 'Schon vorhanden',
      all: 'Alle sind vorhanden.',
      publish: (n) => `${n} ${n === 1 ? 'Modell' : 'Modelle'} veröffentlichen`,
    },
  },
)

type Preset = OutputOf<typeof ListPresets>['presets'][number]

const shareThere = ({ models }: Preset): number => models.filter(({ there }) => there).length / models.length
/** The industry whose models are here already for the most part; the first where none are. */
const nearest = (presets: readonly Preset[]): Preset => presets.reduce((best, each) => (shareThere(each) > shareThere(best) ? each : best))

/** Models to begin with. `first`: there is no model yet, so it says what models are. */
export function Presets({ first }: { first: boolean }) {
  const say = useWords(WORDS)
  const presets = useRead(ListPresets, {})
  const [chosen, setChosen] = useState('')
  return (
    <Loaded query={presets} lines={4}>
      {(data) => {
        const preset = data.presets.find(({ industry }) => industry === chosen) ?? nearest(data.presets)
        return (
          <Card title={first ? undefined : say.begin} flush>
            {first && (
              <Empty icon={<Sparkles size={20} aria-hidden="true" />} title={say.none}>
                {say.noneLead}
              </Empty>
            )}
            <div className="px-4 pt-3">
              <Select
                label={say.industry}
                value={preset.industry}
                onChange={setChosen}
                choices={data.presets.map(({ industry, name }) => ({ value: industry, label: name }))}
              />
              <p className="mt-2 text-ink-2">{preset.about}</p>
            </div>
            <Models preset={preset} />
          </Card>
        )
      }}
    </Loaded>
  )
}

function Models({ preset }: { preset: Preset }) {
  const say = useWords(WORDS)
  const may = useMay('publish')
  const client = useQueryClient()
  const missing = preset.models.filter(({ there }) => !there)
  const begin = useMutation({
    mutationFn: async () => {
      const { drafts } = await call(DraftPreset, { industry: preset.industry })
      for (const { kind, id, hash } of drafts) await call(PublishDraft, { kind, id, hash })
    },
    onSettled: () => client.invalidateQueries(),
  })
  return (
    <>
      <ul className="mt-2 border-t border-line">
        {preset.models.map((model) => (
          <li key={model.id} className="flex flex-wrap items-start gap-x-4 gap-y-1 border-b border-line px-4 py-3">
            <div className="min-w-0 flex-1 basis-72">
              <p className="font-medium">
                {model.name}{' '}
                <span className="text-meta font-normal text-ink-3">
                  <ModelKind type={model.type} />
                </span>
              </p>
              <p className="text-ink-2">{model.description || model.does}</p>
              {!model.there && (
                <p className="text-dense text-ink-3">
                  {say.until} {model.until} {model.needs}
                </p>
              )}
            </div>
            {model.there && <Chip>{say.there}</Chip>}
          </li>
        ))}
      </ul>
      <div className="flex flex-col gap-3 p-4">
        {begin.isError && <ErrorView error={begin.error} />}
        {missing.length === 0 ? (
          <p className="text-ink-2">{say.all}</p>
        ) : may ? (
          <div>
            <Button look="primary" busy={begin.isPending} onClick={() => begin.mutate()}>
              {say.publish(missing.length)}
            </Button>
          </div>
        ) : null}
      </div>
    </>
  )
}
