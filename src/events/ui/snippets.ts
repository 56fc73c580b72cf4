/** Ready to paste: the address of this server and a write key are in them. Each is run by `test/roads/snippets.test.ts` where its client is installed. */
export interface Snippet {
  readonly id: 'browser' | 'sdk' | 'node' | 'rudder' | 'curl' | 'python' | 'php'
  readonly name: string
  readonly text: string
}

export const KEY_PLACE = 'wk_…'

export const snippets = (server: string, key: string = KEY_PLACE): readonly Snippet[] => [
  {
    id: 'sdk',
    name: 'Cadenza (web)',
    text: `<script src="${server}/sdk/cadenza.js" data-write-key="${key}"></script>
<script>
  cadenza.identify('ada', { email: 'ada@example.com', name: 'Ada' })
  cadenza.track('Product Added', { cart_id: 'c-1', product: 'Lamp', price: 39 })
</script>`,
  },
  {
    id: 'browser',
    name: 'Segment (web)',
    text: `// npm install @segment/analytics-next
import { AnalyticsBrowser } from '@segment/analytics-next'

const analytics = AnalyticsBrowser.load(
  { writeKey: '${key}', cdnURL: '${server}' },
  { integrations: { 'Segment.io': { apiHost: '${server.replace(/^https?:\/\//, '')}/v1', protocol: '${server.split(':')[0]}' } } },
)
analytics.identify('ada', { email: 'ada@example.com', name: 'Ada' })
analytics.track('Product Added', { cart_id: 'c-1', product: 'Lamp', price: 39 })`,
  },
  {
    id: 'node',
    name: 'Segment (Node)',
    text: `// npm install @segment/analytics-node
import { Analytics } from '@segment/analytics-node'

const analytics = new Analytics({ writeKey: '${key}', host: '${server}' })
analytics.identify({ userId: 'ada', traits: { email: 'ada@example.com', name: 'Ada' } })
analytics.track({ userId: 'ada', event: 'Order Completed', properties: { order_id: 'o-1', total: 39 } })
await analytics.closeAndFlush()`,
  },
  {
    id: 'rudder',
    name: 'RudderStack (Node)',
    text: `// npm install @rudderstack/rudder-sdk-node
import RudderAnalytics from '@rudderstack/rudder-sdk-node'

const analytics = new RudderAnalytics('${key}', { dataPlaneUrl: '${server}' })
analytics.track({ userId: 'ada', event: 'Order Completed', properties: { order_id: 'o-1', total: 39 } })
await new Promise((done) => analytics.flush(done))`,
  },
  {
    id: 'curl',
    name: 'curl',
    text: `curl ${server}/v1/track \\
  --user '${key}:' \\
  --header 'Content-Type: application/json' \\
  --data '{ "userId": "ada", "event": "Product Added", "properties": { "cart_id": "c-1", "product": "Lamp", "price": 39 } }'`,
  },
  {
    id: 'python',
    name: 'Python',
    text: `# Only what comes with Python.
import json, urllib.request, base64

event = {"userId": "ada", "event": "Product Added", "properties": {"cart_id": "c-1", "product": "Lamp", "price": 39}}
request = urllib.request.Request(
    "${server}/v1/track",
    data=json.dumps(event).encode(),
    headers={
        "Content-Type": "application/json",
        "Authorization": "Basic " + base64.b64encode(b"${key}:").decode(),
    },
)
print(urllib.request.urlopen(request).read().decode())`,
  },
  {
    id: 'php',
    name: 'PHP',
    text: `<?php
$event = ['userId' => 'ada', 'event' => 'Product Added', 'properties' => ['cart_id' => 'c-1', 'product' => 'Lamp', 'price' => 39]];
echo file_get_contents('${server}/v1/track', false, stream_context_create(['http' => [
  'method' => 'POST',
  'header' => "Content-Type: application/json\\r\\nAuthorization: Basic " . base64_encode('${key}:'),
  'content' => json_encode($event),
]]));`,
  },
]
