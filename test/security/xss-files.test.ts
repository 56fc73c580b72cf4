// What stands in files: rows and names of files that are read in, and what is given out for spreadsheets, on paper and as calendars; and the screens that show them.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { launchBrowser } from '../browser/browser.ts'
import { until } from '../fixtures/delivery.ts'
import { buildScreens } from '../fixtures/screens.ts'
import { journey, template } from '../roads/world.ts'
import { PAYLOADS, RUN, walkIn } from './payloads.ts'
import { startTown, type Town } from './town.ts'

/** What a spreadsheet would run (OWASP, CSV injection). */
const FORMULAS = ['=HYPERLINK("https://evil.test")', '+cmd|/C calc', '-2+3+cmd', '@SUM(1)', '\t=1+1', '\r=1+1', "=IMPORTXML('x')"] as const

let town: Town
let browser: Browser
let person: string
before(async () => {
  await buildScreens()
  town = await startTown()
  browser = await launchBrowser()
  await inhabit()
})
after(async () => {
  await browser?.close()
  await town?.stop()
})

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`
/** A file whose headers and cells are hostile, with addresses by which people are known. */
const file = (): string =>
  [
    ['email', ...PAYLOADS.slice(0, 5)].map(quoted).join(','),
    ...[...PAYLOADS, ...FORMULAS].map((text, i) =>
      [`f${i}@people.example`, ...Array.from({ length: 5 }, () => text)].map(quoted).join(','),
    ),
    [quoted(PAYLOADS[0]!), ...Array.from({ length: 5 }, () => quoted('not an address'))].join(','),
  ].join('\r\n')

async function send(name: string, dryRun: boolean): Promise<Response> {
  const query = new URLSearchParams({ file: name, ...(dryRun && { dryRun: 'true' }) })
  return fetch(`${town.world.url}/api/lists/guests/import?${query}`, {
    method: 'POST',
    headers: { cookie: town.cookies.admin, origin: town.world.url, 'content-type': 'text/csv' },
    body: file(),
  })
}

async function inhabit(): Promise<void> {
  const { world } = town
  await world.publish(
    template('hello', { subject: 'Hello', body: 'Hello' }),
    { kind: 'list', id: 'guests', name: FORMULAS[0] },
    { kind: 'metric', id: 'orders', name: FORMULAS[3], event: FORMULAS[0], measure: 'count', within: '7d' },
    { kind: 'goal', id: 'sales', name: FORMULAS[0], description: PAYLOADS[0], metric: 'orders', period: 'month', target: { to: 100 } },
    { kind: 'segment', id: 'formula', name: FORMULAS[0], when: 'profile.country == "NO"' },
    journey('formula', 'Asked', { name: FORMULAS[0], steps: [{ kind: 'email', id: 'hello', template: 'hello', name: FORMULAS[3] }] }),
  )
  const sent = await send(`${PAYLOADS[10]}.csv`, false)
  assert.equal(sent.status, 202, await sent.clone().text())
  for (const text of FORMULAS)
    await world.call('track', { userId: 'ada', event: 'Asked', properties: { note: text, [text.trim() || 'x']: text } })
  await world.call('identify', { userId: 'ada', traits: { email: 'ada@people.example', name: FORMULAS[0], country: 'NO' } })
  await world.pass({ minutes: 2 })
  const list = await town.ask('POST /api/suppressions/import', {
    cookie: town.cookies.admin,
    body: {
      csv: ['address,note', ...FORMULAS.map((text, i) => [quoted(`s${i}@people.example`), quoted(text)].join(','))].join('\r\n'),
      note: FORMULAS[0],
    },
  })
  assert.equal(list.status, 200, JSON.stringify(list.body))
  await until('the file has been read', async () => {
    const { imports } = (await town.ask('GET /api/lists/guests/imports', { cookie: town.cookies.admin })).body as {
      imports: { status: string }[]
    }
    return imports.length > 0 && imports.every(({ status }) => status !== 'running')
  })
  await world.pass({ minutes: 1 })
  await world.app.reported()
  person = await world.profileId('f3@people.example')
}

/** Cells of a CSV as spreadsheets read them. */
function cells(text: string): string[] {
  const found: string[] = []
  for (const [, plain = '', inQuotes] of text.replace(/^\uFEFF/, '').matchAll(/(?:^|,|\r\n)(?:"((?:[^"]|"")*)"|([^",\r\n]*))/g))
    found.push((inQuotes ?? plain).replaceAll('""', '"'))
  return found
}
const runs = (cell: string): boolean => /^[=+\-@\t\r]/.test(cell) && !/^-?\d+(\.\d+)?$/.test(cell)

test('what stands in files that are read in is text on every screen, their names too', async () => {
  const tried = await send(`${PAYLOADS[15]}.csv`, true)
  assert.equal(tried.status, 200)
  assert.deepEqual(
    await walkIn(town, browser, [
      '/lists',
      '/lists/guests',
      `/people/${person}`,
      `/people/${person}?tab=about`,
      '/people?columns=email,name',
      '/settings/suppressions',
      '/settings/audit',
      '/goals',
      '/goals/sales',
      '/segments/formula',
      '/journeys/formula?tab=report',
      '/reports/channels',
      '/calendar',
      '/campaigns',
    ]),
    [],
  )
})

test('a file that is chosen is shown before it is sent: its name and its rows are text', async () => {
  const page = await (await browser.newContext()).newPage()
  try {
    const [name = '', value = ''] = town.cookies.admin.split(';')[0]!.split(/=(.*)/s)
    await page.context().addCookies([{ name, value, url: town.world.url }])
    await page.goto(`${town.world.url}/lists/guests`)
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: `<img src=x onerror=${RUN}>.csv`, mimeType: 'text/csv', buffer: Buffer.from(file()) })
    await page.getByRole('button', { name: 'Look what it would do' }).click()
    await page
      .getByText(/^\d+ of \d+/)
      .first()
      .waitFor()
    assert.equal(await page.evaluate('"harmed" in window'), false)
  } finally {
    await page.context().close()
  }
})

test('no file that is given out for spreadsheets holds a formula; names of files hold no path and no quote', async () => {
  const given = async (route: string, body?: object): Promise<string> => {
    const [method = 'GET', path = ''] = route.split(' ')
    const response = await fetch(town.world.url + path, {
      method,
      headers: { cookie: town.cookies.admin, origin: town.world.url, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    assert.equal(response.status, 200, `${route}: ${text.slice(0, 300)}`)
    const name = /filename="([^"]*)"$/.exec(response.headers.get('content-disposition') ?? '')?.[1]
    assert.match(name ?? '', /^[\w.-]+$/, route)
    assert.match(response.headers.get('x-content-type-options') ?? '', /nosniff/, route)
    return text
  }
  const ada = await town.world.profileId('ada@people.example')
  const files = {
    events: await given(`GET /api/profiles/${ada}/events.csv`),
    suppressions: await given('GET /api/suppressions/export'),
    channels: await given('POST /api/reports/channels/export', { params: {}, as: 'csv' }),
    goals: await given('POST /api/reports/goals/export', { params: {}, as: 'csv' }),
    outcomes: await given('POST /api/reports/outcomes/export', { params: {}, as: 'csv' }),
  }
  for (const [name, text] of Object.entries(files)) assert.deepEqual(cells(text).filter(runs), [], name)
  // They do hold what was written, as text.
  assert.match(files.events, /HYPERLINK/)
  assert.match(files.suppressions, /HYPERLINK/)
})

test('a report on paper writes names as text: no link, no script', async () => {
  const response = await fetch(`${town.world.url}/api/reports/goals/export`, {
    method: 'POST',
    headers: { cookie: town.cookies.admin, origin: town.world.url, 'content-type': 'application/json' },
    body: JSON.stringify({ params: {}, as: 'pdf' }),
  })
  const bytes = Buffer.from(await response.arrayBuffer())
  assert.equal(response.status, 200)
  assert.equal(bytes.subarray(0, 5).toString(), '%PDF-')
  assert.doesNotMatch(bytes.toString('latin1'), /\/(JavaScript|JS|OpenAction|Launch|URI|AA)\b/)
})
