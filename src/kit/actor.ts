import { words, wordsNow } from './words.ts'

const WORDS = words(
  { key: 'An API key', person: 'A former colleague', server: 'The server' },
  { de: { key: 'Ein API-Schlüssel', person: 'Eine frühere Kollegin oder ein früherer Kollege', server: 'Der Server' } },
)

/** Whoever did something, as told by the server: a name, or what the actor is where no name is known any more. */
export function actorName(by: string): string {
  const say = wordsNow(WORDS)
  if (by.startsWith('key:')) return say.key
  if (by.startsWith('person:')) return say.person
  return by === 'system' || by.startsWith('system:') ? say.server : by
}
