import { createHash, createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ObjectStore {
  readonly url: string
  readonly port: number
  /** By `bucket/key`. */
  readonly objects: ReadonlyMap<string, Buffer>
  stop(): Promise<void>
}

/**
 * Takes `PUT /bucket/key` whose signature is right, and refuses all else as S3 does
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html); reckoned here anew, not by the library that signs.
 */
export async function objectStore({
  accessKeyId,
  secret,
  region,
}: {
  accessKeyId: string
  secret: string
  region: string
}): Promise<ObjectStore> {
  const objects = new Map<string, Buffer>()
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    const fault = faultOf(request, body, { accessKeyId, secret, region })
    if (fault) {
      response.writeHead(403, { 'content-type': 'application/xml' }).end(`<?xml version="1.0"?><Error><Code>${fault}</Code></Error>`)
      return
    }
    objects.set(decodeURIComponent(new URL(request.url!, 'http://x').pathname.slice(1)), body)
    response.writeHead(200, { etag: `"${createHash('md5').update(body).digest('hex')}"` }).end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    objects,
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex')
const hmac = (key: string | Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest()

/** Everything but letters, digits and -._~ (RFC 3986), as the signature wants it. */
const strict = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)

/** S3's code for what is wrong; undefined when nothing is. */
function faultOf(
  { method, url, headers }: IncomingMessage,
  body: Buffer,
  { accessKeyId, secret, region }: { accessKeyId: string; secret: string; region: string },
): string | undefined {
  const said =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([\w;-]+), ?Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    )
  if (!said) return 'AccessDenied'
  const [, key, day, place, names, signature] = said as unknown as [string, string, string, string, string, string]
  if (key !== accessKeyId) return 'InvalidAccessKeyId'
  if (place !== region) return 'AuthorizationHeaderMalformed'
  if (method !== 'PUT') return 'MethodNotAllowed'
  const { pathname, search } = new URL(url!, 'http://x')
  const payload = String(headers['x-amz-content-sha256'])
  if (payload !== sha256(body)) return 'XAmzContentSHA256Mismatch'
  const canonicalHeaders = names.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`)
  const path = pathname
    .split('/')
    .map((part) => strict(decodeURIComponent(part)))
    .join('/')
  const canonical = [method, path, search.slice(1), canonicalHeaders.join(''), names, payload].join('\n')
  const scope = `${day}/${region}/s3/aws4_request`
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n')
  const signing = hmac(hmac(hmac(hmac(`AWS4${secret}`, day), region), 's3'), 'aws4_request')
  return hmac(signing, toSign).toString('hex') === signature ? undefined : 'SignatureDoesNotMatch'
}
