import { useWords } from '#kit/words.ts'
import { StepIcon } from '../step-icon.tsx'
import { GROUPS, groupsInOrder, STEP_WORDS } from '../step-words.ts'
import { useStudioWords } from '../studio-words.ts'
import { useActs } from './acts.ts'

/** Every kind of step at the left: dragged onto a place, or pressed to be put below what is selected. */
export function Palette({ at }: { at: string }) {
  const say = useStudioWords()
  const steps = useWords(STEP_WORDS)
  const acts = useActs()
  return (
    <section
      aria-label={say.palette}
      className="flex w-[184px] shrink-0 flex-col gap-3 overflow-y-auto border-r border-line bg-surface p-3 max-xl:hidden"
    >
      <p className="text-meta text-ink-3">{say.paletteHint}</p>
      {groupsInOrder.map((group) => (
        <div key={group}>
          <h2 className="mb-1 px-1.5 text-meta font-medium text-ink-3">{steps.groups[group]}</h2>
          <ul className="flex flex-col">
            {GROUPS[group].map((kind) => (
              <li key={kind}>
                <button
                  type="button"
                  title={steps.does[kind]}
                  onPointerDown={(event) => acts.press(event, { kind: 'new', step: kind }, steps.names[kind])}
                  onClick={() => acts.deeds()?.addKind(kind, at)}
                  className="flex min-h-7 w-full cursor-grab items-center gap-2 rounded-input px-1.5 text-left text-dense hover:bg-sunken"
                >
                  <StepIcon kind={kind} />
                  <span className="min-w-0 truncate">{steps.names[kind]}</span>
                </button>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </section>
  )
}
