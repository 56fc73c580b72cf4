/** One rendering of one message for one person. */
export interface Rendering {
  readonly profile: string
  readonly template: string
  /** '' when it is not known. */
  readonly locale: string
  /** Characters that the reader gets. */
  readonly length: number
  /** Things that are wrong with it; a message that could not be made counts most. */
  readonly problems: number
}

export interface Example {
  readonly profile: string
  readonly template: string
  /** `longest`, `rarest-locale`, `worst`, or `spread`. */
  readonly why: 'longest' | 'rarest-locale' | 'worst' | 'spread'
}

/** The `k` examples that show most: the longest, one in the rarest locale, the worst, then evenly over the rest. Deterministic. */
export function chooseExamples(renderings: readonly Rendering[], k: number): Example[] {
  const all = [...renderings].sort((a, b) => (`${a.template} ${a.profile}` < `${b.template} ${b.profile}` ? -1 : 1))
  const chosen: Example[] = []
  const add = (found: Rendering | undefined, why: Example['why']): void => {
    const isNew = found && !chosen.some(({ profile, template }) => profile === found.profile && template === found.template)
    if (isNew && chosen.length < k) chosen.push({ profile: found.profile, template: found.template, why })
  }
  add(
    most(all, ({ problems }) => problems),
    'worst',
  )
  add(
    most(all, ({ length }) => length),
    'longest',
  )
  const times = new Map<string, number>()
  for (const { locale } of all) times.set(locale, (times.get(locale) ?? 0) + 1)
  add(
    most(all, ({ locale }) => -times.get(locale)!),
    'rarest-locale',
  )
  for (let i = 0; i < k && all.length > 0; i++) add(all[Math.floor((i * all.length) / k)], 'spread')
  for (const each of all) add(each, 'spread')
  return chosen
}

function most<T>(all: readonly T[], by: (each: T) => number): T | undefined {
  return all.reduce<T | undefined>((best, each) => (best === undefined || by(each) > by(best) ? each : best), undefined)
}
