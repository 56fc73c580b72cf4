/** Who fetched a link: a person, surely a program, or perhaps one that fetches for people. */
export type Fetcher = 'person' | 'suspect' | 'machine'

/** Programs that say what they are. */
const MACHINE =
  /bot\b|crawl|spider|scan|preview|prefetch|headless|curl\/|wget\/|python-|go-http-client|okhttp|java\/|libwww|barracuda|mimecast|proofpoint|trendmicro|symantec|forcepoint|safelinks|linkcheck|monitor|axios|node-fetch|undici|^$/i
/** Image proxies fetch both for people who open and ahead of them; Apple's privacy proxy says no more than `Mozilla/5.0`. */
const SUSPECT = /googleimageproxy|yahoomailproxy|bingpreview|^mozilla\/5\.0$/i

/** Judges by what the request says of itself, and how soon it came after the message was handed over (ms; undefined when not known). */
export function fetcherOf({ agent, purpose, soon }: { agent: string; purpose: string; soon: number | undefined }): Fetcher {
  if (SUSPECT.test(agent)) return 'suspect'
  if (MACHINE.test(agent) || /prefetch|preview/i.test(purpose)) return 'machine'
  // A security gateway follows links while it takes the message in.
  return soon !== undefined && soon < 2_000 ? 'suspect' : 'person'
}
