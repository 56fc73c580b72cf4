import { Code } from '#kit/copy.tsx'

/** The journey as it is written: what the command line applies and exports. */
export function CodeView({ id, yaml }: { id: string; yaml: string }) {
  return (
    <div className="flex flex-col gap-3">
      <p className="max-w-[72ch] text-ink-2">
        This is the whole journey. Keep it in your repository and publish changes with <code className="text-dense">npx cadenza apply</code>
        ; applying the same text twice changes nothing.
      </p>
      <Code label={`${id}.yaml`} text={yaml} numbered />
    </div>
  )
}
