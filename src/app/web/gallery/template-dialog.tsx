import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { Check, X } from 'lucide-react'
import { places, title } from '#journeys/lanes.ts'
import { MiniCanvas } from '#journeys/ui/mini-canvas.tsx'
import { Button } from '#kit/button.tsx'
import { Chip } from '#kit/chip.tsx'
import { Dialog } from '#kit/dialog.tsx'
import { toJourney } from '#kit/paths.ts'
import { ErrorView } from '#kit/states.tsx'
import { notify } from '#kit/toast.tsx'
import { channelsIn, type Template } from './card.tsx'
import { makeDrafts, needsOfTemplate, type WorkspaceData } from './drafts.ts'
import { useGalleryWords } from './words.ts'

interface TemplateDialogProps {
  readonly template: Template
  readonly data: WorkspaceData | undefined
  readonly writes: boolean
  readonly onClose: () => void
}

/** A template before it is used: its steps, its data with what is missing, and what will be made. */
export function TemplateDialog({ template, data, writes, onClose }: TemplateDialogProps) {
  const say = useGalleryWords()
  const router = useRouter()
  const client = useQueryClient()
  const { journey } = template
  const name = journey.name ?? journey.id
  const needs = needsOfTemplate(template)
  const make = useMutation({
    mutationFn: (known: WorkspaceData) => makeDrafts(template, known),
    onSuccess: async ({ id, drafts }) => {
      await client.invalidateQueries()
      notify(say.made(drafts))
      router.history.push(toJourney(id))
    },
  })
  return (
    <Dialog title={name} open onClose={onClose} wide>
      <div className="flex flex-col gap-4">
        {make.isError && <ErrorView error={make.error} />}
        <p className="text-ink-2">{journey.description}</p>
        <p className="flex flex-wrap gap-1.5">
          {channelsIn(journey).map((each) => (
            <Chip key={each}>{each}</Chip>
          ))}
          <Chip>{say.goal(journey.goal.event)}</Chip>
        </p>
        <div className="grid gap-4 sm:grid-cols-2">
          <div className="h-64 rounded-card bg-sunken p-3">
            <MiniCanvas journey={journey} label={say.shape(name, places(journey.steps).length)} />
          </div>
          <ol className="flex list-decimal flex-col gap-1 pl-5 text-dense">
            {places(journey.steps).map(({ step }) => (
              <li key={step.id}>{title(step)}</li>
            ))}
          </ol>
        </div>
        {data && (
          <div className="grid gap-4 sm:grid-cols-2">
            <section>
              <h3 className="mb-1 font-semibold">{say.needs}</h3>
              <ul className="flex flex-col gap-1 text-dense">
                {needs.events.map((each) => (
                  <Need key={each} text={say.event(each)} there={data.events.has(each)} missing={say.missing} />
                ))}
                {needs.attributes.map((each) => (
                  <Need key={each} text={say.attribute(each)} there={data.attributes.has(each)} missing={say.missingAttribute} />
                ))}
              </ul>
            </section>
            <section>
              <h3 className="mb-1 font-semibold">{say.brings}</h3>
              <ul className="flex flex-col gap-1 text-dense">
                {template.documents.map(({ kind, id }) => (
                  <li key={`${kind} ${id}`}>
                    <code>{id}</code>{' '}
                    <span className="text-ink-3">
                      {kind}, {kind !== 'journey' && data.documents.has(`${kind} ${id}`) ? say.bringsOld : say.bringsNew}
                    </span>
                  </li>
                ))}
              </ul>
            </section>
          </div>
        )}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{say.close}</Button>
          {writes && data && (
            <Button look="primary" busy={make.isPending} onClick={() => make.mutate(data)}>
              {say.use}
            </Button>
          )}
        </div>
      </div>
    </Dialog>
  )
}

function Need({ text, there, missing }: { text: string; there: boolean; missing: string }) {
  const say = useGalleryWords()
  const Icon = there ? Check : X
  return (
    <li className="flex items-start gap-1.5">
      <Icon size={15} aria-hidden="true" className={`mt-0.5 shrink-0 ${there ? 'text-ok' : 'text-warn'}`} />
      <span>
        {text} <span className="text-ink-3">{there ? say.there : missing}</span>
      </span>
    </li>
  )
}
