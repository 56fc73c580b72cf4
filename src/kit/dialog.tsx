import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { Dialog as AriaDialog } from 'react-aria-components/Dialog'
import { Heading } from 'react-aria-components/Heading'
import { Modal, ModalOverlay } from 'react-aria-components/Modal'
import { IconButton } from './button.tsx'
import { useWords, words } from './words.ts'

const WORDS = words({ close: 'Close' }, { de: { close: 'Schließen' } })

interface DialogProps {
  readonly title: string
  readonly open: boolean
  readonly onClose: () => void
  readonly children: ReactNode
  readonly wide?: boolean
}

/** A modal dialog: focus is held inside and given back, Escape closes it. */
export function Dialog({ title, open, onClose, children, wide = false }: DialogProps) {
  const say = useWords(WORDS)
  return (
    <ModalOverlay
      isOpen={open}
      onOpenChange={(now) => !now && onClose()}
      isDismissable
      className="fixed inset-0 z-50 flex items-start justify-center overflow-y-auto bg-shade p-4 pt-[12vh]"
    >
      <Modal className={`w-full rise rounded-card border border-line bg-surface shadow-float ${wide ? 'max-w-[640px]' : 'max-w-[480px]'}`}>
        <AriaDialog className="outline-none">
          <div className="flex items-center justify-between gap-4 border-b border-line py-2.5 pr-2.5 pl-4">
            <Heading slot="title" className="text-h3">
              {title}
            </Heading>
            <IconButton label={say.close} onClick={onClose}>
              <X size={18} aria-hidden="true" />
            </IconButton>
          </div>
          <div className="p-4">{children}</div>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  )
}
