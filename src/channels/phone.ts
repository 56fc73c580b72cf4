/** A number in E.164 (`+` and 7 to 15 digits) of one that is written internationally, with the usual signs between the digits; undefined for anything else. */
export function phoneNumber(text: string): string | undefined {
  if (E164.test(text)) return text
  const bare = text
    .trim()
    .replace(/^00/, '+')
    .replace(/[\s().\-/\u00a0]/g, '')
  return E164.test(bare) ? bare : undefined
}

const E164 = /^\+[1-9]\d{6,14}$/
