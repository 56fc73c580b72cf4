import { type FormEvent, type ReactNode, useId, useState } from 'react'
import { Button } from '#kit/button.tsx'
import { Dialog } from '#kit/dialog.tsx'
import { Field } from '#kit/field.tsx'
import { countIn, laneBodies, type StepBody, standingOf } from '../edit/body.ts'
import type { Command } from '../edit/commands.ts'
import { stageNames } from '../stages.ts'
import { laneLabel, nameIn, stepIn } from './place-words.ts'
import { doAll, type Open, type Question, useDeedWords } from './use-deeds.tsx'

interface AskedProps {
  readonly open: Open
  readonly question: Exclude<Question, { kind: 'add' }>
  readonly onClose: () => void
}

/** What has to be known before a deed is done: which branch stays, what comes along, what it is called. */
export function Asked({ open, question, onClose }: AskedProps) {
  const found = standingOf(open.body, question.step)
  if (!found) return null
  const props = { open, step: found.step, onClose }
  switch (question.kind) {
    case 'rename':
      return <Rename {...props} />
    case 'note':
      return <Note {...props} />
    case 'stage':
      return <Stage {...props} steps={question.steps} />
    case 'delete':
      return <Delete {...props} />
    case 'move':
      return <Move {...props} to={question.to} />
  }
}

interface Part {
  readonly open: Open
  readonly step: StepBody
  readonly onClose: () => void
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

function Form({
  title,
  act,
  onDo,
  onClose,
  bad = false,
  children,
}: {
  title: string
  act: string
  onDo: () => boolean
  onClose: () => void
  bad?: boolean
  children: ReactNode
}) {
  const say = useDeedWords()
  const send = (event: FormEvent) => {
    event.preventDefault()
    if (onDo()) onClose()
  }
  return (
    <Dialog title={title} open onClose={onClose}>
      <form onSubmit={send} className="flex flex-col gap-4">
        {children}
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{say.cancel}</Button>
          <Button type="submit" look={bad ? 'bad' : 'primary'}>
            {act}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function Rename({ open, step, onClose }: Part) {
  const say = useDeedWords()
  const [name, setName] = useState(textOf(step['name']))
  const fields = name.trim() === '' ? { unset: ['name'] } : { set: { name: name.trim() } }
  return (
    <Form title={say.rename} act={say.save} onClose={onClose} onDo={() => doAll(open, [{ kind: 'update', step: step.id, ...fields }])}>
      <Field label={say.name} hint={say.nameHint} value={name} autoFocus onChange={(event) => setName(event.target.value)} />
    </Form>
  )
}

/** The name under which steps stand together; left empty they stand alone again. */
function Stage({ open, step, steps, onClose }: Part & { steps: readonly string[] }) {
  const say = useDeedWords()
  const id = useId()
  const [name, setName] = useState(textOf(step['stage']))
  const put = () => doAll(open, [{ kind: 'stage', steps, stage: name.trim() }])
  return (
    <Form title={say.stage(steps.length)} act={say.save} onClose={onClose} onDo={put}>
      <Field
        label={say.stageName}
        hint={say.stageHint}
        value={name}
        maxLength={60}
        list={id}
        autoFocus
        onChange={(event) => setName(event.target.value)}
      />
      <datalist id={id}>
        {stageNames(open.journey.steps).map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
    </Form>
  )
}

function Note({ open, step, onClose }: Part) {
  const say = useDeedWords()
  const [text, setText] = useState(textOf(step['note']))
  return (
    <Form title={say.note} act={say.save} onClose={onClose} onDo={() => doAll(open, [{ kind: 'note', step: step.id, text: text.trim() }])}>
      <Field label={say.noteField} hint={say.noteHint} value={text} autoFocus onChange={(event) => setText(event.target.value)} />
    </Form>
  )
}

function Choices<T>({
  name,
  choices,
  value,
  onChange,
}: {
  name: string
  choices: readonly (readonly [value: T, label: string])[]
  value: T
  onChange: (value: T) => void
}) {
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1">{name}</legend>
      {choices.map(([each, label]) => (
        <label
          key={label}
          className="flex items-start gap-2 rounded-card border border-line p-3 has-checked:border-line-strong has-checked:bg-sunken"
        >
          <input type="radio" name="choice" checked={each === value} onChange={() => onChange(each)} className="mt-1" />
          {label}
        </label>
      ))}
    </fieldset>
  )
}

const filledLanes = (step: StepBody) => laneBodies(step).filter((lane) => lane.steps.length > 0)

function Delete({ open, step, onClose }: Part) {
  const say = useDeedWords()
  const lanes = filledLanes(step)
  const [keep, setKeep] = useState<string | null>(lanes[0]?.id ?? null)
  const read = stepIn(open.journey, step.id)
  const label = (lane: string) => (read ? laneLabel(read, lane) : lane)
  const all = countIn(lanes.flatMap((lane) => lane.steps))
  return (
    <Form
      title={say.deleteTitle(nameIn(open.journey, step.id))}
      act={say.remove}
      bad
      onClose={onClose}
      onDo={() => doAll(open, [{ kind: 'delete', step: step.id, keep }])}
    >
      <Choices
        name={say.deleteAsk}
        value={keep}
        onChange={setKeep}
        choices={[
          ...lanes.map((lane) => [lane.id, say.laneStays(label(lane.id), countIn(lane.steps))] as const),
          [null, say.nothingStays(all)] as const,
        ]}
      />
    </Form>
  )
}

function Move({ open, step, to, onClose }: Part & { to: Extract<Question, { kind: 'move' }>['to'] }) {
  const say = useDeedWords()
  const lanes = filledLanes(step)
  const [leave, setLeave] = useState('')
  const read = stepIn(open.journey, step.id)
  const label = (lane: string) => (read ? laneLabel(read, lane) : lane)
  const all = countIn(lanes.flatMap((lane) => lane.steps))
  const command: Command = { kind: 'move', step: step.id, to, ...(leave && { leave }) }
  return (
    <Form title={say.moveTitle(nameIn(open.journey, step.id))} act={say.move} onClose={onClose} onDo={() => doAll(open, [command])}>
      <Choices
        name={say.moveAsk}
        value={leave}
        onChange={setLeave}
        choices={[
          ['', say.withBranches(all)] as const,
          ...lanes.map((lane) => [lane.id, say.stepOnly(label(lane.id), countIn(lane.steps))] as const),
        ]}
      />
    </Form>
  )
}
