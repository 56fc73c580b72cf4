import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { call } from '#kit/api.ts'
import { Button } from '#kit/button.tsx'
import { Chip } from '#kit/chip.tsx'
import { Code, Mono } from '#kit/copy.tsx'
import { Dialog } from '#kit/dialog.tsx'
import { bytes, count } from '#kit/format.ts'
import { useMay } from '#kit/me.ts'
import { Card, Facts } from '#kit/page.tsx'
import { ErrorView } from '#kit/states.tsx'
import { Table } from '#kit/table.tsx'
import { Moment } from '#kit/time.tsx'
import { notify } from '#kit/toast.tsx'
import { useWords, words } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import { type GetModel, ListModels, ResetModel, TrainModel } from '../api.ts'
import { ExportPattern } from '../patterns/api.ts'
import { ReadModelReport } from '../report-api.ts'
import { ReadModelActivity } from '../screen-api.ts'
import { ModelState } from './model-state.tsx'
import { MODEL_WORDS } from './model-words.ts'

const WORDS = words(
  {
    train: 'Train now',
    asked: 'It learns as soon as a trainer is free.',
    reset: 'Forget what it learned',
    resetTitle: 'Forget what it has learned',
    resetWhat: (snapshots: number, examples: string) =>
      `The newest snapshot, learned from ${examples} examples, is not asked any more${snapshots > 1 ? ', nor are the ones before it' : ''}. The model begins anew from the events that are kept; until then it does what it did at first. Decisions that were made stay as they are, and no message is sent or taken back. This cannot be undone.`,
    resetDone: 'It begins anew.',
    cancel: 'Keep it',
    version: (n: number) => `Version ${n}`,
    phases: { gathering: 'Gathers examples', fitting: 'Learns', installing: 'Is put in force' },
    outcomes: { installed: 'Learned something new', nothing_new: 'Nothing new to learn from', failed: 'Failed' },
    phase: 'Now',
    idle: 'waits',
    lastLook: 'Last look',
    took: (seconds: string) => `took ${seconds} s`,
    next: 'Next look',
    soon: 'as soon as a trainer is free',
    failures: 'Failures in a row',
    learnedTo: 'Newest example',
    examples: 'Examples',
    waits: 'What it waits for',
    missing: 'Events that have never come in',
    open: (n: string) => `${n} whose time is not over yet`,
    snapshots: 'What it learned, and when',
    serial: 'Snapshot',
    made: 'Made',
    size: 'Size',
    checksum: 'Checksum',
    removed: 'Body removed, report kept',
    resetLine: 'Forgotten here',
    data: 'Report and data',
    report: (n: number) => `Report of snapshot ${n}`,
    none: 'Nothing has been learned yet.',
    onnx: 'Save as ONNX',
    todo: 'To do',
  },
  {
    de: {
      train: 'Jetzt lernen',
      asked: 'Es lernt, sobald ein Trainer frei ist.',
      reset: 'Gelerntes vergessen',
      resetTitle: 'Vergessen, was es gelernt hat',
      resetWhat: (snapshots, examples) =>
        `Der neueste Stand, aus ${examples} Beispielen gelernt, wird nicht mehr gefragt${snapshots > 1 ? ', ebenso wenig die davor' : ''}. Das Modell beginnt neu mit den Ereignissen, die aufbewahrt werden; bis dahin tut es, was es anfangs tat. Getroffene Entscheidungen bleiben, keine Nachricht wird gesendet oder zurückgenommen. Dies lässt sich nicht rückgängig machen.`,
      resetDone: 'Es beginnt neu.',
      cancel: 'Behalten',
      version: (n) => `Version ${n}`,
      phases: { gathering: 'Sammelt Beispiele', fitting: 'Lernt', installing: 'Wird in Kraft gesetzt' },
      outcomes: { installed: 'Hat Neues gelernt', nothing_new: 'Nichts Neues zu lernen', failed: 'Fehlgeschlagen' },
      phase: 'Jetzt',
      idle: 'wartet',
      lastLook: 'Zuletzt nachgesehen',
      took: (seconds) => `dauerte ${seconds} s`,
      next: 'Sieht wieder nach',
      soon: 'sobald ein Trainer frei ist',
      failures: 'Fehlschläge in Folge',
      learnedTo: 'Neuestes Beispiel',
      examples: 'Beispiele',
      waits: 'Worauf es wartet',
      missing: 'Ereignisse, die nie hereinkamen',
      open: (n) => `${n}, deren Zeit noch läuft`,
      snapshots: 'Was es gelernt hat, und wann',
      serial: 'Stand',
      made: 'Erstellt',
      size: 'Größe',
      checksum: 'Prüfsumme',
      removed: 'Inhalt entfernt, Bericht behalten',
      resetLine: 'Hier vergessen',
      data: 'Bericht und Daten',
      report: (n) => `Bericht zu Stand ${n}`,
      none: 'Es wurde noch nichts gelernt.',
      onnx: 'Als ONNX speichern',
      todo: 'Zu tun',
    },
  },
)

