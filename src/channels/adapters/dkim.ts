import { createHash, type KeyObject, sign } from 'node:crypto'
import { foldHeader } from '../mime.ts'

/** RFC 6376 §5.4.1, with what RFC 8058 §4 and mailbox providers ask to be covered. */
const COVERED =
  'from:to:reply-to:subject:date:message-id:mime-version:content-type:list-id:list-unsubscribe:list-unsubscribe-post:feedback-id:auto-submitted'.split(
    ':',
  )

/**
 * The DKIM-Signature header for a message of CRLF lines, `rsa-sha256` and `relaxed/relaxed` (RFC 6376).
 * Signs in libuv's threads: the event loop goes on. Throws on a key that is not RSA.
 */
export async function dkimSignature(
  message: string,
  { domain, selector, key }: { domain: string; selector: string; key: KeyObject },
): Promise<string> {
  const split = message.indexOf('\r\n\r\n')
  const fields = unfolded(message.slice(0, split))
  const names = COVERED.filter((name) => fields.has(name))
  const bodyHash = createHash('sha256')
    .update(relaxedBody(message.slice(split + 4)))
    .digest('base64')
  const tags = `v=1; a=rsa-sha256; c=relaxed/relaxed; d=${domain}; s=${selector}; bh=${bodyHash}; h=${names.join(' : ')}; b=`
  const signed = [...names.map((name) => `${name}:${fields.get(name)}\r\n`), `dkim-signature:${relaxedValue(tags)}`].join('')
  const signature = await new Promise<Buffer>((resolve, reject) =>
    sign('rsa-sha256', Buffer.from(signed, 'latin1'), key, (error, value) => (error ? reject(error) : resolve(value))),
  )
  const folded = signature
    .toString('base64')
    .match(/.{1,70}/g)!
    .join(' ')
  return foldHeader('DKIM-Signature', `${tags}${folded}`)
}

/** Last field of each name in relaxed form (§3.4.2). */
function unfolded(head: string): Map<string, string> {
  const lines = head.replace(/\r\n(?=[ \t])/g, '').split('\r\n')
  return new Map(
    lines.map((line) => [line.slice(0, line.indexOf(':')).trim().toLowerCase(), relaxedValue(line.slice(line.indexOf(':') + 1))]),
  )
}

const relaxedValue = (value: string): string =>
  value
    .replace(/\r\n/g, '')
    .replace(/[ \t]+/g, ' ')
    .trim()

/** §3.4.4: runs of white space become one space, none at line ends, no empty lines at the end. */
function relaxedBody(body: string): string {
  const relaxed = /[ \t]{2}|\t|[ \t]\r\n/.test(body) ? body.replace(/[ \t]+/g, ' ').replace(/ \r\n/g, '\r\n') : body
  const ended = relaxed.replace(/(?:\r\n)+$/, '')
  return ended === '' ? '' : `${ended}\r\n`
}
