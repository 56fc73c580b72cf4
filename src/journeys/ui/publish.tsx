import { useMutation, useQueryClient } from '@tanstack/react-query'
import { TriangleAlert } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import type { z } from 'zod'
import { call, useRead } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { count, plural, stamp } from '#kit/format.ts'
import { ErrorView, Loaded } from '#kit/states.tsx'
import { PublishDraft } from '#workspaces/documents/api.ts'
import type { InFlight } from '#workspaces/documents/in-flight.ts'
import { JourneyImpact } from '../api.ts'
import { consequenceWords } from '../impact-words.ts'

const Dialog = lazy(() => import('#kit/dialog.tsx').then((module) => ({ default: module.Dialog })))

type Impact = z.output<typeof JourneyImpact.output>

interface Draft {
  readonly id: string
  /** Of the draft that is shown. */
  readonly hash: string
}

/** Makes the draft live: first what happens to the people inside, then the publish with the token of that preview. */
export function PublishButton({ id, hash }: Draft) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button look="primary" onClick={() => setOpen(true)}>
        Publish…
      </Button>
      <Suspense>{open && <PublishDialog id={id} hash={hash} onClose={() => setOpen(false)} />}</Suspense>
    </>
  )
}

function PublishDialog({ id, hash, onClose }: Draft & { onClose: () => void }) {
  const client = useQueryClient()
  const [along, setAlong] = useState(false)
  const [map, setMap] = useState<Readonly<Record<string, string | null>>>({})
  const inFlight: InFlight = !along ? { kind: 'pin' } : Object.keys(map).length > 0 ? { kind: 'migrate', map } : { kind: 'follow' }
  const impact = useRead(JourneyImpact, { id, inFlight }, { keep: true })
  const publish = useMutation({
    mutationFn: (token: string) => call(PublishDraft, { kind: 'journey', id, hash, inFlight, impact: token }),
    onSuccess: async () => {
      await client.invalidateQueries()
      onClose()
    },
    // Who stands where has changed: the preview is made anew.
    onError: () => void impact.refetch(),
  })
  return (
    <Dialog title="Publish this draft" open onClose={onClose} wide>
      <div className="flex flex-col gap-4">
        {publish.isError && <ErrorView error={publish.error} />}
        <fieldset className="flex flex-col gap-2">
          <legend className="mb-1 text-dense font-medium">People who are inside now</legend>
          <Choice
            checked={!along}
            onChoose={() => setAlong(false)}
            title="finish on the version that they are on"
            text="Nothing changes for them. New people get the new version."
          />
          <Choice
            checked={along}
            onChoose={() => setAlong(true)}
            title="go on with the new version"
            text="They stand on the step of the same name. A shorter wait counts from when it began; a message on its way leaves as it is."
          />
        </fieldset>
        <Loaded query={impact} lines={4}>
          {(shown) => (
            <>
              {along && <Places shown={shown} map={map} onMap={setMap} />}
              <Preview shown={shown} />
              <div className="flex flex-wrap items-center justify-end gap-2">
                <Button onClick={onClose}>Cancel</Button>
                <Button
                  look="primary"
                  busy={publish.isPending || impact.isPlaceholderData}
                  disabled={along && shown.problems.length > 0}
                  className="disabled:opacity-60"
                  onClick={() => publish.mutate(shown.token)}
                >
                  Publish version {shown.next}
                </Button>
              </div>
            </>
          )}
        </Loaded>
      </div>
    </Dialog>
  )
}

function Choice({ checked, onChoose, title, text }: { checked: boolean; onChoose: () => void; title: string; text: string }) {
  return (
    <label className="flex items-start gap-2 rounded-card border border-line p-3 has-checked:border-line-strong has-checked:bg-sunken">
      <input type="radio" name="in-flight" checked={checked} onChange={onChoose} className="mt-1" />
      <span>
        <span className="block font-medium">{title}</span>
        <span className="block text-dense text-ink-2">{text}</span>
      </span>
    </label>
  )
}

type Map_ = Readonly<Record<string, string | null>>
const LEAVE = '@leave'

/** The steps that are no more: where who stands on them goes on. */
function Places({ shown, map, onMap }: { shown: Impact; map: Map_; onMap: (map: Map_) => void }) {
  if (shown.unmapped.length === 0) return null
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 text-dense font-medium">Steps that the new version does not have</legend>
      {shown.unmapped.map((step) => (
        <label key={step} className="flex flex-wrap items-center justify-between gap-2 text-dense">
          <span>
            Who stands on <code>{step}</code>
          </span>
          <select
            value={map[step] === undefined ? '' : (map[step] ?? LEAVE)}
            onChange={({ target: { value } }) => {
              const { [step]: _, ...others } = map
              onMap(value === '' ? others : { ...others, [step]: value === LEAVE ? null : value })
            }}
            className="h-9 max-w-72 truncate rounded-input border border-line-strong bg-surface px-2 text-ink pointer-coarse:h-11"
          >
            <option value="">choose…</option>
            <option value={LEAVE}>leaves the journey</option>
            {shown.places.map((place) => (
              <option key={place.step} value={place.step}>
                goes on at {place.title} ({place.step})
              </option>
            ))}
          </select>
        </label>
      ))}
    </fieldset>
  )
}

function Preview({ shown }: { shown: Impact }) {
  if (shown.people === 0) return <p className="text-ink-2">Nobody is inside now.</p>
  const sampled = shown.groups.some(({ people, looked }) => looked < people)
  return (
    <div className="flex flex-col gap-2" aria-live="polite">
      <p className="font-medium">{plural(shown.people, 'person', 'people')} inside</p>
      <div className="rounded-card border border-line">
        <table className="w-full border-collapse text-dense">
          <caption className="sr-only">People inside by step, and what publishing does to them</caption>
          <thead>
            <tr className="border-b border-line text-left text-meta text-ink-3">
              <th scope="col" className="w-2/5 px-3 py-2 font-medium sm:w-1/3">
                They stand on
              </th>
              <th scope="col" className="px-3 py-2 text-right font-medium">
                People
              </th>
              <th scope="col" className="px-3 py-2 font-medium">
                and
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.groups.map((group) => (
              <tr key={`${group.version} ${group.step}`} className="border-b border-line align-top last:border-0">
                <th scope="row" className="px-3 py-2 text-left font-normal">
                  {group.title}
                  <span className="block text-meta text-ink-3">
                    {group.step}, version {group.version}
                  </span>
                </th>
                <td className="px-3 py-2 text-right num">{count(group.people)}</td>
                <td className="px-3 py-2">
                  <ul>
                    {group.consequences.map((each) => (
                      <li key={`${each.kind} ${each.to} ${each.what}`}>
                        <span className="num">{count(each.people)}</span> {consequenceWords(each, stamp)}
                      </li>
                    ))}
                  </ul>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {sampled && <p className="text-meta text-ink-3">Of large groups a thousand people were looked at; the shares are scaled up.</p>}
      {shown.outOfReach.length > 0 && (
        <p className="flex items-start gap-2 text-dense text-warn">
          <TriangleAlert size={15} aria-hidden="true" className="mt-0.5 shrink-0" />
          Nobody who is inside will come by these new steps: {shown.outOfReach.join(', ')}.
        </p>
      )}
      {shown.problems.map((problem) => (
        <p key={problem.title} className="text-dense text-bad">
          {problem.title}. {problem.detail}
        </p>
      ))}
    </div>
  )
}