type One = OutputOf<typeof GetModel>
type Snapshot = One['snapshots'][number]

const AFTER = [ListModels.name, 'models.get', ReadModelReport.name, ReadModelActivity.name, 'models.arms']

/** Lets a model learn now. */
export function TrainNow({ id }: { id: string }) {
  const say = useWords(WORDS)
  const client = useQueryClient()
  const train = useMutation({
    mutationFn: () => call(TrainModel, { id }),
    onSuccess: () => {
      notify(say.asked)
      void client.invalidateQueries({ predicate: ({ queryKey }) => AFTER.includes(String(queryKey[0])) })
    },
    onError: (error) => notify(error.message),
  })
  return (
    <Button busy={train.isPending} onClick={() => train.mutate()}>
      {say.train}
    </Button>
  )
}

/** Versions as they learn, every snapshot, and what is done about them. */
export function Training({ one }: { one: One }) {
  const say = useWords(WORDS)
  const may = useMay('models:write')
  return (
    <div className="flex flex-col gap-6">
      <div className="grid items-start gap-4 lg:grid-cols-2">
        {one.versions.map((version) => (
          <Version key={version.version} version={version} />
        ))}
        {one.waits && <Waiting waits={one.waits} />}
      </div>
      <Snapshots one={one} />
      {may && one.snapshots.some(({ kind }) => kind === 'snapshot') && (
        <div className="flex">
          <Reset one={one} label={say.reset} />
        </div>
      )}
    </div>
  )
}

function Version({ version }: { version: One['versions'][number] }) {
  const say = useWords(WORDS)
  const all = useWords(MODEL_WORDS)
  const { training } = version
  const told: [string, React.ReactNode][] = [
    [say.examples, count(version.examples)],
    [say.learnedTo, version.trainedTo === null ? all.none : <Moment key="to" at={version.trainedTo} />],
  ]
  if (training) {
    told.push([say.phase, training.phase === '' ? say.idle : say.phases[training.phase]])
    if (training.endedAt !== null)
      told.push([
        say.lastLook,
        <span key="last">
          <Moment at={training.endedAt} /> · {training.outcome === '' ? '' : say.outcomes[training.outcome]},{' '}
          {say.took((training.tookMs / 1_000).toFixed(1))}
        </span>,
      ])
    if (training.detail !== '') told.push([training.reason, training.detail])
    if (training.failures > 0) told.push([say.failures, count(training.failures)])
    told.push([say.next, training.next === 0 ? say.soon : <Moment key="next" at={training.next} />])
  }
  return (
    <Card
      title={say.version(version.version)}
      aside={
        <span className="flex gap-2">
          <Chip>{all.stages[version.stage]}</Chip>
          <ModelState state={version.state} />
        </span>
      }
    >
      <p className="mb-3 text-pretty">{version.sentence}</p>
      {version.todo !== '' && (
        <p className="mb-3 text-pretty">
          <span className="font-medium">{say.todo}:</span> {version.todo}
        </p>
      )}
      <Facts rows={told} />
    </Card>
  )
}

function Waiting({ waits }: { waits: NonNullable<One['waits']> }) {
  const say = useWords(WORDS)
  const share = waits.wanted > 0 ? Math.min(100, (waits.examples / waits.wanted) * 100) : 0
  return (
    <Card title={say.waits}>
      <p className="text-pretty">{waits.sentence}</p>
      {waits.wanted > 0 && (
        <div aria-hidden="true" className="my-2 h-1.5 overflow-hidden rounded-pill bg-sunken">
          <div className="h-full bg-accent" style={{ width: `${share}%` }} />
        </div>
      )}
      {waits.open > 0 && <p className="text-dense text-ink-2">{say.open(count(waits.open))}</p>}
      {waits.missing.length > 0 && (
        <p className="text-dense text-ink-2">
          {say.missing}: {waits.missing.join(', ')}
        </p>
      )}
    </Card>
  )
}

