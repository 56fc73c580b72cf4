import { reading } from './story.ts'

interface Options {
  readonly url: string
  readonly secretKey: string
}

interface Mail {
  readonly id: string
  readonly to: string
  readonly messageId: string
}

const BROWSER = {
  'user-agent': 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Safari/537.36',
}
const EVERY_MS = 400

/** The households look into their mail, open some, click some, and a few unsubscribe by the button of their mail program. */
export function startReaders({ url, secretKey }: Options): { stop(): Promise<void> } {
  const state = { stopping: false, last: 0 }
  const ask = async <T>(path: string): Promise<T> => {
    const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${secretKey}` } })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }
  const look = async (): Promise<void> => {
    const fresh: Mail[] = []
    let cursor: string | null = null
    do {
      const page: { mail: Mail[]; next: string | null } = await ask(`/api/mailbox${cursor === null ? '' : `?cursor=${cursor}`}`)
      const unread = page.mail.filter((mail) => Number(mail.id) > state.last)
      fresh.push(...unread)
      cursor = unread.length === page.mail.length ? page.next : null
    } while (cursor !== null)
    for (const mail of fresh.toReversed()) {
      state.last = Number(mail.id)
      await read(mail, ask)
    }
  }
  const run = async (): Promise<void> => {
    while (!state.stopping) {
      await look()
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
    }
  }
  const running = run()
  return {
    async stop() {
      state.stopping = true
      await running
    },
  }
}

async function read(mail: Mail, ask: <T>(path: string) => Promise<T>): Promise<void> {
  const does = reading(mail.to, mail.messageId)
  if (does === 'ignores') return
  const { html } = await ask<{ html: string }>(`/api/mailbox/${mail.id}`)
  const link = (kind: 'o' | 'c' | 'u'): string | undefined => new RegExp(`https?://[^"\\s]+/${kind}/[\\w.-]+`).exec(html)?.[0]
  const pixel = link('o')
  if (pixel) await fetch(pixel, { headers: BROWSER })
  const target = does === 'clicks' ? link('c') : undefined
  if (target) await fetch(target, { headers: BROWSER, redirect: 'manual' })
  const leave = does === 'leaves' ? link('u') : undefined
  if (leave)
    await fetch(leave, {
      method: 'POST',
      body: 'List-Unsubscribe=One-Click',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
}
