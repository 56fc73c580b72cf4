import { type UseMutationResult, useMutation, useQueryClient } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { z } from 'zod'
import { RequestApproval as Ask, type Assessment, GetApproval } from '#approvals/api.ts'
import { RequestApproval } from '#approvals/ui/request.tsx'
import { call, Refused, useRead } from '#kit/api.ts'
import { Button, ButtonLink } from '#kit/button.tsx'
import { Copy } from '#kit/copy.tsx'
import { Dialog } from '#kit/dialog.tsx'
import { useMay } from '#kit/me.ts'
import { toApproval, toJourney } from '#kit/paths.ts'
import { ErrorView, Loaded, Skeleton } from '#kit/states.tsx'
import { useWords } from '#kit/words.ts'
import { GetDocument, PublishDraft } from '#workspaces/documents/api.ts'
import type { InFlight } from '#workspaces/documents/in-flight.ts'
import { JourneyImpact } from '../api.ts'
import { goesOutToMany } from '../entries/schema.ts'
import { deedOf, roadOf } from '../road.ts'
import type { Journey } from '../schema.ts'
import { type Done, Published } from './publish-done.tsx'
import { Choice, type Impact, type Mapped, Places, Preview } from './publish-impact.tsx'
import { Road } from './publish-road.tsx'
import { useStations } from './publish-stations.tsx'
import { PUBLISH_WORDS as WORDS } from './publish-words.ts'
import { useChanged } from './what-changed.ts'

interface PublishDialogProps {
  readonly id: string
  /** Of the draft that is shown. */
  readonly hash: string
  readonly onClose: () => void
}

/** From the draft to being live: what is done, what happens to the people inside, who has to agree; then the publish, exactly as previewed. */
export function PublishDialog(props: PublishDialogProps) {
  const { id, hash, onClose } = props
  const say = useWords(WORDS)
  const client = useQueryClient()
  const [way, setWay] = useState<{ along: boolean; map: Mapped }>({ along: false, map: {} })
  const [asking, setAsking] = useState(false)
  const [done, setDone] = useState<Done>()
  const inFlight = useMemo((): InFlight => wishOf(way), [way])
  const wanted = useMemo(
    () => ({ kind: 'publish' as const, drafts: [{ kind: 'journey', id }], inFlight: { [id]: inFlight } }),
    [id, inFlight],
  )
  const document = useRead(GetDocument, { kind: 'journey', id })
  const impact = useRead(JourneyImpact, { id, inFlight }, { keep: true })
  const told = useRead(Ask, { wanted, dryRun: true }, { keep: true })
  const publish = useMutation({
    mutationFn: (given: Done & { token: string }) => call(PublishDraft, { kind: 'journey', id, hash, inFlight, impact: given.token }),
    onSuccess: (_, { token: _token, ...given }) => setDone(given),
    onError: (error) => {
      // Somebody else has to agree meanwhile: that is asked for, not only said.
      if (error instanceof Refused && error.failure.code === 'approval.needed') setAsking(true)
      // Who stands where has changed: the preview is made anew.
      void impact.refetch()
      void told.refetch()
    },
  })
  // The page behind may drop its button with the draft: it learns of the publish when this closes.
  const close = () => {
    onClose()
    if (done) void client.invalidateQueries()
  }
  const note = useChanged(document.data)
  const name = String(document.data?.draft?.body['name'] ?? id)
  if (asking)
    return <RequestApproval wanted={wanted} title={say.requestOf(name)} note={note} onAsked={onClose} onClose={() => setAsking(false)} />
  return (
    <Dialog title={done ? say.done : say.title} open onClose={close} wide>
      {done ? (
        <Published id={id} done={done} onClose={close} />
      ) : (
        <Loaded query={document} lines={5}>
          {(written) => (
            <Loaded query={told} lines={5}>
              {(assessed) => (
                <Loaded query={impact} lines={5}>
                  {(shown) => (
                    <Way
                      {...props}
                      journey={written.draft?.body as unknown as Journey | undefined}
                      live={written.live}
                      changed={note}
                      told={assessed}
                      shown={shown}
                      fresh={!impact.isPlaceholderData && !told.isPlaceholderData}
                      way={way}
                      onWay={setWay}
                      publish={publish}
                      onAsk={() => setAsking(true)}
                    />
                  )}
                </Loaded>
              )}
            </Loaded>
          )}
        </Loaded>
      )}
    </Dialog>
  )
}

