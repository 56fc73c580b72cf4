import { CircleCheck, CircleDashed } from 'lucide-react'
import { Mono } from '#kit/copy.tsx'
import { Facts } from '#kit/page.tsx'
import { Moment } from '#kit/time.tsx'
import { useWords, words } from '#kit/words.ts'
import type { OutputOf } from '#lib/action.ts'
import type { GetApproval } from '../api.ts'
import { Touched } from './request.tsx'
import { nameOf } from './who.ts'
import { COMMON } from './words.ts'

const WORDS = words(
  {
    note: (name: string) => `${name} writes`,
    what: 'What it does',
    asked: 'Asked by',
    due: 'Decide by',
    noDue: 'no deadline',
    risk: 'Risk',
    needs: 'Who has to agree',
    agreed: (names: string) => `Agreed: ${names}`,
    missing: (n: number) => (n === 1 ? 'One more person has to agree.' : `${n} more people have to agree.`),
    met: 'Enough people have agreed.',
    could: (names: string) => `Could still agree: ${names}`,
    nobody: 'Nobody else in this workspace could agree at the moment.',
    authors: (names: string) => `Not counted, because it is their own work: ${names}`,
    binds: 'What an approval binds',
    bindsLead: (n: number) =>
      `The hash below is of everything that would be sent or obeyed: ${n} ${n === 1 ? 'document' : 'documents'} and the workspace’s own name, address, zone and currency. If any of it changes, the approval is void; the audience may move by a tenth.`,
    hash: 'Hash',
    list: (n: number) => `List all ${n}`,
    runs: (n: number) => (n === 1 ? 'One held run' : `${n} held runs`),
    inFlight: 'People inside',
    takenAlong: (names: string) => `taken along in ${names}`,
    because: (text: string) => `because ${text}`,
  },
  {
    de: {
      note: (name) => `${name} schreibt`,
      what: 'Was es tut',
      asked: 'Angefragt von',
      due: 'Zu entscheiden bis',
      noDue: 'keine Frist',
      risk: 'Risiko',
      needs: 'Wer zustimmen muss',
      agreed: (names) => `Zugestimmt: ${names}`,
      missing: (n) => (n === 1 ? 'Eine weitere Person muss zustimmen.' : `${n} weitere Personen müssen zustimmen.`),
      met: 'Genug Personen haben zugestimmt.',
      could: (names) => `Könnten noch zustimmen: ${names}`,
      nobody: 'Derzeit könnte sonst niemand in diesem Arbeitsbereich zustimmen.',
      authors: (names) => `Zählen nicht, weil es ihre eigene Arbeit ist: ${names}`,
      binds: 'Was eine Freigabe bindet',
      bindsLead: (n) =>
        `Die Prüfsumme unten steht für alles, was gesendet oder befolgt würde: ${n} ${n === 1 ? 'Dokument' : 'Dokumente'} sowie Name, Anschrift, Zeitzone und Währung des Arbeitsbereichs. Ändert sich etwas davon, ist die Freigabe hinfällig; die Zielgruppe darf sich um ein Zehntel ändern.`,
      hash: 'Prüfsumme',
      list: (n) => `Alle ${n} zeigen`,
      runs: (n) => (n === 1 ? 'Ein angehaltener Lauf' : `${n} angehaltene Läufe`),
      inFlight: 'Personen in der Journey',
      takenAlong: (names) => `werden mitgenommen in ${names}`,
      because: (text) => `weil ${text}`,
    },
  },
)

type Shown = OutputOf<typeof GetApproval>

