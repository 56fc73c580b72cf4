const BROWSERS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\//, 'Firefox'],
  [/Chrom(?:e|ium)\//, 'Chrome'],
  [/Safari\//, 'Safari'],
  [/^(?:node|undici|curl)/i, 'API'],
]
const SYSTEMS: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/iPhone|iPad/, 'iOS'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux/, 'Linux'],
]

/** `Firefox · Windows`, from what a browser calls itself; '' when it says nothing that is known. */
export const browserOf = (agent: string): string =>
  [BROWSERS, SYSTEMS]
    .map((known) => known.find(([pattern]) => pattern.test(agent))?.[1])
    .filter((name) => name !== undefined)
    .join(' · ')
