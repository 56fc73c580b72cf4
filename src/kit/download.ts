import type { z } from 'zod'
import type { Action } from '#lib/action.ts'
import { answered, Refused, requestOf, unreachable } from './api.ts'
import { language } from './words.ts'
import { workspaceHeaders } from './workspace.ts'

/** Calls an action that answers with a file, and gives it to the reader to keep. A refusal is thrown as `Refused`. */
export async function download<I extends z.ZodType, O extends z.ZodType>(action: Action<I, O>, input: z.input<I>): Promise<void> {
  const { method, url, body } = requestOf(action, input as Record<string, unknown>)
  const response = await fetch(url, {
    method,
    body,
    headers: {
      'accept-language': language(),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...workspaceHeaders(),
    },
  }).catch(() => {
    throw new Refused(unreachable())
  })
  if (!response.ok) {
    const type = response.headers.get('content-type') ?? ''
    const said: object = type.includes('json') ? ((await response.json()) as object) : {}
    throw new Refused({
      code: `http.${response.status}`,
      title: answered(response.status),
      ...said,
      status: response.status,
    })
  }
  const address = URL.createObjectURL(await response.blob())
  const link = document.createElement('a')
  link.href = address
  link.download = nameIn(response.headers.get('content-disposition') ?? '')
  link.click()
  // The browser reads it after this turn.
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}

/** `attachment; filename="channels.csv"` → `channels.csv`. */
export const nameIn = (disposition: string): string => /filename="([^"]+)"/.exec(disposition)?.[1] ?? 'file'
