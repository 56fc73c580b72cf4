import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until, violations } from './browser.ts'
import { house } from './house.ts'
import { tour } from './tour.ts'

const HOUR = 3_600_000
const local = (ms: number): string => new Date(ms).toISOString().slice(0, 16)
const template = (id: string, subject: string) => ({
  kind: 'template',
  id,
  subject,
  mjml: '<mjml><mj-body><mj-section><mj-column><mj-text>Hello <a href="https://shop.example">Look</a> {{ sender.postal_address }} <a href="{{ unsubscribe_url }}">Unsubscribe</a></mj-text></mj-column></mj-section></mj-body></mjml>',
})
const planned = (id: string, name: string, at: string) => ({
  kind: 'journey',
  id,
  name,
  goal: { event: 'Order Completed', within: '7d', value: 'total' },
  entry: { schedule: { at, zone: 'UTC' }, audience: { segment: 'gold' } },
  holdout: '10%',
  default: { otherwise: 'continue' },
  steps: [{ kind: 'email', id: 'message', template: 'spring-news' }],
})
// Noon tomorrow and the day after: neither drags nor moves lead over the end of what a month shows.
const NOON = Math.floor(Date.now() / (24 * HOUR)) * 24 * HOUR + 36 * HOUR

const at = house({
  prepare: async (shop) => {
    const documents = [
      template('spring-news', 'Spring is here'),
      template('spring-short', 'Spring'),
      { kind: 'segment', id: 'gold', name: 'Gold customers', when: 'profile.plan == "gold"' },
      {
        kind: 'contact-policy',
        id: 'default',
        caps: [{ id: 'weekly', channel: 'email', max: 1, per: 'week' }],
        quietHours: [{ from: '21:00', to: '08:00' }],
      },
      planned('lamps', 'Lamps in spring', local(NOON)),
      planned('chairs', 'Chairs in spring', local(NOON + 6 * HOUR)),
    ]
    await shop.ask('POST /api/documents/apply', { body: { documents: documents.map((body) => ({ kind: body.kind, id: body.id, body })) } })
    await shop.settled()
  },
})
const context = { timezoneId: 'UTC' }

test('a campaign is written with the keyboard alone: whom, what, when, what for, whom it reaches, sent', async () => {
  const { page, wrong } = await at.open('/campaigns', { context })
  await page.getByText('Lamps in spring').first().waitFor()
  await page.getByRole('link', { name: 'New campaign' }).focus()
  await page.keyboard.press('Enter')
  await page.getByLabel('Name', { exact: true }).focus()
  await page.keyboard.type('Letter to gold')
  const segment = page.getByLabel('Segment', { exact: true })
  await page.locator('option[value=gold]').first().waitFor({ state: 'attached' })
  await segment.focus()
  await page.keyboard.type('Gold')
  await page.locator('option[value=spring-news]').waitFor({ state: 'attached' })
  await page.getByLabel('Template', { exact: true }).focus()
  await page.keyboard.type('spring-news')
  await page.getByLabel('What should people do?').focus()
  await page.keyboard.type('Order Completed')
  await page.getByText('3 of 8 people are in the audience').waitFor()
  await page.getByText('3 may be written to').waitFor()
  await page.getByText('Nobody else has to agree.').waitFor()
  assert.deepEqual(await violations(page), [])
  await page.getByRole('button', { name: 'Send to 3 people' }).focus()
  await page.keyboard.press('Enter')
  await page.waitForURL('**/campaigns')
  await page.getByText('Letter to gold').first().waitFor()
  const { campaigns } = await at.ask('GET /api/campaigns')
  const made = campaigns.find((each: { id: string }) => each.id === 'letter-to-gold')
  assert.equal(made.status, 'planned')
  assert.ok(made.next.begins > Date.now() - 60_000 && made.next.begins < Date.now() + 3 * 60_000)
  await page.getByRole('button', { name: 'Take back: Letter to gold' }).click()
  await page.getByText('Taken back').waitFor()
  await until(
    'the server has it',
    async () =>
      (await at.ask('GET /api/campaigns')).campaigns.find((each: { id: string }) => each.id === 'letter-to-gold').status === 'draft',
  )
  await page.getByRole('button', { name: 'Undo' }).click()
  await until(
    'the server has it',
    async () =>
      (await at.ask('GET /api/campaigns')).campaigns.find((each: { id: string }) => each.id === 'letter-to-gold').status !== 'draft',
  )
  assert.deepEqual(wrong, [])
  await page.context().close()
})

test('the filter stands in the address; a marketer saves and asks, and is not offered to send', async () => {
  const { page } = await at.open('/campaigns?show=done', { as: 'marketer', context })
  await page.getByText('Nothing').first().waitFor()
  await page.getByLabel('Show').selectOption('planned')
  await page.waitForURL('**/campaigns?show=planned')
  await page.getByRole('link', { name: 'Lamps in spring' }).click()
  await page.getByText('may be written to').first().waitFor()
  await page.getByRole('button', { name: 'Ask for approval…' }).waitFor()
  assert.equal(await page.getByRole('button', { name: /^(Plan|Send) / }).count(), 0)
  await page.context().close()
})

test('the calendar moves what goes out once, by its button and with undo, and tells what meets and what a cap will stop', async () => {
  const { page, wrong } = await at.open('/calendar?view=list', { context })
  await page.getByText('3 people would get “Lamps in spring” and “Chairs in spring” 6 hours apart.').waitFor()
  await page.getByText('Over the cap').first().waitFor()
  await page.getByText('21:00 to 08:00, every channel').waitFor()
  const button = page.getByRole('button', { name: 'Move Lamps in spring' })
  await button.focus()
  await page.keyboard.press('Enter')
  await page.getByLabel('New date and time').fill(local(NOON + HOUR))
  await page.keyboard.press('Enter')
  const timeOf = async (id: string) => (await at.ask(`GET /api/journeys/${id}`)).definition.entry.schedule.at
  await until('the server has it', async () => (await timeOf('lamps')) === local(NOON + HOUR))
  await page.getByRole('button', { name: 'Undo' }).click()
  await until('the server has it', async () => (await timeOf('lamps')) === local(NOON))
  assert.deepEqual(wrong, [])
  await page.context().close()
})

test('what goes out once is dragged to another day, at its own time', async () => {
  const day = local(NOON).slice(0, 10)
  const { page } = await at.open(`/calendar?on=${day}`, { context })
  const entry = page.locator(`[data-day="${day}"] [draggable=true]`, { hasText: 'Chairs in spring' })
  await entry.waitFor()
  const days = await page.locator('[data-day]').evaluateAll((all) => all.map((each) => each.getAttribute('data-day')!))
  const to = days[days.indexOf(day) + 1] ?? assert.fail('a month shows the day after')
  await entry.dragTo(page.locator(`[data-day="${to}"]`))
  await until(
    'the server has it',
    async () => (await at.ask('GET /api/journeys/chairs')).definition.entry.schedule.at === `${to}T${local(NOON + 6 * HOUR).slice(11)}`,
  )
  await page.context().close()
})

tour(at, {
  campaigns: ['/campaigns', 'Lamps in spring'],
  campaign: ['/campaigns/lamps', 'may be written to'],
  calendar: ['/calendar', 'Lamps in spring'],
  week: [`/calendar?view=week&on=${local(NOON).slice(0, 10)}`, 'Lamps in spring'],
  'calendar-list': ['/calendar?view=list', 'Lamps in spring'],
})
