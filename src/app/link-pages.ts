import { filled, type Language, WORDS } from './preference-words.ts'
import { UNSUBSCRIBE_WORDS } from './unsubscribe-words.ts'

/** A transparent GIF of one pixel. */
export const PIXEL = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')

export interface Leaving {
  readonly language: Language
  readonly address: string
  /** The topic as readers know it; '' for all marketing. */
  readonly topic: string
  /** Language of the topic’s name, which may differ from the page’s. */
  readonly topicLanguage?: string
}

export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** `ada@shop.example` → `a••@shop.example`: the page is reached without a log-in. */
export function masked(address: string): string {
  if (!address.includes('@')) return escaped(`${address.slice(0, 3)}••••${address.slice(-2)}`)
  const [local = '', domain = ''] = address.split('@')
  return escaped(`${local.slice(0, 1)}••@${domain}`)
}

const STYLE = `:root{color-scheme:light dark;--bg:#f6f7f5;--surface:#fff;--text:#171b17;--soft:#4a524b;--border:#868c84;--ink:#1b211c;--on:#fff;--focus:#0b5fb0}
@media(prefers-color-scheme:dark){:root{--bg:#101311;--surface:#181c19;--text:#ecf0ec;--soft:#b4bdb5;--border:#757e77;--ink:#ecf0ec;--on:#141815;--focus:#8cc4fa}}
*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;padding:16px;background:var(--bg);color:var(--text);font:16px/1.5 system-ui,sans-serif}
main{width:100%;max-width:30rem;padding:32px;border:1px solid var(--border);border-radius:8px;background:var(--surface)}
h1{margin:0 0 12px;font-size:24px;line-height:32px}p{margin:0 0 20px;color:var(--soft)}
button{min-height:44px;padding:8px 20px;border:1px solid var(--ink);border-radius:6px;background:var(--ink);color:var(--on);font:inherit;font-weight:600;cursor:pointer}
button.second{background:transparent;color:var(--text)}button:focus-visible{outline:3px solid var(--focus);outline-offset:2px}`

export const frame = (title: string, body: string, { lang = 'en', style = '' }: { lang?: string; style?: string } = {}): string =>
  `<!doctype html><html lang="${lang}" dir="${directionOf(lang)}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex"><title>${title}</title><style>${STYLE}${style}</style></head><body><main>${body}</main></body></html>`

/** Languages that are written from right to left (the workspace may name its topics in any). */
const RIGHT_TO_LEFT: ReadonlySet<string> = new Set(['ar', 'arc', 'ckb', 'dv', 'fa', 'he', 'ps', 'sd', 'ug', 'ur', 'yi'])
export const directionOf = (lang: string): 'ltr' | 'rtl' => (RIGHT_TO_LEFT.has(lang.toLowerCase().split('-')[0]!) ? 'rtl' : 'ltr')

/** A sentence with the address and the topic kept apart from the direction of what is around them. */
function sentence(text: string, { language, address, topic, topicLanguage = '' }: Leaving): string {
  const words = UNSUBSCRIBE_WORDS[language]
  const lang = topicLanguage === '' || topicLanguage === language ? '' : ` lang="${escaped(topicLanguage)}"`
  const what = topic === '' ? escaped(words.all) : filled(escaped(words.about), { topic: `<bdi${lang}>${escaped(topic)}</bdi>` })
  return filled(escaped(text), { address: `<bdi>${masked(address)}</bdi>`, what })
}

/** The pages behind the unsubscribe link. */
export const page = {
  ask: (leaving: Leaving): string => {
    const words = UNSUBSCRIBE_WORDS[leaving.language]
    const all =
      leaving.topic === '' ? '' : ` <button class="second" type="submit" name="do" value="all">${escaped(words.leaveAll)}</button>`
    const form = `<form method="post"><button type="submit">${escaped(words.leave)}</button>${all}</form>`
    return spoken(words.title, `<p>${sentence(words.ask, leaving)}</p>${form}`, leaving)
  },
  gone: (leaving: Leaving): string => {
    const words = UNSUBSCRIBE_WORDS[leaving.language]
    const mistake = `<form method="post"><input type="hidden" name="do" value="return"><button class="second" type="submit">${escaped(words.mistake)}</button></form>`
    return spoken(words.goneTitle, `<p role="status">${sentence(words.gone, leaving)}</p>${mistake}`, leaving)
  },
  back: (leaving: Leaving): string => {
    const words = UNSUBSCRIBE_WORDS[leaving.language]
    return spoken(words.backTitle, `<p role="status">${sentence(words.back, leaving)}</p>`, leaving)
  },
  lost: (language: Language): string => {
    const { lostTitle, lost } = WORDS[language]
    return spoken(lostTitle, `<p>${escaped(lost)}</p>`, { language })
  },
}

const spoken = (title: string, body: string, { language }: Pick<Leaving, 'language'>): string =>
  frame(escaped(title), `<h1>${escaped(title)}</h1>${body}`, { lang: language })
