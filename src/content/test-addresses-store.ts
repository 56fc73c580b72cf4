import type { Queryable } from '#platform/log.ts'

export interface TestAddress {
  readonly channel: string
  readonly address: string
}
export interface TestAddressLine extends TestAddress {
  readonly confirmed: boolean
  readonly by: string
}

/** Times are epoch ms. */
export interface Asking extends TestAddress {
  readonly codeHash: string
  readonly at: number
  readonly by: string
}

/** Waits for its code; one that was confirmed stays so. False when too many codes were sent from this workspace within the hour. */
export async function askTestAddress(tx: Queryable, workspace: string, { channel, address, codeHash, at, by }: Asking): Promise<boolean> {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('test addresses ' || $1, 0))`, [workspace])
  const { rowCount } = await tx.query(
    `insert into test_addresses (workspace_id, channel, address, code_hash, asked_at, by)
     select $1, $2, $3, $4, $5::bigint, $6
     where (select count(*) from test_addresses where workspace_id = $1 and asked_at > $5::bigint - 3600000) < 10
     on conflict (workspace_id, channel, address) do update set code_hash = excluded.code_hash, tries = 0, asked_at = excluded.asked_at, by = excluded.by
       where test_addresses.asked_at <= excluded.asked_at - 60000`,
    [workspace, channel, address, codeHash, at, by],
  )
  return rowCount === 1
}

/** Whether the code was right: within 15 minutes, at the fifth try at the latest. */
export async function confirmTestAddress(
  tx: Queryable,
  workspace: string,
  { channel, address, codeHash, at }: Omit<Asking, 'by'>,
): Promise<boolean> {
  const { rows } = await tx.query<{ right: boolean }>(
    `update test_addresses set
       tries = case when code_hash = $4 then tries else tries + 1 end,
       confirmed_at = case when code_hash = $4 then coalesce(confirmed_at, $5::bigint) else confirmed_at end
     where workspace_id = $1 and channel = $2 and address = $3 and tries < 5 and asked_at > $5::bigint - 900000
     returning code_hash = $4 as right`,
    [workspace, channel, address, codeHash, at],
  )
  return rows[0]?.right === true
}

export async function testAddresses(tx: Queryable, workspace: string): Promise<TestAddressLine[]> {
  const { rows } = await tx.query<TestAddressLine>(
    `select channel, address, confirmed_at is not null as confirmed, by from test_addresses where workspace_id = $1 order by channel, address`,
    [workspace],
  )
  return rows
}

export async function removeTestAddress(tx: Queryable, workspace: string, { channel, address }: TestAddress): Promise<boolean> {
  const { rowCount } = await tx.query('delete from test_addresses where workspace_id = $1 and channel = $2 and address = $3', [
    workspace,
    channel,
    address,
  ])
  return rowCount === 1
}
