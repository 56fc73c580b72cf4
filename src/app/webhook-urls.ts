import type { Json, JsonObject } from '#lib/json.ts'

interface Authored {
  readonly id: string
  readonly body: Json
}

/** Which journeys call which addresses: of steps that are webhooks or calls, and of ways of a message step. */
export function webhookUrls(journeys: readonly Authored[]): Map<string, { id: string; name: string }[]> {
  const found = new Map<string, { id: string; name: string }[]>()
  for (const { id, body } of journeys) {
    const said = (body as JsonObject)['name']
    const journey = { id, name: typeof said === 'string' && said !== '' ? said : id }
    const urls = new Set<string>()
    collect(body, urls)
    for (const url of urls) found.set(url, [...(found.get(url) ?? []), journey])
  }
  return found
}

function collect(value: Json, urls: Set<string>): void {
  if (Array.isArray(value)) for (const each of value) collect(each as Json, urls)
  else if (typeof value === 'object' && value !== null) {
    const { kind, url, channel } = value as { kind?: Json; url?: Json; channel?: Json }
    if (typeof url === 'string' && (kind === 'webhook' || kind === 'call' || channel === 'webhook')) urls.add(url)
    for (const each of Object.values(value)) collect(each as Json, urls)
  }
}
