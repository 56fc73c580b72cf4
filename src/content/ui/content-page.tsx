import type { ReactNode } from 'react'
import { Page, TabLinks } from '#kit/page.tsx'
import { type ContentTab, toContent } from '#kit/paths.ts'
import { useWords } from '#kit/words.ts'
import { LIST_WORDS } from './list-words.ts'

const TABS: readonly ContentTab[] = ['templates', 'snippets', 'brands', 'products', 'coupons', 'pages']

/** The frame of the lists of content. */
export function ContentPage({ tab, actions, children }: { tab: ContentTab; actions?: ReactNode; children: ReactNode }) {
  const say = useWords(LIST_WORDS)
  return (
    <Page title={say.title} lead={say.lead} actions={actions}>
      <TabLinks
        label={say.tabsLabel}
        className="mb-5"
        tabs={TABS.map((each) => ({ label: say.tabs[each], href: toContent(each), current: each === tab }))}
      />
      {children}
    </Page>
  )
}
