import { useState } from 'react'
import { Code } from '#kit/copy.tsx'
import { Link } from '#kit/link.tsx'
import { Card } from '#kit/page.tsx'
import { KEYS, REFERENCE } from '#kit/paths.ts'
import { useWords, words } from '#kit/words.ts'

const WORDS = words(
  {
    title: 'Send events',
    where: 'From where',
    places: { website: 'Website', node: 'Node', curl: 'curl' },
    leads: {
      website: 'Any Segment-compatible client works; this is the official one.',
      node: 'From a server, with batching and retries.',
      curl: 'From anything that speaks HTTP. The answer comes after the event is stored.',
    },
    put: 'Put a write key in place of',
    find: 'you find and make them under',
    keys: 'Keys',
    snippet: (where: string) => `the ${where} snippet`,
    rest: 'Everything else',
    api: 'Every screen stands on the public API: see the',
    reference: 'API reference',
    files: 'Journeys and templates are files too. What a change would do, and publishing it:',
  },
  {
    de: {
      title: 'Ereignisse senden',
      where: 'Von wo',
      places: { website: 'Website', node: 'Node', curl: 'curl' },
      leads: {
        website: 'Jeder Client für Segment funktioniert; dies ist der offizielle.',
        node: 'Von einem Server, gebündelt und mit Wiederholungen.',
        curl: 'Von allem, was HTTP spricht. Die Antwort kommt, sobald das Ereignis gespeichert ist.',
      },
      put: 'Setzen Sie einen Schreibschlüssel ein anstelle von',
      find: 'Sie finden und erzeugen ihn unter',
      keys: 'Schlüssel',
      snippet: (where) => `Schnipsel für ${where}`,
      rest: 'Alles andere',
      api: 'Jeder Bildschirm steht auf der öffentlichen API: siehe die',
      reference: 'API-Referenz',
      files: 'Journeys und Vorlagen sind auch Dateien. Was eine Änderung täte, und sie in Kraft zu setzen:',
    },
  },
)
type Place = keyof typeof WORDS.en.places

/** Ready to paste; the write key is the reader's to fill in, since its value is not kept. */
const snippets = (server: string): readonly { readonly name: Place; readonly text: string }[] => [
  {
    name: 'website',
    text: `npm install @segment/analytics-next

import { AnalyticsBrowser } from '@segment/analytics-next'

const analytics = AnalyticsBrowser.load(
  { writeKey: 'wk_…', cdnURL: '${server}' },
  { integrations: { 'Segment.io': { apiHost: '${server.replace(/^https?:\/\//, '')}/v1', protocol: '${server.split(':')[0]}' } } },
)

analytics.identify('ada', { email: 'ada@example.com', name: 'Ada' })
analytics.track('Product Added', { cart_id: 'c-1', product: 'Lamp', price: 39 })`,
  },
  {
    name: 'node',
    text: `npm install @segment/analytics-node

import { Analytics } from '@segment/analytics-node'

const analytics = new Analytics({ writeKey: 'wk_…', host: '${server}' })

analytics.identify({ userId: 'ada', traits: { email: 'ada@example.com', name: 'Ada' } })
analytics.track({ userId: 'ada', event: 'Order Completed', properties: { cart_id: 'c-1', total: 39 } })
await analytics.closeAndFlush()`,
  },
  {
    name: 'curl',
    text: `curl ${server}/v1/track \\
  --user wk_…: \\
  --header 'Content-Type: application/json' \\
  --data '{
    "userId": "ada",
    "event": "Product Added",
    "properties": { "cart_id": "c-1", "product": "Lamp", "price": 39 }
  }'`,
  },
]

export function Connect() {
  const say = useWords(WORDS)
  const [chosen, setChosen] = useState<Place>('website')
  const all = snippets(location.origin)
  const shown = all.find((each) => each.name === chosen) ?? all[0]
  return (
    <div className="flex flex-col gap-4">
      <Card
        title={say.title}
        aside={
          <fieldset className="flex gap-1">
            <legend className="sr-only">{say.where}</legend>
            {all.map(({ name }) => (
              <button
                key={name}
                type="button"
                aria-pressed={chosen === name}
                onClick={() => setChosen(name)}
                className="h-7 rounded-button px-2.5 text-dense font-medium text-ink-2 hover:bg-sunken aria-pressed:bg-sunken aria-pressed:text-ink"
              >
                {say.places[name]}
              </button>
            ))}
          </fieldset>
        }
      >
        <p className="mb-3 text-ink-2">
          {say.leads[chosen]} {say.put} <code>wk_…</code>; {say.find} <Link href={KEYS}>{say.keys}</Link>.
        </p>
        <Code label={say.snippet(say.places[chosen])} text={shown?.text ?? ''} />
      </Card>
      <Card title={say.rest}>
        <p className="mb-3 text-ink-2">
          {say.api}{' '}
          <Link href={REFERENCE} target="_blank" rel="noreferrer">
            {say.reference}
          </Link>
          . {say.files}
        </p>
        <Code label={say.rest} text={'npx cadenza plan\nnpx cadenza apply'} />
      </Card>
    </div>
  )
}
