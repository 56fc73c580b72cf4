import { Resolver } from 'node:dns/promises'

/** What DNS says of a name. Its answers are only read, never connected to. */
export interface Names {
  /** TXT records, each joined; none when there are none; undefined when nobody answered. */
  txt(name: string): Promise<readonly string[] | undefined>
  /** MX records as `10 mail.example.com`. */
  mx(name: string): Promise<readonly string[] | undefined>
}

const NOTHING = new Set(['ENOTFOUND', 'ENODATA', 'NXDOMAIN'])
/** Kept of an answer: a name that somebody else owns may say a great deal. */
const [MOST, LONGEST] = [20, 4_096]

/** The machine's own resolver: six seconds at most. */
export function systemNames(): Names {
  const resolver = new Resolver({ timeout: 2_000, tries: 2 })
  const asked = async (ask: () => Promise<readonly string[]>): Promise<readonly string[] | undefined> => {
    try {
      return (await ask()).slice(0, MOST).map((each) => each.slice(0, LONGEST))
    } catch (error) {
      return NOTHING.has((error as { code?: string }).code ?? '') ? [] : undefined
    }
  }
  return {
    txt: (name) => asked(async () => (await resolver.resolveTxt(name)).map((parts) => parts.join(''))),
    mx: (name) => asked(async () => (await resolver.resolveMx(name)).map(({ priority, exchange }) => `${priority} ${exchange}`)),
  }
}
