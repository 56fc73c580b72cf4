import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { suite, test } from 'node:test'
import { until } from './browser.ts'
import { house } from './house.ts'
import { tour } from './tour.ts'

const at = house({
  prepare: async (house) => {
    await house.ask('POST /api/documents/apply', {
      body: {
        documents: [
          {
            kind: 'report',
            id: 'carts',
            body: {
              kind: 'report',
              id: 'carts',
              name: 'Carts, every Monday',
              report: 'journey-funnel',
              params: { journey: 'abandoned-cart' },
              schedule: { every: 'week', on: 'monday', at: '07:30', zone: 'Europe/Oslo' },
              deliver: [{ to: 'email', people: ['admin@shop.example'], as: 'pdf' }],
            },
          },
          {
            kind: 'experiment',
            id: 'thanks-or-not',
            body: {
              kind: 'experiment',
              id: 'thanks-or-not',
              name: 'Does thanking help?',
              hypothesis: 'People who are thanked come back more often.',
              on: 'journeys',
              primary: 'goal:abandoned-cart',
              journeys: ['thank-you'],
              arms: [
                { id: 'without', share: '50%', control: true, enters: [] },
                { id: 'with', share: '50%', enters: ['thank-you'] },
              ],
            },
          },
          { kind: 'holdout', id: 'all', body: { kind: 'holdout', id: 'all', name: 'All marketing', share: '3%' } },
        ],
      },
    })
    await house.settled()
  },
})

suite('reports', () => {
  test('a view is saved, given a recipient, sent: the mail with the PDF is in the mailbox', async () => {
    const { page, wrong } = await at.open('/reports/channels?by=topic')
    await page.getByRole('button', { name: 'Save this view' }).click()
    await page.getByRole('dialog').getByLabel('Name').fill('Topics of the week')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Topics of the week', level: 1 }).waitFor()
    await page.getByRole('textbox', { name: 'admin@shop.example' }).waitFor()
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByText('admin@shop.example, by mail as PDF').waitFor()
    const live = await at.ask('GET /api/documents/report/topics-of-the-week', { as: 'admin' })
    assert.deepEqual(live.shown.body.params, { by: 'topic' }, 'it is asked as the view was')
    await page.getByRole('button', { name: 'Send now' }).click()
    await page.getByRole('list', { name: 'Runs' }).getByText('Done', { exact: true }).waitFor()
    const arrives = page.waitForEvent('download')
    await page.getByRole('button', { name: /\.pdf/ }).click()
    assert.match(readFileSync(await (await arrives).path(), 'latin1').slice(0, 5), /%PDF-/)
    await until('the mail is in the mailbox', async () => {
      const { mail: mails } = await at.ask('GET /api/mailbox', { as: 'admin' })
      return mails.some(({ subject }: { subject: string }) => /Topics of the week/.test(subject))
    })
    assert.deepEqual(wrong, [])
    await page.context().close()
  })

  test('a scheduled one says when it comes, is paused, and goes on by Undo', async () => {
    const { page, wrong } = await at.open('/reports/saved/carts')
    await page.getByText('every Monday at 07:30 (Europe/Oslo)').waitFor()
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByText('Paused', { exact: true }).waitFor()
    const paused = async () => (await at.ask('GET /api/documents/report/carts', { as: 'admin' })).shown.body.paused === true
    assert.ok(await paused())
    await page.getByRole('button', { name: 'Undo' }).click()
    await until('it goes on', async () => !(await paused()))
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    assert.deepEqual(wrong, [])
    await page.context().close()
  })

  test('an analyst saves a view and schedules it, and is not offered to send it now', async () => {
    const { page, wrong } = await at.open('/reports/channels?by=lane', { as: 'analyst' })
    await page.getByRole('button', { name: 'Save this view' }).click()
    await page.getByRole('dialog').getByLabel('Name').fill('By lane')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'By lane', level: 1 }).waitFor()
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.getByText('analyst@shop.example, by mail as PDF').waitFor()
    assert.equal(await page.getByRole('button', { name: 'Send now' }).count(), 0)
    const live = await at.ask('GET /api/documents/report/by-lane', { as: 'admin' })
    assert.deepEqual(live.shown.body.params, { by: 'lane' })
    await page.getByRole('button', { name: 'Remove' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
    await page.getByRole('heading', { name: 'Reports', level: 1 }).waitFor()
    assert.deepEqual(wrong, [])
    await page.context().close()
  })

  test('who may only read sees runs, and is offered neither sending nor pausing', async () => {
    const { page } = await at.open('/reports/saved/carts', { as: 'viewer' })
    await page.getByText('every Monday at 07:30').waitFor()
    for (const name of ['Send now', 'Pause', 'Remove']) assert.equal(await page.getByRole('button', { name }).count(), 0, name)
    await page.context().close()
  })

  test('by keyboard alone: a column is put in order, the address says so, and back takes it back', async () => {
    const { page, wrong } = await at.open('/reports/journey-funnel?journey=abandoned-cart')
    const table = page.getByRole('table', { name: 'By step' })
    await table.waitFor()
    await table.getByRole('button', { name: 'Arrived' }).focus()
    await page.keyboard.press('Enter')
    await until('the address says it', async () => new URL(page.url()).searchParams.get('sort') === 'steps:arrived:down')
    await table.locator('th[aria-sort=descending]').waitFor()
    const column = async () => (await table.locator('tbody td:nth-child(3)').allTextContents()).map(Number)
    assert.deepEqual(
      await column(),
      (await column()).toSorted((a, b) => b - a),
    )
    await page.keyboard.press('Enter')
    await table.locator('th[aria-sort=ascending]').waitFor()
    await page.goBack()
    await table.locator('th[aria-sort=descending]').waitFor()
    assert.deepEqual(wrong, [])
    await page.context().close()
  })

  test('a stretch is chosen and held against the one before; tables and charts are files; the request is at hand', async () => {
    const { page, wrong } = await at.open('/reports/channels')
    await page.getByRole('button', { name: '7 days' }).click()
    await until('the address says it', async () => new URL(page.url()).searchParams.get('days') === '7')
    await page.getByLabel('Compare with the stretch before').check()
    await page.getByText(/Compared with/).waitFor()
    for (const [name, begins] of [
      [/^CSV of/, 'Channel'],
      [/^PDF/, '%PDF-'],
    ] as const) {
      const arrives = page.waitForEvent('download')
      await page.getByRole('button', { name }).first().click()
      assert.ok(readFileSync(await (await arrives).path(), 'latin1').includes(begins), begins)
    }
    await page.getByText('The request behind these numbers').click()
    await page.getByText(/curl -s .*\/api\/reports\/channels\/run/).waitFor()
    assert.deepEqual(wrong, [])
    await page.context().close()
  })

  test('in German everything around the numbers is German', async () => {
    const { page } = await at.open('/reports', { context: { locale: 'de-DE' } })
    await page.getByRole('heading', { name: 'Berichte', level: 1 }).waitFor()
    await page.getByRole('link', { name: 'Kanäle' }).click()
    await page.getByText('Mit dem Zeitraum davor vergleichen').waitFor()
    await page.getByRole('button', { name: 'Diese Ansicht speichern' }).waitFor()
    await page.context().close()
  })
})

