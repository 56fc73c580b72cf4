import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { journey, startWorld, type World } from './world.ts'

let world: World
before(async () => {
  world = await startWorld()
})
after(() => world.stop())

const MJML = `<mjml><mj-body><mj-section><mj-column><mj-text>Dear {{ profile.name }}, a lamp. <a href="{{ web_view_url }}">View in the browser</a>
<a href="https://shop.example/lamp">Look</a> {{ sender.postal_address }} <a href="{{ unsubscribe_url }}">Unsubscribe</a></mj-text></mj-column></mj-section></mj-body></mjml>`

test('a mail can be read as a page, as it was sent, without script or log-in; a changed address shows nothing', async () => {
  await world.publish(
    { kind: 'template', id: 'lamp', subject: 'A lamp', mjml: MJML },
    journey('lamps', 'Lamp Seen', { steps: [{ kind: 'email', id: 'mail', template: 'lamp', otherwise: [] }] }),
  )
  await world.identify('ada', { name: '<script>alert(1)</script>Ada' })
  await world.track('ada', 'Lamp Seen')
  await world.pass({ minutes: 5 })
  const [mail] = await world.mailTo('ada')
  const address = /http[^"\s]*\/w\/[^"\s]+/.exec(mail!.html)?.[0]
  assert.ok(address, 'the link is in the mail, and it is no tracked one')
  const path = new URL(address).pathname
  const answer = await fetch(`${world.url}${path}`)
  const page = await answer.text()
  assert.equal(answer.status, 200)
  assert.match(page, /a lamp\./)
  assert.doesNotMatch(page, /<script/i)
  const policy = answer.headers.get('content-security-policy') ?? ''
  assert.match(policy, /default-src 'none'/)
  assert.match(policy, /sandbox(?!.*allow-scripts)/)
  assert.equal(answer.headers.get('x-robots-tag'), 'noindex')
  const changed = await fetch(`${world.url}${path.slice(0, -2)}AA`)
  assert.equal(changed.status, 404)
  assert.match(await changed.text(), /<html lang="en"/)
})

test('the status page says that everything works, in the language of the reader, and names no reasons', async () => {
  const answer = await fetch(`${world.url}/status`, { headers: { 'accept-language': 'de-AT' } })
  const page = await answer.text()
  assert.equal(answer.status, 200)
  assert.match(page, /<html lang="de"/)
  assert.match(page, /Alles funktioniert/)
  assert.doesNotMatch(page, /postgres|clickhouse|Error/i)
})
