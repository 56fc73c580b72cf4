import { useRouter } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { Button } from '#kit/button.tsx'
import { useMay } from '#kit/me.ts'
import { useWords } from '#kit/words.ts'
import { EXPERIMENT_WORDS } from './experiment-words.ts'
import { Naming } from './naming.tsx'

/** Begins an authored experiment, goal or hold-out: its name first, its settings on its own page. */
export function Begin({ kind, label, to }: { kind: string; label: string; to: (id: string, name: string) => string }) {
  const say = useWords(EXPERIMENT_WORDS)
  const router = useRouter()
  const may = useMay('documents:write')
  const [open, setOpen] = useState(false)
  if (!may) return null
  return (
    <>
      <Button look="primary" onClick={() => setOpen(true)}>
        <Plus size={16} aria-hidden="true" />
        {label}
      </Button>
      {open && (
        <Naming
          kind={kind}
          title={label}
          say={{ ...say, label: say.nameIt, submit: say.begin }}
          onNamed={(id, name) => router.history.push(to(id, name))}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  )
}
