import { randomUUID } from 'node:crypto'
import { type Outcome, type Problem, refuse } from '#lib/problem.ts'
import { type Pool, transaction } from '#platform/postgres/pool.ts'
import type { Provider } from '../entrance/api.ts'
import * as store from '../entrance/store.ts'
import { findPerson, listMembers, lockAddress, putMember } from '../store.ts'
import type { Vouched } from './identity-provider.ts'

/** Where providers send people back to. */
export const CALLBACK = '/api/auth/provider/callback'
export const callbackOf = ({ address }: { readonly address: { readonly url: string } }): string => `${address.url}${CALLBACK}`
export const secretPlace = (workspace: string) => ({ workspace, table: 'sign_in_settings', id: 'client_secret' })

/** Lets somebody in whom the workspace's provider vouches for: who came before, who was invited, or whose address is in an allowed domain. */
export function admit(
  { pool, now }: { readonly pool: Pool; readonly now: () => number },
  { workspace, provider, vouched }: { workspace: string; provider: Provider; vouched: Vouched },
): Promise<Outcome<{ person: string }>> {
  const { subject, email, name } = vouched
  return transaction(pool, async (tx): Promise<Outcome<{ person: string }>> => {
    await lockAddress(tx, email)
    if (!provider.domains.includes(email.slice(email.lastIndexOf('@') + 1))) return refuse(FOREIGN_DOMAIN)
    const known = await store.linkedPerson(tx, { workspace, subject })
    if (known !== undefined) {
      const [member] = await listMembers(tx, workspace, known)
      const again = member ? undefined : await store.takeInvitationOf(tx, { workspace, email, now: now() })
      // Who was removed does not come back by themselves.
      if (!member && again === undefined) return refuse(REMOVED)
      if (again !== undefined) await putMember(tx, workspace, { person: known, role: again, at: now() })
      return { person: known }
    }
    const there = await findPerson(tx, { email })
    const person = there?.id ?? randomUUID()
    if (!there) await store.insertVouched(tx, { id: person, name, email })
    const [member] = await listMembers(tx, workspace, person)
    const invited = await store.takeInvitationOf(tx, { workspace, email, now: now() })
    if (!member) await putMember(tx, workspace, { person, role: invited ?? provider.role, at: now() })
    await store.link(tx, { id: randomUUID(), workspace, subject, person })
    return { person }
  })
}

const FOREIGN_DOMAIN: Problem = { code: 'provider.domain', status: 403, title: 'This e-mail address is in no domain that is let in.' }
const REMOVED: Problem = {
  code: 'provider.removed',
  status: 403,
  title: 'You are no member of this workspace any more.',
  hint: 'Ask for an invitation.',
}
