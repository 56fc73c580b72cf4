import { useState } from 'react'
import { Chip } from '#kit/chip.tsx'
import { Scroll } from '#kit/scroll.tsx'
import { useWords, words } from '#kit/words.ts'
import type { ApprovalDiff } from '../api.ts'
import { COMMON } from './words.ts'

const WORDS = words(
  {
    ways: 'How changes are shown',
    asWords: 'In words',
    asThings: 'Thing by thing',
    asYaml: 'YAML',
    nothing: 'Nothing is different.',
    added: (what: string, value: string) => (value === '' ? `${what} comes in.` : `${what} comes in: ${value}`),
    removed: (what: string, value: string) => (value === '' ? `${what} goes.` : `${what} goes (it was ${value})`),
    changed: (what: string) => `${what} changes.`,
    moved: (what: string) => `${what} stands somewhere else.`,
    from: 'from',
    to: 'to',
    place: 'Where',
    before: 'Before',
    after: 'After',
    whole: 'The document',
    kinds: { added: 'new', removed: 'gone', changed: 'changed', moved: 'moved' } as Record<string, string>,
    yamlOf: (name: string) => `YAML of ${name}, before and after`,
    within: (inner: string, outer: string) => `${inner} of ${outer}`,
  },
  {
    de: {
      ways: 'Wie Änderungen gezeigt werden',
      asWords: 'In Worten',
      asThings: 'Stück für Stück',
      asYaml: 'YAML',
      nothing: 'Nichts ist anders.',
      added: (what, value) => (value === '' ? `${what} kommt hinzu.` : `${what} kommt hinzu: ${value}`),
      removed: (what, value) => (value === '' ? `${what} entfällt.` : `${what} entfällt (war ${value})`),
      changed: (what) => `${what} ändert sich.`,
      moved: (what) => `${what} steht an anderer Stelle.`,
      from: 'von',
      to: 'zu',
      place: 'Stelle',
      before: 'Vorher',
      after: 'Nachher',
      whole: 'Das Dokument',
      kinds: { added: 'neu', removed: 'entfällt', changed: 'geändert', moved: 'verschoben' },
      yamlOf: (name) => `YAML von ${name}, vorher und nachher`,
      within: (inner, outer) => `${inner} von ${outer}`,
    },
  },
)

type Way = 'words' | 'things' | 'yaml'
type Change = ApprovalDiff['changes'][number]

/** What is different, as sentences, as a table, or as YAML. */
export function Changes({ diffs }: { diffs: readonly ApprovalDiff[] }) {
  const say = useWords(WORDS)
  const common = useWords(COMMON)
  const [way, setWay] = useState<Way>('words')
  const ways: readonly (readonly [Way, string])[] = [
    ['words', say.asWords],
    ['things', say.asThings],
    ['yaml', say.asYaml],
  ]
  if (diffs.length === 0) return <p className="text-ink-2">{say.nothing}</p>
  return (
    <div className="flex flex-col gap-4">
      <fieldset className="flex gap-1">
        <legend className="sr-only">{say.ways}</legend>
        {ways.map(([each, name]) => (
          <button
            key={each}
            type="button"
            aria-pressed={way === each}
            onClick={() => setWay(each)}
            className="h-8 rounded-button border border-line px-2.5 text-dense font-medium text-ink-2 hover:bg-sunken aria-pressed:border-line-strong aria-pressed:bg-sunken aria-pressed:text-ink"
          >
            {name}
          </button>
        ))}
      </fieldset>
      {diffs.map((diff) => (
        <section key={`${diff.kind}/${diff.id}`} className="flex flex-col gap-2">
          <h3 className="flex flex-wrap items-center gap-2 font-semibold">
            <span>
              {common.kinds[diff.kind] ?? diff.kind} <code className="text-dense">{diff.id}</code>
            </span>
            <Chip tone={diff.action === 'archive' ? 'bad' : diff.action === 'create' ? 'ok' : 'neutral'}>
              {common.actions[diff.action]}
            </Chip>
          </h3>
          {way === 'words' && <AsWords changes={diff.changes} />}
          {way === 'things' && <AsThings changes={diff.changes} />}
          {way === 'yaml' && <AsYaml diff={diff.diff} label={say.yamlOf(`${diff.kind} ${diff.id}`)} />}
        </section>
      ))}
    </div>
  )
}

