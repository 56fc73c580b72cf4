import { Download } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Button } from '#kit/button.tsx'
import { download } from '#kit/download.ts'
import { ErrorView } from '#kit/states.tsx'
import { useWords } from '#kit/words.ts'
import { ExportReport } from '../reports/saved-api.ts'
import { REPORT_WORDS } from './report-words.ts'

interface TakeProps {
  readonly label: string
  /** What of the report, for those who do not see where the button stands. */
  readonly what?: string
  readonly look?: 'plain' | 'quiet'
  readonly ask: Parameters<typeof download<typeof ExportReport.input, typeof ExportReport.output>>[1]
}

/** Takes the report along as a file. What went wrong is said where one pressed. */
export function Take({ label, what, look = 'plain', ask }: TakeProps) {
  const say = useWords(REPORT_WORDS)
  const [state, setState] = useState<{ busy: boolean; error?: unknown }>({ busy: false })
  const said = JSON.stringify(ask)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another question makes an old failure untrue
  useEffect(() => setState({ busy: false }), [said])
  const take = async () => {
    setState({ busy: true })
    try {
      await download(ExportReport, ask)
      setState({ busy: false })
    } catch (error) {
      setState({ busy: false, error })
    }
  }
  return (
    <>
      <Button look={look} busy={state.busy} onClick={() => void take()}>
        <Download size={15} aria-hidden="true" />
        {label}
        {what && <span className="sr-only">{say.of(what)}</span>}
      </Button>
      {state.error !== undefined && <ErrorView error={state.error} retry={() => void take()} />}
    </>
  )
}
