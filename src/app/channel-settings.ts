import { createPrivateKey, createPublicKey } from 'node:crypto'
import { z } from 'zod'
import { PROVIDERS } from '#channels/adapters/providers.ts'
import type { ProviderType } from '#channels/provider.ts'
import { ProviderDocument } from '#channels/provider-document.ts'
import { type Answer, dkimRecord, dmarcNames, dmarcRecord, domainOf, envelopeDomain, mxRecord, spfRecord } from '#channels/sender-dns.ts'
import { CheckSender, ListProviderTypes } from '#channels/settings-api.ts'
import { Sender } from '#content/schema.ts'
import { refuse } from '#lib/problem.ts'
import { liveDocuments } from '#platform/documents.ts'
import { type Binding, bind } from '#platform/http/actions.ts'
import type { Queryable } from '#platform/log.ts'
import type { Names } from '#platform/names.ts'
import type { Pool } from '#platform/postgres/pool.ts'
import { inWorkspace } from '#platform/postgres/tenancy.ts'
import { CannotOpen, type SecretBox } from '#platform/secrets.ts'
import { secretValue } from '#workspaces/secrets/actions.ts'

interface Options {
  readonly pool: Pool
  readonly secrets: SecretBox
  readonly names: Names
  readonly now: () => number
  readonly types?: ReadonlyMap<string, ProviderType>
  /** Where mail comes back to this server: host of PUBLIC_URL. */
  readonly host: () => string
}

/** What the screens of channels ask besides the documents themselves. */
export const channelSettingBindings = ({ pool, secrets, names, now, host, types = PROVIDERS }: Options): Binding[] => [
  bind(ListProviderTypes, async () => ({ types: [...types.values()].map(typeLine) })),
  bind(CheckSender, async ({ id }, { workspace }) => {
    const found = await inWorkspace(pool, workspace, (tx) => senderIn(tx, { workspace, id, secrets }))
    if (!found)
      return refuse({
        code: 'sender.unknown',
        status: 404,
        title: 'There is no sender of this name',
        detail: id,
        hint: 'Publish it first.',
      })
    const { sender, key, type } = found
    const from = domainOf(sender.from.address)
    const [spf, dkim, dmarc, mx] = await Promise.all([
      names.txt(envelopeDomain(sender)),
      sender.dkim ? names.txt(`${sender.dkim.selector}._domainkey.${sender.dkim.domain}`) : [],
      policyOf(names, from),
      sender.verpDomain === undefined ? [] : names.mx(sender.verpDomain),
    ])
    const back = mxRecord(sender, { host: host(), found: mx })
    const records = [spfRecord(sender, { type, found: spf }), dkimRecord(sender, { key, found: dkim }), dmarcRecord(sender, dmarc), back]
    return {
      domain: from,
      at: now(),
      records: records.filter((each) => each !== null).map((each) => ({ ...each, found: [...each.found] })),
    }
  }),
]

function typeLine({ type, channel, does, secrets, settings }: ProviderType) {
  const schema = z.toJSONSchema(settings, { io: 'input', unrepresentable: 'any' }) as unknown as Record<string, never>
  return { type, channel, does, secrets: Object.entries(secrets).map(([name, is]) => ({ name, is })), settings: schema }
}

/** The sender, the public half of its key, and the type of the provider that its mail leaves by. */
async function senderIn(tx: Queryable, { workspace, id, secrets }: { workspace: string; id: string; secrets: SecretBox }) {
  const live = await liveDocuments(tx, workspace)
  const body = live.find((each) => each.kind === 'sender' && each.id === id)?.body
  if (body === undefined) return undefined
  const sender = Sender.parse(body)
  const providers = live.filter(({ kind }) => kind === 'provider').map((each) => ProviderDocument.parse(each.body))
  const mail = providers.filter(({ channel }) => channel === 'email')
  const way = mail.find((each) => each.id === sender.provider) ?? mail.find((each) => each.default) ?? mail[0]
  const key = sender.dkim ? await publicHalf(tx, secrets, { workspace, name: sender.dkim.key }) : null
  return { sender, key, type: way?.type ?? 'smtp' }
}

/** Base64 of the public key that belongs to a kept PEM key; null when it is not there, or is none. */
async function publicHalf(tx: Queryable, box: SecretBox, named: { workspace: string; name: string }): Promise<string | null> {
  try {
    const pem = await secretValue(tx, box, named)
    return pem === undefined ? null : createPublicKey(createPrivateKey(pem)).export({ type: 'spki', format: 'der' }).toString('base64')
  } catch (error) {
    // What is kept is no private key, or its seal cannot be opened: the sender cannot sign either way, and that is what is told.
    if (error instanceof CannotOpen || (error as { code?: string }).code?.startsWith('ERR_OSSL')) return null
    throw error
  }
}

async function policyOf(names: Names, domain: string): Promise<{ name: string; found: Answer }> {
  let last: { name: string; found: Answer } = { name: `_dmarc.${domain}`, found: [] }
  for (const name of dmarcNames(domain)) {
    last = { name, found: await names.txt(name) }
    if (last.found?.some((text) => /^v=DMARC1/i.test(text))) return last
  }
  return last
}
