import { useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { call } from '#kit/api.ts'
import { useMe } from '#kit/me.ts'
import { toSavedReport } from '#kit/paths.ts'
import { useWords } from '#kit/words.ts'
import { ListDocuments } from '#workspaces/documents/api.ts'
import type { ReportLine } from '../reports/api.ts'
import { SaveReport } from '../reports/saved-api.ts'
import { Naming } from './naming.tsx'
import { REPORT_WORDS } from './report-words.ts'

interface SaveProps {
  readonly report: ReportLine
  readonly params: Readonly<Record<string, unknown>>
  readonly onClose: () => void
}

/** Keeps a report with what it is asked, under a name; the schedule and who gets it follow on its own page. */
export function SaveView({ report, params, onClose }: SaveProps) {
  const say = useWords(REPORT_WORDS)
  const client = useQueryClient()
  const router = useRouter()
  const { person } = useMe()
  const save = async (id: string, name: string) => {
    // To whoever saves it, until they say who else.
    const deliver = person ? [{ to: 'email' as const, people: [person.email], as: 'pdf' as const }] : []
    await call(SaveReport, { id, body: { name, report: report.id, params: params as never, deliver } })
    await client.invalidateQueries({ queryKey: [ListDocuments.name] })
    router.history.push(toSavedReport(id, 'settings'))
  }
  return (
    <Naming kind="report" title={say.save} say={{ ...say, label: say.saveAs, submit: say.saveIt }} onNamed={save} onClose={onClose}>
      <p className="text-ink-2">{say.saveWhy}</p>
    </Naming>
  )
}
