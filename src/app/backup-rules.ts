import { POSTGRES, type Rows } from './personal-data.ts'

/** How a table of PostgreSQL goes into a back-up. */
export type BackupRule =
  | { readonly kind: 'left out' }
  /** Rows about nobody of the audience, or by pseudonym only. */
  | { readonly kind: 'open' }
  /** Each row sealed for whoever it is about, as SQL on the row `x`: the first of these that is not ''. */
  | { readonly kind: 'rows'; readonly profile: readonly string[]; readonly identifier: readonly string[]; readonly erase: Rows['erase'] }
  /** A column with records of many people: each sealed for its own. */
  | { readonly kind: 'parts'; readonly column: string }

/**
 * Keys go onto the key ring, and sessions into no copy: whoever reads a back-up must not be signed in by it. The rest belongs to processes,
 * not to data.
 */
const LEFT_OUT: ReadonlySet<string> = new Set([
  'schema_migrations',
  'workspace_keys',
  'subject_keys',
  'workers',
  'facts_home',
  'auth_sessions',
  'auth_verifications',
  'auth_rate_limits',
])

const BY_PROFILE = { identifier: [], erase: 'delete' } as const

/** Tables in which several people lie together. */
const MIXED: Readonly<Record<string, BackupRule>> = {
  log: { kind: 'parts', column: 'records' },
  fact_blocks: { kind: 'parts', column: 'facts' },
  identities: { kind: 'rows', profile: ['x.profile_id'], ...BY_PROFILE },
  merged_profiles: { kind: 'rows', profile: ['x.profile_id'], ...BY_PROFILE },
  // A hashed address is what stays of the erased.
  suppressions: { kind: 'rows', profile: [], identifier: [`case when x.hashed then '' else x.address end`], erase: 'delete' },
}

/** Throws for a table that is not on the map of personal data. */
export function backupRule(table: string): BackupRule {
  const holding = POSTGRES[table]
  if (!holding) throw new Error(`${table} is not on the map of personal data`)
  if (LEFT_OUT.has(table)) return { kind: 'left out' }
  switch (holding.kind) {
    case 'nobody':
    case 'staff':
    case 'place':
    case 'proof':
      return { kind: 'open' }
    case 'fleeting':
      return { kind: 'left out' }
    case 'rows': {
      const { profile = [], identifier = [] } = holding.of
      const columns = (names: readonly string[]) => names.map((name) => `x.${name}`)
      return { kind: 'rows', profile: columns(profile), identifier: columns(identifier), erase: holding.erase }
    }
    case 'mixed': {
      const rule = MIXED[table]
      if (!rule) throw new Error(`${table}: say in backup-rules.ts whose key seals its rows`)
      return rule
    }
  }
}

/** Who a sealed thing belongs to: a person, an address, or all that are mentioned in the midst of a text. */
export type Owner = 'person' | 'address' | 'mentions'

/** The name under which rows about an address have their key. */
export const addressSubject = (hash: string): string => `address:${hash}`

/** The one key of texts that mention people: nobody knows whom, so each erasure destroys it. */
export const MENTIONS = 'mentions'
