import { digest } from '#lib/hash.ts'
import type { Language } from '#lib/language.ts'
import type { Taken } from '#measurement/reports/adapters/s3.ts'
import type { RunRow, StoredFile } from '#measurement/reports/runs-store.ts'
import type { Told } from '#measurement/reports/told.ts'
import type { Queryable } from '#platform/log.ts'
import { enqueue, type OutboxEntry } from '#platform/outbox.ts'
import { whoDeclined } from '#workspaces/mail-choices-store.ts'
import { listMembers } from '#workspaces/store.ts'
import { letterOf, sayIn } from './colleague-letters.ts'
import { REPORT } from './test-message.ts'

/** Larger mail is refused by many servers (bytes of the files; base64 makes a third more of them). */
export const MOST_BYTES = 10_000_000
const DAY = 86_400_000

export interface Letter {
  readonly title: string
  readonly told: Told
}

export interface Mailing {
  readonly run: RunRow
  readonly ix: number
  /** What it says, and carries, to readers of a language. */
  readonly letter: (language: Language) => Letter & { readonly files: readonly StoredFile[] }
  readonly people: readonly string[]
  readonly now: number
}

/** Puts one mail for each member into the outbox. Who has left the workspace since gets none. The same run is the same mail (Message-ID). */
export async function mailReport(tx: Queryable, { run, ix, letter, people, now }: Mailing): Promise<Taken> {
  const staff = await listMembers(tx, run.ws)
  const members = new Set(staff.map(({ email }) => email.toLowerCase()))
  const declined = await whoDeclined(tx, run.ws, 'report')
  const unwanted = new Set(staff.filter(({ id }) => declined.has(id)).map(({ email }) => email.toLowerCase()))
  const [inside, outside] = [
    people.filter((each) => members.has(each.toLowerCase())),
    people.filter((each) => !members.has(each.toLowerCase())),
  ]
  const languages = new Map(staff.map(({ email, language }) => [email.toLowerCase(), language]))
  const readers = inside.filter((to) => !unwanted.has(to.toLowerCase()))
  const languageOf = (to: string): Language => languages.get(to.toLowerCase()) ?? 'en'
  const letters = new Map([...new Set(readers.map(languageOf))].map((language) => [language, letterIn(language, letter, run)]))
  const size = Math.max(0, ...[...letters.values()].map(({ bytes }) => bytes))
  if (size > MOST_BYTES)
    return {
      kind: 'failed',
      detail: `The files have ${(size / 1e6).toFixed(1)} MB, and mail may carry ${MOST_BYTES / 1e6} MB: send it to a folder or a store, or ask for less.`,
    }
  const entries = readers.map((to): OutboxEntry => {
    const { subject, text, files } = letters.get(languageOf(to))!
    return {
      id: `${REPORT}${digest([run.id, ix, to.toLowerCase()].join('\u0000'))}`,
      ws: run.ws,
      key: `${REPORT}${run.report}`,
      channel: 'email',
      address: to,
      topic: '',
      lane: 'transactional',
      due: now,
      expires: now + DAY,
      payload: {
        journey_id: '',
        version: 0,
        enrollment_id: run.id,
        step_id: '',
        note: true,
        subject,
        text,
        files,
      },
    }
  })
  await enqueue(tx, entries, now)
  if (outside.length === 0) return { kind: 'done' }
  return { kind: inside.length === 0 ? 'failed' : 'done', detail: `Not sent to ${outside.join(', ')}: no member of the workspace.` }
}

const MIND: Readonly<Record<Language, string>> = { en: 'Mind', de: 'Achtung' }

function letterIn(language: Language, letter: Mailing['letter'], run: RunRow) {
  const { title, told, files } = letter(language)
  const doubts = told.doubts.map(({ sentence }) => `${MIND[language]}: ${sentence}`)
  return {
    subject: title,
    text: letterOf([...told.sentences, ...doubts, ...missedWords(run).map(sayIn(language))]),
    files: files.map(({ id }) => id),
    bytes: files.reduce((sum, { bytes }) => sum + bytes.length, 0),
  }
}

const missedWords = ({ missed }: RunRow): string[] =>
  missed === 0
    ? []
    : [
        `${missed} earlier ${missed === 1 ? 'report was' : 'reports were'} due while the server did not run, and ${missed === 1 ? 'was' : 'were'} left out.`,
      ]
