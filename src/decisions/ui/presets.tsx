import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Sparkles } from 'lucide-react'
import { useState } from 'react'
import { call, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Chip } from '#kit/chip.tsx'
import { Select } from '#kit/field.tsx'
import { plural } from '#kit/format.ts'
import { Card } from '#kit/page.tsx'
import { Empty, ErrorView, Loaded } from '#kit/states.tsx'
import type { OutputOf } from '#lib/action.ts'
import { PublishDraft } from '#workspaces/documents/api.ts'
import { DraftPreset, ListPresets } from '../presets/api.ts'
import { TYPE_WORDS } from './model-state.tsx'

type Preset = OutputOf<typeof ListPresets>['presets'][number]

/** Models to begin with. `first`: there is no model yet, so it says what models are. */
export function Presets({ first }: { first: boolean }) {
  const presets = useRead(ListPresets, {})
  const [chosen, setChosen] = useState('shop')
  return (
    <Loaded query={presets} lines={4}>
      {(data) => {
        const preset = data.presets.find(({ industry }) => industry === chosen) ?? data.presets[0]!
        return (
          <Card title={first ? undefined : 'Models to begin with'} flush>
            {first && (
              <Empty icon={<Sparkles size={20} aria-hidden="true" />} title="No models yet">
                A model learns from your events: who is about to buy or to leave, which message helps whom, at which hour people read. Until
                it knows something, journeys go on as they do without it. Begin with those of your industry.
              </Empty>
            )}
            <div className="px-4 pt-3">
              <Select
                label="Industry"
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
                {model.name} <span className="text-meta font-normal text-ink-3">{TYPE_WORDS[model.type] ?? model.type}</span>
              </p>
              <p className="text-ink-2">{model.description || model.does}</p>
              {!model.there && (
                <p className="text-dense text-ink-3">
                  Until then: {model.until} {model.needs}
                </p>
              )}
            </div>
            {model.there && <Chip>There already</Chip>}
          </li>
        ))}
      </ul>
      <div className="flex flex-col gap-3 p-4">
        {begin.isError && <ErrorView error={begin.error} />}
        {missing.length === 0 ? (
          <p className="text-ink-2">All of them are there.</p>
        ) : (
          <div>
            <Button look="primary" busy={begin.isPending} onClick={() => begin.mutate()}>
              Publish {plural(missing.length, 'model')}
            </Button>
          </div>
        )}
      </div>
    </>
  )
}
