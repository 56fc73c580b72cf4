/** A transparent GIF of one pixel. */
export const PIXEL = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')

interface Leaving {
  readonly topic: string
  readonly address: string
}

export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** `ada@shop.example` → `a••@shop.example`: the page is reached without a log-in. */
export function masked(address: string): string {
  if (!address.includes('@')) return escaped(`${address.slice(0, 3)}••••${address.slice(-2)}`)
  const [local = '', domain = ''] = address.split('@')
  return escaped(`${local.slice(0, 1)}••@${domain}`)
}

const ALL = 'marketing e-mails'
const what = ({ topic }: Leaving): string => (topic === '' ? ALL : `e-mails about “${escaped(topic.replaceAll('-', ' '))}”`)

const STYLE = `:root{color-scheme:light dark;--bg:#f6f7f5;--surface:#fff;--text:#171b17;--soft:#4a524b;--border:#868c84;--ink:#1b211c;--on:#fff;--focus:#0b5fb0}
@media(prefers-color-scheme:dark){:root{--bg:#101311;--surface:#181c19;--text:#ecf0ec;--soft:#b4bdb5;--border:#757e77;--ink:#ecf0ec;--on:#141815;--focus:#8cc4fa}}
*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;padding:16px;background:var(--bg);color:var(--text);font:16px/1.5 system-ui,sans-serif}
main{width:100%;max-width:30rem;padding:32px;border:1px solid var(--border);border-radius:8px;background:var(--surface)}
h1{margin:0 0 12px;font-size:24px;line-height:32px}p{margin:0 0 20px;color:var(--soft)}
button{min-height:44px;padding:8px 20px;border:1px solid var(--ink);border-radius:6px;background:var(--ink);color:var(--on);font:inherit;font-weight:600;cursor:pointer}
button.second{background:transparent;color:var(--text)}button:focus-visible{outline:3px solid var(--focus);outline-offset:2px}`

export const frame = (title: string, body: string, { lang = 'en', style = '' }: { lang?: string; style?: string } = {}): string =>
  `<!doctype html><html lang="${lang}" dir="ltr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex"><title>${title}</title><style>${STYLE}${style}</style></head><body><main>${body}</main></body></html>`

/** The pages behind the unsubscribe link. */
export const page = {
  ask: (claim: Leaving): string =>
    frame(
      'Unsubscribe',
      `<h1>Unsubscribe</h1><p>${masked(claim.address)} will not get ${what(claim)} any more.</p><form method="post"><button type="submit">Unsubscribe</button>${claim.topic === '' ? '' : ` <button class="second" type="submit" name="do" value="all">Unsubscribe from all ${ALL}</button>`}</form>`,
    ),
  gone: (claim: Leaving): string =>
    frame(
      'You are unsubscribed',
      `<h1>You are unsubscribed</h1><p role="status">${masked(claim.address)} gets no more ${what(claim)}. It works at once, also for messages that were waiting.</p><form method="post"><input type="hidden" name="do" value="return"><button class="second" type="submit">It was a mistake: subscribe me again</button></form>`,
    ),
  back: (claim: Leaving): string =>
    frame(
      'You are subscribed again',
      `<h1>You are subscribed again</h1><p role="status">${masked(claim.address)} gets ${what(claim)} as before.</p>`,
    ),
  lost: (): string =>
    frame(
      'This link does not work',
      '<h1>This link does not work</h1><p>It may have been cut off on its way. Open it from the message again, or copy the whole address.</p>',
    ),
}
