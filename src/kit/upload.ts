import { Refused } from './api.ts'

/** Sends a file as the body of a request to this server, and gives its JSON answer. A refusal is thrown as `Refused`. */
export async function upload(url: string, file: File, type: string): Promise<unknown> {
  const response = await fetch(url, { method: 'POST', body: file, headers: { 'content-type': type } }).catch(() => {
    throw new Refused({ code: 'network.unreachable', status: 0, title: 'The server cannot be reached.', hint: 'Try again in a moment.' })
  })
  const json = (response.headers.get('content-type') ?? '').includes('json')
  const answer: unknown = json ? await response.json() : undefined
  if (response.ok) return answer
  throw new Refused({
    code: `http.${response.status}`,
    title: `The server answered ${response.status}.`,
    ...(answer as object),
    status: response.status,
  })
}
