import type { PolicyInput } from '../schema.ts'

/** Rules that come with Cadenza. Not legal advice: counsel decides which hold for you, and how. */
export interface Pack {
  /** As `policy-pack` documents name it. */
  readonly id: string
  readonly name: string
  /** In one sentence. */
  readonly about: string
  readonly owner: string
  /** A rule never changes in place: the old one gets an `until`, the new one a `from` and a higher version, so that replay decides as it did. */
  readonly policies: readonly (PolicyInput & { readonly version: number })[]
}

export const OWNER = 'Cadenza rule packs (not legal advice)'
export const NEEDS_COUNSEL = 'Needs counsel: taken from secondary tables, which disagree with each other.'

type Parts = Omit<PolicyInput, 'kind' | 'owner' | 'effective'> & {
  readonly from: string
  readonly until?: string
  readonly version?: number
}

/** A rule of a pack. */
export const law = ({ from, until, version = 1, ...parts }: Parts): Pack['policies'][number] => ({
  kind: 'policy',
  owner: OWNER,
  effective: until === undefined ? { from } : { from, until },
  version,
  ...parts,
})
