import { Check, X } from 'lucide-react'
import { channelWord } from '#channels/words.ts'
import type { ListGallery } from '#journeys/gallery-api.ts'
import { places } from '#journeys/lanes.ts'
import type { Journey } from '#journeys/schema.ts'
import { waysOf } from '#journeys/sends.ts'
import { MiniCanvas } from '#journeys/ui/mini-canvas.tsx'
import { Chip } from '#kit/chip.tsx'
import { language } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { lacking, needsOfTemplate, type WorkspaceData } from './drafts.ts'
import { useGalleryWords } from './words.ts'

export type Template = Omit<OutputOf<typeof ListGallery>['templates'][number], 'journey'> & { readonly journey: Journey }

export const channelsIn = (journey: Journey): readonly string[] => [
  ...new Set(places(journey.steps).flatMap(({ step }) => waysOf(step).map(({ channel }) => channelWord(channel, language())))),
]

interface GalleryCardProps {
  readonly template: Template
  readonly data: WorkspaceData | undefined
  readonly onOpen: () => void
}

/** A template at a glance: its shape, what it is for, by which channels, whether its data is there. */
export function GalleryCard({ template, data, onOpen }: GalleryCardProps) {
  const say = useGalleryWords()
  const { journey } = template
  const name = journey.name ?? journey.id
  return (
    <li className="relative flex flex-col overflow-hidden rounded-card border border-line bg-surface hover:border-line-strong has-[button:focus-visible]:outline-2 has-[button:focus-visible]:outline-focus">
      <div className="h-44 border-b border-line bg-sunken p-3">
        <MiniCanvas journey={journey} label={say.shape(name, places(journey.steps).length)} />
      </div>
      <div className="flex flex-1 flex-col gap-2 p-4">
        <h3 className="text-h3">
          <button
            type="button"
            aria-label={say.previewOf(name)}
            onClick={onOpen}
            className="text-left outline-none after:absolute after:inset-0 after:content-[''] hover:underline"
          >
            {name}
          </button>
        </h3>
        <p className="flex-1 text-dense text-ink-2">{journey.description}</p>
        <p className="flex flex-wrap gap-1.5">
          {channelsIn(journey).map((each) => (
            <Chip key={each}>{each}</Chip>
          ))}
          <Chip>{say.goal(journey.goal.event)}</Chip>
        </p>
        {data && <DataLine template={template} data={data} />}
      </div>
    </li>
  )
}

function DataLine({ template, data }: { template: Template; data: WorkspaceData }) {
  const say = useGalleryWords()
  const { all, missing } = lacking(needsOfTemplate(template), data)
  const Icon = missing === 0 ? Check : X
  return (
    <p className={`flex items-center gap-1.5 text-dense ${missing === 0 ? 'text-ok' : 'text-warn'}`}>
      <Icon size={15} aria-hidden="true" />
      {missing === 0 ? say.allThere(all) : say.someMissing(missing)}
    </p>
  )
}
