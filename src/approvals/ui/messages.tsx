import { useState } from 'react'
import { Link } from '#kit/link.tsx'
import { MailFrame } from '#kit/mail-frame.tsx'
import { toPerson, viewOfExample } from '#kit/paths.ts'
import { Empty } from '#kit/states.tsx'
import { useWords, words } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import type { GetApproval } from '../api.ts'

const WORDS = words(
  {
    list: 'Examples',
    why: {
      longest: 'the longest',
      'rarest-locale': 'the rarest language',
      worst: 'the one with the most problems',
      spread: 'one of the others',
    } as Record<string, string>,
    none: 'No examples',
    subject: 'Subject',
    forPerson: 'As this person would get it',
    cannot: 'This message cannot be made for this person.',
    frame: (template: string) => `Message ${template}`,
    text: 'Plain text',
    number: (n: number, of: number) => `Example ${n} of ${of}`,
    lead: 'Real people, rendered now: the longest, the rarest language, the worst, then spread evenly. Nothing of it is kept.',
  },
  {
    de: {
      list: 'Beispiele',
      why: {
        longest: 'die längste',
        'rarest-locale': 'die seltenste Sprache',
        worst: 'die mit den meisten Mängeln',
        spread: 'eine der übrigen',
      },
      none: 'Keine Beispiele',
      subject: 'Betreff',
      forPerson: 'Wie diese Person sie bekäme',
      cannot: 'Diese Nachricht lässt sich für diese Person nicht erstellen.',
      frame: (template) => `Nachricht ${template}`,
      text: 'Nur Text',
      number: (n, of) => `Beispiel ${n} von ${of}`,
      lead: 'Echte Personen, jetzt gerendert: die längste, die seltenste Sprache, die schlechteste, dann gleichmäßig verteilt. Nichts davon wird aufbewahrt.',
    },
  },
)

type Shown = OutputOf<typeof GetApproval>

/** Messages as real people would get them, each in a frame that can run nothing. */
export function Messages({ request: { id, examples, withoutExamples } }: { request: Pick<Shown, 'id' | 'examples' | 'withoutExamples'> }) {
  const say = useWords(WORDS)
  const [at, setAt] = useState(0)
  const shown = examples[at]
  if (!shown) return <Empty title={say.none}>{withoutExamples}</Empty>
  return (
    <div className="flex flex-col gap-3">
      <p className="text-dense text-ink-2">{say.lead}</p>
      <fieldset className="flex flex-wrap gap-1.5">
        <legend className="sr-only">{say.list}</legend>
        {examples.map(({ template, profile, why }, i) => (
          <button
            key={`${template} ${profile}`}
            type="button"
            aria-pressed={i === at}
            aria-label={`${say.number(i + 1, examples.length)}: ${template}, ${say.why[why]}`}
            onClick={() => setAt(i)}
            className="min-h-8 rounded-button border border-line px-2.5 py-1 text-left text-dense text-ink-2 hover:bg-sunken aria-pressed:border-line-strong aria-pressed:bg-sunken aria-pressed:text-ink"
          >
            <span className="font-medium">{template}</span> <span className="text-meta">{say.why[why]}</span>
          </button>
        ))}
      </fieldset>
      {shown.problems.length > 0 && (
        <ul className="rounded-input bg-warn-soft px-3 py-2 text-dense text-warn">
          {shown.problems.map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
        </ul>
      )}
      <div className="rounded-card border border-line">
        <p className="flex flex-wrap justify-between gap-2 border-b border-line px-3 py-2 text-dense">
          <span className="min-w-0 wrap-anywhere">
            {shown.rendered?.subject && (
              <>
                <span className="text-ink-3">{say.subject}</span> <span className="font-medium">{shown.rendered.subject}</span>
              </>
            )}
          </span>
          <Link href={toPerson(shown.profile)}>{say.forPerson}</Link>
        </p>
        {!shown.rendered ? (
          <p className="p-4 text-ink-2">{say.cannot}</p>
        ) : shown.rendered.html !== '' ? (
          <MailFrame key={`${id} ${at}`} src={viewOfExample(id, at)} title={say.frame(shown.template)} />
        ) : (
          <p className="max-w-[48ch] p-4 whitespace-pre-wrap wrap-anywhere">{shown.rendered.text}</p>
        )}
      </div>
    </div>
  )
}
