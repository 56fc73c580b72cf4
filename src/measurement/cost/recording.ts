import { type Outcome, type Problem, refuse } from '#lib/problem.ts'
import { CsvReader } from '#segments/csv.ts'
import { rateOn } from './lines.ts'
import { CostEntry, type CostRate } from './schema.ts'

type Priced = CostEntry & { readonly amount: number }

/** Entries with their amounts: tokens without one are priced by the rate of their model. */
export function priced(
  entries: readonly CostEntry[],
  { rates, dayOf }: { rates: readonly CostRate[]; dayOf: (at: number) => string },
): Outcome<Priced[]> {
  const done: Priced[] = []
  const wrong: Problem[] = []
  for (const [i, entry] of entries.entries()) {
    if (entry.amount !== undefined) {
      done.push({ ...entry, amount: entry.amount })
      continue
    }
    const fitting = rates.filter(({ charge }) => charge.per === 'million-tokens' && charge.model === entry.of)
    const rate = rateOn(fitting, dayOf(entry.at))
    if (rate?.charge.per !== 'million-tokens' || rate.currency !== entry.currency)
      wrong.push({
        code: 'cost.price',
        status: 422,
        title: `Nobody has said what tokens of “${entry.of}” cost in ${entry.currency} on that day.`,
        at: `/entries/${i}/amount`,
        hint: 'Say the amount, or publish a `cost-rate` per million-tokens for the model.',
      })
    else {
      const { in: into = 0, out = 0 } = entry.tokens ?? {}
      done.push({ ...entry, amount: (into * rate.charge.in + out * rate.charge.out) / 1_000_000 })
    }
  }
  return wrong.length === 0 ? done : many(wrong)
}

const many = (problems: readonly Problem[]) =>
  refuse({ code: 'cost.unsound', status: 422, title: 'Some entries cannot be taken; none was.', problems: problems.slice(0, 100) })

const NEEDED = ['id', 'day', 'kind', 'amount', 'currency'] as const
const KNOWN = [...NEEDED, 'journey', 'step', 'channel', 'offer', 'campaign', 'of', 'basis', 'note'] as const

/** Entries of a CSV text with a header; a row that cannot be read refuses the whole. `startOf`: first moment of a day. */
export function entriesIn(csv: string, startOf: (day: string) => number): Outcome<CostEntry[]> {
  const reader = new CsvReader()
  const [header = [], ...rows] = [...reader.push(csv), ...reader.end()]
  const names = header.map((name) => name.trim().toLowerCase())
  const missing = NEEDED.filter((name) => !names.includes(name))
  const strange = names.filter((name) => !(KNOWN as readonly string[]).includes(name))
  if (missing.length > 0 || strange.length > 0)
    return refuse({
      code: 'cost.columns',
      status: 422,
      title:
        missing.length > 0 ? `These columns are missing: ${missing.join(', ')}.` : `These columns are not known: ${strange.join(', ')}.`,
      at: '/csv',
      hint: `The columns are ${KNOWN.join(', ')}; the first five are needed.`,
    })
  const read = rows.map((row, i) =>
    entryOf(Object.fromEntries(names.map((name, k) => [name, (row[k] ?? '').trim()])), { line: i + 2, startOf }),
  )
  const wrong = read.filter((each): each is Problem => 'code' in each)
  return wrong.length > 0 ? many(wrong) : (read as CostEntry[])
}

function entryOf(
  row: Readonly<Record<string, string>>,
  { line, startOf }: { line: number; startOf: (day: string) => number },
): CostEntry | Problem {
  const { day = '', amount = '', ...rest } = row
  const problem = (title: string): Problem => ({ code: 'cost.row', status: 422, title: `Line ${line}: ${title}`, at: '/csv' })
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) return problem(`“${day}” is no day such as 2026-11-23`)
  if (amount === '' || !Number.isFinite(Number(amount))) return problem(`“${amount}” is no amount such as 12.50`)
  const said = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== ''))
  try {
    const entry = CostEntry.safeParse({ ...said, at: startOf(day), amount: Number(amount) })
    if (entry.success) return entry.data
    const [issue] = entry.error.issues
    return problem(`${issue!.path.join('.')}: ${issue!.message}`)
  } catch (error) {
    if (error instanceof RangeError) return problem(`“${day}” is no day`)
    throw error
  }
}