suite('experiments and goals', () => {
  test('a new experiment says what it takes and what it meets before anybody is drawn', async () => {
    const { page, wrong } = await at.open('/experiments')
    await page.getByRole('button', { name: 'New experiment' }).click()
    await page.getByRole('dialog').getByLabel('Name').fill('A second reminder')
    await page.keyboard.press('Enter')
    await page.getByRole('region', { name: 'How many people does it take?' }).getByText('As many looks as you like').waitFor()
    await page.getByText('A hold-out (3%) draws').waitFor()
    await page.getByText('“Does thanking help?”').waitFor()
    await page.getByLabel('Hypothesis').fill('A second reminder brings back 2 % more.')
    await page.getByRole('button', { name: 'Save as draft' }).click()
    await until('the draft is there', async () =>
      (await at.ask('GET /api/documents?kind=experiment', { as: 'admin' })).documents.some(
        ({ id }: { id: string }) => id === 'a-second-reminder',
      ),
    )
    assert.deepEqual(wrong, [])
    await page.context().close()
  })

  test('an experiment is ended with what happens said before; nobody is drawn afterwards', async () => {
    const { page, wrong } = await at.open('/experiments/experiment%3Athanks-or-not')
    await page.getByText('Running', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'End it now' }).click()
    await page.getByRole('dialog').getByText('Nobody is drawn any more.').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'End it now' }).click()
    await page.getByText('Ended', { exact: true }).waitFor()
    const { shown } = await at.ask('GET /api/documents/experiment/thanks-or-not', { as: 'admin' })
    assert.ok(Date.parse(shown.body.end) <= Date.now())
    assert.deepEqual(wrong, [])
    await page.context().close()
  })

  test('a goal is written from its name on, and then followed', async () => {
    const { page, wrong } = await at.open('/goals')
    await page.getByRole('button', { name: 'New goal' }).click()
    await page.getByRole('dialog').getByLabel('Name').fill('More revenue')
    await page.keyboard.press('Enter')
    await page.getByRole('combobox', { name: /What is counted/ }).fill('revenue')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Publish' }).click()
    await page.getByRole('heading', { name: 'More revenue', level: 1 }).waitFor()
    await page.getByText('What journeys have added').waitFor()
    assert.deepEqual(wrong, [])
    await page.context().close()
  })
})

tour(at, {
  funnel: ['/reports/journey-funnel?journey=abandoned-cart', 'The request behind these numbers'],
  channels: ['/reports/channels?compare=before', 'The request behind these numbers'],
  'saved-settings': ['/reports/saved/carts?tab=settings', 'When it is made and sent'],
})
