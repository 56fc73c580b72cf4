import { useRead } from '#kit/api.ts'
import { useWords } from '#kit/words.ts'
import { ListReports, type ReportLine } from '../reports/api.ts'
import { REPORT_NAMES } from './report-words.ts'

/** All reports, called as the reader's language calls them. */
export function useReports() {
  const names = useWords(REPORT_NAMES)
  const reports = useRead(ListReports, {})
  const named = (line: ReportLine): ReportLine => {
    const [title, question] = names.of(line.id) ?? [line.title, line.question]
    return { ...line, title, question }
  }
  return { reports, lines: reports.data?.reports.map(named) ?? [] }
}

/** A line of the registry by its id. */
export function useReport(id: string) {
  const { reports, lines } = useReports()
  return { reports, line: lines.find((each) => each.id === id) }
}
