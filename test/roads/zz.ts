import { journey, startWorld, template } from './world.ts'
const world = await startWorld()
try {
  console.log(JSON.stringify(await world.api('POST /api/documents/apply', { documents: [{kind:'template',id:'broken',body:{ ...template('broken'), mjml: '<mjml><mj-body></mj-body></mjml>' }}] })).slice(0,900))
  await world.publish(template('basket'), template('second-basket'), journey('basket', 'Basket Filled', {
      entry: { event: 'Basket Filled', key: 'properties.basket' },
      steps: [ { kind: 'wait', id: 'settle', for: '1h' }, { kind: 'email', id: 'nudge', template: 'basket' }, { kind: 'wait', id: 'longer', for: '1d' }, { kind: 'email', id: 'last', template: 'second-basket' } ] }))
  await world.identify('mia')
  await world.track('mia', 'Basket Filled', { basket: 'b1' })
  await world.call('page', { anonymousId: 'desk', name: 'Shop' })
  await world.call('track', { anonymousId: 'desk', event: 'Basket Filled', properties: { basket: 'b1' } })
  await world.pass({ minutes: 20 })
  await world.call('identify', { userId: 'mia', anonymousId: 'desk' })
  await world.pass({ hours: 2 })
  console.log(JSON.stringify((await world.profile('mia')).journeys), world.clock.now())
  console.log((await world.app.parts.work.query('select id, partition, next_due, state->\'journeys\' as j from keyed_state')).rows.map((r)=>JSON.stringify(r)).join('\n'))
  console.log((await world.app.parts.work.query('select * from leases')).rows.filter((r)=>r.done_seq>0).map((r)=>JSON.stringify(r)).join('\n'))
  await world.pass({ days: 3 })
  console.log(JSON.stringify((await world.profile('mia')).journeys), world.clock.now())
  for (const t of await world.timeline('mia','transition')) console.log(t.at, t.enrollmentId, t.move, t.fromStep, t.toStep, t.reason)
  console.log((await world.app.parts.work.query('select id, partition, next_due, state->\'journeys\' as j from keyed_state')).rows.map((r)=>JSON.stringify(r)).join('\n'))
  console.log((await world.messages('mia')).map((m)=>JSON.stringify(m)).join('\n'))
} finally { await world.stop() }