interface WayOn {
  readonly along: boolean
  readonly map: Mapped
}
const wishOf = ({ along, map }: WayOn): InFlight =>
  !along ? { kind: 'pin' } : Object.keys(map).length > 0 ? { kind: 'migrate', map } : { kind: 'follow' }

interface WayProps extends PublishDialogProps {
  /** The draft; undefined: it was thrown away meanwhile. */
  readonly journey: Journey | undefined
  readonly live: number | null
  readonly changed: string
  readonly told: z.output<typeof Assessment>
  readonly shown: Impact
  /** What is shown is of the choice that is made. */
  readonly fresh: boolean
  readonly way: WayOn
  readonly onWay: (way: WayOn) => void
  readonly publish: UseMutationResult<unknown, Error, Done & { token: string }>
  readonly onAsk: () => void
}

function Way(props: WayProps) {
  const { id, hash, onClose, journey, live, changed, told, shown, fresh, way, onWay, publish, onAsk } = props
  const { along, map } = way
  const say = useWords(WORDS)
  const many = journey !== undefined && goesOutToMany(journey)
  const mayPublish = useMay('publish')
  const maySend = useMay('send')
  const may = mayPublish && (!many || maySend)
  const request = useRead(GetApproval, { id: told.waiting ?? '' }, { enabled: told.waiting !== null })
  const state = told.waiting === null ? undefined : request.data?.state === 'approved' ? 'approved' : 'open'
  const known = { impossible: along && shown.problems.length > 0, needed: told.needed, request: state, may } as const
  const deed = deedOf(known)
  const { texts, tried } = useStations({
    id,
    hash,
    live,
    changed,
    told,
    shown,
    many,
    along,
    state,
    deed,
    impossible: known.impossible,
    onClose,
  })
  const [reach] = told.evidence.reach.filter(({ journey: of }) => of === id)
  const busy = publish.isPending || !fresh
  const label =
    many && reach
      ? say.publishTo(reach.people)
      : along && shown.people > 0
        ? say.publishAlong(shown.next, shown.people)
        : say.version(shown.next)
  if (told.waiting !== null && request.isPending) return <Skeleton lines={5} />
  return (
    <div className="flex flex-col gap-4">
      {publish.isError && !isNeeded(publish.error) && <ErrorView error={publish.error} />}
      <Road standings={roadOf({ ...known, tried })} texts={texts} />
      {live !== null && (shown.people > 0 || along) && (
        <fieldset className="flex flex-col gap-2 border-t border-line pt-4">
          <legend className="float-left mb-2 w-full text-dense font-medium">{say.inside}</legend>
          <Choice checked={!along} onChoose={() => onWay({ along: false, map })} title={say.pin} text={say.pinMeans} />
          <Choice checked={along} onChoose={() => onWay({ along: true, map })} title={say.along} text={say.alongMeans} />
        </fieldset>
      )}
      {along && <Places shown={shown} map={map} onMap={(next) => onWay({ along, map: next })} />}
      {shown.people > 0 && <Preview shown={shown} />}
      <div className="flex flex-wrap items-center justify-end gap-2 border-t border-line pt-4">
        <Button onClick={onClose}>{deed === 'tell' ? say.close : say.cancel}</Button>
        {deed === 'publish' && (
          <Button
            look="primary"
            busy={busy}
            disabled={known.impossible || journey === undefined}
            className="disabled:opacity-60"
            onClick={() => publish.mutate({ token: shown.token, version: shown.next, people: shown.people, along, many })}
          >
            {label}
          </Button>
        )}
        {deed === 'request' && (
          <Button
            look="primary"
            busy={!fresh}
            disabled={known.impossible || journey === undefined}
            className="disabled:opacity-60"
            onClick={onAsk}
          >
            {say.request}
          </Button>
        )}
        {deed === 'open-request' && told.waiting !== null && (
          <ButtonLink look="primary" href={toApproval(told.waiting)} onClick={onClose}>
            {say.openRequest}
          </ButtonLink>
        )}
        {deed === 'tell' && (
          <span className="inline-flex items-center gap-1 text-dense">
            {say.copyLink}
            <Copy text={`${location.origin}${toJourney(id, { view: 'draft' })}`} label={say.copyLink} />
          </span>
        )}
      </div>
    </div>
  )
}

const isNeeded = (error: Error): boolean => error instanceof Refused && error.failure.code === 'approval.needed'