function Snapshots({ one }: { one: One }) {
  const say = useWords(WORDS)
  const [shown, setShown] = useState<Snapshot | null>(null)
  if (one.snapshots.length === 0)
    return (
      <Card title={say.snapshots}>
        <p className="text-ink-2">{say.none}</p>
      </Card>
    )
  return (
    <Card title={say.snapshots} flush>
      <Table
        label={say.snapshots}
        rows={one.snapshots}
        rowKey={(row) => String(row.serial)}
        columns={[
          {
            name: say.serial,
            cell: (row) => (
              <>
                <span className="num font-medium">{row.serial}</span>
                <span className="block text-meta text-ink-3">
                  {row.kind === 'reset' ? say.resetLine : row.removed ? say.removed : say.version(row.version)}
                </span>
              </>
            ),
          },
          { name: say.examples, width: 'w-24', right: true, cell: (row) => (row.kind === 'reset' ? '–' : count(row.examples)) },
          { name: say.made, width: 'w-28', right: true, cell: (row) => <Moment at={row.madeAt} /> },
          { name: say.size, width: 'w-24', right: true, from: 'md', cell: (row) => (row.kind === 'reset' ? '–' : bytes(row.size)) },
          {
            name: say.checksum,
            width: 'w-44',
            from: 'lg',
            cell: (row) => (row.checksum === '' ? '' : <Mono>{row.checksum}</Mono>),
          },
          {
            name: say.data,
            width: 'w-36',
            right: true,
            from: 'sm',
            cell: (row) =>
              row.kind === 'reset' ? null : (
                <span className="flex flex-col items-end">
                  <button type="button" className="hit text-accent hover:underline" onClick={() => setShown(row)}>
                    {say.data}
                  </button>
                  {one.type === 'pattern' && !row.removed && <Onnx model={one.id} serial={row.serial} />}
                </span>
              ),
          },
        ]}
      />
      <Dialog wide title={say.report(shown?.serial ?? 0)} open={shown !== null} onClose={() => setShown(null)}>
        {shown && <Code label={say.report(shown.serial)} text={JSON.stringify(shown.report, null, 2)} />}
      </Dialog>
    </Card>
  )
}

function Onnx({ model, serial }: { model: string; serial: number }) {
  const say = useWords(WORDS)
  const save = useMutation({
    mutationFn: async () => {
      const { file } = await call(ExportPattern, { id: model, serial })
      const address = URL.createObjectURL(new Blob([Uint8Array.from(atob(file), (each) => each.charCodeAt(0))]))
      const link = document.createElement('a')
      link.href = address
      link.download = `${model}-${serial}.onnx`
      link.click()
      // The browser reads it after this turn.
      setTimeout(() => URL.revokeObjectURL(address), 60_000)
    },
    onError: (error) => notify(error.message),
  })
  return (
    <button type="button" aria-disabled={save.isPending} className="hit text-accent hover:underline" onClick={() => save.mutate()}>
      {say.onnx}
    </button>
  )
}

function Reset({ one, label }: { one: One; label: string }) {
  const say = useWords(WORDS)
  const [open, setOpen] = useState(false)
  const client = useQueryClient()
  const reset = useMutation({
    mutationFn: () => call(ResetModel, { id: one.id }),
    onSuccess: () => {
      setOpen(false)
      notify(say.resetDone)
      void client.invalidateQueries({ predicate: ({ queryKey }) => AFTER.includes(String(queryKey[0])) })
    },
  })
  const learned = one.snapshots.filter(({ kind }) => kind === 'snapshot')
  return (
    <>
      <Button look="bad" onClick={() => setOpen(true)}>
        {label}
      </Button>
      <Dialog title={say.resetTitle} open={open} onClose={() => setOpen(false)}>
        <p className="text-pretty">{say.resetWhat(learned.length, count(learned[0]?.examples ?? 0))}</p>
        {reset.isError && <ErrorView error={reset.error} />}
        <div className="mt-4 flex flex-wrap justify-end gap-2">
          <Button onClick={() => setOpen(false)}>{say.cancel}</Button>
          <Button look="bad" busy={reset.isPending} onClick={() => reset.mutate()}>
            {label}
          </Button>
        </div>
      </Dialog>
    </>
  )
}
