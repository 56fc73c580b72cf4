import { Page } from '#kit/page.tsx'
import { useWords } from '#kit/words.ts'
import { Account } from '#workspaces/ui/account.tsx'
import { ACCOUNT_WORDS } from '#workspaces/ui/account-words.ts'

export function OwnAccountPage() {
  const say = useWords(ACCOUNT_WORDS)
  return (
    <Page title={say.title}>
      <div className="max-w-[880px]">
        <Account />
      </div>
    </Page>
  )
}
