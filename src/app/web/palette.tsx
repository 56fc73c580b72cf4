import { useRouter } from '@tanstack/react-router'
import { useState } from 'react'
import { Autocomplete } from 'react-aria-components/Autocomplete'
import { Dialog } from 'react-aria-components/Dialog'
import { Header } from 'react-aria-components/Header'
import { Input } from 'react-aria-components/Input'
import { Menu, MenuItem, MenuSection } from 'react-aria-components/Menu'
import { Modal, ModalOverlay } from 'react-aria-components/Modal'
import { SearchField } from 'react-aria-components/SearchField'
import { Scroll } from '#kit/scroll.tsx'
import { useWords } from '#kit/words.ts'
import { useGroups } from './palette-items.ts'
import { SHELL_WORDS } from './shell-words.ts'

export function Palette({ onClose, onHelp }: { onClose: () => void; onHelp: () => void }) {
  const router = useRouter()
  const say = useWords(SHELL_WORDS)
  const [typed, setTyped] = useState('')
  const groups = useGroups(typed, (href) => router.history.push(href), onHelp)
  return (
    <ModalOverlay
      isOpen
      onOpenChange={(open) => !open && onClose()}
      isDismissable
      className="fixed inset-0 z-50 flex items-start justify-center bg-shade p-4 pt-[12vh]"
    >
      <Modal className="w-full max-w-[560px] overflow-hidden rise rounded-card border border-line bg-surface shadow-float">
        <Dialog aria-label={say.palette} className="outline-none">
          <Autocomplete inputValue={typed} onInputChange={setTyped}>
            <SearchField aria-label={say.palette} autoFocus className="border-b border-line">
              <Input
                placeholder={say.palettePlaceholder}
                className="h-13 w-full bg-surface px-4 text-h3 placeholder:text-ink-3 focus:outline-none [&::-webkit-search-cancel-button]:hidden"
              />
            </SearchField>
            <Scroll label={say.results} className="max-h-[52vh] overflow-y-auto">
              <Menu
                aria-label={say.results}
                className="p-2 outline-none"
                renderEmptyState={() => <p className="p-4 text-ink-2">{say.nothing(typed)}</p>}
                onAction={(id) => {
                  onClose()
                  groups
                    .flatMap((group) => group.items)
                    .find((item) => item.id === id)
                    ?.run()
                }}
              >
                {groups.map((group) => (
                  <MenuSection key={group.name} id={group.name} className="mb-1">
                    <Header className="px-2.5 py-1.5 text-meta font-medium text-ink-3">{group.name}</Header>
                    {group.items.map(({ id, label, note, icon: Icon }) => (
                      <MenuItem
                        key={id}
                        id={id}
                        textValue={label}
                        className="flex min-h-9 cursor-pointer items-center gap-2.5 rounded-button px-2.5 outline-none data-[focused]:bg-sunken data-[focus-visible]:outline-2 data-[focus-visible]:-outline-offset-2 data-[focus-visible]:outline-focus"
                      >
                        <Icon size={16} aria-hidden="true" className="shrink-0 text-ink-3" />
                        <span className="min-w-0 flex-1 truncate">{label}</span>
                        {note && <span className="max-w-[45%] truncate text-meta text-ink-3">{note}</span>}
                      </MenuItem>
                    ))}
                  </MenuSection>
                ))}
              </Menu>
            </Scroll>
          </Autocomplete>
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}
