import { createHash } from 'node:crypto'
import { AwsV4Signer } from 'aws4fetch'
import type { Egress } from '#platform/egress.ts'
import type { Destination } from '../saved.ts'
import type { MadeFile } from './files.ts'

export type S3 = Extract<Destination, { to: 's3' }>
export interface S3Parts {
  readonly egress: Egress
  /** Undefined: it is not there, or was given for another store. */
  readonly secret: () => Promise<string | undefined>
  readonly now: () => number
}

/** What came of taking something somewhere. `failed`: trying again changes nothing. */
export type Taken = { readonly kind: 'done'; readonly detail?: string } | { readonly kind: 'retry' | 'failed'; readonly detail: string }

/** One signed PUT of an object (AWS Signature Version 4, path style); the same file has the same key, so a repeat writes the same again. */
export async function putObject(file: MadeFile, { endpoint, region, bucket, prefix, accessKeyId }: S3, parts: S3Parts): Promise<Taken> {
  const secretAccessKey = await parts.secret()
  if (secretAccessKey === undefined)
    return { kind: 'retry', detail: 'The secret access key is not kept for this store: give it under secrets.' }
  const key = `${prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`}${file.name}`
  const url = `${endpoint.replace(/\/$/, '')}/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`
  const bytes = new Uint8Array(file.bytes)
  const signed = await new AwsV4Signer({
    method: 'PUT',
    url,
    // Signed with the request: left to itself the signer leaves the body out.
    headers: { 'content-type': file.type, 'x-amz-content-sha256': createHash('sha256').update(bytes).digest('hex') },
    body: bytes,
    accessKeyId,
    secretAccessKey,
    service: 's3',
    region,
    datetime: new Date(parts.now()).toISOString().replace(/[:-]|\.\d{3}/g, ''),
  }).sign()
  const answer = await parts.egress.send({
    url: String(signed.url),
    method: 'PUT',
    headers: Object.fromEntries(signed.headers as unknown as Iterable<[string, string]>),
    body: bytes,
  })
  if (answer.kind === 'blocked') return { kind: 'failed', detail: `The store may not be reached from here: ${answer.reason}` }
  if (answer.kind === 'lost') return { kind: 'retry', detail: `The store did not answer: ${answer.reason}` }
  if (answer.status === 200) return { kind: 'done' }
  const code = /<Code>(\w{1,60})<\/Code>/.exec(answer.body)?.[1] ?? ''
  // Rights, names and clocks may be mended meanwhile; a store that is moved or a request that it cannot read may not.
  const later = answer.status >= 500 || [403, 404, 408, 429].includes(answer.status)
  return { kind: later ? 'retry' : 'failed', detail: `The store answered ${answer.status}${code === '' ? '' : ` (${code})`}` }
}