/** What it is, who has to agree, and exactly what an approval is of. */
export function Summary({ request }: { request: Shown }) {
  const say = useWords(WORDS)
  const common = useWords(COMMON)
  const { manifest, names, grade, because, due, otherwise, note, requestedBy } = request
  const along = Object.keys(manifest.inFlight)
  const who = nameOf(names, requestedBy)
  return (
    <div className="flex flex-col gap-6">
      {note !== '' && (
        <blockquote className="rounded-card border-l-4 border-accent bg-sunken px-4 py-3">
          <p className="text-meta text-ink-3">{say.note(who)}</p>
          <p className="whitespace-pre-wrap wrap-anywhere">{note}</p>
        </blockquote>
      )}
      <Facts
        rows={[
          [say.what, <Touched key="touched" touched={manifest.touched} journeys={manifest.journeys} />],
          ...(manifest.runs.length > 0 ? ([['', say.runs(manifest.runs.length)]] as const) : []),
          ...(along.length > 0 ? ([[say.inFlight, say.takenAlong(common.and(along))]] as const) : []),
          [
            say.asked,
            <span key="asked">
              {who} · <Moment at={request.requestedAt} exact />
            </span>,
          ],
          [
            say.due,
            due === null ? (
              say.noDue
            ) : (
              <span key="due">
                <Moment at={due} exact /> <span className="text-ink-3">{common.otherwise[otherwise]}</span>
              </span>
            ),
          ],
          [
            say.risk,
            <span key="risk">
              {common.grades[grade]}
              <span className="text-ink-3">
                , {say.because(because.length === 0 ? common.noCause : common.and(because.map((each) => common.causes[each])))}
              </span>
            </span>,
          ],
        ]}
      />
      <WhoAgrees request={request} />
      <section aria-label={say.binds} className="flex flex-col gap-2">
        <h3 className="font-semibold">{say.binds}</h3>
        <p className="max-w-[72ch] text-dense text-ink-2">{say.bindsLead(manifest.documents.length)}</p>
        <Facts rows={[[say.hash, <Mono key="hash">{request.hash}</Mono>]]} />
        <details className="text-dense">
          <summary className="hit w-fit cursor-pointer font-medium text-accent">{say.list(manifest.documents.length)}</summary>
          <ul className="mt-2 columns-1 gap-6 sm:columns-2">
            {manifest.documents.map(({ kind, id, hash }) => (
              <li key={`${kind}/${id}`} className="break-inside-avoid py-0.5 wrap-anywhere">
                {common.kinds[kind] ?? kind} <code>{id}</code> <code className="text-ink-3">{hash.slice(0, 8)}</code>
              </li>
            ))}
          </ul>
        </details>
      </section>
    </div>
  )
}

function WhoAgrees({ request: { needs, standing, deciders, names, authors, state } }: { request: Shown }) {
  const say = useWords(WORDS)
  const common = useWords(COMMON)
  const isOver = state !== 'open' && state !== 'approved'
  return (
    <section aria-label={say.needs} className="flex flex-col gap-2">
      <h3 className="font-semibold">{say.needs}</h3>
      <ul className="flex flex-col gap-2">
        {needs.map((need, i) => {
          const people = standing[i]?.people ?? []
          const met = standing[i]?.met ?? false
          const others = (deciders[i] ?? []).filter((person) => !people.includes(person))
          const Icon = met ? CircleCheck : CircleDashed
          return (
            <li key={need.policy} className="flex gap-2.5 rounded-card border border-line p-3 text-dense">
              <Icon size={18} aria-hidden="true" className={`shrink-0 ${met ? 'text-ok' : 'text-ink-3'}`} />
              <div className="min-w-0">
                <p className="font-medium">
                  {need.name} · {common.agree(need.quorum)}
                </p>
                <ul className="text-ink-2">
                  {need.reasons.map((reason) => (
                    <li key={reason} className="wrap-anywhere">
                      {reason}
                    </li>
                  ))}
                </ul>
                {people.length > 0 && <p className="mt-1">{say.agreed(common.and(people.map((each) => nameOf(names, each))))}</p>}
                {!isOver && (
                  <p className="mt-1 text-ink-2">
                    {met ? say.met : say.missing(need.quorum - people.length)}{' '}
                    {!met && (others.length > 0 ? say.could(common.and(others.map((each) => nameOf(names, each)))) : say.nobody)}
                  </p>
                )}
              </div>
            </li>
          )
        })}
      </ul>
      {authors.length > 0 && needs.some(({ ownWork }) => ownWork === 'forbidden') && (
        <p className="text-meta text-ink-3">{say.authors(common.and(authors.map((each) => nameOf(names, each))))}</p>
      )}
    </section>
  )
}
