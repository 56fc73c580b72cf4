import { answered, Refused, unreachable } from './api.ts'
import { language } from './words.ts'

/** Sends a file as the body of a request to this server, and gives its JSON answer. A refusal is thrown as `Refused`. */
export async function upload(url: string, file: File, type: string): Promise<unknown> {
  const headers = { 'accept-language': language(), 'content-type': type }
  const response = await fetch(url, { method: 'POST', body: file, headers }).catch(() => {
    throw new Refused(unreachable())
  })
  const json = (response.headers.get('content-type') ?? '').includes('json')
  const answer: unknown = json ? await response.json() : undefined
  if (response.ok) return answer
  throw new Refused({ code: `http.${response.status}`, title: answered(response.status), ...(answer as object), status: response.status })
}
