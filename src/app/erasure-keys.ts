import type { Tx } from '#platform/postgres/pool.ts'
import type { SubjectKeys } from '#platform/subject-keys.ts'
import { addressHash } from '#platform/suppressions.ts'
import { addressSubject, MENTIONS } from './backup-rules.ts'
import { namesOf, type Whole } from './erasure-subject.ts'
import { dropFromKeyRing } from './key-ring-file.ts'

interface Destroying {
  readonly tx: Tx
  readonly keys: SubjectKeys
  readonly secretKey: string
  readonly ws: string
  readonly whole: Whole
  /** The copy of all keys beside the database. */
  readonly keyRing?: string
}

/**
 * Destroys what opens the person in back-ups, beside their own keys: those of rows about their addresses and of texts that mention people; and
 * takes all of them off the key ring. On disk before the commit: a repeat after a crash does no harm, and a forgotten ring would.
 */
export async function destroyForBackups({ tx, keys, secretKey, ws, whole, keyRing }: Destroying): Promise<void> {
  const hash = addressHash(secretKey)
  const others = [...namesOf(whole).identifiers.map((each) => addressSubject(hash(ws, each))), MENTIONS]
  await keys.destroy(tx, ws, others)
  // Tables without a workspace mention people of all.
  await keys.destroy(tx, '', [MENTIONS])
  if (keyRing === undefined) return
  await dropFromKeyRing(keyRing, { ws, profiles: [...whole.profiles, ...others] })
  await dropFromKeyRing(keyRing, { ws: '', profiles: [MENTIONS] })
}
