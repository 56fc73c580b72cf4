/** The files that a screen is drawn by, as `vite build` wrote them down. */
export interface ScreenParts {
  /** The address of its route: `/people/$id`; `/journeys/$id?tab` where the query says which tab. */
  readonly path: string
  readonly scripts: readonly string[]
  readonly styles: readonly string[]
}

/**
 * The page for an address. It names the files of its screen, so that they are fetched beside the first script and not after it:
 * without that, each of three rounds (the program, the screen, what the screen shows) waits for the one before.
 */
export function pagesOf(html: string, screens: readonly ScreenParts[]): (url: string) => string {
  const pages = screens.map(({ path, scripts, styles }) => {
    const [address = '', says] = path.split('?')
    const page = html.replace('</head>', () => `${[...styles.map(style), ...scripts.map(script)].join('')}</head>`)
    return { segments: address.split('/'), says, page }
  })
  // What is written out goes before what stands for many.
  pages.sort((a, b) => stands(a.segments) - stands(b.segments) || Number(b.says !== undefined) - Number(a.says !== undefined))
  return (url) => {
    const [path = '', query] = url.split('?', 2)
    const segments = path.split('/')
    const said = new URLSearchParams(query)
    return pages.find(({ says, ...each }) => matches(each.segments, segments) && (says === undefined || said.has(says)))?.page ?? html
  }
}

const stands = (segments: readonly string[]): number => segments.filter((segment) => segment.startsWith('$')).length
const matches = (pattern: readonly string[], segments: readonly string[]): boolean =>
  pattern.length === segments.length && pattern.every((part, at) => (part.startsWith('$') ? segments[at] !== '' : part === segments[at]))

const script = (file: string): string => `<link rel="modulepreload" crossorigin href="/${file}">`
const style = (file: string): string => `<link rel="preload" as="style" crossorigin href="/${file}">`
