export interface SecretUse {
  readonly kind: string
  readonly id: string
}
interface Written extends SecretUse {
  readonly body: unknown
}

/** Which documents use which kept secret, by its name. */
export function usesOfSecrets(documents: readonly Written[]): ReadonlyMap<string, readonly SecretUse[]> {
  const found = new Map<string, SecretUse[]>()
  const note = (name: string, { kind, id }: Written): void => {
    const uses = found.get(name) ?? []
    if (!uses.some((each) => each.kind === kind && each.id === id)) found.set(name, [...uses, { kind, id }])
  }
  const look = (value: unknown, document: Written, at: readonly string[]): void => {
    if (value === null || typeof value !== 'object') {
      // `secrets: { … }`, `secret: …`, and the key of a signature.
      const isSecret = at.at(-2) === 'secrets' || at.at(-1) === 'secret' || (at.at(-2) === 'dkim' && at.at(-1) === 'key')
      if (typeof value === 'string' && isSecret) note(value, document)
      return
    }
    for (const [name, inner] of Object.entries(value)) look(inner, document, [...at, name])
  }
  for (const document of documents) look(document.body, document, [])
  return found
}
