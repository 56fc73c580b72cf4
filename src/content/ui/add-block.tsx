import {
  Braces,
  Code,
  Columns2,
  GitBranch,
  Heading,
  Image as ImageIcon,
  type LucideIcon,
  Minus,
  MousePointerClick,
  Plus,
  Puzzle,
  Scissors,
  ShoppingBag,
  Shuffle,
  Space,
  Text,
} from 'lucide-react'
import { Button as AriaButton } from 'react-aria-components/Button'
import { Menu, MenuItem, MenuTrigger } from 'react-aria-components/Menu'
import { Popover } from 'react-aria-components/Popover'
import { type BlockKind, PALETTE } from '#content/block-edit.ts'
import { useWords } from '#kit/words.ts'
import { STUDIO_WORDS } from './studio-words.ts'

export const BLOCK_ICONS: Readonly<Record<BlockKind, LucideIcon>> = {
  heading: Heading,
  text: Text,
  image: ImageIcon,
  button: MousePointerClick,
  columns: Columns2,
  products: ShoppingBag,
  coupon: Scissors,
  divider: Minus,
  spacer: Space,
  conditional: GitBranch,
  slot: Shuffle,
  snippet: Puzzle,
  mjml: Code,
}

interface AddBlockProps {
  readonly label: string
  readonly onAdd: (kind: BlockKind) => void
  /** Only the sign. */
  readonly small?: boolean
  readonly inColumns?: boolean
}

/** A menu of all kinds of blocks; columns are not offered inside of columns. */
export function AddBlock({ label, onAdd, small = false, inColumns = false }: AddBlockProps) {
  const say = useWords(STUDIO_WORDS)
  return (
    <MenuTrigger>
      <AriaButton
        aria-label={label}
        className={
          small
            ? 'inline-flex size-8 items-center justify-center rounded-button text-ink-2 hover:bg-sunken hover:text-ink pointer-coarse:size-11'
            : 'inline-flex h-9 items-center gap-2 rounded-button border border-dashed border-line-strong bg-surface px-3 font-medium text-ink-2 hover:bg-sunken hover:text-ink pointer-coarse:h-11'
        }
      >
        <Plus size={16} aria-hidden="true" />
        {!small && label}
      </AriaButton>
      <Popover className="max-h-[70vh] w-80 overflow-y-auto rounded-card border border-line bg-surface shadow-float">
        <Menu aria-label={label} onAction={(key) => onAdd(key as BlockKind)} className="p-1 outline-none">
          {PALETTE.filter((kind) => !(inColumns && kind === 'columns')).map((kind) => {
            const Icon = BLOCK_ICONS[kind] ?? Braces
            return (
              <MenuItem
                key={kind}
                id={kind}
                textValue={say.kinds[kind]}
                className="flex min-h-10 cursor-default items-center gap-3 rounded-input px-2 py-1 outline-none data-focused:bg-sunken"
              >
                <Icon size={16} className="shrink-0 text-ink-2" aria-hidden="true" />
                <span className="min-w-0">
                  <span className="block font-medium">{say.kinds[kind]}</span>
                  <span className="block text-meta text-ink-3">{say.kindsDo[kind]}</span>
                </span>
              </MenuItem>
            )
          })}
        </Menu>
      </Popover>
    </MenuTrigger>
  )
}
