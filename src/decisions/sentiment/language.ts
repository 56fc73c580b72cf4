const words = (text: string): ReadonlySet<string> => new Set(text.split(' '))

/** Little words that nobody writes a sentence without, by language; those that several of them share are left out. */
const ENGLISH = words(
  'the and is are was were you your i my me we our it its this that these those of to for with have has had not but be been do does did will would can could should they them their what when how why there from at by so if very just get got no yes please thanks thank ever never really which who an all any more',
)
const OTHERS = words(
  'der die das und ist nicht ich sie wir ihr ein eine einen mit für von zu auf im dem den auch sich aber wie noch nur sehr kein keine bitte danke war haben wurde schon mehr le la les des une est pas je vous nous pour avec dans sur qui que ce cette très mais aussi ne au aux mon ma mes votre bonjour merci jamais rien el los las una es por para con pero muy mi su lo gracias como más nada il gli che non è per sono molto ma anche della del di grazie questo het een van ik niet je met voor zijn maar ook wel geen dank jullie o os as um uma não é em com meu minha muito obrigado isso och att det som är jag inte på en av har med og jeg ikke er til på ei ja on että nie jest się na do to',
)

/** Letters that English has, without accents; most of a text must be of these. */
const LATIN = /[a-z]/g
const LETTERS = /\p{L}/gu
const LEAST_LATIN = 0.9

/**
 * Whether a text is English, as far as its little words say. Short texts without any (`Great product!`) count as English when nothing
 * speaks against it: accents, another script, little words of others.
 */
export function isEnglish(text: string): boolean {
  const lower = text.slice(0, 20_000).toLowerCase().replaceAll('’', "'")
  const letters = lower.match(LETTERS)?.length ?? 0
  if (letters === 0) return true
  if ((lower.match(LATIN)?.length ?? 0) < LEAST_LATIN * letters) return false
  let [english, others, all] = [0, 0, 0]
  for (const token of lower.match(/[\p{L}']+/gu) ?? []) {
    all++
    const word = token.replace(/^'+|'+$/g, '').replace(/'.*/, '')
    if (ENGLISH.has(word)) english++
    else if (OTHERS.has(word)) others++
  }
  if (english === 0 && others === 0) return all <= SHORT && letters === (lower.match(LATIN)?.length ?? 0)
  return english > others
}
/** Words in which a sentence without any little word can still be English. */
const SHORT = 6
