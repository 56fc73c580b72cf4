import { CircleCheck, CircleX, Clock3, TriangleAlert } from 'lucide-react'
import { useWords, words } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import type { GetApproval } from '../api.ts'

const WORDS = words(
  {
    none: 'No rule of law or of the house looks at these messages. Rules are switched on under Settings → Policies.',
    refuse: 'Refused',
    pass: 'Holds',
    'at-send': 'Asked of each person when the message leaves',
    checks: 'What the checks found',
    clean: 'The checks found nothing.',
    error: 'Error',
    warning: 'Warning',
    rules: 'Rules',
    inTemplate: (id: string) => `in ${id}`,
  },
  {
    de: {
      none: 'Keine Regel des Rechts oder des Hauses betrifft diese Nachrichten. Regeln werden unter Einstellungen → Regeln eingeschaltet.',
      refuse: 'Nicht erfüllt',
      pass: 'Erfüllt',
      'at-send': 'Wird beim Versand für jede Person geprüft',
      checks: 'Was die Prüfungen fanden',
      clean: 'Die Prüfungen fanden nichts.',
      error: 'Fehler',
      warning: 'Warnung',
      rules: 'Regeln',
      inTemplate: (id) => `in ${id}`,
    },
  },
)

type Shown = OutputOf<typeof GetApproval>
type Rule = Shown['rules'][number]

const ORDER = { refuse: 0, pass: 1, 'at-send': 2 } as const
const ICONS = { refuse: CircleX, pass: CircleCheck, 'at-send': Clock3 }
const TONES = { refuse: 'text-bad', pass: 'text-ok', 'at-send': 'text-ink-3' }

/** What each rule says of the messages, with where it is written, and what the checks found. */
export function Rules({ request: { rules, lint } }: { request: Pick<Shown, 'rules' | 'lint'> }) {
  const say = useWords(WORDS)
  const sorted = [...rules].sort((a, b) => ORDER[a.verdict] - ORDER[b.verdict])
  return (
    <div className="flex flex-col gap-5">
      <section aria-label={say.rules} className="flex flex-col gap-2">
        <h3 className="font-semibold">{say.rules}</h3>
        {sorted.length === 0 ? (
          <p className="text-ink-2">{say.none}</p>
        ) : (
          <ul className="flex flex-col divide-y divide-line rounded-card border border-line">
            {sorted.map((rule) => (
              <RuleLine key={`${rule.document} ${rule.policy}`} rule={rule} />
            ))}
          </ul>
        )}
      </section>
      <section aria-label={say.checks} className="flex flex-col gap-2">
        <h3 className="font-semibold">{say.checks}</h3>
        {lint.length === 0 ? (
          <p className="flex items-center gap-2 text-ink-2">
            <CircleCheck size={16} className="text-ok" aria-hidden="true" />
            {say.clean}
          </p>
        ) : (
          <ul className="flex flex-col divide-y divide-line rounded-card border border-line">
            {lint.map(({ severity, document, code, title, detail }, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two findings can be alike in everything
              <li key={`${document} ${code} ${i}`} className="flex gap-2.5 px-3 py-2.5 text-dense">
                <TriangleAlert
                  size={16}
                  aria-hidden="true"
                  className={`mt-px shrink-0 ${severity === 'error' ? 'text-bad' : 'text-warn'}`}
                />
                <span className="min-w-0 wrap-anywhere">
                  <span className="font-medium">{say[severity]}:</span> {title}
                  <span className="block text-ink-3">
                    {document}
                    {detail !== '' && ` · ${detail}`}
                  </span>
                </span>
              </li>
            ))}
          </ul>
        )}
      </section>
    </div>
  )
}

function RuleLine({ rule }: { rule: Rule }) {
  const say = useWords(WORDS)
  const Icon = ICONS[rule.verdict]
  return (
    <li className="flex gap-2.5 px-3 py-2.5 text-dense">
      <Icon size={16} aria-hidden="true" className={`mt-px shrink-0 ${TONES[rule.verdict]}`} />
      <span className="min-w-0 flex-1 wrap-anywhere">
        <span className="font-medium">{rule.name}</span> <span className="text-ink-3">{say.inTemplate(rule.document)}</span>
        {rule.reason !== '' && <span className="block text-bad">{rule.reason}</span>}
        <span className="block text-meta text-ink-3">
          {rule.citation} · {rule.jurisdiction}
        </span>
      </span>
      <span className={`shrink-0 text-meta font-medium max-sm:hidden ${TONES[rule.verdict]}`}>{say[rule.verdict]}</span>
    </li>
  )
}