const readable = (name: string): string =>
  name.replaceAll(/[_-]+/g, ' ').replaceAll(/([a-z])([A-Z])/g, (_all, a: string, b: string) => `${a} ${b.toLowerCase()}`)

/** `steps › welcome › template` → `template of welcome`: the two innermost names say enough in a sentence. */
function placeWords(at: readonly string[], say: { within: (inner: string, outer: string) => string; whole: string }): string {
  const inner = at.at(-1)
  if (inner === undefined) return say.whole
  const outer = at.at(-2)
  const text = outer === undefined || outer === 'steps' ? readable(inner) : say.within(readable(inner), readable(outer))
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}

function AsWords({ changes }: { changes: readonly Change[] }) {
  const say = useWords(WORDS)
  if (changes.length === 0) return <p className="text-ink-2">{say.nothing}</p>
  return (
    <ul className="flex list-disc flex-col gap-1.5 pl-5 text-dense marker:text-ink-3">
      {changes.map((change) => {
        const what = placeWords(change.at, say)
        return (
          <li key={`${change.what} ${change.at.join('/')}`} className="wrap-anywhere">
            {change.what === 'changed' ? (
              <>
                {say.changed(what)} <Was text={change.before} /> <span className="text-ink-3">→</span> <Is text={change.after} />
              </>
            ) : change.what === 'moved' ? (
              say.moved(what)
            ) : change.what === 'added' ? (
              say.added(what, change.after)
            ) : (
              say.removed(what, change.before)
            )}
          </li>
        )
      })}
    </ul>
  )
}

const Was = ({ text }: { text: string }) => <del className="rounded-input bg-bad-soft px-1 text-bad no-underline">{text}</del>
const Is = ({ text }: { text: string }) => <ins className="rounded-input bg-ok-soft px-1 text-ok no-underline">{text}</ins>

function AsThings({ changes }: { changes: readonly Change[] }) {
  const say = useWords(WORDS)
  return (
    <Scroll label={say.asThings} className="overflow-x-auto rounded-card border border-line">
      <table className="w-full min-w-[560px] table-fixed border-collapse text-dense">
        <thead>
          <tr className="border-b border-line text-left text-meta text-ink-3">
            <th scope="col" className="h-9 w-[32%] px-3 font-medium">
              {say.place}
            </th>
            <th scope="col" className="px-3 font-medium">
              {say.before}
            </th>
            <th scope="col" className="px-3 font-medium">
              {say.after}
            </th>
          </tr>
        </thead>
        <tbody>
          {changes.map(({ at, what, before, after }) => (
            <tr key={`${what} ${at.join('/')}`} className="border-b border-line align-top last:border-0">
              <th scope="row" className="px-3 py-2 text-left font-normal wrap-anywhere">
                <code>{at.join(' › ') || say.whole}</code>
                <span className="block text-meta text-ink-3">{say.kinds[what]}</span>
              </th>
              <td className="px-3 py-2 wrap-anywhere">{before && <Was text={before} />}</td>
              <td className="px-3 py-2 wrap-anywhere">{after && <Is text={after} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}

/** Lines keep their sign: colour is not what tells them apart. */
export function AsYaml({ diff, label }: { diff: string; label: string }) {
  const say = useWords(WORDS)
  const lines = diff.replace(/\n$/, '').split('\n')
  if (diff === '') return <p className="text-ink-2">{say.nothing}</p>
  return (
    <Scroll label={label} className="overflow-x-auto rounded-card border border-line bg-sunken py-2 text-dense">
      <pre className="w-fit min-w-full">
        {lines.map((line, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is known by its place
          <code key={i} className={`block px-3 ${look(line)}`}>
            {line || ' '}
          </code>
        ))}
      </pre>
    </Scroll>
  )
}

const look = (line: string): string =>
  line.startsWith('+') ? 'bg-ok-soft text-ok' : line.startsWith('-') ? 'bg-bad-soft text-bad' : line.startsWith('@@') ? 'text-ink-3' : ''
