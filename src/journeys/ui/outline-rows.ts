import { language } from '#kit/words.ts'
import { placeKey } from '../edit/around.ts'
import type { JourneyBody } from '../edit/body.ts'
import { type Place, placesToInsert } from '../edit/places.ts'
import { lanes, places, title } from '../lanes.ts'
import { stageKey, stagesOf, walked } from '../stages.ts'
import type { Step } from '../steps.ts'

/** One row of the tree: a step, a lane that opens below a branching step, or, while something is moved, a place to put it. */
export interface Row {
  readonly id: string
  readonly parent: string
  readonly depth: number
  readonly label: string
  /** Undefined: there is nothing to unfold. */
  readonly open: boolean | undefined
  readonly step?: Step
  readonly lane?: { readonly step: string; readonly lane: string; readonly steps: number }
  readonly place?: Place
  /** Name above the steps of a stage; how many steps of its list it hides while it is folded. */
  readonly stage?: { readonly steps: number; readonly hides: number }
}

interface At {
  readonly parent: string
  readonly depth: number
}

/** Steps and their lanes as rows, closed ones folded away. */
export function rowsOf(steps: readonly Step[], closed: ReadonlySet<string>, at: At = { parent: '', depth: 1 }): readonly Row[] {
  const stages = new Map(stagesOf(steps).flatMap((stage) => stage.steps.map((step) => [step.id, stage] as const)))
  return walked(steps, closed).flatMap(({ step, begins, shut }) => {
    const stage = begins ?? shut
    const within = stages.get(step.id)
    const own: At = within ? { parent: stageKey(within.first), depth: at.depth + 1 } : at
    const head: Row[] = stage
      ? [
          {
            id: stageKey(stage.first),
            parent: at.parent,
            depth: at.depth,
            label: stage.name,
            open: !shut,
            stage: { steps: places(stage.steps).length, hides: shut ? stage.steps.length : 0 },
          },
        ]
      : []
    if (shut) return head
    const ways = lanes(step, language())
    const open = ways.length > 0 ? !closed.has(step.id) : undefined
    const row: Row = { id: step.id, ...own, label: title(step, language()), open, step }
    if (!open) return [...head, row]
    return [...head, row, ...ways.flatMap((lane): readonly Row[] => laneRows(step, lane, { closed, at: own }))]
  })
}

function laneRows(
  step: Step,
  lane: ReturnType<typeof lanes>[number],
  { closed, at }: { closed: ReadonlySet<string>; at: At },
): readonly Row[] {
  const id = `${step.id}/${lane.id}`
  const open = lane.steps.length > 0 ? !closed.has(id) : undefined
  const own = lane.through ? {} : { lane: { step: step.id, lane: lane.id, steps: lane.steps.length } }
  const head: Row = { id, parent: step.id, depth: at.depth + 1, label: lane.label, open, ...own }
  return open ? [head, ...rowsOf(lane.steps, closed, { parent: id, depth: at.depth + 2 })] : [head]
}

/** The rows with the places where something may be put between them. */
export function withPlaces(rows: readonly Row[], body: JourneyBody, may: (place: Place) => boolean): readonly Row[] {
  const places = new Map(
    placesToInsert(body)
      .filter(may)
      .map((place) => [placeKey(place), place]),
  )
  const out: Row[] = []
  const put = (parent: string, depth: number, key: string) => {
    const place = places.get(key)
    if (place) out.push({ id: `+${key}`, parent, depth, label: '', open: undefined, place })
  }
  /** Lists that are open at this point, the innermost last, each with how many of its steps have been passed. */
  const lists: { readonly key: string; readonly row: Row | undefined; readonly depth: number; passed: number }[] = [
    { key: '/', row: undefined, depth: 1, passed: 0 },
  ]
  const close = (depth: number) => {
    while (lists.length > 1 && lists.at(-1)!.depth > depth) {
      const list = lists.pop()!
      put(list.row?.id ?? '', list.depth, `${list.key}/${list.passed}`)
    }
  }
  for (const row of rows) {
    close(row.depth)
    const list = lists.at(-1)!
    if (row.step) {
      put(row.parent, row.depth, `${list.key}/${list.passed}`)
      list.passed += 1
    }
    if (row.stage?.hides) {
      put(row.parent, row.depth, `${list.key}/${list.passed}`)
      list.passed += row.stage.hides
    }
    out.push(row)
    if (row.lane && (row.open || row.lane.steps === 0)) lists.push({ key: row.id, row, depth: row.depth + 1, passed: 0 })
  }
  close(0)
  put('', 1, `//${lists[0]!.passed}`)
  return out
}
