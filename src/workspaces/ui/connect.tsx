import { useState } from 'react'
import { Code } from '#kit/copy.tsx'
import { Link } from '#kit/link.tsx'
import { Card } from '#kit/page.tsx'
import { KEYS, REFERENCE } from '#kit/paths.ts'

/** Ready to paste; the write key is the reader's to fill in, since its value is not kept. */
const snippets = (server: string): readonly { readonly name: string; readonly lead: string; readonly text: string }[] => [
  {
    name: 'Website',
    lead: 'Any Segment-compatible client works; this is the official one.',
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
    name: 'Node',
    lead: 'From a server, with batching and retries.',
    text: `npm install @segment/analytics-node

import { Analytics } from '@segment/analytics-node'

const analytics = new Analytics({ writeKey: 'wk_…', host: '${server}' })

analytics.identify({ userId: 'ada', traits: { email: 'ada@example.com', name: 'Ada' } })
analytics.track({ userId: 'ada', event: 'Order Completed', properties: { cart_id: 'c-1', total: 39 } })
await analytics.closeAndFlush()`,
  },
  {
    name: 'curl',
    lead: 'From anything that speaks HTTP. The answer comes after the event is stored.',
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
  const [chosen, setChosen] = useState('Website')
  const all = snippets(location.origin)
  const shown = all.find((each) => each.name === chosen) ?? all[0]
  return (
    <div className="flex flex-col gap-4">
      <Card
        title="Send events"
        aside={
          <fieldset className="flex gap-1">
            <legend className="sr-only">From where</legend>
            {all.map(({ name }) => (
              <button
                key={name}
                type="button"
                aria-pressed={chosen === name}
                onClick={() => setChosen(name)}
                className="h-7 rounded-button px-2.5 text-dense font-medium text-ink-2 hover:bg-sunken aria-pressed:bg-sunken aria-pressed:text-ink"
              >
                {name}
              </button>
            ))}
          </fieldset>
        }
      >
        <p className="mb-3 text-ink-2">
          {shown?.lead} Put a write key in place of <code>wk_…</code>; you find and make them under <Link href={KEYS}>Keys</Link>.
        </p>
        <Code label={`the ${chosen} snippet`} text={shown?.text ?? ''} />
      </Card>
      <Card title="Everything else">
        <p className="text-ink-2">
          Every screen stands on the public API: see the{' '}
          <Link href={REFERENCE} target="_blank" rel="noreferrer">
            API reference
          </Link>
          . Journeys and templates are files: <code>npx cadenza plan</code> shows what a change would do, <code>npx cadenza apply</code>{' '}
          publishes it.
        </p>
      </Card>
    </div>
  )
}
