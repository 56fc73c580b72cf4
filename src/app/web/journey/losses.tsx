import { losses } from '#journeys/losses.ts'
import type { Journey } from '#journeys/schema.ts'
import { leftAt, useCounts } from '#journeys/ui/counts.tsx'
import { nameIn } from '#journeys/ui/place-words.ts'
import { useStudioWords } from '#journeys/ui/studio-words.ts'
import { count, percent } from '#kit/format.ts'

/** The heat of the drawing as a table: from which steps people leave, most first. */
export function LossTable({ journey, onGo }: { journey: Journey; onGo: (step: string) => void }) {
  const say = useStudioWords()
  const counts = useCounts()
  const rows = losses(journey.steps, (step) => {
    const here = counts[step]
    return here && { arrived: here.arrived, left: leftAt(here) }
  })
  return (
    <section
      aria-label={say.lossTitle}
      className="max-h-72 w-80 max-w-[86vw] overflow-y-auto rounded-card border border-line bg-surface shadow-float"
    >
      <h2 className="border-b border-line px-3 py-2 text-dense font-semibold">{say.lossTitle}</h2>
      {rows.length === 0 ? (
        <p className="px-3 py-2 text-dense text-ink-2">{say.lossNone}</p>
      ) : (
        <table className="w-full border-collapse text-dense">
          <thead className="sr-only">
            <tr>
              <th scope="col">{say.stepColumn}</th>
              <th scope="col">{say.left}</th>
              <th scope="col">{say.leftShare}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.step} className="border-b border-line last:border-0 hover:bg-sunken">
                <th scope="row" className="px-3 py-1 text-left font-normal">
                  <button
                    type="button"
                    onClick={() => onGo(row.step)}
                    className="hit max-w-40 truncate text-left text-accent hover:underline"
                  >
                    {nameIn(journey, row.step)}
                  </button>
                </th>
                <td className="px-2 py-1 text-right num">{count(row.left)}</td>
                <td className="px-3 py-1 text-right text-ink-2 num">{percent(row.share)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}
