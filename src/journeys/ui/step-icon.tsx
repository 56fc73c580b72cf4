import {
  BellRing,
  CirclePlay,
  CircleStop,
  Clock,
  GitFork,
  Hash,
  Hourglass,
  Inbox,
  LogOut,
  type LucideIcon,
  Mail,
  MessageCircleQuestionMark,
  MessageSquareText,
  MessagesSquare,
  PencilLine,
  Phone,
  Repeat,
  ShieldQuestionMark,
  Smartphone,
  Sparkles,
  Split,
  Webhook,
  Zap,
} from 'lucide-react'
import { type Family, family } from '../lanes.ts'
import type { Step } from '../steps.ts'

const ICONS: Record<Step['kind'], LucideIcon> = {
  wait: Clock,
  waitFor: Hourglass,
  branch: GitFork,
  split: Split,
  choose: Sparkles,
  email: Mail,
  sms: MessageSquareText,
  push: Smartphone,
  inapp: Inbox,
  whatsapp: Phone,
  slack: Hash,
  webhook: Webhook,
  message: MessagesSquare,
  call: MessageCircleQuestionMark,
  notify: BellRing,
  repeat: Repeat,
  start: CirclePlay,
  stop: CircleStop,
  hold: ShieldQuestionMark,
  update: PencilLine,
  exit: LogOut,
}

const INK: Record<Family, string> = {
  trigger: 'text-cat-trigger',
  message: 'text-cat-message',
  logic: 'text-cat-logic',
  time: 'text-cat-time',
  data: 'text-cat-data',
  decision: 'text-cat-decision',
  exit: 'text-cat-exit',
}
const STRIPE: Record<Family, string> = {
  trigger: 'bg-cat-trigger',
  message: 'bg-cat-message',
  logic: 'bg-cat-logic',
  time: 'bg-cat-time',
  data: 'bg-cat-data',
  decision: 'bg-cat-decision',
  exit: 'bg-cat-exit',
}

export const stripe = (kind: Step['kind'] | 'entry'): string => STRIPE[kind === 'entry' ? 'trigger' : family(kind)]

export function StepIcon({ kind, size = 16 }: { kind: Step['kind'] | 'entry'; size?: number }) {
  const Icon = kind === 'entry' ? Zap : ICONS[kind]
  return <Icon size={size} aria-hidden="true" className={`shrink-0 ${INK[kind === 'entry' ? 'trigger' : family(kind)]}`} />
}
