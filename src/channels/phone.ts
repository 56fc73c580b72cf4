/** A number in E.164 (`+` and 7 to 15 digits) of one that is written internationally, with the usual signs between the digits; undefined for anything else. */
export function phoneNumber(text: string): string | undefined {
  const bare = text
    .trim()
    .replace(/^00/, '+')
    .replace(/[\s().\-/\u00a0]/g, '')
  return /^\+[1-9]\d{6,14}$/.test(bare) ? bare : undefined
}
